"""Keys and the webhooks' intake in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app import formats
from engine.domain.api_access import WORDS
from engine.read.api_access import IntakeNow, KeyRow

SLOW = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key's line."""

    id: int
    name: str
    start: str
    scopes: str
    made: str
    used: str
    used_at: str
    active: bool
    revoked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How webhooks come in, and whether that is well."""

    verdict: str = ""
    tone: str = "quiet"
    why: str = ""
    last: str = formats.NOTHING
    last_at: str = ""
    hour: str = "0"
    day: str = "0"
    waiting: str = "0"
    slowest: str = formats.NOTHING
    unreadable: str = "0"
    parked: str = "0"


def key(row: KeyRow, now: datetime) -> Key:
    """One key as the table shows it."""
    made_by = f" by {row.made_by}" if row.made_by else ""
    return Key(
        id=row.id,
        name=row.name,
        start=f"{row.start}…",
        scopes=", ".join(WORDS[scope] for scope in row.scopes),
        made=f"{formats.date(row.made_at)}{made_by}",
        used=formats.ago(row.used_at, now),
        used_at=formats.moment(row.used_at) if row.used_at else "",
        active=row.revoked_at is None,
        revoked=f"Revoked {formats.date(row.revoked_at)}" if row.revoked_at else "",
    )


def intake(found: IntakeNow, now: datetime) -> Intake:
    """The intake as the page shows it."""
    verdict, tone, why = _verdict(found, now)
    return Intake(
        verdict=verdict,
        tone=tone,
        why=why,
        last=formats.ago(found.last_at, now),
        last_at=formats.moment(found.last_at) if found.last_at else "",
        hour=formats.number(found.last_hour),
        day=formats.number(found.last_day),
        waiting=formats.number(found.waiting),
        slowest=formats.seconds(found.slowest_seconds),
        unreadable=formats.number(found.unreadable),
        parked=formats.number(found.parked),
    )


def _verdict(found: IntakeNow, now: datetime) -> tuple[str, str, str]:
    if found.last_at is None:
        return (
            "Not yet",
            "quiet",
            "WhatsApp has not called. Enter the address and the verify token in the app’s webhook "
            "settings at Meta, and subscribe to messages and to the template fields.",
        )
    if found.oldest_waiting is not None and now - found.oldest_waiting > SLOW:
        since = formats.duration(now - found.oldest_waiting)
        return "Behind", "bad", f"The oldest has waited {since} to be read. Is the engine running?"
    if found.unreadable:
        return (
            "Well, with remains",
            "warn",
            "Some could not be read. They are kept as they came, for a person to look at.",
        )
    return "Well", "good", "What comes in is stored before it is answered, and read at once."
