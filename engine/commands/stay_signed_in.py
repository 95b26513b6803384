"""A person did something just now: their session is not idle (spec X2)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.roles import Actor, Permission, require
from engine.store import users


def stay_signed_in(session: Session, token_hash: str, *, by: Actor, now: datetime) -> None:
    """Note it. No audit row: it changes nothing anybody may ask about. Raises Forbidden."""
    require(by, Permission.VIEW)
    users.touch(session, token_hash, now=now)
