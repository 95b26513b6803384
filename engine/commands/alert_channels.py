"""An administrator says where alerts are told: adds a channel, changes, tests, removes it.

What is secret goes in and never comes out again: the trail says that it was changed, not what to.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from engine.domain.alert_channels import ChannelDraft, ChannelKind, read_channel
from engine.domain.alerting import Severity
from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import alert_channels, alert_notices, audit, tenants
from engine.store.alert_channels import CHANNELS_LIMIT

GONE = Refused("This channel was removed.")
CHANGED = Refused("Somebody else has just changed this channel. Look at theirs first.")


def add_alert_channel(
    session: Session,
    tenant: TenantId,
    kind: ChannelKind,
    typed: Mapping[str, str],
    *,
    by: Actor,
    now: datetime,
) -> int | Refused:
    """A new channel; its number, or why not. Raises Forbidden."""
    require(by, Permission.SETTINGS_WRITE, tenant)
    if len(alert_channels.everyone(session, tenant)) >= CHANNELS_LIMIT:
        return Refused(f"There are {CHANNELS_LIMIT} channels already. Remove one first.")
    read = read_channel(kind, typed, sandbox=tenants.is_sandbox(session, tenant))
    if not isinstance(read, ChannelDraft):
        return Refused("Nothing was added.", read)
    made = alert_channels.add(session, tenant, read, now)
    _audit(session, "alert_channel.added", made, {}, _told(read), by, now, tenant)
    return made


def change_alert_channel(
    session: Session,
    channel: int,
    typed: Mapping[str, str],
    *,
    version: int,
    by: Actor,
    now: datetime,
) -> Refused | None:
    """Change it; a secret left empty stays as it is. Raises Forbidden."""
    require(by, Permission.SETTINGS_WRITE)
    row = alert_channels.get(session, by.tenant, channel)
    if row is None:
        return GONE
    tenant = TenantId(row.tenant_id)
    read = read_channel(
        ChannelKind(row.kind),
        typed,
        sandbox=tenants.is_sandbox(session, tenant),
        has_secrets=True,
    )
    if not isinstance(read, ChannelDraft):
        return Refused("Nothing was changed.", read)
    before = {"name": row.name, "leads_to": row.shown, "from": Severity(row.least).word}
    if not alert_channels.write(session, channel, read, version):
        return CHANGED
    session.refresh(row)
    _audit(
        session,
        "alert_channel.changed",
        channel,
        before,
        _told(read) | {"leads_to": row.shown},
        by,
        now,
        tenant,
    )
    return None


def switch_alert_channel(
    session: Session, channel: int, *, active: bool, by: Actor, now: datetime
) -> Refused | None:
    """Tell it things, or nothing for a while. Raises Forbidden."""
    require(by, Permission.SETTINGS_WRITE)
    row = alert_channels.get(session, by.tenant, channel)
    if row is None:
        return GONE
    before = row.active
    if before == active or not alert_channels.switch(session, channel, active, row.version):
        return Refused("It is so already.")
    tenant = TenantId(row.tenant_id)
    told, tells = {"active": before}, {"active": active}
    _audit(session, "alert_channel.switched", channel, told, tells, by, now, tenant)
    return None


def remove_alert_channel(
    session: Session, channel: int, *, by: Actor, now: datetime
) -> Refused | None:
    """Take it away, and its secrets with it; its log stays. Raises Forbidden."""
    require(by, Permission.SETTINGS_WRITE)
    row = alert_channels.get(session, by.tenant, channel)
    if row is None:
        return GONE
    before = {"name": row.name, "leads_to": row.shown}
    tenant = TenantId(row.tenant_id)
    alert_channels.remove(session, channel, now)
    _audit(session, "alert_channel.removed", channel, before, {}, by, now, tenant)
    return None


def try_alert_channel(session: Session, channel: int, *, by: Actor, now: datetime) -> int | Refused:
    """Send it a test; the number of its line in the delivery log. Raises Forbidden."""
    require(by, Permission.SETTINGS_WRITE)
    row = alert_channels.get(session, by.tenant, channel)
    if row is None:
        return GONE
    tenant = TenantId(row.tenant_id)
    owed = alert_notices.owe_test(
        session,
        tenant,
        channel,
        # Two presses within a second are one.
        key=f"test-{channel}-{int(now.timestamp())}",
        words=f"{tenants.name_of(session, tenant)} tells “{row.name}” of alerts from now on.",
        now=now,
    )
    if owed is None:
        return Refused("A test is on its way already.")
    _audit(session, "alert_channel.tested", channel, {}, {"name": row.name}, by, now, tenant)
    return owed


def _told(read: ChannelDraft) -> dict[str, str]:
    told = {"kind": read.kind.value, "name": read.name, "leads_to": read.shown}
    told["from"] = read.least.word
    return told | ({"secret": "set"} if read.secrets else {})


def _audit(
    session: Session,
    action: str,
    channel: int,
    before: Mapping[str, object],
    after: Mapping[str, object],
    by: Actor,
    now: datetime,
    tenant: TenantId,
) -> None:
    audit.append(
        session,
        by=by,
        action=action,
        subject=f"alert_channel:{channel}",
        before=dict(before),
        after=dict(after),
        now=now,
        tenant=tenant,
    )
