"""The inbox: webhooks as they came, from the moment they are taken in until they have been read."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.store.dialects import any_of, insert_into, rows_as_json, spelled, table
from engine.store.prepared import Prepared, Value
from engine.store.rows import (
    GIVEN,
    INSTANT,
    TEXT,
    WHOLE,
    ManyRows,
    among,
    as_instant,
    instant,
    instant_text,
    listed,
)
from engine.store.tables import Webhook

WAITING = "waiting"
DONE = "done"
UNREADABLE = "unreadable"

CLAIM_BYTES = 250_000
"""As much as is read at once, some six hundred receipts: the writer, who has marks and webhooks to
store meanwhile, is busy with it for some hundredths of a second.
"""
AT_ONCE = 64
"""Webhooks in one INSERT. A statement for each would cost a fight for Python's lock each, with the
loop that takes in the next.
"""

_webhooks = table(Webhook)


@dataclass(frozen=True, slots=True)
class WaitingWebhook:
    """A webhook that nobody has read yet."""

    id: int
    body: bytes
    received_at: datetime


def store_webhook(session: Session, body: bytes, body_hash: str, received_at: datetime) -> bool:
    """Put a webhook into the inbox; False when these very bytes are there already."""
    return store_webhooks(session, [(body, body_hash)], received_at) == 1


def store_webhooks(
    session: Session, webhooks: Sequence[tuple[bytes, str]], received_at: datetime
) -> int:
    """Put many into the inbox, each with the SHA-256 (hex) of its bytes; returns how many were not
    there already.
    """
    at = instant_text(received_at)
    stored = begins = 0
    while (left := len(webhooks) - begins) > 0:
        rows = min(AT_ONCE, 1 << left.bit_length() - 1)
        given: dict[str, Value] = {"at": at}
        for place, (body, body_hash) in enumerate(webhooks[begins : begins + rows]):
            given[f"hash{place}"] = body_hash
            given[f"body{place}"] = body
        stored += _storing(rows).run(session, **given)
        begins += rows
    return stored


@cache
def _storing(rows: int) -> Prepared:
    """An INSERT of so many. Bodies are dear to take out of a text, so these rows do not travel in
    one as others do; and their numbers are powers of two, so that few statements serve all piles.
    """

    def make(dialect: str) -> Any:
        values = [
            {
                "received_at": as_instant(dialect, sa.bindparam("at", type_=sa.String())),
                "body_hash": sa.bindparam(f"hash{row}", type_=sa.String()),
                "body": sa.bindparam(f"body{row}", type_=sa.LargeBinary()),
                "state": spelled(WAITING),
                "note": spelled(""),
            }
            for row in range(rows)
        ]
        insert = insert_into(dialect, Webhook).values(values)
        return insert.on_conflict_do_nothing(index_elements=["body_hash"])

    return Prepared(make)


def any_waiting(session: Session) -> bool:
    """Whether anything waits to be read."""
    return bool(_ANY.count(session))


def claim_waiting(session: Session, limit: int) -> list[WaitingWebhook]:
    """The oldest waiting webhooks: at most `limit`, and not more bytes than CLAIM_BYTES unless the
    first alone has more. Locked on PostgreSQL until the transaction ends.
    """
    claimed: list[int] = []
    total = 0
    for webhook, size in json.loads(_SIZES.text(session, most=limit)):
        total += size
        if claimed and total > CLAIM_BYTES:
            break
        claimed.append(webhook)
    if not claimed:
        return []
    return [
        WaitingWebhook(webhook, bytes.fromhex(body), instant(at))
        for webhook, body, at in json.loads(_BODIES.text(session, **{GIVEN: listed(claimed)}))
    ]


def _sizes(dialect: str) -> Any:
    oldest = (
        sa.select(_webhooks.c.id, sa.func.length(_webhooks.c.body).label("size"))
        .where(_webhooks.c.state == spelled(WAITING))
        .order_by(_webhooks.c.id)
        .limit(sa.bindparam("most", type_=sa.Integer()))
        .with_for_update(skip_locked=True)
    )
    return rows_as_json(dialect, oldest.subquery("oldest"))


def _bodies(dialect: str) -> Any:
    body = _webhooks.c.body
    digits = sa.func.hex(body) if dialect == "sqlite" else sa.func.encode(body, "hex")
    bodies = (
        sa.select(_webhooks.c.id, digits.label("digits"), _webhooks.c.received_at)
        .where(_webhooks.c.id.in_(among(dialect, WHOLE)))
        .order_by(_webhooks.c.id)
    )
    return rows_as_json(dialect, bodies.subquery("bodies"))


_ANY = Prepared(
    lambda _dialect: any_of(sa.select(_webhooks.c.id).where(_webhooks.c.state == spelled(WAITING)))
)
_SIZES, _BODIES = Prepared(_sizes), Prepared(_bodies)


def mark_done(
    session: Session, webhooks: Collection[int], *, now: datetime, note: str = ""
) -> None:
    """These have been read, and what they say is recorded."""
    _mark(session, webhooks, DONE, now, note)


def mark_unreadable(session: Session, webhook: int, *, now: datetime, note: str) -> None:
    """This one cannot be read; it stays as it came, for a person to look at."""
    _mark(session, [webhook], UNREADABLE, now, note)


def count_waiting(session: Session) -> int:
    """How many webhooks wait to be read."""
    query = sa.select(sa.func.count()).where(_webhooks.c.state == WAITING)
    return session.connection().execute(query).scalar_one()


def _mark(
    session: Session, webhooks: Collection[int], state: str, now: datetime, note: str
) -> None:
    _MARK.run(session, [(webhook, state, now, note) for webhook in webhooks])


def _marking(_dialect: str, rows: Any) -> sa.Update:
    return (
        sa.update(_webhooks)
        .where(_webhooks.c.id == rows.c.webhook)
        .values(state=rows.c.after, processed_at=rows.c.at, note=rows.c.said)
    )


_MARK = ManyRows({"webhook": WHOLE, "after": TEXT, "at": INSTANT, "said": TEXT}, _marking)
