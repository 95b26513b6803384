"""An administrator says who carries mail and SMS for the organisation.

What is secret goes in and never comes out again: the trail says that it was set, not what to.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from engine.domain.carriers import CarrierDraft, CarrierKind, read_carrier
from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, carriers, tenants

CHANGED = Refused("Somebody else has just changed this. Look at theirs first.")


def set_carrier(
    session: Session,
    tenant: TenantId,
    kind: CarrierKind,
    typed: Mapping[str, str],
    *,
    version: int,
    by: Actor,
    now: datetime,
) -> Refused | None:
    """Set it, over one that is at `version`; a secret left empty stays. Raises Forbidden."""
    require(by, Permission.SETTINGS_WRITE, tenant)
    before = carriers.get(session, tenant, kind)
    read = read_carrier(
        kind,
        typed,
        sandbox=tenants.is_sandbox(session, tenant),
        has_secrets=before is not None,
    )
    if not isinstance(read, CarrierDraft):
        return Refused("Nothing was changed.", read)
    was = {} if before is None else {"leads_to": before.shown}
    if not carriers.write(session, tenant, read, version=version, now=now):
        return CHANGED
    audit.append(
        session,
        by=by,
        action="carrier.set",
        subject=f"carrier:{kind.value}",
        before=was,
        after={"leads_to": read.shown} | ({"secret": "set"} if read.secrets else {}),
        now=now,
        tenant=tenant,
    )
    return None


def remove_carrier(
    session: Session, tenant: TenantId, kind: CarrierKind, *, by: Actor, now: datetime
) -> Refused | None:
    """Take it away, and its secrets with it. Raises Forbidden."""
    require(by, Permission.SETTINGS_WRITE, tenant)
    row = carriers.get(session, tenant, kind)
    if row is None:
        return Refused("It is not there any more.")
    shown = row.shown
    session.expunge(row)
    carriers.remove(session, tenant, kind)
    audit.append(
        session,
        by=by,
        action="carrier.removed",
        subject=f"carrier:{kind.value}",
        before={"leads_to": shown},
        now=now,
        tenant=tenant,
    )
    return None
