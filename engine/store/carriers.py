"""An organisation's mail server and SMS provider. What is secret goes in here, and out to whoever
sends alone.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.carriers import CarrierDraft, CarrierKind
from engine.domain.ids import TenantId
from engine.store.dialects import table
from engine.store.tables import Carrier, CarrierSecret, Tenant

_carriers, _secrets = table(Carrier), table(CarrierSecret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A carrier with everything it takes to use it. Never shown, logged or exported."""

    kind: CarrierKind
    options: dict[str, str]
    secrets: dict[str, str] = field(repr=False)
    sandbox: bool
    organisation: str


def get(session: Session, tenant: TenantId, kind: CarrierKind) -> Carrier | None:
    """One, without what is secret; None when there is none."""
    return session.get(Carrier, (tenant, kind.value), populate_existing=True)


def reach(session: Session, tenant: TenantId, kind: CarrierKind) -> Reach | None:
    """How to use it; None when there is none. For whoever sends, and for nobody else."""
    row = get(session, tenant, kind)
    if row is None:
        return None
    secret, house = (
        session.get(CarrierSecret, (tenant, kind.value)),
        session.get(Tenant, tenant),
    )
    assert house is not None
    return Reach(
        kind=kind,
        options=json.loads(row.options),
        secrets={} if secret is None else json.loads(secret.value),
        sandbox=house.sandbox,
        organisation=house.name,
    )


def write(
    session: Session, tenant: TenantId, draft: CarrierDraft, *, version: int, now: datetime
) -> bool:
    """Keep one that is still at `version`, 0 when there was none; an empty secret keeps the old."""
    options = json.dumps(draft.options, ensure_ascii=False)
    where = sa.and_(_carriers.c.tenant_id == tenant, _carriers.c.kind == draft.kind.value)
    if version == 0:
        if get(session, tenant, draft.kind) is not None:
            return False
        session.add(
            Carrier(
                tenant_id=tenant,
                kind=draft.kind.value,
                shown=draft.shown,
                options=options,
                updated_at=now,
            )
        )
        session.flush()
    else:
        values = {"shown": draft.shown, "options": options, "updated_at": now}
        changed = session.connection().execute(
            sa.update(_carriers)
            .where(where, _carriers.c.version == version)
            .values(version=version + 1, **values)
        )
        if changed.rowcount != 1:
            return False
    _keep_secrets(session, tenant, draft)
    return True


def remove(session: Session, tenant: TenantId, kind: CarrierKind) -> bool:
    """Take it away, and its secrets with it; False when there was none."""
    gone = 0
    for each in (_secrets, _carriers):
        here = sa.and_(each.c.tenant_id == tenant, each.c.kind == kind.value)
        gone = session.connection().execute(sa.delete(each).where(here)).rowcount
    return gone == 1


def _keep_secrets(session: Session, tenant: TenantId, draft: CarrierDraft) -> None:
    if not draft.secrets:
        return
    known = session.get(CarrierSecret, (tenant, draft.kind.value))
    before: dict[str, str] = {} if known is None else json.loads(known.value)
    text = json.dumps(before | draft.secrets)
    if known is None:
        known = CarrierSecret(tenant_id=tenant, kind=draft.kind.value, value=text)
    known.value = text
    session.add(known)
    session.flush()
