"""The worker itself: one webhook that it cannot digest keeps no other from being read."""

import asyncio
import hashlib

import pytest
import sqlalchemy as sa
from sqlalchemy import exc
from sqlmodel import Session, col, select

from engine.domain.delivery import State
from engine.store import inbox
from engine.store.database import Database
from engine.store.outbox import mark_due
from engine.store.tables import ParkedReceipt, Webhook
from engine.workers.receive import receive
from tests.workers.cast import EPOCH, NOW, delivery, equipment, stage
from tests.workers.nobody import Nobody
from tests.workers.patience import until
from tests.workers.said import receipts, status

pytestmark = pytest.mark.anyio

POISON = {
    "sqlite": [
        """CREATE TRIGGER poison BEFORE INSERT ON parked_receipts WHEN NEW.message_id = 'poison'
        BEGIN SELECT RAISE(ABORT, 'indigestible'); END"""
    ],
    "postgresql": [
        """CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.message_id = 'poison' THEN
        RAISE EXCEPTION 'indigestible' USING ERRCODE = 'check_violation'; END IF;
        RETURN NEW; END $$""",
        """CREATE TRIGGER poison BEFORE INSERT ON parked_receipts
        FOR EACH ROW EXECUTE FUNCTION poison()""",
    ],
}


def take_in(session: Session, *bodies: bytes) -> None:
    for body in bodies:
        inbox.store_webhook(session, body, hashlib.sha256(body).hexdigest(), NOW)


def parked(session: Session) -> set[str]:
    return set(session.exec(select(ParkedReceipt.message_id)).all())


def unreadable(session: Session) -> list[str]:
    query = select(Webhook.note).where(col(Webhook.state) == inbox.UNREADABLE)
    return list(session.exec(query).all())


async def test_a_webhook_that_cannot_be_digested_is_set_aside_alone(database: Database) -> None:
    for statement in POISON[database.dialect]:
        database.transact_now(lambda s, text=statement: s.connection().execute(sa.text(text)))
    bodies = [
        receipts(status("poison" if n == 3 else f"wamid.{n}", "sent"), status(f"b.{n}", "sent"))
        for n in range(8)
    ]
    database.transact_now(take_in, *bodies)

    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(receive(equipment(database, Nobody())))
        await until(lambda: not database.read_now(inbox.count_waiting))
        database.transact_now(take_in, receipts(status("afterwards", "sent")))
        await until(lambda: "afterwards" in database.read_now(parked))
        reading.cancel()

    assert "wamid.7" in await database.read(parked)
    assert "b.3" not in await database.read(parked)
    (note,) = await database.read(unreadable)
    assert "IntegrityError" in note


async def test_a_database_that_refuses_for_a_while_costs_no_webhook(database: Database) -> None:
    """A refusal that passes is not the webhook's fault: it stays in the inbox."""
    database.transact_now(
        lambda s: s.connection().execute(sa.text("ALTER TABLE parked_receipts RENAME TO gone"))
    )
    database.transact_now(take_in, receipts(status("wamid.1", "sent")))

    with pytest.raises((exc.OperationalError, exc.ProgrammingError)):
        async with asyncio.timeout(20):
            await receive(equipment(database, Nobody()))

    assert await database.read(inbox.count_waiting) == 1


async def test_a_parked_receipt_is_looked_at_again(database: Database) -> None:
    """Nobody calls again about it: what made it fit came by another way."""
    cast = database.transact_now(stage, people=1)
    (one,) = database.transact_now(
        mark_due, cast.lanes[0], epoch=EPOCH, horizon=NOW, limit=1, now=NOW
    )
    database.transact_now(take_in, receipts(status("wamid.1", "delivered")))

    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(receive(equipment(database, Nobody())))
        await until(lambda: database.read_now(parked) == {"wamid.1"})
        database.transact_now(take_in, receipts(status("wamid.1", "sent", tracker=one.tracker)))
        await until(lambda: not database.read_now(parked), seconds=10)
        reading.cancel()

    assert database.read_now(delivery, one.attempt.delivery).state == State.DELIVERED
