"""A person sets how many people a sender may reach in 24 hours at most (spec N2)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.digits import grouped
from engine.domain.ids import SenderId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, senders

MOST_PEOPLE = 10_000_000
"""More than any number can reach in a day: a slip of the finger."""


def change_sender_cap(
    session: Session, sender: SenderId, people: int | None, *, by: Actor, now: datetime
) -> Refused | None:
    """Plans and lanes keep to it from now on. people: None for no cap.

    Returns None, or why not. Raises Forbidden.
    """
    require(by, Permission.SENDERS_WRITE)
    row = senders.get(session, sender, by.tenant)
    if row is None:
        return Refused("This sender is not in your pool any more.")
    if people is not None and not 1 <= people <= MOST_PEOPLE:
        return Refused(
            f"A cap is between 1 and {grouped(MOST_PEOPLE)} people in 24 hours. "
            "To send nothing by this sender, rest it."
        )
    if row.daily_cap == people:
        return Refused(f"{row.display_phone} has this cap already.")
    before = {"daily_cap": row.daily_cap}
    senders.set_daily_cap(session, sender, people=people, now=now)
    audit.append(
        session,
        by=by,
        action="sender.cap_changed",
        subject=f"sender:{sender}",
        before=before,
        after={"daily_cap": people},
        now=now,
    )
    return None
