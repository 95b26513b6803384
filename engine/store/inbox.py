"""The inbox: webhooks as they came, from the moment they are taken in until they have been read."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from engine.store.dialects import table
from engine.store.tables import Webhook

WAITING = "waiting"
DONE = "done"
UNREADABLE = "unreadable"

CLAIM_BYTES = 4_000_000
"""As much as is read into memory at once: one webhook of Meta's full size, or hundreds of usual
ones.
"""

_webhooks = table(Webhook)


@dataclass(frozen=True, slots=True)
class WaitingWebhook:
    """A webhook that nobody has read yet."""

    id: int
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook on its way in. `body_hash`: SHA-256 (hex) of the raw bytes."""

    body: bytes
    body_hash: str
    received_at: datetime


def store_webhook(session: Session, body: bytes, body_hash: str, received_at: datetime) -> bool:
    """Put a webhook into the inbox; False when these very bytes are there already."""
    statement = _insert_once(session.get_bind().dialect.name).returning(_webhooks.c.id)
    # By the id that comes back, not by the cursor's count, which psycopg may not know.
    row = _row(NewWebhook(body, body_hash, received_at))
    return session.connection().execute(statement, row).first() is not None


def store_webhooks(session: Session, webhooks: Collection[NewWebhook]) -> None:
    """Put many into the inbox in one go; those whose very bytes are there already change
    nothing.
    """
    if webhooks:
        statement = _insert_once(session.get_bind().dialect.name)
        session.connection().execute(statement, [_row(webhook) for webhook in webhooks])


def claim_waiting(session: Session, limit: int) -> list[WaitingWebhook]:
    """The oldest waiting webhooks: at most `limit`, and not more bytes than CLAIM_BYTES unless the
    first alone has more. Locked on PostgreSQL until the transaction ends.
    """
    sizes = session.connection().execute(_SIZES, {"most": limit}).all()
    claimed: list[int] = []
    total = 0
    for webhook, size in sizes:
        total += size
        if claimed and total > CLAIM_BYTES:
            break
        claimed.append(webhook)
    if not claimed:
        return []
    rows = session.connection().execute(_BODIES, {"some": claimed})
    return [WaitingWebhook(row.id, bytes(row.body), row.received_at) for row in rows]


# Built once: building them costs more than running them.
_SOME = cast("Any", sa.bindparam("some", expanding=True))
_SIZES = (
    sa.select(_webhooks.c.id, sa.func.length(_webhooks.c.body))
    .where(_webhooks.c.state == WAITING)
    .order_by(_webhooks.c.id)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)
_BODIES = (
    sa.select(_webhooks.c.id, _webhooks.c.body, _webhooks.c.received_at)
    .where(_webhooks.c.id.in_(_SOME))
    .order_by(_webhooks.c.id)
)
_READ = (
    sa.update(_webhooks)
    .where(_webhooks.c.id.in_(_SOME))
    .values(state=sa.bindparam("after"), processed_at=sa.bindparam("at"), note=sa.bindparam("said"))
)


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
    if webhooks:
        session.connection().execute(
            _READ, {"some": list(webhooks), "after": state, "at": now, "said": note}
        )


def _row(webhook: NewWebhook) -> dict[str, Any]:
    return {
        "received_at": webhook.received_at,
        "body_hash": webhook.body_hash,
        "body": webhook.body,
        "state": WAITING,
        "note": "",
    }


@cache
def _insert_once(dialect: str) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(_webhooks).on_conflict_do_nothing(index_elements=["body_hash"])
