"""What the page of a broadcast shows of its emergency: whether one may begin, and how it goes."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain import emergency as rules
from engine.domain.broadcast import BroadcastState
from engine.domain.emergency import Channel, EmergencyState, LetterState
from engine.domain.ids import BroadcastId, TenantId
from engine.store import broadcasts, emergencies, emergency_letters
from engine.store.dialects import table
from engine.store.tables import Delivery, User

_d = table(Delivery).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """An emergency that was declared."""

    state: EmergencyState
    declared_at: datetime
    by: str
    reason: str
    people: int
    counts: dict[tuple[Channel, LetterState], int] = field(
        default_factory=dict[tuple[Channel, LetterState], int]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyView:
    """may: whether one can be declared now. proposed: whether somebody should think of it."""

    may: bool
    proposed: bool
    going: Going | None


def emergency(
    session: Session, tenant: TenantId, broadcast: BroadcastId, *, now: datetime
) -> EmergencyView | None:
    """The emergency of a broadcast; None when there is no such broadcast."""
    row = broadcasts.find(session, broadcast, tenant)
    if row is None:
        return None
    declared = emergencies.get(session, broadcast)
    if declared is not None:
        user = None if declared.declared_by is None else session.get(User, declared.declared_by)
        going = Going(
            state=EmergencyState(declared.state),
            declared_at=declared.declared_at,
            by="" if user is None else user.name,
            reason=declared.reason,
            people=declared.people,
            counts=emergency_letters.counts(session, broadcast),
        )
        return EmergencyView(may=False, proposed=False, going=going)
    why = rules.why_not(BroadcastState(row.state), opens_at=row.opens_at, now=now)
    return EmergencyView(
        may=why is None,
        proposed=why is None
        and rules.proposes(
            targeted=row.targeted,
            arrived=_arrived(session, broadcast),
            closes_at=row.closes_at,
            now=now,
        ),
        going=None,
    )


def _arrived(session: Session, broadcast: BroadcastId) -> int:
    asked = sa.select(sa.func.count()).where(
        _d.broadcast_id == broadcast,
        sa.or_(_d.delivered_at.is_not(None), _d.read_at.is_not(None)),
    )
    return session.connection().execute(asked).scalar_one()
