"""A person sends a held delivery again, knowing that it may arrive twice (spec E3)."""

from datetime import datetime

from sqlmodel import Session

from engine.commands.put_back import Intent, judged, move
from engine.domain.dead_letter import WORDS, Objection
from engine.domain.delivery import Event, State
from engine.domain.ids import DeliveryId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import attempts, audit, dead_letters


def resend_held(
    session: Session, delivery: DeliveryId, *, by: Actor, now: datetime
) -> Refused | None:
    """Make it due at once; a lane takes it from there. Raises Forbidden.

    Refused when it is not held any more, or when it may not go for another reason than the doubt.
    """
    require(by, Permission.DELIVERIES_SETTLE)
    found = dead_letters.one(session, by.tenant, delivery)
    if found is None:
        return Refused("There is no such delivery.")
    if found.letter.state is not State.HELD:
        return Refused("This delivery is not held any more. Look again.")
    intent = Intent(
        action="delivery.resent_knowingly",
        reason=f"Sent again knowingly by {by.name}",
        by=by,
        now=now,
        event=Event.RESEND,
        knowingly=True,
    )
    going, stayed = judged([found], intent)
    if not going:
        return Refused(WORDS[next(iter(stayed))])
    if not move(session, going, State.HELD, intent):
        return Refused(WORDS[Objection.SETTLED])
    audit.append(
        session,
        by=by,
        action=intent.action,
        subject=f"delivery:{delivery}",
        before={"state": State.HELD.value},
        after={
            "state": State.RETRYING.value,
            "attempts_so_far": attempts.tries(session, delivery),
        },
        now=now,
        tenant=found.tenant,
    )
    return None
