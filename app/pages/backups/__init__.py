"""Backups: when the last one was taken, whether it holds, and letting a restored copy send."""

from dataclasses import dataclass

import reflex as rx

from app import formats
from app.components.cards import page_head, skeleton
from app.doors import ask, backups_told, now, tell
from app.following import turns
from app.frame import page
from app.navigation import Group
from app.pages.backups import view
from app.session import guarded
from app.tab import report
from engine.commands.ask_backup import ask_backup
from engine.commands.release_copy import release_copy
from engine.domain.keeping import ChoreState
from engine.domain.roles import Actor, Permission
from engine.read.keeping import BackupRow, keeping

ROUTE = "/settings/backups"
STATE_WORDS: dict[ChoreState, tuple[str, str]] = {
    ChoreState.WAITING: ("waits for its turn", "quiet"),
    ChoreState.MAKING: ("being taken", "busy"),
    ChoreState.DONE: ("holds", "good"),
    ChoreState.FAILED: ("failed", "bad"),
    ChoreState.REMOVED: ("let go", "quiet"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupShown:
    """One backup in words."""

    at: str
    state: str
    tone: str
    words: str
    file: str
    size: str
    rows: str
    sealed: str


class Backups(rx.State):
    """The page."""

    loaded: bool = False
    busy: bool = False
    rows: list[BackupShown] = []
    trouble: str = ""
    told: str = ""
    copy_of: str = ""
    in_doubt: str = ""

    @guarded(Permission.SETTINGS_WRITE)
    async def load(self) -> None:
        """Fill the page."""
        await self._look()

    @guarded(Permission.SETTINGS_WRITE, background=True)
    async def follow(self) -> None:
        """Show what becomes of one that is being taken."""
        async for _ in turns(self, ROUTE):
            async with self:
                if self.busy:
                    await self._look()

    @guarded(Permission.SETTINGS_WRITE)
    async def take(self, *, by: Actor) -> None:
        """Take one now."""
        await report(self, await tell(ask_backup, by=by), "It is taken now, and then stands here.")
        await self._look()

    @guarded(Permission.SETTINGS_WRITE)
    async def release(self, *, by: Actor) -> None:
        """Let this copy send."""
        done = await tell(release_copy, by=by)
        await report(self, done, "Released. What the original may have sent is held: Dead letters.")
        await self._look()

    async def _look(self) -> None:
        found = await ask(keeping, now=now())
        self.rows = [_shown(row) for row in found.rows]
        self.busy = any(row.state in _UNDER_WAY for row in found.rows)
        self.trouble, self.told, self.loaded = found.trouble, backups_told(), True
        self.copy_of = formats.moment(found.copy_of) if found.copy_of is not None else ""
        self.in_doubt = formats.count(found.in_doubt, "message")


_UNDER_WAY = (ChoreState.WAITING, ChoreState.MAKING)


def _shown(row: BackupRow) -> BackupShown:
    state, tone = STATE_WORDS[row.state]
    return BackupShown(
        at=formats.moment(row.asked_at),
        state=state,
        tone=tone,
        words=row.words,
        file=row.file_name or formats.NOTHING,
        size=f"{formats.number(row.size_bytes // 1024)} KB" if row.size_bytes else formats.NOTHING,
        rows=formats.number(row.rows) if row.rows else formats.NOTHING,
        sealed="sealed" if row.sealed else "open",
    )


@page(
    ROUTE,
    "Backups",
    permission=Permission.SETTINGS_WRITE,
    group=Group.FOOT,
    icon="archive",
    on_load=[Backups.load, Backups.follow],
)
def backups_page() -> rx.Component:
    """How the backups stand, and the list of them."""
    return rx.fragment(
        page_head("Backups", "Everything in one file, taken every day and restored for a test"),
        rx.cond(
            Backups.loaded,
            rx.fragment(view.copy(Backups), view.standing(Backups), view.rows(Backups)),
            rx.fragment(skeleton(2), skeleton(6)),
        ),
    )
