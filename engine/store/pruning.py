"""What the rules of retention let go, counted and taken a few rows at a time (spec R3)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.retention import Rule
from engine.store import tables
from engine.store.dialects import table
from engine.store.inbox import DONE

_webhooks, _attempts = table(tables.Webhook), table(tables.Attempt)
_parked, _sign_ins = table(tables.ParkedReceipt), table(tables.SignIn)
_receipts, _resends = table(tables.Receipt), table(tables.Resend)
_logs, _samples = table(tables.LogEntry), table(tables.Sample)
_media, _variants = table(tables.Media), table(tables.Variant)
_contents, _tests = table(tables.Content), table(tables.TestMessage)

NOTHING = b""


@dataclass(frozen=True, slots=True)
class _Way:
    """Which rows a rule finds, by their key, and what becomes of them."""

    source: sa.Table
    key: tuple[str, ...]
    older: Callable[[datetime], sa.ColumnElement[bool]]
    empties: dict[str, Any] | None = None


def count(session: Session, rule: Rule, before: datetime) -> int:
    """How many rows the rule finds now."""
    way = _WAYS[rule]
    asked = sa.select(sa.func.count()).select_from(way.source).where(way.older(before))
    return session.connection().execute(asked).scalar_one()


def take(session: Session, rule: Rule, before: datetime, limit: int) -> int:
    """Let at most `limit` of them go; how many went. What is unread or in doubt never does."""
    way = _WAYS[rule]
    columns = [way.source.c[name] for name in way.key]
    found = session.connection().execute(sa.select(*columns).where(way.older(before)).limit(limit))
    keys = [tuple(row) for row in found]
    if not keys:
        return 0
    one = columns[0].in_([key[0] for key in keys])
    those = sa.tuple_(*columns).in_(keys) if len(columns) > 1 else one
    if way.empties is None:
        session.connection().execute(sa.delete(way.source).where(those))
    else:
        session.connection().execute(sa.update(way.source).where(those).values(**way.empties))
    return len(keys)


def _unused(before: datetime) -> sa.ColumnElement[bool]:
    """Media that stood above nothing written since."""
    used = (
        sa.select(_variants.c.id)
        .join(_contents, _contents.c.id == _variants.c.content_id)
        .where(
            _variants.c.header_sha256 == _media.c.sha256,
            _contents.c.tenant_id == _media.c.tenant_id,
            sa.or_(_contents.c.updated_at >= before, _contents.c.evergreen.is_(True)),
        )
        .exists()
    )
    return sa.and_(_media.c.created_at < before, sa.not_(used))


_WAYS: dict[Rule, _Way] = {
    Rule.WEBHOOK_BODIES: _Way(
        _webhooks,
        ("id",),
        lambda before: sa.and_(
            _webhooks.c.received_at < before,
            _webhooks.c.state == DONE,
            sa.func.length(_webhooks.c.body) > 0,
        ),
        {"body": NOTHING},
    ),
    Rule.WEBHOOKS: _Way(
        _webhooks,
        ("id",),
        lambda before: sa.and_(
            _webhooks.c.received_at < before,
            _webhooks.c.state == DONE,
            sa.func.length(_webhooks.c.body) == 0,
        ),
    ),
    Rule.ANSWERS: _Way(
        _attempts,
        ("id",),
        lambda before: sa.and_(_attempts.c.ended_at < before, _attempts.c.detail != ""),
        {"detail": ""},
    ),
    Rule.PARKED: _Way(_parked, ("id",), lambda before: _parked.c.received_at < before),
    Rule.SIGN_INS: _Way(_sign_ins, ("token_hash",), lambda before: _sign_ins.c.expires_at < before),
    Rule.RECEIPTS: _Way(_receipts, ("id",), lambda before: _receipts.c.received_at < before),
    Rule.RESENDS: _Way(_resends, ("id",), lambda before: _resends.c.at < before),
    Rule.ATTEMPTS: _Way(_attempts, ("id",), lambda before: _attempts.c.ended_at < before),
    Rule.LOGS: _Way(_logs, ("id",), lambda before: _logs.c.at < before),
    Rule.SAMPLES: _Way(_samples, ("id",), lambda before: _samples.c.second < before),
    Rule.MEDIA: _Way(_media, ("tenant_id", "sha256"), _unused),
}
