"""Packs are made in their turn, by a process of its own, and never while a broadcast goes out."""

import asyncio
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.clock import MachineClock
from engine.commands.ask_evidence import ask_evidence
from engine.commands.erase_subscriber import erase_subscriber
from engine.commands.note_evidence import note_download
from engine.documents.evidence.keys import new_key, read_public
from engine.documents.evidence.verify import verify
from engine.domain.broadcast import BroadcastState
from engine.domain.enrolment import masked
from engine.domain.evidence_pack import People
from engine.domain.ids import SubscriberId
from engine.domain.keeping import ChoreState
from engine.domain.roles import CLI, Actor, Role
from engine.store import evidence_packs
from engine.store.database import Database
from engine.store.tables import AuditEntry, Broadcast, Delivery, EvidencePack
from engine.workers.aside import FailedAsideError
from engine.workers.pack_evidence import Packing, clear_away, pack_next
from tests.read.evidence_cast import LATER, Story, a_day
from tests.workers.cast import NOW, equipment
from tests.workers.nobody import Nobody

KEY = new_key()


@dataclass
class SetClock(MachineClock):
    """A clock that a test sets."""

    at: datetime = LATER

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where packs go: not beside the database's own file."""
    return tmp_path / "packs"


def asked(database: Database) -> tuple[Story, int]:
    story = database.transact_now(a_day)
    tenant, day = story.cast.seeded.tenant, story.cast.seeded.day
    pack = database.transact_now(ask_evidence, tenant, day, People.MASKED, by=CLI, now=LATER)
    assert isinstance(pack, int)
    return story, pack


def turn(database: Database, packing: Packing, at: datetime = LATER) -> bool:
    hands = equipment(database, Nobody(), clock=SetClock(at))
    return asyncio.run(pack_next(hands, packing))


def packing(database: Database, folder: Path, **given: Any) -> Packing:
    values: dict[str, Any] = {"key": lambda: KEY.text(), **given}
    return Packing(url=database.url, folder=folder, version="1.0", **values)


def row(database: Database, pack: int) -> EvidencePack:
    found = database.read_now(evidence_packs.get, pack)
    assert found is not None
    return found


def actions(session: Session) -> list[str]:
    query = select(AuditEntry.action).where(col(AuditEntry.action).startswith("evidence"))
    return list(session.exec(query.order_by(col(AuditEntry.number))))


def test_a_pack_that_was_asked_for_is_made_noted_and_proves_itself(
    database: Database, folder: Path
) -> None:
    story, pack = asked(database)
    assert turn(database, packing(database, folder))
    made = row(database, pack)
    assert made.state == ChoreState.DONE, made.words
    with (folder / made.file_name).open("rb") as file:
        assert verify(file, KEY.public).holds
    assert list(folder.iterdir()) == [folder / made.file_name], "nothing half made is left"
    (key,) = database.read_now(evidence_packs.keys)
    assert read_public(key.public) == KEY.public
    name = database.transact_now(note_download, story.cast.seeded.tenant, pack, by=CLI, now=LATER)
    assert name == made.file_name
    assert database.read_now(actions) == [
        *("evidence.asked", "evidence.key_used", "evidence.made", "evidence.downloaded")
    ]
    assert not turn(database, packing(database, folder)), "once asked, once made"


def test_while_a_broadcast_owns_the_hour_no_pack_is_made(database: Database, folder: Path) -> None:
    _, pack = asked(database)

    def under_way(session: Session) -> None:
        session.exec(select(Broadcast)).one().state = BroadcastState.SENDING.value

    database.transact_now(under_way)
    assert not turn(database, packing(database, folder), NOW + timedelta(minutes=2))
    assert row(database, pack).state == ChoreState.WAITING


def test_without_a_key_the_pack_says_what_to_do(database: Database, folder: Path) -> None:
    _, pack = asked(database)
    assert turn(database, packing(database, folder, key=lambda: None))
    found = row(database, pack)
    assert found.state == ChoreState.FAILED
    assert "dawncast evidence key" in found.words


def test_what_fails_is_told_and_the_next_one_is_made(database: Database, folder: Path) -> None:
    _, pack = asked(database)

    async def full(told: Mapping[str, Any]) -> dict[str, Any]:
        raise FailedAsideError(f"no space left for {told['day']}")

    assert turn(database, packing(database, folder, do=full))
    assert row(database, pack).words == "no space left for 2026-11-23"
    assert not turn(database, packing(database, folder, do=full))


def test_a_pack_that_a_dead_engine_was_at_waits_once_more(database: Database) -> None:
    _, pack = asked(database)
    database.transact_now(evidence_packs.move, pack, ChoreState.WAITING, ChoreState.MAKING)
    assert database.transact_now(evidence_packs.begin_again) == 1
    assert row(database, pack).state == ChoreState.WAITING


def test_who_is_erased_is_in_no_pack_that_is_kept(database: Database, folder: Path) -> None:
    """The pack that shows their masked number goes, and the next one is made without them."""
    story, pack = asked(database)
    how = packing(database, folder)
    assert turn(database, how)
    tenant = story.cast.seeded.tenant
    admin = Actor("E", tenant, Role.ADMINISTRATOR, story.cast.seeded.users[Role.ADMINISTRATOR])
    settled = sa.update(Delivery).where(col(Delivery.state) == "held").values(state="discarded")
    database.transact_now(lambda s: s.exec(settled))
    erased = database.transact_now(
        erase_subscriber, SubscriberId(1), "ticket 1", by=admin, now=LATER
    )
    assert erased is None, erased
    assert row(database, pack).state == ChoreState.REMOVED
    hands = equipment(database, Nobody(), clock=SetClock(LATER))
    asyncio.run(clear_away(hands, how))
    assert list(folder.iterdir()) == []
    day = story.cast.seeded.day
    database.transact_now(ask_evidence, tenant, day, People.MASKED, by=CLI, now=LATER)
    assert turn(database, how)
    (made,) = folder.iterdir()
    table = zipfile.ZipFile(made).read(f"broadcast-{story.broadcast}/recipients.csv").decode()
    assert masked(story.phones[0]) not in table
    assert table.count("erased") == 1
    assert table.count("\r\n") == 13, "counts stay"
