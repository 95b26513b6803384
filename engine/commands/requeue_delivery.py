"""A person puts one dead letter back, or a cancelled delivery whose reason is gone (spec E4)."""

from datetime import datetime

from sqlmodel import Session

from engine.commands.put_back import Intent, judged, move
from engine.domain.dead_letter import WORDS, Objection
from engine.domain.delivery import State
from engine.domain.ids import DeliveryId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, dead_letters


def requeue_delivery(
    session: Session,
    delivery: DeliveryId,
    *,
    knowingly: bool = False,
    by: Actor,
    now: datetime,
) -> Refused | None:
    """Make it due at once; a lane of its broadcast takes it from there. Raises Forbidden.

    knowingly: also when one of its tries was never answered, so that it may arrive twice.
    """
    require(by, Permission.DELIVERIES_SETTLE)
    found = dead_letters.one(session, by.tenant, delivery)
    if found is None:
        return Refused("There is no such delivery.")
    intent = Intent(
        action="delivery.requeued",
        reason=f"Put back by {by.name}",
        by=by,
        now=now,
        knowingly=knowingly,
    )
    going, stayed = judged([found], intent)
    if not going:
        return Refused(WORDS[next(iter(stayed))])
    old = found.letter.state
    if not move(session, going, old, intent):
        return Refused(WORDS[Objection.SETTLED])
    audit.append(
        session,
        by=by,
        action=intent.action,
        subject=f"delivery:{delivery}",
        before={"state": old.value},
        after={"state": State.RETRYING.value, "knowingly": knowingly},
        now=now,
        tenant=found.tenant,
    )
    return None
