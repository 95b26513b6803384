"""A large list while a broadcast goes out: staged a few rows at a time, taken over afterwards."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from app import formats
from app.doors import ask, now, tell
from engine.commands.stage_import import (
    STAGED_AT_ONCE,
    begin_import,
    end_staging,
    stage_people,
)
from engine.domain.enrolment import Enrolment
from engine.domain.ids import TenantId
from engine.domain.precedence import ImportState
from engine.domain.refusal import Refused
from engine.domain.roles import Actor
from engine.read import imports as read

GAP_SECONDS = 0.01
"""Between two slices: whoever else writes gets a turn."""
BREATH_SECONDS = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class ListShown:
    """A staged list's line."""

    number: int
    title: str
    words: str
    width: str
    tone: str
    can_force: bool
    can_cancel: bool


def breathe() -> None:
    """Give way for a moment, in the thread that reads a file."""
    threading.Event().wait(BREATH_SECONDS)


async def stage(
    tenant: TenantId,
    people: Sequence[Enrolment],
    *,
    file_name: str,
    left_out: int,
    all_or_nothing: bool,
    by: Actor,
    so_far: Callable[[int], Awaitable[None]],
) -> Refused | None:
    """Write a previewed list beside the list. so_far: called after each slice with how many."""
    which = await tell(
        begin_import,
        tenant,
        file_name=file_name,
        rows=len(people),
        left_out=left_out,
        all_or_nothing=all_or_nothing,
        by=by,
    )
    if isinstance(which, Refused):
        return which
    for start in range(0, len(people), STAGED_AT_ONCE):
        some = people[start : start + STAGED_AT_ONCE]
        refused = await tell(stage_people, which, start, some, by=by)
        if refused is not None:
            return refused
        await so_far(start + len(some))
        await asyncio.sleep(GAP_SECONDS)
    return await tell(end_staging, which, by=by)


async def lists(tenant: TenantId) -> list[ListShown]:
    """The latest staged lists in words."""
    rows = await ask(read.recent, tenant)
    until = await ask(read.busy_until, now())
    return [shown(row, f"at {formats.minute(until)}" if until else "in a moment") for row in rows]


def shown(row: read.ImportRow, wait: str) -> ListShown:
    """One of them. `wait`: when it is taken over, in words."""
    words, tone = _words(row, wait)
    part = row.staged if row.state is ImportState.STAGING else row.taken
    waits = row.state is ImportState.WAITING
    return ListShown(
        number=row.number,
        title=row.file_name,
        words=words,
        width=f"{100 * part / max(row.rows, 1):.1f}%",
        tone=tone,
        can_force=waits and not row.forced and not row.all_or_nothing,
        can_cancel=waits or row.state is ImportState.STAGING,
    )


def _words(row: read.ImportRow, wait: str) -> tuple[str, str]:
    many = formats.count(row.rows, "subscriber")
    match row.state:
        case ImportState.STAGING:
            return f"{formats.number(row.staged)} of {many} written beside the list", "busy"
        case ImportState.WAITING if row.taken:
            return f"{formats.number(row.taken)} of {many} taken over", "busy"
        case ImportState.WAITING:
            return f"{many} ready; taken over {wait}", "busy" if row.forced else "warn"
        case ImportState.DONE:
            return f"{formats.number(row.added)} of {many} added", "good"
        case ImportState.REFUSED:
            return f"Not imported. {row.reason}", "bad"
        case ImportState.CANCELLED:
            return f"{row.reason}; {formats.number(row.added)} had been added", "quiet"


def is_under_way(row: ListShown) -> bool:
    """Whether it still moves."""
    return row.can_cancel
