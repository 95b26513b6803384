"""How long a person stays signed in, and how often one may guess a password (spec X2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

IDLE_LIMIT = timedelta(hours=8)
"""Signed out after this long without a click; an open page that merely looks does not count."""
ABSOLUTE_LIMIT = timedelta(hours=24)
TOUCH_AFTER = timedelta(minutes=5)
"""How stale `seen_at` may become before it is written again: clicks are frequent."""

GUESS_WINDOW = timedelta(minutes=5)
GUESSES_PER_ACCOUNT_AND_ADDRESS = 5
GUESSES_PER_ACCOUNT = 20
GUESSES_PER_ADDRESS = 30

PASSWORD_MIN_LENGTH = 12

INVITATION_LIFE = timedelta(days=3)
CODE_LIFE = timedelta(minutes=5)
"""How long one may look for the authenticator's code after the password."""


def is_live(
    *,
    seen_at: datetime,
    expires_at: datetime,
    revoked_at: datetime | None,
    now: datetime,
    idle_limit: timedelta = IDLE_LIMIT,
) -> bool:
    """Whether a session still opens doors: not revoked, neither idle nor old."""
    return revoked_at is None and now < expires_at and now - seen_at < idle_limit


def handle_of(token_hash: str) -> str:
    """How a session is named to its owner: enough to tell it from others, useless to come in."""
    return token_hash[:16]


def wants_touch(seen_at: datetime, now: datetime) -> bool:
    """Whether `seen_at` is stale enough to be worth a write."""
    return now - seen_at >= TOUCH_AFTER


def wait_before_guess(failures: Sequence[datetime], limit: int, now: datetime) -> timedelta:
    """How long to wait before the next guess, given when earlier ones failed, oldest first."""
    recent = [at for at in failures if now - at < GUESS_WINDOW]
    if len(recent) < limit:
        return timedelta(0)
    return recent[-limit] + GUESS_WINDOW - now
