"""The personal values beside the audit trail, each person's key, and the loss of both (spec X1)."""

import secrets
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.audit import SEAL, Personal, personal_seal
from engine.store.dialects import table
from engine.store.tables import AuditKey, AuditValue

KEY_BYTES = 32

_keys, _values = table(AuditKey), table(AuditValue)


def seal(
    session: Session, person: str, side: str, values: Mapping[str, Any] | None
) -> tuple[Mapping[str, Any] | None, dict[str, str]]:
    """`values` as the trail may keep them, and by place what is to stand beside it.

    person: who they name; their key is made when they have none. side: before or after.
    """
    if values is None or not any(isinstance(value, Personal) for value in values.values()):
        return values, {}
    key = _key_of(session, person)
    beside: dict[str, str] = {}
    sealed: dict[str, Any] = {}
    for field, value in values.items():
        if isinstance(value, Personal):
            beside[f"{side}.{field}"] = value.value
            sealed[field] = {SEAL: personal_seal(key, value.value)}
        else:
            sealed[field] = value
    return sealed, beside


def keep(session: Session, number: int, person: str, beside: Mapping[str, str]) -> None:
    """Put values beside the entry of that number."""
    if beside:
        session.connection().execute(
            sa.insert(_values),
            [
                {"number": number, "field": place, "person": person, "value": value}
                for place, value in beside.items()
            ],
        )


def forget(session: Session, person: str) -> int:
    """Destroy a person's key, and with it the values it sealed; how many there were."""
    session.connection().execute(sa.delete(_keys).where(_keys.c.person == person))
    gone = session.connection().execute(sa.delete(_values).where(_values.c.person == person))
    return gone.rowcount


def _key_of(session: Session, person: str) -> bytes:
    asked = sa.select(_keys.c.key).where(_keys.c.person == person)
    found = session.connection().execute(asked).scalar_one_or_none()
    if found is not None:
        return bytes(found)
    key = secrets.token_bytes(KEY_BYTES)
    session.connection().execute(sa.insert(_keys).values(person=person, key=key))
    return key
