"""How each number did over the last weeks, what is done about a bad one, and the use of the day's
limits by the hour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from engine.domain import limits, recovery
from engine.domain.ids import SenderId, TenantId
from engine.domain.pool import rate_of
from engine.domain.quality import Quality
from engine.domain.recovery import Facts, Step
from engine.store import reached, sender_changes, senders
from engine.store.sender_changes import Change
from engine.store.tables import Sender

CHANGES_SHOWN = 100
QUALITIES_READ = 5_000
"""Changes of quality of all numbers of a tenant: years of them."""

Strip = tuple[tuple[date, Quality], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One thing that Meta said anew of a number. source: poll, webhook."""

    at: datetime
    what: str
    before: str
    after: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderView:
    """One number's own page."""

    id: SenderId
    display_phone: str
    label: str
    role: str
    state: str
    state_reason: str
    quality: str
    status: str
    throughput: str
    messaging_limit: str
    rate_per_second: float
    rate_usable: float
    daily_cap: int | None
    reached_24h: int
    """Different people it wrote to in the last 24 hours."""
    polled_at: datetime | None
    strip: Strip
    changes: tuple[ChangeRow, ...]
    plan: tuple[Step, ...]
    next: Step | None
    since: datetime | None
    """Since when it has its present quality, as far as known."""


@dataclass(frozen=True, slots=True)
class Use:
    """People the portfolio wrote to in the last 24 hours, each counted where they were written to
    last: their place is free again 24 hours after that hour.
    """

    limit: int | None
    hours: tuple[tuple[datetime, int], ...]
    """(start of the hour, people), all 25 that the 24 hours touch, the oldest first."""

    @property
    def together(self) -> int:
        """All of them."""
        return sum(people for _, people in self.hours)


def strips(session: Session, tenant: TenantId, *, now: datetime) -> Mapping[SenderId, Strip]:
    """The last thirty days of every number."""
    changes = sender_changes.qualities(session, tenant, QUALITIES_READ)
    return {
        SenderId(row.id or 0): _strip(row, changes.get(SenderId(row.id or 0), []), now)
        for row in senders.pool(session, tenant)
    }


def sender(
    session: Session, tenant: TenantId, which: SenderId, *, now: datetime
) -> SenderView | None:
    """One number as of `now`; None when the tenant has none of that id."""
    row = senders.get(session, which, tenant)
    if row is None:
        return None
    pool = senders.pool(session, tenant)
    qualities = sender_changes.qualities(session, tenant, QUALITIES_READ).get(which, [])
    plan = recovery.steps(row.quality, _facts(row, pool, qualities))
    return SenderView(
        id=which,
        display_phone=row.display_phone,
        label=row.label,
        role=row.role,
        state=row.state,
        state_reason=row.state_reason,
        quality=row.quality,
        status=row.status,
        throughput=row.throughput,
        messaging_limit=row.messaging_limit,
        rate_per_second=row.rate_per_second,
        rate_usable=rate_of(row, 0.0),
        daily_cap=row.daily_cap,
        reached_24h=reached.count(session, [which], now - limits.ROLLING),
        polled_at=row.polled_at,
        strip=_strip(row, qualities, now),
        changes=tuple(
            ChangeRow(
                at=one.at, what=one.what, before=one.before, after=one.after, source=one.source
            )
            for one in sender_changes.of_sender(session, which, CHANGES_SHOWN)
        ),
        plan=plan,
        next=recovery.next_step(plan),
        since=qualities[-1].at if qualities else None,
    )


def use(session: Session, tenant: TenantId, *, now: datetime) -> Use:
    """The portfolio's last 24 hours by the hour; a walk over the day's attempts."""
    pool = senders.pool(session, tenant)
    limit = limits.portfolio_limit(row.messaging_limit for row in pool)
    ids = [SenderId(row.id or 0) for row in pool]
    counts = reached.by_hour(session, ids, now - limits.ROLLING)
    last = now.replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=back) for back in range(24, -1, -1)]
    return Use(limit, tuple((hour, counts.get(hour, 0)) for hour in hours))


def _strip(row: Sender, changes: Sequence[Change], now: datetime) -> Strip:
    told = [(one.at, one.before, one.after) for one in changes]
    return recovery.strip(told, row.quality, now)


def _facts(row: Sender, pool: Sequence[Sender], qualities: Sequence[Change]) -> Facts:
    able = [one for one in pool if one.id != row.id and rate_of(one, 0.0) > 0]
    return Facts(
        rate_usable=rate_of(row, 0.0),
        rate_allowed=row.rate_per_second,
        backups=sum(1 for one in able if one.role == "backup"),
        others=sum(1 for one in able if one.role == "primary"),
        told=bool(qualities) and qualities[-1].after == row.quality,
    )
