"""Evidence packs as rows: who asked for which day, which are made, and by which keys."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.evidence_pack import People
from engine.domain.ids import SubscriberId, TenantId
from engine.domain.keeping import ChoreState
from engine.store.dialects import insert_ignoring, table
from engine.store.tables import Broadcast, Delivery, EvidenceKey, EvidencePack, Exclusion

FOLDER = "evidence"
"""Where packs lie, below the home folder."""

_packs = table(EvidencePack)
_broadcasts, _deliveries, _exclusions = table(Broadcast), table(Delivery), table(Exclusion)


def ask(
    session: Session, tenant: TenantId, day: date, people: People, *, by: str, now: datetime
) -> int:
    """A new pack that waits for its turn; its number."""
    row = EvidencePack(
        tenant_id=tenant,
        day=day,
        people=people.value,
        state=ChoreState.WAITING.value,
        asked_by=by,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def waiting(session: Session, tenant: TenantId, day: date, people: People) -> int | None:
    """The number of such a pack that waits or is being made."""
    asked = sa.select(_packs.c.id).where(
        _packs.c.tenant_id == tenant,
        _packs.c.day == day,
        _packs.c.people == people.value,
        _packs.c.state.in_([ChoreState.WAITING.value, ChoreState.MAKING.value]),
    )
    return session.connection().execute(asked.limit(1)).scalar()


def first_waiting(session: Session) -> int | None:
    """The pack that waits longest."""
    asked = sa.select(sa.func.min(_packs.c.id)).where(_packs.c.state == ChoreState.WAITING.value)
    return session.connection().execute(asked).scalar()


def move(session: Session, pack: int, was: ChoreState, now_is: ChoreState, **values: Any) -> bool:
    """A new state where nobody was quicker."""
    changed = session.connection().execute(
        sa.update(_packs)
        .where(_packs.c.id == pack, _packs.c.state == was.value)
        .values(state=now_is.value, **values)
    )
    return changed.rowcount == 1


def begin_again(session: Session) -> int:
    """What an earlier engine run was at waits once more; how many."""
    changed = session.connection().execute(
        sa.update(_packs)
        .where(_packs.c.state == ChoreState.MAKING.value)
        .values(state=ChoreState.WAITING.value)
    )
    return changed.rowcount


def get(session: Session, pack: int, tenant: TenantId | None = None) -> EvidencePack | None:
    """One pack; with `tenant`, None when it is another's."""
    asked = select(EvidencePack).where(col(EvidencePack.id) == pack)
    if tenant is not None:
        asked = asked.where(col(EvidencePack.tenant_id) == tenant)
    return session.exec(asked).one_or_none()


def latest(
    session: Session, tenant: TenantId, limit: int, day: date | None = None
) -> Sequence[EvidencePack]:
    """A tenant's packs, the newest first."""
    asked = select(EvidencePack).where(col(EvidencePack.tenant_id) == tenant)
    if day is not None:
        asked = asked.where(col(EvidencePack.day) == day)
    return session.exec(asked.order_by(col(EvidencePack.id).desc()).limit(limit)).all()


def withdraw(session: Session, subscriber: SubscriberId, why: str, now: datetime) -> int:
    """Packs that show an erased person's masked number are let go; how many.

    Their files go with the next look of whoever makes packs.
    """
    theirs = (
        sa.select(_broadcasts.c.id)
        .where(
            _broadcasts.c.tenant_id == _packs.c.tenant_id,
            _broadcasts.c.service_day == _packs.c.day,
            sa.or_(
                sa.exists().where(
                    _deliveries.c.broadcast_id == _broadcasts.c.id,
                    _deliveries.c.subscriber_id == subscriber,
                ),
                sa.exists().where(
                    _exclusions.c.broadcast_id == _broadcasts.c.id,
                    _exclusions.c.subscriber_id == subscriber,
                ),
            ),
        )
        .exists()
    )
    gone = session.connection().execute(
        sa.update(_packs)
        .where(
            _packs.c.state == ChoreState.DONE.value,
            _packs.c.people == People.MASKED.value,
            theirs,
        )
        .values(state=ChoreState.REMOVED.value, words=why, ended_at=now)
    )
    return gone.rowcount


def files_to_remove(session: Session) -> list[tuple[int, str]]:
    """The number and file of packs that were let go and still lie there."""
    asked = sa.select(_packs.c.id, _packs.c.file_name).where(
        _packs.c.state == ChoreState.REMOVED.value, _packs.c.file_name != ""
    )
    return [(row.id, row.file_name) for row in session.connection().execute(asked)]


def file_removed(session: Session, pack: int) -> None:
    """Its file is gone."""
    session.connection().execute(
        sa.update(_packs).where(_packs.c.id == pack).values(file_name="", size_bytes=0)
    )


def note_key(session: Session, key: str, public: str, now: datetime) -> bool:
    """Remember a public key; False when it is known."""
    insert = insert_ignoring(session, EvidenceKey, ["id"])
    values = insert.values(id=key, public=public, first_used_at=now)
    return (
        session.connection().execute(values.returning(table(EvidenceKey).c.id)).first() is not None
    )


def keys(session: Session) -> Sequence[EvidenceKey]:
    """Every key packs were ever signed with, the newest first."""
    asked = select(EvidenceKey).order_by(col(EvidenceKey.first_used_at).desc())
    return session.exec(asked).all()
