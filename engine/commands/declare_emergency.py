"""A person declares a broadcast a catastrophe, or ends what they declared (spec E6).

Who declares it names the number of people and the reason: never are more sent to than they named.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.domain import emergency as rules
from engine.domain.broadcast import BroadcastState
from engine.domain.content import content_hash
from engine.domain.digits import grouped
from engine.domain.emergency import CARRIER, Channel, EmergencyState
from engine.domain.ids import BroadcastId, ContentId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, broadcasts, carriers, emergencies, emergency_letters
from engine.store import content as contents
from engine.store.tables import Broadcast

GONE = Refused("This broadcast is not there any more.")
STOPPED = "The emergency was ended before it left."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """How many have not got it, and how many of them can be sent to by which channel."""

    missing: int
    by: dict[Channel, int]

    @property
    def people(self) -> int:
        """All that can be sent to."""
        return sum(self.by.values())


def declare_emergency(
    session: Session,
    broadcast: BroadcastId,
    *,
    shown: int,
    typed: str,
    reason: str,
    by: Actor,
    now: datetime,
) -> int | Refused:
    """Begin it; how many people it is for at most, or why not. shown: how many people the question
    named; typed: what the person typed to confirm that. Raises Forbidden.
    """
    require(by, Permission.BROADCAST_CONTROL)
    row = broadcasts.find(session, broadcast, by.tenant)
    if row is None:
        return GONE
    tenant, said = TenantId(row.tenant_id), " ".join(reason.split())
    found = reachable(session, tenant, broadcast)
    why = (
        rules.why_not(BroadcastState(row.state), opens_at=row.opens_at, now=now)
        or rules.wrong_word(typed, said, shown=shown, people=found.people)
        or _not_as_approved(session, row)
    )
    if why:
        return Refused(why)
    begun = emergencies.declare(
        session, tenant, broadcast, people=found.people, reason=said, by=by.user, now=now
    )
    if not begun:
        return Refused("An emergency was declared for this broadcast already: there is only one.")
    broadcasts.log(
        session,
        tenant=tenant,
        broadcast=broadcast,
        event="emergency.declared",
        words=f"Emergency: {grouped(found.people)} people get it by SMS or e-mail",
        now=now,
    )
    by_channel = {channel.value: count for channel, count in found.by.items()}
    audit.append(
        session,
        by=by,
        action="emergency.declared",
        subject=f"broadcast:{broadcast}",
        after={"people": found.people, "missing": found.missing, "reason": said} | by_channel,
        now=now,
        tenant=tenant,
    )
    return found.people


def stop_emergency(
    session: Session, broadcast: BroadcastId, *, by: Actor, now: datetime
) -> int | Refused:
    """End it; how many messages do not leave, or why not. Raises Forbidden."""
    require(by, Permission.BROADCAST_CONTROL)
    row = broadcasts.find(session, broadcast, by.tenant)
    if row is None:
        return GONE
    if not any(
        emergencies.advance(session, broadcast, was, EmergencyState.STOPPED, ended_at=now)
        for was in rules.UNDER_WAY
    ):
        return Refused("There is no emergency going on.")
    stopped = emergency_letters.stop_waiting(session, broadcast, STOPPED, now)
    audit.append(
        session,
        by=by,
        action="emergency.stopped",
        subject=f"broadcast:{broadcast}",
        after={"not_sent": stopped},
        now=now,
        tenant=TenantId(row.tenant_id),
    )
    return stopped


def reachable(session: Session, tenant: TenantId, broadcast: BroadcastId) -> Reachable:
    """Who has not got it, in numbers. Looks at every delivery that has not arrived."""
    carried = frozenset(
        channel for channel in Channel if carriers.get(session, tenant, CARRIER[channel])
    )
    missing, _ = emergencies.missing(session, broadcast, after=0, limit=None)
    by = dict.fromkeys(Channel, 0)
    for one in missing:
        channel = rules.channel_for(one.addresses, carried)
        if channel is not None:
            by[channel] += 1
    return Reachable(missing=len(missing), by=by)


def _not_as_approved(session: Session, row: Broadcast) -> str:
    """What goes by SMS is what was approved, to the letter: its hash says so."""
    if row.content_id is None:
        return "No content is bound to this broadcast."
    packs = [(row.content_id, row.content_hash), (row.b_content_id, row.b_content_hash)]
    for pack, approved in packs:
        if pack is None:
            continue
        variants = map(contents.as_new, contents.variants(session, ContentId(pack)))
        if content_hash(variants) != approved:
            return "The content is not what was approved any more, so nothing of it is sent."
    return ""
