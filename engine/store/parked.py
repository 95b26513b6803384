"""Receipts that fit no delivery we know (yet): kept until their message becomes known."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Session

from engine.store.dialects import any_of, insert_ignoring, table
from engine.store.prepared import Prepared
from engine.store.tables import Attempt, ParkedReceipt, Receipt

_parked, _attempts, _receipts = table(ParkedReceipt), table(Attempt), table(Receipt)


def park(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Keep receipts that fit no delivery we know (yet)."""
    if rows:
        session.connection().execute(
            insert_ignoring(session, ParkedReceipt, ["message_id", "status"]), list(rows)
        )


def any_known(session: Session) -> bool:
    """Whether the message of any parked receipt has become known since."""
    return bool(_ANY_KNOWN.count(session))


def take_parked(session: Session, limit: int) -> list[Any]:
    """Parked receipts whose message has become known since; they leave the parking place."""
    rows = (
        session.connection()
        .execute(select(_parked).where(_known()).order_by(_parked.c.id).limit(limit))
        .all()
    )
    if rows:
        session.connection().execute(
            sa.delete(_parked).where(_parked.c.id.in_([row.id for row in rows]))
        )
    return list(rows)


def _known() -> sa.ColumnElement[bool]:
    by_answer = select(_attempts.c.id).where(_attempts.c.message_id == _parked.c.message_id)
    # Of a message whose answer was lost only a receipt with our tracker told the name.
    by_receipt = select(_receipts.c.id).where(_receipts.c.message_id == _parked.c.message_id)
    return sa.or_(by_answer.exists(), by_receipt.exists())


_ANY_KNOWN = Prepared(lambda _dialect: any_of(select(_parked.c.id).where(_known())))
