"""Staged lists of subscribers: written and taken over a few rows at a time (spec R3)."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.content import Language
from engine.domain.emergency import Agreed, Channel
from engine.domain.enrolment import Consent, Details, Enrolment
from engine.domain.ids import ImportId, Phone, TenantId
from engine.domain.precedence import UNDER_WAY, ImportState
from engine.domain.subscriber import Tier
from engine.store.dialects import any_of, spelled, table
from engine.store.prepared import Prepared
from engine.store.tables import Import, StagedSubscriber

_imports, _staged = table(Import), table(StagedSubscriber)


def open_import(session: Session, values: dict[str, Any]) -> ImportId:
    """A new list, none of whose rows is staged yet."""
    row = Import(**values)
    session.add(row)
    session.flush()
    assert row.id is not None
    return ImportId(row.id)


def get(session: Session, which: ImportId, tenant: TenantId | None = None) -> Import | None:
    """One list; with `tenant`, None when it is another's."""
    row = session.get(Import, which)
    return None if row is None or (tenant is not None and row.tenant_id != tenant) else row


def under_way(session: Session, tenant: TenantId) -> int:
    """How many lists of a tenant are not done with."""
    states = [state.value for state in UNDER_WAY]
    query = sa.select(sa.func.count()).where(
        _imports.c.tenant_id == tenant, _imports.c.state.in_(states)
    )
    return session.connection().execute(query).scalar_one()


def anything_left(session: Session) -> bool:
    """Whether any list is not done with, or has left rows behind. Nearly always no, and cheap."""
    return bool(_ANYTHING.count(session))


def _unfinished() -> sa.ColumnElement[bool]:
    return sa.or_(*(_imports.c.state == spelled(state) for state in UNDER_WAY))


_ANYTHING = Prepared(
    lambda _dialect: any_of(
        sa.select(_imports.c.id).where(
            sa.or_(_unfinished(), _imports.c.id.in_(sa.select(_staged.c.import_id)))
        )
    )
)


def first(session: Session, state: ImportState) -> Import | None:
    """The list that has been in a state for longest."""
    return session.exec(
        select(Import).where(Import.state == state.value).order_by(col(Import.id)).limit(1)
    ).first()


def change(session: Session, which: ImportId, *, was: ImportState, **values: Any) -> bool:
    """Set columns where the list still is in state `was`; False when somebody was quicker."""
    changed = session.connection().execute(
        sa.update(_imports)
        .where(_imports.c.id == which, _imports.c.state == was.value)
        .values(**values)
    )
    return changed.rowcount == 1


def stage(session: Session, which: ImportId, start: int, people: Sequence[Enrolment]) -> None:
    """Write rows beside the list; the first of them is at position `start`."""
    rows = [
        {"import_id": which, "position": start + place, "person": _as_text(person)}
        for place, person in enumerate(people)
    ]
    session.connection().execute(sa.insert(_staged), rows)


def staged(session: Session, which: ImportId, limit: int) -> list[Enrolment]:
    """The first `limit` rows that are still there."""
    query = (
        sa.select(_staged.c.person)
        .where(_staged.c.import_id == which)
        .order_by(_staged.c.position)
        .limit(limit)
    )
    return [_as_person(row[0]) for row in session.connection().execute(query)]


def clear(session: Session, which: ImportId, limit: int) -> int:
    """Delete the first `limit` rows that are still there; returns how many there were."""
    some = (
        sa.select(_staged.c.position)
        .where(_staged.c.import_id == which)
        .order_by(_staged.c.position)
        .limit(limit)
    )
    deleted = session.connection().execute(
        sa.delete(_staged).where(_staged.c.import_id == which, _staged.c.position.in_(some))
    )
    return deleted.rowcount


def abandoned(session: Session) -> ImportId | None:
    """A list that is done with, of which rows are left."""
    states = [state.value for state in UNDER_WAY]
    query = (
        sa.select(_staged.c.import_id)
        .join(_imports, _imports.c.id == _staged.c.import_id)
        .where(_imports.c.state.not_in(states))
        .limit(1)
    )
    found = session.connection().execute(query).scalar_one_or_none()
    return None if found is None else ImportId(found)


def _as_text(person: Enrolment) -> str:
    details, consent = person.details, person.consent
    return json.dumps(
        [
            *(details.name, details.phone, details.language.value, details.tier.value),
            *(details.region, details.registration_no, details.tags),
            *(consent.at.isoformat(), consent.source, consent.evidence),
            {one.channel.value: one.address for one in person.channels},
        ],
        ensure_ascii=False,
    )


def _as_person(text: str) -> Enrolment:
    # What was staged before there were other channels has none.
    name, phone, language, tier, region, registration_no, tags, when, source, evidence, *more = (
        json.loads(text)
    )
    at = datetime.fromisoformat(when)
    channels: dict[str, str] = more[0] if more else {}
    return Enrolment(
        details=Details(
            name=name,
            phone=Phone(phone),
            language=Language(language),
            tier=Tier(tier),
            region=region,
            registration_no=registration_no,
            tags=tags,
        ),
        consent=Consent(at=at, source=source, evidence=evidence),
        channels=tuple(
            Agreed(
                channel=Channel(channel),
                given=True,
                at=at,
                source=source,
                evidence=evidence,
                address=address,
            )
            for channel, address in channels.items()
        ),
    )
