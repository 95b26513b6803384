"""Whether this database is a copy out of a backup, and whether a person released it (spec R6)."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.delivery import Event, sources, target
from engine.domain.ids import TenantId
from engine.domain.test_message import TestState
from engine.store import emergency_letters
from engine.store.dialects import table
from engine.store.tables import (
    Backup,
    Broadcast,
    Delivery,
    EvidencePack,
    RestoredCopy,
    TemplateOrder,
    TestMessage,
)

_copies, _deliveries = table(RestoredCopy), table(Delivery)


def mark(session: Session, *, backed_up_at: datetime, sha256: str, now: datetime) -> None:
    """From here on nothing is sent from this database until it is released."""
    session.add(RestoredCopy(backed_up_at=backed_up_at, restored_at=now, backup_sha256=sha256))
    for made in (Backup, EvidencePack):
        session.connection().execute(
            sa.update(table(made))
            .where(table(made).c.state.in_(["waiting", "making"]))
            .values(state="failed", words="This database is a copy made meanwhile.")
        )
    session.flush()


def unreleased(session: Session) -> RestoredCopy | None:
    """The copy that this database is, as long as nobody released it."""
    asked = select(RestoredCopy).where(col(RestoredCopy.released_at).is_(None))
    return session.exec(asked.order_by(col(RestoredCopy.id).desc()).limit(1)).one_or_none()


def latest(session: Session) -> RestoredCopy | None:
    """The last copying this database went through, released or not."""
    return session.exec(
        select(RestoredCopy).order_by(col(RestoredCopy.id).desc()).limit(1)
    ).one_or_none()


def in_doubt(session: Session) -> int:
    """How many messages the original may have sent since: they would be held for a person."""
    doubtful = [state.value for state in sources(Event.DOUBT)]
    asked = sa.select(sa.func.count()).where(_deliveries.c.state.in_(doubtful))
    return session.connection().execute(asked).scalar_one()


def release(
    session: Session, copy: RestoredCopy, *, by: str, why: str, now: datetime
) -> int | None:
    """Let this database send; hold what the original may have sent since. How many are held.

    None when somebody else was quicker.
    """
    changed = session.connection().execute(
        sa.update(_copies)
        .where(_copies.c.id == copy.id, _copies.c.released_at.is_(None))
        .values(released_at=now, released_by=by)
    )
    if changed.rowcount != 1:
        return None
    held = session.connection().execute(
        sa.update(_deliveries)
        .where(_deliveries.c.state.in_([state.value for state in sources(Event.DOUBT)]))
        .values(state=target(Event.DOUBT).value, reason=why, updated_at=now)
    )
    for asked, waiting, ended in (
        (TestMessage, [TestState.ASKED.value, TestState.SENDING.value], TestState.FAILED.value),
        (TemplateOrder, ["waiting", "asking"], "refused"),
    ):
        session.connection().execute(
            sa.update(table(asked))
            .where(table(asked).c.state.in_(waiting))
            .values(state=ended, words=why, ended_at=now)
        )
    emergency_letters.doubt_all(session, why, now)
    return held.rowcount


def tenants_with_broadcasts(session: Session) -> list[TenantId]:
    """Who has anything to be told of in a release."""
    asked = sa.select(table(Broadcast).c.tenant_id).distinct()
    return [TenantId(found) for found in session.connection().execute(asked).scalars()]
