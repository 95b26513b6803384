"""A person sets how many messages a second a sender may send at most (spec N2, P5)."""

import math
from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import SenderId
from engine.domain.quality import Quality, effective_rate
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, senders

LEAST_PER_SECOND = 1.0


def change_sender_pace(
    session: Session, sender: SenderId, rate_per_second: float, *, by: Actor, now: datetime
) -> Refused | None:
    """The lanes of this sender keep to the new pace from their next step on.

    Quality may still lower it. Returns None, or why not. Raises Forbidden.
    """
    require(by, Permission.SENDERS_WRITE)
    row = senders.get(session, sender, by.tenant)
    if row is None:
        return Refused("This sender is not in your pool any more.")
    # Quality comes and goes and lowers the rate by itself; a person's pace is bound by the number.
    ceiling = effective_rate(math.inf, Quality.GREEN, 0.0, throughput=row.throughput)
    if not math.isfinite(rate_per_second) or not LEAST_PER_SECOND <= rate_per_second <= ceiling:
        return Refused(
            f"WhatsApp lets this number send {ceiling:g} messages a second at most: "
            f"choose between {LEAST_PER_SECOND:g} and {ceiling:g}."
        )
    before = {"rate_per_second": row.rate_per_second}
    if row.rate_per_second == rate_per_second:
        return Refused(f"{row.display_phone} sends {rate_per_second:g} a second already.")
    senders.set_pace(session, sender, rate_per_second=rate_per_second, now=now)
    audit.append(
        session,
        by=by,
        action="sender.pace_changed",
        subject=f"sender:{sender}",
        before=before,
        after={"rate_per_second": rate_per_second},
        now=now,
    )
    return None
