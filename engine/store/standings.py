"""How the delivery stands that a receipt is about, found by our tracker or by WhatsApp's id."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Session

from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, DeliveryId, SubscriberId, TenantId
from engine.store.dialects import rows_as_json, slices, table
from engine.store.prepared import Prepared
from engine.store.rows import GIVEN, TEXT, WHOLE, among, instant, listed
from engine.store.tables import Attempt, Broadcast, Delivery, Receipt

LARGEST_ID = 2**31 - 1

_deliveries, _broadcasts = table(Delivery), table(Broadcast)
_attempts, _receipts = table(Attempt), table(Receipt)


class Standing(NamedTuple):
    """What a receipt needs to know of the delivery it is about."""

    delivery: DeliveryId
    tenant: TenantId
    subscriber: SubscriberId | None
    broadcast: BroadcastId | None
    key: str
    state: State
    attempts: int
    message_id: str | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    error_code: int | None
    reason: str
    closes_at: datetime | None
    """The close of its broadcast's window; None for a notification."""
    broadcast_state: BroadcastState | None


_STANDING = (
    _deliveries.c.id,
    _deliveries.c.tenant_id,
    _deliveries.c.subscriber_id,
    _deliveries.c.broadcast_id,
    _deliveries.c.key,
    _deliveries.c.state,
    _deliveries.c.attempts,
    _deliveries.c.message_id,
    _deliveries.c.sent_at,
    _deliveries.c.delivered_at,
    _deliveries.c.read_at,
    _deliveries.c.error_code,
    _deliveries.c.reason,
    _broadcasts.c.closes_at,
    _broadcasts.c.state.label("broadcast_state"),
)


def standing_by_id(session: Session, deliveries: Iterable[DeliveryId]) -> dict[int, Standing]:
    """Deliveries by their ids; locked on PostgreSQL until the transaction ends."""
    # A foreign tracker may name a number that no row of ours can have; PostgreSQL refuses to look.
    wanted = sorted(one for one in deliveries if one <= LARGEST_ID)
    return {row[0]: _standing(row) for row in _rows(_BY_ID, session, wanted)}


def standing_by_message(session: Session, messages: Iterable[str]) -> dict[str, Standing]:
    """Deliveries by WhatsApp's message id, for receipts that carry no tracker of ours."""
    found: dict[str, Standing] = {}
    missing: list[str] = sorted(messages)
    # A message of an earlier attempt is no longer on the delivery. Its attempt remembers it, or,
    # where the answer was lost, the receipts with our tracker.
    for remembers in (_BY_MESSAGE, *_BY_MEMORY):
        if missing:
            found.update((row[-1], _standing(row)) for row in _rows(remembers, session, missing))
            missing = [message for message in missing if message not in found]
    return found


def _rows(statement: Prepared, session: Session, some: Sequence[int] | Sequence[str]) -> list[Any]:
    return [
        row
        for part in slices(some)
        for row in json.loads(statement.text(session, **{GIVEN: listed(part)}))
    ]


def _standings() -> Any:
    return (
        select(*_STANDING)
        .select_from(_deliveries)
        .join(_broadcasts, _broadcasts.c.id == _deliveries.c.broadcast_id, isouter=True)
        # In one order everywhere, so that two transactions never wait for each other.
        .order_by(_deliveries.c.id)
        .with_for_update(of=_deliveries)
    )


def _by_id(dialect: str) -> Any:
    found = _standings().where(_deliveries.c.id.in_(among(dialect, WHOLE)))
    return rows_as_json(dialect, found.subquery("found"))


def _by_message(dialect: str, remembers: sa.Table) -> Any:
    found = _standings().add_columns(remembers.c.message_id.label("message"))
    if remembers is not _deliveries:
        found = found.join(remembers, _deliveries.c.id == remembers.c.delivery_id)
    found = found.where(remembers.c.message_id.in_(among(dialect, TEXT)))
    return rows_as_json(dialect, found.subquery("found"))


_BY_ID = Prepared(_by_id)
_BY_MESSAGE = Prepared(partial(_by_message, remembers=_deliveries))
_BY_MEMORY = tuple(
    Prepared(partial(_by_message, remembers=memory)) for memory in (_attempts, _receipts)
)


def _standing(row: list[Any]) -> Standing:
    return Standing(
        DeliveryId(row[0]),
        TenantId(row[1]),
        None if row[2] is None else SubscriberId(row[2]),
        None if row[3] is None else BroadcastId(row[3]),
        row[4],
        State(row[5]),
        row[6],
        row[7],
        _instant(row[8]),
        _instant(row[9]),
        _instant(row[10]),
        row[11],
        row[12],
        _instant(row[13]),
        None if row[14] is None else BroadcastState(row[14]),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else instant(text)
