"""An administrator gives programs keys, and takes them back (spec I1)."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from engine.domain.api_access import SHOWN_LETTERS, Scope
from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import ENGINE, Actor, Permission, require
from engine.store import api_keys, audit

NAME_LIMIT = 60
KEYS_LIMIT = 50


def key_hash(key: str) -> str:
    """What the database knows a key by."""
    return hashlib.sha256(key.encode()).hexdigest()


def create_api_key(
    session: Session,
    tenant: TenantId,
    *,
    name: str,
    scopes: Collection[Scope],
    key: str,
    by: Actor,
    now: datetime,
) -> int | Refused:
    """Keep the hash of `key`, which whoever asked shows once; its number, or why not.

    Raises Forbidden.
    """
    require(by, Permission.SETTINGS_WRITE, tenant)
    name = " ".join(name.split())
    if not name or len(name) > NAME_LIMIT:
        return Refused(f"Name the program that will use it, in {NAME_LIMIT} characters at most.")
    if not scopes:
        return Refused("Choose what the key may do.")
    known = [row for row in api_keys.everyone(session, tenant) if row.revoked_at is None]
    if any(row.name == name for row in known):
        return Refused(f"There is a key “{name}” already. Revoke it first, or name this otherwise.")
    if len(known) >= KEYS_LIMIT:
        return Refused(f"There are {KEYS_LIMIT} keys already. Revoke one first.")
    made = api_keys.add(
        session,
        tenant,
        name=name,
        start=key[:SHOWN_LETTERS],
        key_hash=key_hash(key),
        scopes=scopes,
        by=by.user,
        now=now,
    )
    audit.append(
        session,
        by=by,
        action="api_key.created",
        subject=f"api_key:{made}",
        after={"name": name, "scopes": sorted(scope.value for scope in scopes)},
        now=now,
        tenant=tenant,
    )
    return made


def revoke_api_key(session: Session, key: int, *, by: Actor, now: datetime) -> Refused | None:
    """From now on it opens nothing. Returns None, or why not. Raises Forbidden."""
    require(by, Permission.SETTINGS_WRITE)
    row = api_keys.get(session, by.tenant, key)
    if row is None or not api_keys.revoke(session, key, now):
        return Refused("This key is revoked already.")
    audit.append(
        session,
        by=by,
        action="api_key.revoked",
        subject=f"api_key:{key}",
        before={"name": row.name},
        now=now,
        tenant=TenantId(row.tenant_id),
    )
    return None


def note_use(session: Session, key: int, *, by: Actor, now: datetime) -> None:
    """A program used it; written down once a minute, and not audited."""
    assert by is ENGINE, "a program says so, not a person"
    api_keys.used(session, key, now)
