"""When we turned webhooks away: WhatsApp calls again with them, nobody knows when."""

from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from engine.store.dialects import table
from engine.store.tables import IntakeGap

ONE_GAP = timedelta(seconds=60)
"""What is turned away within this of the last is of the same gap: a flood makes few rows."""

_gaps = table(IntakeGap)


class Gap(NamedTuple):
    """A stretch in which webhooks were turned away."""

    since: datetime
    until: datetime
    webhooks: int


def note(session: Session, gap: Gap) -> None:
    """Write a gap down, or make the last one longer."""
    connection = session.connection()
    last = sa.select(sa.func.max(_gaps.c.id)).scalar_subquery()
    longer = (
        sa.update(_gaps)
        .where(_gaps.c.id == last, _gaps.c.ended_at >= gap.since - ONE_GAP)
        .values(ended_at=gap.until, webhooks=_gaps.c.webhooks + gap.webhooks)
    )
    if connection.execute(longer).rowcount:
        return
    connection.execute(
        sa.insert(_gaps).values(began_at=gap.since, ended_at=gap.until, webhooks=gap.webhooks)
    )


def last_end(session: Session, since: datetime, until: datetime) -> datetime | None:
    """When the last gap ended that did so between these; None: there was none."""
    return session.connection().execute(_LAST_END, {"since": since, "until": until}).scalar_one()


_LAST_END = sa.select(sa.func.max(_gaps.c.ended_at)).where(
    _gaps.c.ended_at.between(sa.bindparam("since"), sa.bindparam("until"))
)
