"""Who is targeted, who is left out and why, and what each will read. On both databases."""

import json
from collections import Counter
from random import Random

import pytest
from sqlmodel import Session, col, delete, select, update

from engine.domain.broadcast import BroadcastState
from engine.domain.ids import BroadcastId
from engine.domain.subscriber import Exclusion as Reason
from engine.store import broadcasts
from engine.store.database import Database
from engine.store.tables import (
    Broadcast,
    Content,
    Delivery,
    Exclusion,
    Schedule,
    Subscriber,
    Variant,
)
from engine.trials.tenant import SeededTenant, seed_sandbox
from engine.workers.calendar import open_due
from engine.workers.freeze import freeze
from tests.workers.cast import NOW, equipment
from tests.workers.nobody import Nobody

pytestmark = pytest.mark.anyio

PEOPLE = 30


@pytest.fixture
def seeded(database: Database) -> SeededTenant:
    return database.transact_now(furnish)


def furnish(session: Session) -> SeededTenant:
    seeded = seed_sandbox(
        session,
        subscribers=PEOPLE,
        senders=1,
        backups=0,
        rate=80.0,
        now=NOW,
        rng=Random(7),
        password=None,
    )
    session.add(
        Schedule(
            tenant_id=seeded.tenant,
            name="Once",
            kind="once",
            once_at=NOW,
            content_id=seeded.content,
            created_at=NOW.replace(hour=0, minute=0),
        )
    )
    session.flush()
    assert open_due(session, NOW) == 1
    return seeded


def broadcast(session: Session) -> Broadcast:
    return session.exec(select(Broadcast)).one()


def targeted(session: Session) -> list[Delivery]:
    return list(session.exec(select(Delivery).order_by(col(Delivery.subscriber_id))).all())


def left_out(session: Session) -> Counter[str]:
    return Counter(session.exec(select(Exclusion.reason)).all())


async def frozen(database: Database) -> bool:
    identity = BroadcastId(database.read_now(broadcast).id or 0)
    return await freeze(equipment(database, Nobody()), identity)


async def test_everybody_who_may_be_sent_to_is_targeted_once(
    database: Database, seeded: SeededTenant
) -> None:
    assert await frozen(database)

    row = database.read_now(broadcast)
    assert (row.state, row.targeted, row.excluded) == (BroadcastState.FROZEN, PEOPLE, 0)
    assert (row.content_hash, row.category) == (seeded.content_hash, "UTILITY")
    deliveries = database.read_now(targeted)
    assert len({one.subscriber_id for one in deliveries}) == len(deliveries) == PEOPLE
    assert {one.content_hash for one in deliveries} == {seeded.content_hash}


async def test_each_reads_their_own_words(database: Database, seeded: SeededTenant) -> None:
    await frozen(database)

    people = database.read_now(lambda s: {p.id: p for p in s.exec(select(Subscriber)).all()})
    for one in database.read_now(targeted):
        person = people[one.subscriber_id]
        assert (one.language, one.tier, one.phone) == (person.language, person.tier, person.phone)
        assert person.name in json.loads(one.parameters)
        assert "{" not in one.parameters


async def test_without_one_of_its_languages_it_is_not_what_was_approved(
    database: Database, seeded: SeededTenant
) -> None:
    database.transact_now(lambda s: s.exec(delete(Variant).where(col(Variant.language) == "MR")))

    assert not await frozen(database)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"status": "PAUSED"}, Reason.PAUSED),
        ({"status": "OPTED_OUT", "consented": False}, Reason.OPTED_OUT),
        ({"status": "UNREACHABLE"}, Reason.UNREACHABLE),
        ({"consented": False}, Reason.NO_CONSENT),
        ({"phone": None}, Reason.NO_ADDRESS),
        ({"language": "TA"}, Reason.NO_VARIANT),
    ],
)
async def test_nobody_is_left_out_without_a_reason(
    database: Database, seeded: SeededTenant, values: dict[str, object], reason: Reason
) -> None:
    database.transact_now(
        lambda s: s.exec(update(Subscriber).where(col(Subscriber.id) <= 2).values(**values))
    )
    await frozen(database)

    assert database.read_now(left_out) == {reason: 2}
    row = database.read_now(broadcast)
    assert (row.targeted, row.excluded) == (PEOPLE - 2, 2)


async def test_a_freeze_that_was_cut_off_begins_again_and_counts_nobody_twice(
    database: Database, seeded: SeededTenant
) -> None:
    """It died after everything was written and before it could say so."""
    database.transact_now(
        lambda s: s.exec(update(Subscriber).where(col(Subscriber.id) <= 2).values(status="PAUSED"))
    )
    await frozen(database)
    database.transact_now(lambda s: s.exec(update(Broadcast).values(state="scheduled")))
    await frozen(database)

    row = database.read_now(broadcast)
    assert (row.targeted, row.excluded) == (PEOPLE - 2, 2)
    assert len(database.read_now(targeted)) == PEOPLE - 2
    assert database.read_now(left_out) == {Reason.PAUSED: 2}


async def test_nothing_is_frozen_that_is_not_approved(
    database: Database, seeded: SeededTenant
) -> None:
    database.transact_now(lambda s: s.exec(update(Content).values(state="submitted")))

    assert not await frozen(database)
    assert database.read_now(targeted) == []


async def test_words_changed_behind_the_approvers_back_are_not_frozen(
    database: Database, seeded: SeededTenant
) -> None:
    def tamper(session: Session) -> None:
        variant = session.exec(select(Variant)).first()
        assert variant is not None
        variant.parameters = variant.parameters.replace("2", "3", 1)

    database.transact_now(tamper)

    assert not await frozen(database)


async def test_what_is_frozen_is_locked(database: Database, seeded: SeededTenant) -> None:
    await frozen(database)

    assert database.read_now(lambda s: s.exec(select(Content.state)).one()) == "locked"


async def test_a_broadcast_that_was_aborted_meanwhile_stays_aborted(
    database: Database, seeded: SeededTenant
) -> None:
    identity = BroadcastId(database.read_now(broadcast).id or 0)
    database.transact_now(lambda s: s.exec(update(Broadcast).values(state="aborted")))
    await freeze(equipment(database, Nobody()), identity)

    assert database.read_now(broadcasts.state_of, identity) is BroadcastState.ABORTED
