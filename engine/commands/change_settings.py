"""An administrator changes what the organisation set for itself; the trail keeps both."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.tenant_settings import (
    ABSOLUTE_HOURS,
    BY_KEY,
    IDLE_MINUTES,
    Kind,
    Setting,
    number_of,
    value_of,
)
from engine.store import audit, tenant_settings


def change_settings(
    session: Session, tenant: TenantId, typed: Mapping[str, str], *, by: Actor, now: datetime
) -> int | Refused:
    """Set all of `typed`, or nothing when one of them is wrong; how many changed.

    Returns why not, with a sentence for each. Raises Forbidden.
    """
    require(by, Permission.SETTINGS_WRITE, tenant)
    old = tenant_settings.values(session, tenant)
    new: dict[str, str] = {}
    wrong: list[str] = []
    for key, text in typed.items():
        setting = BY_KEY.get(key)
        value = setting.read(text) if setting is not None else None
        if setting is None or value is None:
            wrong.append(f"{key}: {what_is_allowed(setting)}")
        elif value != value_of(old, key):
            new[key] = value
    if not wrong and _outlives(old | new):
        wrong.append(f"{IDLE_MINUTES}: shorter than the longest session, or it means nothing.")
    if wrong:
        return Refused("Nothing was changed.", tuple(wrong))
    for key, value in new.items():
        tenant_settings.write(session, tenant, key, value, now=now)
        audit.append(
            session,
            by=by,
            action="settings.changed",
            subject=f"setting:{key}",
            before={"value": value_of(old, key)},
            after={"value": value},
            now=now,
            tenant=tenant,
        )
    return len(new)


def what_is_allowed(setting: Setting | None) -> str:
    """The sentence for somebody who typed something else."""
    if setting is None:
        return "there is no such setting."
    match setting.kind:
        case Kind.TEXT:
            return f"{setting.low} to {setting.high} characters."
        case Kind.NUMBER:
            return f"a whole number from {setting.low} to {setting.high}."
        case Kind.CHOICE:
            return f"one of {', '.join(setting.choices)}."


def _outlives(values: Mapping[str, str]) -> bool:
    return number_of(values, IDLE_MINUTES) > 60 * number_of(values, ABSOLUTE_HOURS)
