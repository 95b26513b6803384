"""What stands ready for the next morning, and what does not: the checklist of the Live page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.domain import limits
from engine.domain import schedule as rules
from engine.domain.content import APPROVED_OR_BETTER, Category
from engine.domain.cut_off import Fallback
from engine.domain.digits import grouped
from engine.domain.ids import ScheduleId, TenantId
from engine.domain.quality import effective_rate
from engine.domain.schedule import Kind
from engine.store import content_lists, deadlines, schedules
from engine.store import senders as pool
from engine.store.tables import Content, Schedule, Sender, Subscriber


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist."""

    name: str
    ready: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """The next opening and how ready we are for it."""

    opens_at: datetime | None
    schedule: str
    day_title: str
    checks: tuple[Check, ...]
    approved_at: datetime | None = None

    @property
    def ready(self) -> bool:
        """Whether every line says yes."""
        return all(check.ready for check in self.checks)


def ahead(session: Session, tenant: TenantId, now: datetime) -> Ahead:
    """The next opening of any schedule of the tenant, and the checklist for its day."""
    row, opens_at = next_of(session, tenant, now)
    zone = rules.IST if row is None else row.zone
    day = rules.service_day(opens_at or now, zone)
    content = _content(session, tenant, row, day)
    people = _people(session, tenant)
    return Ahead(
        opens_at=opens_at,
        schedule="" if row is None else row.name,
        day_title="" if content is None else content.title,
        approved_at=_approved_at(content),
        checks=(
            _approval(session, tenant, content),
            _senders(session, tenant),
            _audience(people),
            *_capacity(session, tenant, people),
        ),
    )


def next_of(
    session: Session, tenant: TenantId, now: datetime
) -> tuple[Schedule | None, datetime | None]:
    """Whose opening comes next, and when, while nothing says that its template may go earlier."""
    coming: list[tuple[datetime, Schedule]] = []
    since = rules.service_day(now) - timedelta(days=2)
    opened = schedules.days_opened(session, since)
    left_out = schedules.skip_days(session, since).get(tenant)
    for row in schedules.active_schedules(session):
        if row.tenant_id != tenant:
            continue
        rule = schedules.rule_of(row, category=Category.UTILITY, skip_days=left_out)
        at = rules.next_opening(rule, now)
        done = (ScheduleId(row.id or 0), rules.service_day(at or now, row.zone)) in opened
        if at is not None and not (done and row.kind == Kind.ONCE):
            coming.append((at, row))
    if not coming:
        return None, None
    at, row = min(coming, key=lambda one: one[0])
    return row, at


def _content(
    session: Session, tenant: TenantId, row: Schedule | None, day: object
) -> Content | None:
    if row is not None and row.content_id is not None:
        return session.get(Content, row.content_id)
    return session.scalars(
        select(Content)
        .where(
            col(Content.tenant_id) == tenant,
            col(Content.day) == day,
            col(Content.evergreen).is_(False),
            content_lists.FIRST,
        )
        .order_by(col(Content.content_hash).is_(None), col(Content.id).desc())
        .limit(1)
    ).first()


def _approved_at(content: Content | None) -> datetime | None:
    approved = content is not None and content.content_hash is not None
    return content.decided_at if content is not None and approved else None


def _approval(session: Session, tenant: TenantId, content: Content | None) -> Check:
    stands_in = _stands_in(session, tenant)
    if content is None:
        words = "Nothing is written for this day. Write it under Content."
        return Check("Content", False, words + stands_in)
    if content.state in {state.value for state in APPROVED_OR_BETTER}:
        return Check("Content", True, f"“{content.title}” is approved.")
    return Check(
        "Content", False, f"“{content.title}” is {content.state}, not approved yet.{stands_in}"
    )


def _stands_in(session: Session, tenant: TenantId) -> str:
    if deadlines.fallback_of(session, tenant) is Fallback.SKIP:
        return " Without an approval the day is left out."
    evergreen = content_lists.fallback(session, tenant)
    return "" if evergreen is None else f" Else the evergreen “{evergreen.title}” stands in."


def _senders(session: Session, tenant: TenantId) -> Check:
    rows = pool.pool(session, tenant)
    primary = [row for row in rows if row.role == "primary"]
    able = [row for row in primary if _rate(row) > 0]
    backups = sum(1 for row in rows if row.role == "backup" and row.state == "active")
    if not able:
        return Check("Senders", False, "No sender may send. See Senders.")
    rate = sum(row.rate_per_second for row in able)
    words = (
        f"{len(able)} of {len(primary)} may send, {rate:g} messages a second; {backups} in reserve."
    )
    return Check("Senders", len(able) == len(primary), words)


def _rate(row: Sender) -> float:
    if row.state != "active":
        return 0.0
    return effective_rate(
        row.rate_per_second, row.quality, 0.0, throughput=row.throughput, status=row.status
    )


def _capacity(session: Session, tenant: TenantId, people: int) -> tuple[Check, ...]:
    """A line only where the senders or the limits of the day do not suffice: said beforehand."""
    rows = pool.pool(session, tenant)
    primary = [row for row in rows if row.role == "primary" and _rate(row) > 0]
    rate = sum(_rate(row) for row in primary)
    most = limits.portfolio_limit(row.messaging_limit for row in rows)
    caps = [row.daily_cap for row in primary]
    if primary and None not in caps:
        most = min(sum(cap or 0 for cap in caps), people if most is None else most)
    if most is not None and people > most:
        beyond = grouped(people - most)
        words = f"The limits of the day let {grouped(most)} people in; {beyond} find no room."
        return (Check("Capacity", False, words),)
    seconds = people / rate if rate else 0.0
    if seconds > rules.USUAL.closes.total_seconds():
        said = f"Sending to {grouped(people)} takes {grouped(round(seconds))} s"
        words = f"{said}: the last come after the close."
        return (Check("Capacity", False, words),)
    return ()


def _people(session: Session, tenant: TenantId) -> int:
    return (
        session.connection()
        .execute(
            select(func.count()).where(
                col(Subscriber.tenant_id) == tenant,
                col(Subscriber.status) == "ACTIVE",
                col(Subscriber.consented).is_(True),
            )
        )
        .scalar_one()
    )


def _audience(count: int) -> Check:
    if not count:
        return Check("Audience", False, "No active subscriber with consent. Add or import some.")
    return Check("Audience", True, f"{grouped(count)} active subscribers with consent.")
