"""GO or NO-GO: the last rehearsal of the morning ahead, and the button that makes another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import reflex as rx

from app import formats
from app.components.actions import button
from app.components.cards import card, stat
from app.components.marks import chip
from app.doors import ask, now, tell
from app.following import turns
from app.frame import may
from app.session import guarded
from app.tab import report
from app.words.speech import language_here, retold, spoken
from engine.commands.ask_rehearsal import ask_rehearsal
from engine.domain.rehearsal import Check, Foreseen, LaneForeseen, Verdict, Without
from engine.domain.roles import Actor, Permission
from engine.read.rehearsal import Rehearsed, rehearsed

HOME = ""
"""The Live page's path, without its stroke."""
SELDOM = 4
"""While none is being made, only every so many turns: others have a morning to see to."""
NOT_TODAY = "not on this day"
TONES = {
    Verdict.OK: ("good", "Fine"),
    Verdict.WARN: ("warn", "Look"),
    Verdict.FAIL: ("bad", "No"),
}
AS_WRITTEN = frozenset({"phone", "names"})
"""Of what is shown: no words of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One check in words."""

    title: str
    words: str
    do: str
    tone: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLine:
    """One sender's part."""

    phone: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutLine:
    """People who cannot get it. names: the first few; empty where nobody is named."""

    count: str
    why: str
    do: str
    names: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalShown:
    """Everything on the card."""

    made: bool = False
    go: str = ""
    tone: str = "quiet"
    note: str = ""
    delivered: str = ""
    band: str = ""
    handed_over: str = ""
    checks: list[CheckLine] = field(default_factory=list)
    lanes: list[LaneLine] = field(default_factory=list)
    without: list[WithoutLine] = field(default_factory=list)
    basis: list[str] = field(default_factory=list)
    failed: str = ""
    busy: bool = False


class Rehearsals(rx.State):
    """The card in one tab."""

    shown: RehearsalShown = RehearsalShown()

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """Show the last one."""
        await self._look(by)

    @guarded(background=True)
    async def follow(self, *, by: Actor) -> None:
        """Show what becomes of one that is being made, and each new one."""
        turn = 0
        async for _ in turns(self, HOME):
            turn += 1
            async with self:
                if self.shown.busy or turn % SELDOM == 0:
                    await self._look(by)

    @guarded(Permission.BROADCAST_CONTROL)
    async def rehearse(self, *, by: Actor) -> None:
        """Make one now."""
        assert by.tenant is not None
        result = await tell(ask_rehearsal, by.tenant, by=by)
        await report(self, result, "It is rehearsed now; the result stands here in a moment.")
        await self._look(by)

    async def _look(self, by: Actor) -> None:
        assert by.tenant is not None
        found = show(await ask(rehearsed, by.tenant, now=now()))
        shown = retold(found, await language_here(self), but=AS_WRITTEN)
        if self.shown != shown:
            self.shown = shown


def show(found: Rehearsed) -> RehearsalShown:
    """What is known, in words."""
    made = found.made
    if made is None:
        return RehearsalShown(busy=found.under_way, failed=found.failed)
    opens_at = datetime.fromisoformat(made.opens_at)
    whom = "with the frozen audience" if made.frozen else "with whoever is on the list by then"
    seen = made.foreseen
    return RehearsalShown(
        made=True,
        go="GO" if made.go else "NO-GO",
        tone="good" if made.go else "bad",
        note=f"Rehearsed {formats.time(found.made_at)} · {whom}",
        delivered=NOT_TODAY if seen is None else _at(opens_at, seen.delivered),
        band="" if seen is None else _band(opens_at, seen),
        handed_over=NOT_TODAY if seen is None else _at(opens_at, seen.handed_over),
        checks=[_check(check) for check in made.checks],
        lanes=[] if seen is None else [_lane(opens_at, lane) for lane in seen.lanes],
        without=[_without(one, found.names) for one in made.without],
        basis=list(made.basis),
        busy=found.under_way,
    )


def _band(opens_at: datetime, seen: Foreseen) -> str:
    if seen.low is None:
        return "fewer than 99 % will have it"
    if seen.high is None:
        return f"{_at(opens_at, seen.low)} at the earliest, or not today"
    return f"between {_at(opens_at, seen.low)} and {_at(opens_at, seen.high)}"


