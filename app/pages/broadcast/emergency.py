"""The emergency of a broadcast, as a tab looks at it: declared with a number and a reason, watched,
ended.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from app import formats
from app.doors import ask, now, tell
from app.session import guarded, is_open, who
from app.tab import report
from app.words.speech import language_here, retold
from engine.commands.declare_emergency import declare_emergency, reachable, stop_emergency
from engine.domain.emergency import UNDER_WAY, Channel, EmergencyState, LetterState
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.read.emergency import EmergencyView, emergency

GIVEN = Permission.BROADCAST_CONTROL
REFRESH_SECONDS = 1.0
AS_WRITTEN = frozenset({"by", "reason"})
CHANNELS = {Channel.SMS: "SMS", Channel.EMAIL: "E-mail"}
LETTERS: dict[LetterState, tuple[str, str]] = {
    LetterState.SENT: ("handed over", "good"),
    LetterState.WAITING: ("waiting", "quiet"),
    LetterState.SENDING: ("on its way", "busy"),
    LetterState.UNKNOWN: ("unknown, not sent again", "held"),
    LetterState.FAILED: ("refused", "bad"),
    LetterState.SPARED: ("not needed any more", "quiet"),
    LetterState.STOPPED: ("not sent: ended before", "quiet"),
}
STATES: dict[EmergencyState, tuple[str, str]] = {
    EmergencyState.GATHERING: ("looking up who has not got it", "busy"),
    EmergencyState.GOING: ("going out", "busy"),
    EmergencyState.STOPPED: ("ended by a person", "warn"),
    EmergencyState.DONE: ("went through", "good"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """So many messages of one channel stand somewhere."""

    channel: str
    word: str
    tone: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyShown:
    """The card."""

    may: bool = False
    proposed: bool = False
    declared: bool = False
    under_way: bool = False
    state: str = ""
    tone: str = "quiet"
    by: str = ""
    at: str = ""
    reason: str = ""
    done: str = ""
    width: str = "0%"
    lines: list[Line] = field(default_factory=list[Line])


class EmergencyCard(rx.State):
    """One tab's."""

    shown: EmergencyShown = EmergencyShown()
    asking: bool = False
    people: str = ""
    missing: str = ""
    by_sms: str = ""
    by_mail: str = ""
    problem: str = ""
    _people: int = 0
    _turn: int = 0

    @guarded()
    async def load(self, *, by: Actor) -> Any:
        """How it stands; while it goes on, keep it fresh."""
        self.asking, self.problem = False, ""
        await self._look(by)
        return EmergencyCard.follow if self.shown.under_way else None

    @guarded(background=True)
    async def follow(self, *, by: Actor) -> None:
        """Look again and again, until it is over, or the tab leaves or closes."""
        async with self:
            self._turn += 1
            turn, path = self._turn, self.router.url.path
        while is_open(self):
            await asyncio.sleep(REFRESH_SECONDS)
            here = await who(self)
            async with self:
                if here is None or self._turn != turn or self.router.url.path != path:
                    return
                await self._look(here.actor)
                if not self.shown.under_way:
                    return

    @guarded(GIVEN)
    async def begin(self, *, by: Actor) -> None:
        """The question: how many people it is about, by which channel."""
        found = await ask(reachable, _tenant(by), self._which())
        self._people, self.people = found.people, formats.number(found.people)
        self.missing = formats.number(found.missing)
        self.by_sms = formats.number(found.by[Channel.SMS])
        self.by_mail = formats.number(found.by[Channel.EMAIL])
        self.asking, self.problem = True, ""

    @guarded(GIVEN)
    async def set_asking(self, asking: bool) -> None:
        """Escape, or a press outside."""
        self.asking, self.problem = asking and self.asking, ""

    @guarded(GIVEN)
    async def declare(self, form: dict[str, Any], *, by: Actor) -> Any:
        """Yes, for so many people, for this reason."""
        result = await tell(
            declare_emergency,
            self._which(),
            shown=self._people,
            typed=str(form.get("people") or ""),
            reason=str(form.get("reason") or ""),
            by=by,
        )
        if isinstance(result, Refused):
            self.problem = retold(result.why, await language_here(self))
            return None
        self.asking = False
        await report(self, result, "Declared. This card tells how it goes.")
        await self._look(by)
        return EmergencyCard.follow

    @guarded(GIVEN)
    async def stop(self, *, by: Actor) -> None:
        """End it."""
        done = await tell(stop_emergency, self._which(), by=by)
        await report(self, done, "Ended. What had not left does not leave.")
        await self._look(by)

    async def _look(self, by: Actor) -> None:
        found = await ask(emergency, _tenant(by), self._which(), now=now())
        shown = EmergencyShown() if found is None else show(found)
        self.shown = retold(shown, await language_here(self), but=AS_WRITTEN)

    def _which(self) -> BroadcastId:
        number = self.router.url.path.rstrip("/").rpartition("/")[2]
        return BroadcastId(int(number) if number.isdecimal() and len(number) < 19 else 0)


def show(found: EmergencyView) -> EmergencyShown:
    """The card in words."""
    going = found.going
    if going is None:
        return EmergencyShown(may=found.may, proposed=found.proposed)
    state, tone = STATES[going.state]
    over = sum(
        count
        for (_, letter), count in going.counts.items()
        if letter not in {LetterState.WAITING, LetterState.SENDING}
    )
    return EmergencyShown(
        declared=True,
        under_way=going.state in UNDER_WAY,
        state=state,
        tone=tone,
        by=going.by,
        at=formats.moment(going.declared_at),
        reason=going.reason,
        done=f"{formats.number(over)} of {formats.number(going.people)} done",
        width=f"{100 * over / max(1, going.people):.1f}%",
        lines=[
            Line(
                channel=CHANNELS[channel],
                word=LETTERS[letter][0],
                tone=LETTERS[letter][1],
                number=formats.number(count),
            )
            for (channel, letter), count in sorted(going.counts.items())
        ],
    )


def _tenant(by: Actor) -> TenantId:
    assert by.tenant is not None
    return by.tenant
