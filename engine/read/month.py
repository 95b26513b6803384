"""What the content calendar shows: a month of days, what is written and what became of it."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from engine.domain.broadcast import BroadcastState
from engine.domain.content import APPROVED_OR_BETTER, ContentState
from engine.domain.ids import BroadcastId, ContentId, TenantId
from engine.store import content_lists
from engine.store.tables import Broadcast, Content

_BEST_FIRST = (
    ContentState.SENT,
    ContentState.LOCKED,
    ContentState.APPROVED,
    ContentState.SUBMITTED,
    ContentState.REJECTED,
    ContentState.DRAFT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackOfDay:
    """The pack that counts for a day: the furthest; `others` are written beside it."""

    id: ContentId
    title: str
    state: ContentState
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastOfDay:
    """What became of a day."""

    id: BroadcastId
    state: BroadcastState
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of a month; each of it may be missing."""

    day: date
    pack: PackOfDay | None
    broadcast: BroadcastOfDay | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evergreen:
    """What may stand in. `stands` is the one that would, today."""

    id: ContentId
    title: str
    state: ContentState
    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """All days of a month, and the evergreens."""

    first: date
    days: tuple[Day, ...]
    evergreens: tuple[Evergreen, ...]


EVERGREENS_SHOWN = 10


def month(session: Session, tenant: TenantId, first: date) -> Month:
    """The month that begins on `first`."""
    last = first.replace(day=monthrange(first.year, first.month)[1])
    packs: dict[date, list[Content]] = {}
    for pack in content_lists.in_days(session, tenant, first, last):
        packs.setdefault(pack.day, []).append(pack)
    broadcasts = _broadcasts(session, tenant, first, last)
    stands = content_lists.fallback(session, tenant)
    return Month(
        first=first,
        days=tuple(
            Day(
                day=(day := first.replace(day=number)),
                pack=_pack(packs.get(day, ())),
                broadcast=broadcasts.get(day),
            )
            for number in range(1, last.day + 1)
        ),
        evergreens=tuple(
            Evergreen(
                id=ContentId(one.id or 0),
                title=one.title,
                state=ContentState(one.state),
                stands=stands is not None and stands.id == one.id,
            )
            for one in content_lists.evergreens(session, tenant, limit=EVERGREENS_SHOWN)
        ),
    )


def is_ready(day: Day) -> bool:
    """Whether something approved is there for a day."""
    return day.pack is not None and day.pack.state in APPROVED_OR_BETTER


def _pack(written: Sequence[Content]) -> PackOfDay | None:
    if not written:
        return None
    best = min(written, key=lambda one: _BEST_FIRST.index(ContentState(one.state)))
    return PackOfDay(
        id=ContentId(best.id or 0),
        title=best.title,
        state=ContentState(best.state),
        others=len(written) - 1,
    )


def _broadcasts(
    session: Session, tenant: TenantId, first: date, last: date
) -> dict[date, BroadcastOfDay]:
    rows = session.exec(
        select(Broadcast)
        .where(
            col(Broadcast.tenant_id) == tenant,
            col(Broadcast.service_day) >= first,
            col(Broadcast.service_day) <= last,
        )
        .order_by(col(Broadcast.opens_at), col(Broadcast.id))
        .limit(400)
    )
    # The latest of a day stands for it.
    return {
        row.service_day: BroadcastOfDay(
            id=BroadcastId(row.id or 0),
            state=BroadcastState(row.state),
            reason=row.state_reason,
        )
        for row in rows
    }
