"""What stands around the people of a day: approvals, contents, senders, the log, the trail."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.ids import ContentId, TenantId
from engine.domain.schedule import zone_named
from engine.store import content, tables
from engine.store.dialects import table
from engine.telemetry import mask_phones

AT_ONCE = 1_000

_audit, _end = table(tables.AuditEntry).c, table(tables.AuditEnd).c
_b, _c = table(tables.Broadcast).c, table(tables.Content).c
_l, _senders = table(tables.Lane).c, table(tables.Sender).c
_samples, _log = table(tables.Sample).c, table(tables.LogEntry).c
_users, _d = table(tables.User).c, table(tables.Delivery).c


@dataclass(frozen=True, slots=True)
class Approved:
    """A content pack as the pack proves it: the row, its languages, and what was done to it."""

    row: Any
    variants: Sequence[content.NewVariant]
    history: tuple[dict[str, Any], ...]
    names: dict[str, str]


def broadcasts_of(session: Session, tenant: TenantId, day: date) -> Sequence[sa.Row[Any]]:
    """The broadcasts of one service day, in the order of their openings."""
    query = (
        sa.select(table(tables.Broadcast))
        .where(_b.tenant_id == tenant, _b.service_day == day)
        .order_by(_b.opens_at, _b.id)
    )
    return session.connection().execute(query).all()


def approved(session: Session, tenant: TenantId, pack: int) -> Approved | None:
    """A content pack with its history; None when it is gone."""
    row = content.get(session, ContentId(pack), tenant)
    if row is None:
        return None
    query = sa.select(table(tables.AuditEntry)).where(
        _audit.subject == f"content:{pack}", _audit.tenant_id == tenant
    )
    entries = session.connection().execute(query.order_by(_audit.number)).all()
    names = _names(session, tenant)
    history = tuple(
        {
            "entry": entry.number,
            "at": entry.at,
            "who": names.get(entry.actor, entry.actor),
            "actor": entry.actor,
            "action": entry.action,
            "from": entry.ip,
            "before": _read(entry.before),
            "after": _read(entry.after),
            "hash": entry.hash,
        }
        for entry in entries
    )
    variants = [content.as_new(one) for one in content.variants(session, ContentId(pack))]
    return Approved(row, variants, history, names)


def senders(session: Session, broadcast: Any) -> Iterator[dict[str, Any]]:
    """Each lane: through which number, at what pace, how it went."""
    per_second = sa.select(
        _samples.lane_id,
        sa.func.max(_samples.started).label("peak"),
        sa.func.max(_samples.late_ms).label("late"),
    ).group_by(_samples.lane_id)
    paced = per_second.subquery("paced")
    accepted = sa.func.count(_d.accepted_at)
    took = (
        sa.select(_d.lane_id, sa.func.count().label("count"), accepted.label("accepted"))
        .where(_d.broadcast_id == broadcast.id)
        .group_by(_d.lane_id)
        .subquery("took")
    )
    query = (
        sa.select(table(tables.Lane), table(tables.Sender), paced.c.peak, paced.c.late, took)
        .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
        .join(table(tables.Sender), _senders.id == _l.sender_id)
        .outerjoin(paced, paced.c.lane_id == _l.id)
        .outerjoin(took, took.c.lane_id == _l.id)
        .where(_l.broadcast_id == broadcast.id)
        .order_by(_l.id)
    )
    for row in session.connection().execute(query).mappings():
        yield {
            "lane": row["lanes_id"],
            "sender": row["senders_label"] or row["senders_display_phone"],
            "number": row["senders_display_phone"],
            "whatsapp_id": row["senders_phone_number_id"],
            "role": row["senders_role"],
            "quality": row["senders_quality"],
            "status": row["senders_status"],
            "throughput": row["senders_throughput"],
            "messaging_limit": row["senders_messaging_limit"],
            "state": row["lanes_state"],
            "why": row["lanes_state_reason"],
            "rate_per_second": row["lanes_rate_per_second"],
            "most_in_one_second": row["paced_peak"] or 0,
            "latest_send_ms": row["paced_late"] or 0,
            "planned": row["lanes_planned"],
            "messages": row["took_count"] or 0,
            "accepted": row["took_accepted"] or 0,
        }


def pace(session: Session, broadcast: Any) -> Iterator[sa.Row[Any]]:
    """What each lane did in each second."""
    query = (
        sa.select(_samples.lane_id, *(_samples[name] for name in PACE[1:]))
        .join(table(tables.Lane), _l.id == _samples.lane_id)
        .where(_l.broadcast_id == broadcast.id)
        .order_by(_samples.second, _samples.lane_id)
        .execution_options(yield_per=AT_ONCE)
    )
    yield from session.connection().execute(query)


PACE = ("lane", "second", "started", "in_flight", "late_ms")


def log_lines(session: Session, broadcast: Any) -> Iterator[tuple[datetime, str, str]]:
    """The broadcast's log."""
    query = (
        sa.select(_log.at, _log.event, _log.words)
        .where(_log.broadcast_id == broadcast.id)
        .order_by(_log.at, _log.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for at, event, words in session.connection().execute(query):
        yield at, event, mask_phones(words)


def trail(
    session: Session, tenant: TenantId, day: date, zone: str, until: datetime
) -> Iterator[dict[str, Any]]:
    """The audit trail from the day's first entry to its last, or to `until`.

    What other organisations did is there by its seal alone, so that the chain can be followed.
    """
    begins = datetime.combine(day, datetime.min.time(), tzinfo=zone_named(zone))
    ends = min(begins + timedelta(days=1), until + timedelta(microseconds=1))
    within = sa.select(sa.func.min(_audit.number), sa.func.max(_audit.number)).where(
        _audit.at >= begins, _audit.at < ends
    )
    first, last = session.connection().execute(within).one()
    if first is None:
        return
    query = (
        sa.select(table(tables.AuditEntry))
        .where(_audit.number >= first, _audit.number <= last)
        .order_by(_audit.number)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in session.connection().execute(query):
        sealed: dict[str, Any] = {
            "number": row.number,
            "previous_hash": row.previous_hash,
            "hash": row.hash,
        }
        if row.tenant_id in (None, tenant):
            sealed |= {
                "tenant": row.tenant_id,
                "at": row.at.isoformat(timespec="microseconds"),
                "actor": row.actor,
                "action": row.action,
                "subject": row.subject,
                "before": row.before,
                "after": row.after,
                "ip": row.ip,
            }
        yield sealed


def _names(session: Session, tenant: TenantId) -> dict[str, str]:
    query = sa.select(_users.id, _users.name, _users.role).where(_users.tenant_id == tenant)
    found = {
        f"user:{row.id}": f"{row.name}, {row.role}" for row in session.connection().execute(query)
    }
    return found | {"engine": "The engine", "cli": "The command line"}


def _read(text: str) -> Any:
    return json.loads(text) if text else {}
