"""WhatsApp as a pure, seeded model: what it answers to a POST, and what it says by webhook later.

No clock, no dice, no IO: every call brings `now` in unix seconds (never less than before), and
chance is a hash of the seed. One world serves the simulated event loop (`gateway`) and the real
socket (`server`) alike (spec Z1).
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from engine.simulator.acceptance import accept, receipts_of
from engine.simulator.account import Account
from engine.simulator.api_errors import Refusal, error_body, http_status, no_such_object
from engine.simulator.fates import Fate, Fates
from engine.simulator.faults import Chance, DropAnswers, Fault
from engine.simulator.numbers import NumberState, SimulatedNumber
from engine.simulator.posted import Posted, read_posted
from engine.simulator.scenarios import Scenario
from engine.simulator.templates import SimulatedTemplate
from engine.simulator.truth import AcceptedMessage, Totals, Truth, number_truth
from engine.simulator.webhook_queue import WebhookPost

__all__ = ["Reply", "SimulatedNumber", "SimulatedTemplate", "WebhookPost", "World"]

NEVER = 150.0
"""Seconds until a connection without an answer is dropped: longer than any client waits."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a POST is answered with, and when.

    `after` is seconds from `now` until the answer, or, when not `answered`, until the connection
    is dropped instead. The body trickles in over `drip` more seconds. What the reply says was
    decided at arrival: a client that dies meanwhile was accepted all the same.
    """

    status: int
    body: dict[str, Any]
    after: float
    answered: bool = True
    drip: float = 0.0


class World:
    """One WhatsApp Business account and everybody it can write to."""

    def __init__(
        self,
        seed: int,
        scenario: Scenario,
        numbers: Sequence[SimulatedNumber],
        access_token: str,
        app_secret: str,
        waba_id: str,
        templates: Sequence[SimulatedTemplate] | None = None,
        *,
        shelf: Sequence[SimulatedTemplate] = (),
        strict_media: bool = False,
    ) -> None:
        """Without `templates` any name is an approved one; `shelf` are listed beside them.
        `strict_media`: only uploaded ids go.
        """
        self.seed = seed
        self.scenario = scenario
        self.access_token = access_token
        self.app_secret = app_secret
        self.waba_id = waba_id
        self._given_numbers = tuple(numbers)
        self._given_templates = templates
        self._shelf = tuple(shelf)
        self._strict_media = strict_media
        self._begin(first_post_id=1)

    def reset(
        self,
        *,
        seed: int | None = None,
        scenario: Scenario | None = None,
        numbers: Sequence[SimulatedNumber] | None = None,
    ) -> None:
        """Begin anew, with what is given in place of the old; waiting webhooks are forgotten."""
        self.seed = self.seed if seed is None else seed
        self.scenario = self.scenario if scenario is None else scenario
        if numbers is not None:
            self._given_numbers = tuple(numbers)
        self._begin(first_post_id=self.account.webhooks.next_id())

    def _begin(self, *, first_post_id: int) -> None:
        self._fates = Fates(self.seed, self.scenario)
        self.account = Account(
            self.waba_id,
            scenario=self.scenario,
            numbers=self._given_numbers,
            templates=self._given_templates,
            shelf=self._shelf,
            app_secret=self.app_secret,
            chance=self._fates.chance,
            first_post_id=first_post_id,
        )
        self._started = False
        self._messages: list[AcceptedMessage] = []
        self._times_accepted: dict[str, int] = {}
        self._times_asked: Counter[str] = Counter()
        self._refused: Counter[int] = Counter()
        self._arrivals = 0
        self._unanswered = 0

    def post_message(
        self, phone_number_id: str, body: object, token: str | None, now: float
    ) -> Reply:
        """`POST /{phone number id}/messages` with this JSON body and bearer token."""
        if not self._started:
            self._start(now)
        self.account.tick(now)
        self._arrivals += 1
        state = self.account.numbers.get(phone_number_id)
        if state is not None:
            state.arrive(now)
        refusal = self.token_refusal(token)
        if state is None:
            refusal = refusal or no_such_object(phone_number_id)
        posted = refusal or read_posted(body)
        if state is None or isinstance(posted, Refusal):
            assert isinstance(posted, Refusal)
            return self._refuse(posted, state, self._any_latency())
        return self._judge(state, posted, now)

    def next_webhook_at(self) -> float | None:
        """When to call `take_webhooks` next, as far as is known now; None: nothing waits."""
        waiting, planned = self.account.webhooks.next_at(), self.account.next_planned_at()
        if waiting is None or planned is None:
            return planned if waiting is None else waiting
        return min(waiting, planned)

    def withholds_webhooks(self, now: float) -> bool:
        """Whether it posts nothing now, whatever it has to say."""
        return self.account.webhooks.is_withheld(now)

    def take_webhooks(self, now: float) -> list[WebhookPost]:
        """The POSTs to the webhook URL that are due; each is owed a `webhook_answered`."""
        self.account.tick(now)
        return self.account.webhooks.take(now)

    def webhook_answered(self, post_id: int, status: int | None, now: float) -> None:
        """The webhook URL answered `status`, or nothing (None). All but 200 is posted again."""
        self.account.webhooks.answered(post_id, status, now)

    def inject(self, fault: Fault, now: float | None = None) -> None:
        """`fault` begins at `now`, or with the next call that says what time it is."""
        if now is None:
            self.account.inject(fault)
        else:
            self.account.plan(fault, now)
            self.account.tick(now)

    def truth(self) -> Truth:
        """Who really got what, how often and when, up to now and as far ahead as is decided."""
        times = self._times_accepted.values()
        totals = Totals(
            arrivals=self._arrivals,
            accepted=len(self._messages),
            recipients=len(times),
            doubled=sum(1 for n in times if n > 1),
            unanswered=self._unanswered,
            rate_errors=self._refused[130429],
            refused=dict(self._refused),
            webhooks_posted=self.account.webhooks.posted,
            webhooks_refused=self.account.webhooks.refused,
            webhooks_waiting=self.account.webhooks.waiting(),
            receipts_waiting=self.account.webhooks.receipts_waiting(),
        )
        numbers = {key: number_truth(state) for key, state in self.account.numbers.items()}
        return Truth(tuple(self._messages), numbers, totals)

    def token_refusal(self, token: str | None) -> Refusal | None:
        """Why a request with this bearer token is not answered, if it is not."""
        if not token:
            return Refusal(104, "")
        if self.account.token_expired or token != self.access_token:
            return Refusal(190, "", 463)
        return None

    def _start(self, now: float) -> None:
        """The first POST is second 0 of the scenario."""
        self._started = True
        for planned in self.scenario.faults:
            self.account.plan(planned.for_number(list(self.account.numbers)), now + planned.after)

    def _judge(self, state: NumberState, posted: Posted, now: float) -> Reply:
        """What a well-formed message comes to: taken, refused, or swallowed on the way."""
        fate = self._fates.of(posted.recipient, self._times_accepted.get(posted.recipient, 0))
        chance = self._chance_of(posted.recipient) if self.account.board else None
        if chance is not None:
            lost = self.account.board.silence(state.number.phone_number_id, chance)
            if lost is not None and not lost[0].accepted:
                return self._say_nothing(lost, Reply(0, {}, 0.0))
        refusal = self._refusal(state, posted, chance, now)
        if refusal is not None:
            return self._refuse(refusal, state, fate.latency, chance)
        return self._accept(state, posted, fate, chance, now)

    def _refusal(
        self, state: NumberState, posted: Posted, chance: Chance | None, now: float
    ) -> Refusal | None:
        """The first reason against taking this message; the pace last, for it takes a place."""
        phone_number_id = state.number.phone_number_id
        if posted.recipient[1:] == state.digits:
            return Refusal(131021, "The recipient is the sender.")
        refusal = state.status_refusal()
        if refusal is None and chance is not None:
            struck = self.account.board.refusal(phone_number_id, chance)
            refusal = None if struck is None else Refusal(struck.code, "Refused by a fault.")
        if refusal is None and posted.kind == "template":
            refusal = self.account.templates.refusal(posted)
        if refusal is None and self._strict_media:
            for media_id in posted.media_ids:
                if self.account.media.get(media_id, now) is None:
                    return Refusal(131009, f"Media id {media_id} does not exist or has expired.")
        return refusal or state.pace_refusal(posted.recipient, now)

    def _accept(
        self, state: NumberState, posted: Posted, fate: Fate, chance: Chance | None, now: float
    ) -> Reply:
        number = len(self._messages)
        phone_number_id = state.number.phone_number_id
        # Of the instant, too: a stand-in started again must not name two messages alike.
        name = f"{self.seed} {number} {now:.6f} {posted.recipient}".encode()
        message_id = "wamid." + b64encode(blake2b(name, digest_size=36).digest()).decode()
        later_failure = pacing = lost = None
        later, drip = 0.0, 0.0
        if chance is not None:
            later_failure = self.account.board.later_failure(phone_number_id, chance)
            pacing = self.account.board.pacing(posted.template, chance) if posted.template else None
            lost = self.account.board.silence(phone_number_id, chance)
            later, drip = self.account.board.slowness(phone_number_id, chance)
        message = accept(
            message_id,
            posted,
            fate,
            phone_number_id=phone_number_id,
            category=self.account.templates.category(posted),
            pacing=pacing,
            later_failure=later_failure,
            answered=lost is None,
            now=now,
        )
        self._messages.append(message)
        self._times_accepted[posted.recipient] = self._times_accepted.get(posted.recipient, 0) + 1
        state.accepted += 1
        if self.scenario.receipts:
            for receipt, due in receipts_of(message, fate):
                self.account.webhooks.add(receipt, due)
        reply = Reply(
            200,
            _accepted_body(message_id, posted, pacing is not None),
            fate.latency + later,
            True,
            drip,
        )
        return reply if lost is None else self._say_nothing(lost, reply)

    def _refuse(
        self,
        refusal: Refusal,
        state: NumberState | None,
        latency: float,
        chance: Chance | None = None,
    ) -> Reply:
        self._refused[refusal.code] += 1
        drip = 0.0
        if state is not None:
            state.refused[refusal.code] = state.refused.get(refusal.code, 0) + 1
            if chance is not None:
                later, drip = self.account.board.slowness(state.number.phone_number_id, chance)
                latency += later
        body = error_body(refusal, f"A{self.seed:x}{self._arrivals:08x}")
        return Reply(http_status(refusal.code), body, latency, True, drip)

    def _say_nothing(self, lost: tuple[DropAnswers, float], reply: Reply) -> Reply:
        fault, luck = lost
        self._unanswered += 1
        resets = fault.how == "reset" or (fault.how == "either" and luck < 0.5)
        return Reply(reply.status, reply.body, 0.05 + luck if resets else NEVER, answered=False)

    def _any_latency(self) -> float:
        return self.scenario.api_latency.at(self._fates.chance("latency", self._arrivals))

    def _chance_of(self, recipient: str) -> Chance:
        """Luck of this arrival: by the person and how often they were tried, whoever else came."""
        self._times_asked[recipient] += 1
        nth = self._times_asked[recipient]
        return lambda question: self._fates.chance(recipient, nth, question)


def _accepted_body(message_id: str, posted: Posted, held: bool) -> dict[str, Any]:
    contact = {"input": posted.given}
    if posted.by_bsuid:
        contact["user_id"] = posted.recipient
    else:
        contact["wa_id"] = posted.recipient[1:]
    message = {"id": message_id}
    if posted.kind == "template":
        message["message_status"] = "held_for_quality_assessment" if held else "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}