def _check(check: Check) -> CheckLine:
    tone, word = TONES[check.verdict]
    do = "" if check.verdict is Verdict.OK else check.do
    return CheckLine(title=check.name, words=check.words, do=do, tone=tone, word=word)


def _lane(opens_at: datetime, lane: LaneForeseen) -> LaneLine:
    people, at = formats.count(lane.people, "subscriber"), _at(opens_at, lane.delivered)
    last = f"the last at {_at(opens_at, lane.last_send)}"
    return LaneLine(phone=lane.phone, words=f"{people} · {last} · 99 % at {at}")


def _without(one: Without, names: Mapping[int, str]) -> WithoutLine:
    named = [names[who] for who in one.some if names.get(who)]
    more = one.count - len(named)
    shown = ", ".join(named) + (f" +{formats.number(more)}" if named and more > 0 else "")
    return WithoutLine(count=formats.number(one.count), why=one.why, do=one.do, names=shown)


def _at(opens_at: datetime, after: float | None) -> str:
    return NOT_TODAY if after is None else formats.time(opens_at + timedelta(seconds=after))


def rehearsal_card() -> rx.Component:
    """Whether it will work, before it is tried."""
    shown: Any = Rehearsals.shown
    return card(
        rx.cond(shown.failed != "", _failed(shown)),
        rx.cond(
            shown.made,
            _result(shown),
            rx.el.p(
                spoken("Not rehearsed yet. It is rehearsed half a minute after the freeze."),
                class_name="dc-muted",
            ),
        ),
        title="Will it work?",
        actions=rx.fragment(
            rx.cond(shown.made, chip(shown.go, shown.tone)),
            rx.cond(
                may(Permission.BROADCAST_CONTROL),
                button(
                    rx.cond(shown.busy, spoken("Being rehearsed…"), spoken("Rehearse now")),
                    on_click=Rehearsals.rehearse,
                    disabled=shown.busy,
                ),
            ),
        ),
        id="rehearsal",
        custom_attrs={"data-go": shown.go},
    )


def _failed(shown: Any) -> rx.Component:
    return rx.el.div(
        rx.icon("triangle-alert", size=16, aria_hidden="true"),
        rx.el.span(spoken("The last rehearsal came to nothing."), " ", shown.failed),
        class_name="dc-banner",
        role="status",
        custom_attrs={"data-tone": "bad"},
    )


def _result(shown: Any) -> rx.Component:
    return rx.fragment(
        rx.el.div(
            stat(spoken("99 % delivered"), shown.delivered, shown.band, large=True),
            stat(spoken("99 % handed over"), shown.handed_over, shown.note),
            class_name="dc-hero",
        ),
        rx.el.ul(rx.foreach(shown.checks, _check_line), class_name="dc-checks dc-checks-two"),
        rx.cond(shown.without.length() > 0, _cannot_get_it(shown)),
        rx.el.details(
            rx.el.summary(spoken("Number by number, and what this is taken from")),
            rx.el.ul(
                rx.foreach(shown.lanes, lambda lane: rx.el.li(rx.el.b(lane.phone), " ", lane.words))
            ),
            rx.foreach(shown.basis, lambda words: rx.el.p(words)),
            class_name="dc-muted dc-small",
        ),
    )


def _check_line(check: Any) -> rx.Component:
    return rx.el.li(
        rx.match(
            check.tone,
            ("good", rx.icon("circle-check", size=18, aria_hidden="true")),
            ("bad", rx.icon("circle-x", size=18, aria_hidden="true")),
            rx.icon("triangle-alert", size=18, aria_hidden="true"),
        ),
        rx.el.div(
            rx.el.b(check.title),
            rx.el.div(check.words, class_name="dc-muted dc-small"),
            rx.cond(check.do != "", rx.el.div(check.do, class_name="dc-small")),
        ),
        chip(check.word, tone=check.tone),
        custom_attrs={"data-tone": check.tone},
    )


def _cannot_get_it(shown: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h3(spoken("Who cannot get it, and why")),
        rx.el.ul(
            rx.foreach(
                shown.without,
                lambda one: rx.el.li(
                    rx.el.b(one.count),
                    rx.el.div(
                        one.why,
                        rx.cond(one.do != "", rx.el.div(one.do, class_name="dc-small")),
                        rx.cond(
                            one.names != "",
                            rx.el.div(one.names, class_name="dc-muted dc-small"),
                        ),
                    ),
                ),
            ),
            class_name="dc-cannot",
        ),
    )
