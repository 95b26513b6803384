"""What alerts are judged by, of the house: numbers, templates, approvals, dead letters."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.alert_rules import Watched
from engine.domain.alerting import Reading
from engine.domain.content import ContentState
from engine.domain.cut_off import Phase
from engine.domain.delivery import State
from engine.domain.ids import TenantId
from engine.domain.quality import FLAGGED, Quality, effective_rate
from engine.domain.schedule import service_day
from engine.store import deadlines, schedules, sender_changes, senders, tables
from engine.store.dialects import spelled, table
from engine.store.measures import Readings

MONTH = timedelta(days=30)
A_DAY = timedelta(days=1)
WRITTEN_BEFORE = timedelta(hours=12)
"""So long before the cut-off something should be written for the coming morning."""
LETTERS_LIMIT = 10_001
BAD_STATUSES = ("PAUSED", "DISABLED", "REJECTED", "FLAGGED")
_GRADES = {Quality.GREEN: 0, Quality.UNKNOWN: 0, Quality.YELLOW: 1, Quality.RED: 2}

_t, _c, _v = table(tables.Template).c, table(tables.Content).c, table(tables.Variant).c
_d, _changes = table(tables.Delivery).c, table(tables.SenderChange).c


def of_senders(session: Session, tenant: TenantId) -> Readings:
    """How many numbers may send, and whose quality is below green."""
    pool = senders.pool(session, tenant)
    able = sum(
        1
        for row in pool
        if row.state == "active"
        and effective_rate(
            row.rate_per_second, row.quality, 0.0, throughput=row.throughput, status=row.status
        )
        > 0
    )
    grades = {row.display_phone: _grade(row) for row in pool}
    low = tuple(name for name, grade in grades.items() if grade)
    return {
        # Who has no number at all has not begun yet.
        Watched.NO_NUMBERS: Reading(value=able if pool else 1.0, of=len(pool)),
        Watched.QUALITY: Reading(value=max(grades.values(), default=0), of=len(pool), members=low),
    }


def of_templates(session: Session, tenant: TenantId, now: datetime) -> Reading:
    """Templates of today's and coming contents that WhatsApp stopped or put elsewhere."""
    used = (
        sa.select(_t.name, _t.language)
        .join(table(tables.Variant), (_v.template_name == _t.name))
        .join(table(tables.Content), _c.id == _v.content_id)
        .where(_t.tenant_id == tenant, _c.tenant_id == tenant)
        .where(_v.template_language == _t.language)
        .where(sa.or_(_c.day >= service_day(now), _c.evergreen.is_(True)))
        .where(
            sa.or_(
                _t.status.in_(BAD_STATUSES),
                sa.and_(_t.coming_category != "", _t.coming_category != _t.category),
                _v.category != _t.category,
            )
        )
        .distinct()
        .order_by(_t.name, _t.language)
        .limit(50)
    )
    found = [f"{name} ({language})" for name, language in session.connection().execute(used)]
    return Reading(value=len(found), members=tuple(found))


def of_the_morning(session: Session, tenant: TenantId, now: datetime) -> Readings:
    """Whether the coming morning has its approval, and before that, any content at all."""
    approval, written = Reading(value=0.0), Reading(value=0.0)
    for day in (service_day(now), service_day(now) + A_DAY):
        times = deadlines.of_day(session, tenant, day)
        if times is None or now >= times.opens_at:
            continue
        if schedules.approved_for(session, tenant, day) is not None:
            continue
        phase = times.phase(now)
        if phase is Phase.EARLY:
            if now >= times.cut_off - WRITTEN_BEFORE and not _has_content(session, tenant, day):
                written = Reading(value=1.0, members=(f"{day:%d %b}",))
            continue
        late = phase is not Phase.REMINDED
        approval = Reading(value=2.0 if late else 1.0, members=(f"{day:%d %b}",))
    return {Watched.NO_APPROVAL: approval, Watched.CONTENT_REMINDER: written}


def of_dead_letters(session: Session, tenant: TenantId, now: datetime) -> Reading:
    """Dead letters of the last day that wait for a person, grouped: one figure for all."""
    newest = (
        sa.select(_d.updated_at)
        .where(_d.tenant_id == tenant, _d.state == spelled(State.FAILED))
        .order_by(_d.id.desc())
        .limit(LETTERS_LIMIT)
        .subquery("newest")
    )
    asked = sa.select(sa.func.count()).where(newest.c.updated_at > now - A_DAY)
    return Reading(value=session.connection().execute(asked).scalar_one())


def of_the_month(session: Session, tenant: TenantId, now: datetime) -> Reading:
    """The most drops of quality that a number had within thirty days."""
    asked = sa.select(_changes.sender_id, _changes.before, _changes.after).where(
        _changes.tenant_id == tenant,
        _changes.what == sender_changes.QUALITY,
        _changes.at > now - MONTH,
    )
    drops: dict[int, int] = {}
    for sender, before, after in session.connection().execute(asked):
        if _worth(after) > _worth(before):
            drops[sender] = drops.get(sender, 0) + 1
    most = max(drops.values(), default=0)
    names = {row.id: row.display_phone for row in senders.pool(session, tenant)}
    worst = tuple(names[one] for one, count in drops.items() if count == most and one in names)
    return Reading(value=most, members=worst if most else ())


def _has_content(session: Session, tenant: TenantId, day: date) -> bool:
    asked = sa.select(_c.id).where(
        _c.tenant_id == tenant,
        _c.day == day,
        _c.evergreen.is_(False),
        _c.state != ContentState.REJECTED.value,
    )
    return session.connection().execute(asked.limit(1)).first() is not None


def _grade(row: tables.Sender) -> int:
    return 2 if row.status == FLAGGED else _worth(row.quality)


def _worth(word: str) -> int:
    return _GRADES[Quality(word)] if word in Quality.__members__ else 0
