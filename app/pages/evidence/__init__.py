"""The day as a signed file: made, taken away, and checked by anybody with the public key."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import reflex as rx

from app import formats
from app.components.cards import page_head, skeleton
from app.doors import ask, evidence_public_key, tell
from app.following import turns
from app.frame import page
from app.navigation import Group
from app.pages.evidence import view
from app.session import EVIDENCE, guarded
from app.tab import report, say
from engine.commands.ask_evidence import ask_evidence
from engine.domain.evidence_pack import People
from engine.domain.keeping import ChoreState
from engine.domain.roles import Actor, Permission
from engine.read.evidence_days import Day, Pack, evidence_days

ROUTE = "/evidence"
PEOPLE_WORDS = {People.MASKED: "numbers masked", People.PSEUDONYMOUS: "pseudonyms"}
STATE_WORDS: dict[ChoreState, tuple[str, str]] = {
    ChoreState.WAITING: ("waits for its turn", "quiet"),
    ChoreState.MAKING: ("being made", "busy"),
    ChoreState.DONE: ("made", "good"),
    ChoreState.FAILED: ("not made", "bad"),
    ChoreState.REMOVED: ("not here any more", "quiet"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PackShown:
    """One pack in words."""

    id: int
    what: str
    state: str
    tone: str
    words: str
    seal: str
    ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayShown:
    """One day in words."""

    iso: str
    day: str
    titles: str
    packs: list[PackShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyShown:
    """One public key."""

    id: str
    public: str
    since: str


class Evidence(rx.State):
    """The page."""

    loaded: bool = False
    busy: bool = False
    people: str = People.MASKED.value
    days: list[DayShown] = []
    keys: list[KeyShown] = []

    @guarded(Permission.AUDIT_READ)
    async def load(self, *, by: Actor) -> None:
        """Fill the page."""
        await self._look(by)

    @guarded(Permission.AUDIT_READ, background=True)
    async def follow(self, *, by: Actor) -> None:
        """Show what becomes of packs that are being made."""
        async for _ in turns(self, ROUTE):
            async with self:
                if self.busy:
                    await self._look(by)

    @guarded(Permission.AUDIT_READ)
    async def choose(self, people: str) -> None:
        """How people are named in packs made from here on."""
        self.people = people if people in set(People) else self.people

    @guarded(Permission.AUDIT_READ)
    async def make(self, day: str, *, by: Actor) -> None:
        """Have a day's pack made."""
        try:
            which = date.fromisoformat(day)
        except ValueError:
            return
        made = await tell(ask_evidence, by.tenant, which, People(self.people), by=by)
        await report(self, made, "It is made in its turn, and then stands here.")
        await self._look(by)

    @guarded(Permission.AUDIT_READ)
    async def take(self, pack: int) -> Any:
        """Download one."""
        await say(self, "good", "Check it anywhere: dawncast evidence verify FILE --key PUBLIC")
        return rx.download(url=f"{EVIDENCE}/{int(pack)}")

    async def _look(self, by: Actor) -> None:
        assert by.tenant is not None
        found = await ask(evidence_days, by.tenant)
        self.days = [_day(one) for one in found.days]
        self.busy, self.loaded = found.busy, True
        self.keys = [
            KeyShown(id=key.id, public=key.public, since=formats.moment(key.first_used_at))
            for key in found.keys
        ]
        now_used = evidence_public_key()
        if now_used is not None and now_used[0] not in {key.id for key in found.keys}:
            self.keys.insert(0, KeyShown(id=now_used[0], public=now_used[1], since="no pack yet"))


def _day(one: Day) -> DayShown:
    return DayShown(
        iso=one.day.isoformat(),
        day=f"{one.day:%a} {one.day.day} {one.day:%b %Y}",
        titles=", ".join(one.titles),
        packs=[_pack(pack) for pack in one.packs],
    )


def _pack(one: Pack) -> PackShown:
    state, tone = STATE_WORDS[one.state]
    size = f", {formats.number(one.size_bytes // 1024 + 1)} KB" if one.size_bytes else ""
    return PackShown(
        id=one.id,
        what=f"{formats.moment(one.asked_at)}, {PEOPLE_WORDS[one.people]}{size}",
        state=state,
        tone=tone,
        words=one.words,
        seal=one.manifest_sha256,
        ready=one.state is ChoreState.DONE,
    )


@page(
    ROUTE,
    "Evidence",
    permission=Permission.AUDIT_READ,
    group=Group.RECORDS,
    icon="file-check",
    on_load=[Evidence.load, Evidence.follow],
)
def evidence_page() -> rx.Component:
    """The days, and the keys."""
    return rx.fragment(
        page_head(
            "Evidence",
            "A day as one signed file: what was approved, who got it when, every exception",
        ),
        rx.cond(
            Evidence.loaded,
            rx.fragment(view.days(Evidence), view.keys(Evidence)),
            rx.fragment(skeleton(6), skeleton(2)),
        ),
    )
