"""Channels of alerts. What is secret about one goes in here, and out to whoever sends alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.alert_channels import ChannelDraft, ChannelKind
from engine.domain.alerting import Severity
from engine.domain.ids import TenantId
from engine.store.dialects import table
from engine.store.tables import AlertChannel, AlertSecret, Tenant

CHANNELS_LIMIT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A channel with everything it takes to reach it. Never shown, logged or exported."""

    id: int
    kind: ChannelKind
    options: dict[str, str]
    secrets: dict[str, str]
    sandbox: bool
    organisation: str


def everyone(session: Session, tenant: TenantId) -> Sequence[AlertChannel]:
    """An organisation's channels that were not removed, in the order they came."""
    asked = (
        select(AlertChannel)
        .where(col(AlertChannel.tenant_id) == tenant, col(AlertChannel.removed_at).is_(None))
        .order_by(col(AlertChannel.id))
    )
    return session.exec(asked).all()


def get(session: Session, tenant: TenantId | None, channel: int) -> AlertChannel | None:
    """One channel; None when it was removed, or with `tenant`, when it is another's."""
    row = session.get(AlertChannel, channel)
    if row is None or row.removed_at is not None:
        return None
    return None if tenant is not None and row.tenant_id != tenant else row


def told_from(session: Session, tenant: TenantId, severity: Severity) -> list[AlertChannel]:
    """The channels that are told of what is so severe."""
    return [row for row in everyone(session, tenant) if row.active and row.least <= int(severity)]


def add(session: Session, tenant: TenantId, draft: ChannelDraft, now: datetime) -> int:
    """A new channel; its number."""
    row = AlertChannel(
        tenant_id=tenant,
        kind=draft.kind.value,
        name=draft.name,
        shown=draft.shown,
        options=json.dumps(draft.options, ensure_ascii=False),
        least=int(draft.least),
        created_at=now,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    _keep_secrets(session, row.id, draft.secrets)
    return row.id


def write(session: Session, channel: int, draft: ChannelDraft, version: int) -> bool:
    """Change one that is still at `version`; an empty secret keeps the one it has."""
    values: dict[str, object] = {
        "name": draft.name,
        "options": json.dumps(draft.options, ensure_ascii=False),
        "least": int(draft.least),
        "version": version + 1,
    }
    if draft.secrets or draft.kind is not ChannelKind.SLACK:
        values["shown"] = draft.shown
    if not _set(session, channel, version, values):
        return False
    _keep_secrets(session, channel, draft.secrets)
    return True


def switch(session: Session, channel: int, active: bool, version: int) -> bool:
    """On or off."""
    return _set(session, channel, version, {"active": active, "version": version + 1})


def remove(session: Session, channel: int, now: datetime) -> None:
    """From now on it is told nothing; its secrets are gone, its log stays."""
    session.connection().execute(
        sa.delete(table(AlertSecret)).where(table(AlertSecret).c.channel_id == channel)
    )
    session.connection().execute(
        sa.update(table(AlertChannel))
        .where(table(AlertChannel).c.id == channel)
        .values(removed_at=now, active=False)
    )


def connection(session: Session, channel: int) -> Connection | None:
    """How to reach it; None when it was removed. For whoever sends, and for nobody else."""
    row = session.get(AlertChannel, channel)
    if row is None or row.removed_at is not None:
        return None
    secret = session.get(AlertSecret, channel)
    tenant = session.get(Tenant, row.tenant_id)
    assert tenant is not None
    return Connection(
        id=channel,
        kind=ChannelKind(row.kind),
        options=json.loads(row.options),
        secrets={} if secret is None else json.loads(secret.value),
        sandbox=tenant.sandbox,
        organisation=tenant.name,
    )


def _set(session: Session, channel: int, version: int, values: dict[str, object]) -> bool:
    changed = session.connection().execute(
        sa.update(table(AlertChannel))
        .where(table(AlertChannel).c.id == channel, table(AlertChannel).c.version == version)
        .where(table(AlertChannel).c.removed_at.is_(None))
        .values(**values)
    )
    return changed.rowcount == 1


def _keep_secrets(session: Session, channel: int, secrets: dict[str, str]) -> None:
    if not secrets:
        return
    known = session.get(AlertSecret, channel)
    before: dict[str, str] = {} if known is None else json.loads(known.value)
    text = json.dumps(before | secrets)
    if known is None:
        session.add(AlertSecret(channel_id=channel, value=text))
    else:
        known.value = text
        session.add(known)
    session.flush()
