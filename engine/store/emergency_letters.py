"""The messages of emergencies: owed once, marked before they leave, ended once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.emergency import Channel, EmergencyState, LetterState
from engine.domain.ids import BroadcastId, SubscriberId, TenantId
from engine.store import channel_consents, emergencies
from engine.store.dialects import insert_ignoring, spelled, table
from engine.store.tables import Delivery, Emergency, EmergencyLetter, Subscriber

ARRIVED = "It arrived by WhatsApp meanwhile, or they are no subscriber any more."
TOOK_BACK = "They took their consent back meanwhile."

_e, _l = table(Emergency), table(EmergencyLetter)
_d, _s = table(Delivery).c, table(Subscriber).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message that was marked, with everything it is made of."""

    id: int
    subscriber: SubscriberId
    channel: Channel
    attempts: int
    language: str
    parameters: str
    addresses: dict[Channel, str]


def enlist(
    session: Session,
    tenant: TenantId,
    broadcast: BroadcastId,
    people: Sequence[tuple[emergencies.Missing, Channel]],
    *,
    up_to: int | None,
    most: int,
    now: datetime,
) -> int:
    """Owe each of them one message, `most` in all; how many are new."""
    had = session.connection().execute(
        sa.select(sa.func.count()).where(_l.c.broadcast_id == broadcast)
    )
    rows = [
        {
            "tenant_id": tenant,
            "broadcast_id": broadcast,
            "subscriber_id": one.subscriber,
            "delivery_id": one.delivery,
            "channel": channel.value,
            "state": LetterState.WAITING.value,
            "due_at": now,
        }
        for one, channel in people[: max(0, most - had.scalar_one())]
    ]
    new = 0
    if rows:
        insert = insert_ignoring(session, EmergencyLetter, ["broadcast_id", "subscriber_id"])
        done = session.connection().execute(insert.values(rows).returning(_l.c.id))
        new = len(done.all())
    if up_to is not None:
        session.connection().execute(
            sa.update(_e).where(_e.c.broadcast_id == broadcast).values(gathered_up_to=up_to)
        )
    return new


def mark(
    session: Session,
    broadcast: BroadcastId,
    channel: Channel,
    limit: int,
    *,
    epoch: int,
    now: datetime,
) -> list[Letter]:
    """Mark what is due as leaving, at most `limit`; whoever has it by now is spared.

    Marked first and sent then: who dies in between has sent it for all that anybody knows.
    """
    rows = session.connection().execute(
        sa.select(
            *(_l.c.id, _l.c.subscriber_id, _l.c.attempts),
            *((_d.language + _d.wording).label("language"), _d.parameters, _s.phone),
        )
        .add_columns(sa.and_(*emergencies.still_missing()).label("missing"))
        .select_from(_l.join(table(Delivery), _d.id == _l.c.delivery_id))
        .join(table(Subscriber), _s.id == _l.c.subscriber_id)
        .where(_l.c.broadcast_id == broadcast, _l.c.channel == channel.value)
        .where(_l.c.state == spelled(LetterState.WAITING), _l.c.due_at <= now)
        .order_by(_l.c.due_at, _l.c.id)
        .limit(limit)
    )
    some = rows.all()
    agreed = channel_consents.standing(session, [SubscriberId(row[1]) for row in some])
    marked: list[Letter] = []
    for row in some:
        addresses = emergencies.addresses_of(agreed.get(SubscriberId(row[1]), {}), row.phone)
        if not row.missing or not addresses.get(channel):
            words = TOOK_BACK if row.missing else ARRIVED
            end(session, row.id, LetterState.WAITING, LetterState.SPARED, words=words, now=now)
            continue
        values = {"epoch": epoch, "attempts": row.attempts + 1, "marked_at": now}
        if _move(session, row.id, LetterState.WAITING, LetterState.SENDING, **values):
            marked.append(
                Letter(
                    id=row.id,
                    subscriber=SubscriberId(row[1]),
                    channel=channel,
                    attempts=row.attempts + 1,
                    language=row.language,
                    parameters=row.parameters,
                    addresses=addresses,
                )
            )
    return marked


def end(
    session: Session,
    letter: int,
    was: LetterState,
    state: LetterState,
    *,
    words: str = "",
    now: datetime,
    **more: Any,
) -> bool:
    """What became of one, where it still stands as it did."""
    ended = None if state is LetterState.WAITING else now
    return _move(session, letter, was, state, words=words, ended_at=ended, **more)


def leave_unknown(session: Session, *, epoch: int, now: datetime) -> int:
    """What an earlier engine run had marked may have left: nobody sends it again; how many."""
    changed = session.connection().execute(
        sa.update(_l)
        .where(_l.c.state == spelled(LetterState.SENDING), _l.c.epoch < epoch)
        .values(
            state=LetterState.UNKNOWN.value,
            words="The engine stopped while it left. It is not sent again.",
            ended_at=now,
        )
    )
    return changed.rowcount


def open_letters(session: Session, broadcast: BroadcastId) -> int:
    """How many have not ended."""
    open_ = sa.or_(
        _l.c.state == spelled(LetterState.WAITING), _l.c.state == spelled(LetterState.SENDING)
    )
    asked = sa.select(sa.func.count()).where(_l.c.broadcast_id == broadcast, open_)
    return session.connection().execute(asked).scalar_one()


def stop_waiting(session: Session, broadcast: BroadcastId, words: str, now: datetime) -> int:
    """What has not left does not leave; how many."""
    changed = session.connection().execute(
        sa.update(_l)
        .where(_l.c.broadcast_id == broadcast, _l.c.state == spelled(LetterState.WAITING))
        .values(state=LetterState.STOPPED.value, words=words, ended_at=now)
    )
    return changed.rowcount


def counts(session: Session, broadcast: BroadcastId) -> dict[tuple[Channel, LetterState], int]:
    """How many messages stand where."""
    rows = session.connection().execute(
        sa.select(_l.c.channel, _l.c.state, sa.func.count())
        .where(_l.c.broadcast_id == broadcast)
        .group_by(_l.c.channel, _l.c.state)
    )
    return {(Channel(row[0]), LetterState(row[1])): row[2] for row in rows}


def doubt_all(session: Session, why: str, now: datetime) -> int:
    """This database is a copy: what waited may have been sent since, and is sent by nobody."""
    changed = session.connection().execute(
        sa.update(_l)
        .where(_l.c.state.in_([LetterState.WAITING.value, LetterState.SENDING.value]))
        .values(state=LetterState.UNKNOWN.value, words=why, ended_at=now)
    )
    session.connection().execute(
        sa.update(_e)
        .where(_e.c.state.in_([EmergencyState.GATHERING.value, EmergencyState.GOING.value]))
        .values(state=EmergencyState.STOPPED.value, ended_at=now)
    )
    return changed.rowcount


def _move(
    session: Session, letter: int, was: LetterState, now_is: LetterState, **values: Any
) -> bool:
    changed = session.connection().execute(
        sa.update(_l)
        .where(_l.c.id == letter, _l.c.state == was.value)
        .values(state=now_is.value, **values)
    )
    return changed.rowcount == 1
