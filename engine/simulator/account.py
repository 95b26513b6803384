"""The WhatsApp Business account as Meta keeps it, and what befalls it, fault by fault."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, assert_never

from engine.simulator.faults import (
    DropAnswers,
    ExpireToken,
    FailLater,
    Fault,
    FaultBoard,
    PaceTemplate,
    PersonWrites,
    RefuseAll,
    SetQuality,
    SetRate,
    SetStatus,
    SetTemplateCategory,
    SetTemplateQuality,
    SetTemplateStatus,
    SlowAnswers,
    WithholdWebhooks,
)
from engine.simulator.inbound import inbound_value
from engine.simulator.media import MediaShelf
from engine.simulator.numbers import NumberState, SimulatedNumber
from engine.simulator.scenarios import Scenario
from engine.simulator.templates import SimulatedTemplate, TemplateShelf
from engine.simulator.webhook_queue import WebhookQueue

ANNOUNCED_AHEAD = 86_400
"""Seconds before Meta changes a category it has announced."""


class Account:
    """Numbers, templates, media, the webhooks to be posted, and the faults that are going on."""

    def __init__(
        self,
        waba_id: str,
        *,
        scenario: Scenario,
        numbers: Sequence[SimulatedNumber],
        templates: Sequence[SimulatedTemplate] | None,
        shelf: Sequence[SimulatedTemplate],
        app_secret: str,
        chance: Callable[..., float],
        first_post_id: int,
    ) -> None:
        self.waba_id = waba_id
        self.token_expired = False
        self.numbers = {number.phone_number_id: NumberState(number) for number in numbers}
        self.templates = TemplateShelf(templates, shelf)
        self.media = MediaShelf()
        self.board = FaultBoard()
        self.webhooks = WebhookQueue(
            app_secret=app_secret,
            scenario=scenario,
            numbers=self.numbers,
            chance=chance,
            first_id=first_post_id,
        )
        self._planned: list[tuple[float, int, Fault]] = []
        self._plans = 0
        self._heard = 0
        self._injected: list[Fault] = []

    def plan(self, fault: Fault, at: float) -> None:
        """`fault` begins at this instant."""
        heapq.heappush(self._planned, (at, self._plans, fault))
        self._plans += 1

    def inject(self, fault: Fault) -> None:
        """`fault` begins when the account next hears what time it is."""
        self._injected.append(fault)

    def next_planned_at(self) -> float | None:
        """When the next planned fault begins."""
        return self._planned[0][0] if self._planned else None

    def tick(self, now: float) -> None:
        """It is `now`: begin what is planned for now or before, end what is over."""
        while self._planned and self._planned[0][0] <= now:
            at, _, fault = heapq.heappop(self._planned)
            self._strike(fault, at)
        if self._injected:
            for fault in self._injected:
                self._strike(fault, now)
            self._injected.clear()
        if self.board:
            self.board.forget_past(now)

    def _strike(self, fault: Fault, now: float) -> None:
        match fault:
            case SetStatus() | SetQuality() | SetRate():
                self._strike_numbers(fault, now)
            case ExpireToken():
                self.token_expired = fault.expired
            case SetTemplateStatus() | SetTemplateQuality() | SetTemplateCategory():
                self._strike_templates(fault, now)
            case PersonWrites():
                self._hear(fault, now)
            case WithholdWebhooks():
                self.webhooks.withhold(now + fault.seconds)
            case PaceTemplate():
                self._pace(fault, now)
            case RefuseAll() | DropAnswers() | SlowAnswers() | FailLater():
                self.board.add(fault, now)
            case _:
                assert_never(fault)

    def _strike_templates(
        self, fault: SetTemplateStatus | SetTemplateQuality | SetTemplateCategory, now: float
    ) -> None:
        match fault:
            case SetTemplateStatus():
                self._set_template_status(fault, now)
            case SetTemplateQuality():
                self._set_template_quality(fault, now)
            case SetTemplateCategory():
                self._set_template_category(fault, now)

    def _strike_numbers(self, fault: SetStatus | SetQuality | SetRate, now: float) -> None:
        """A number that does not exist is nobody's trouble."""
        for phone_number_id, state in self.numbers.items():
            if fault.number not in {None, phone_number_id}:
                continue
            match fault:
                case SetStatus():
                    state.set_status(fault.status, fault.code)
                case SetQuality():
                    state.quality = fault.quality
                case SetRate():
                    until = None if fault.seconds is None else now + fault.seconds
                    state.set_rate(_rate(state, fault), until)

    def _pace(self, fault: PaceTemplate, now: float) -> None:
        self.board.add(fault, now)
        if fault.outcome == "paused" and fault.template is not None:
            # Meta's pacing ends with the template paused until a person lifts it.
            self.plan(SetTemplateStatus(template=fault.template), now + fault.seconds)

    def _set_template_status(self, fault: SetTemplateStatus, now: float) -> None:
        changed = self.templates.set_status(fault.template, fault.language, fault.status)
        for template_id, template in changed:
            self.announce(template_id, template, now, reason=fault.reason)

    def _set_template_quality(self, fault: SetTemplateQuality, now: float) -> None:
        for template_id, was in self.templates.of(fault.template, fault.language):
            self.templates.put(replace(was, quality=fault.quality))
            value = _named(template_id, was) | {
                "previous_quality_score": was.quality,
                "new_quality_score": fault.quality,
            }
            field = "message_template_quality_update"
            self.webhooks.add_change(self.waba_id, field, value, now)

    def _set_template_category(self, fault: SetTemplateCategory, now: float) -> None:
        for template_id, was in self.templates.of(fault.template, fault.language):
            value = _named(template_id, was)
            if fault.announced:
                value |= {
                    "new_category": was.category,
                    "correct_category": fault.category,
                    "category_update_timestamp": int(now) + ANNOUNCED_AHEAD,
                }
            else:
                self.templates.put(replace(was, category=fault.category))
                value |= {"previous_category": was.category, "new_category": fault.category}
            self.webhooks.add_change(self.waba_id, "template_category_update", value, now)

    def _hear(self, fault: PersonWrites, now: float) -> None:
        number = fault.number or next(iter(self.numbers), None)
        state = self.numbers.get(number) if number else None
        if state is None:
            return
        self._heard += 1
        value = inbound_value(fault, state.number, f"{now:.3f} {self._heard}", int(now))
        self.webhooks.add_change(self.waba_id, "messages", value, now)

    def announce(
        self, template_id: int, template: SimulatedTemplate, now: float, reason: str = "NONE"
    ) -> None:
        """Post a template's status by webhook."""
        value: dict[str, Any] = _named(template_id, template) | {
            "event": template.status,
            "reason": reason,
            "message_template_category": template.category,
        }
        if template.status == "PAUSED":
            value["other_info"] = {
                "title": "FIRST_PAUSE",
                "description": "Paused because of recipients' feedback.",
            }
        self.webhooks.add_change(self.waba_id, "message_template_status_update", value, now)


def _named(template_id: int, template: SimulatedTemplate) -> dict[str, Any]:
    return {
        "message_template_id": template_id,
        "message_template_name": template.name,
        "message_template_language": template.language,
    }


def _rate(state: NumberState, fault: SetRate) -> float:
    if fault.share_of_busiest is None:
        return fault.rate_per_second
    return max(1.0, state.arrivals_max_per_second * fault.share_of_busiest)
