"""What commands that send deliveries again share: ask the domain, move what may go, write it down.

A requeue never sends twice: it follows an arrow of the state machine where the old state still
stands, so two people, or a person and a receipt, move a delivery once.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from engine.domain.broadcast import BroadcastEvent, BroadcastState
from engine.domain.dead_letter import Objection, WantedLetters, objection
from engine.domain.delivery import Event, State, advance
from engine.domain.ids import BroadcastId, DeliveryId
from engine.domain.roles import Actor
from engine.store import audit, broadcasts, dead_letters
from engine.store.dead_letters import Found

AT_ONCE = 100
"""Deliveries in one transaction: some 7 ms of work, where lanes do not notice 20 (spec R3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack:
    """One transaction's worth of many. `stayed`: how many may not go, by why.

    next: give it back as `before` to go on; None when nothing is left to look at.
    """

    count: int = 0
    stayed: Mapping[Objection, int] = field(default_factory=dict[Objection, int])
    next: DeliveryId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Who wants deliveries sent again, and as what it goes into the audit trail."""

    action: str
    reason: str
    by: Actor
    now: datetime
    event: Event = Event.REQUEUE
    knowingly: bool = False


def put_back(
    session: Session, wanted: WantedLetters, intent: Intent, *, before: DeliveryId | None
) -> PutBack:
    """Put back the next AT_ONCE of what is wanted, newest first, as far as they may go."""
    found = dead_letters.find(session, wanted, before=before, limit=AT_ONCE)
    going, stayed = judged(found, intent)
    moved = move(session, going, wanted.state, intent)
    # Locked since they were found; without locks, a single writer: none is lost on the way.
    stayed[Objection.SETTLED] += len(going) - len(moved)
    if moved:
        audit.append(
            session,
            by=intent.by,
            action=intent.action,
            subject=_subject(wanted),
            before={"state": wanted.state.value},
            after={
                "state": State.RETRYING.value,
                "count": len(moved),
                "deliveries": moved,
                "stayed": {why.value: count for why, count in stayed.items() if count},
            },
            now=intent.now,
            tenant=wanted.tenant,
        )
    more = len(found) == AT_ONCE
    return PutBack(count=len(moved), stayed=+stayed, next=found[-1].delivery if more else None)


def judged(found: Sequence[Found], intent: Intent) -> tuple[list[Found], Counter[Objection]]:
    """Those that may go, and how many may not, by why."""
    going: list[Found] = []
    stayed: Counter[Objection] = Counter()
    for one in found:
        why = objection(one.letter, event=intent.event, knowingly=intent.knowingly, now=intent.now)
        if why is None:
            going.append(one)
        else:
            stayed[why] += 1
    return going, stayed


def move(session: Session, going: Sequence[Found], old: State, intent: Intent) -> list[DeliveryId]:
    """Make them due at once, and open their broadcasts again; returns those that moved."""
    if not going:
        return []
    moved = dead_letters.move(
        session,
        [one.delivery for one in going],
        old=old,
        new=advance(old, intent.event),
        reason=intent.reason,
        due_at=intent.now,
        now=intent.now,
    )
    if moved:
        for broadcast in {one.broadcast for one in going if one.broadcast is not None}:
            reopen(session, broadcast)
    return moved


def reopen(session: Session, broadcast: BroadcastId) -> None:
    """Open a finished broadcast again, so that its lanes run; any other stays as it is."""
    if broadcasts.state_of(session, broadcast) is BroadcastState.FINISHED:
        broadcasts.advance(session, broadcast, BroadcastEvent.REOPEN, finished_at=None)


def _subject(wanted: WantedLetters) -> str:
    return "deliveries" if wanted.broadcast is None else f"broadcast:{wanted.broadcast}"
