"""What an evidence pack says of a day: everybody, and why; who approved what; and nobody's name."""

import csv
import hashlib
import io
import json
import tracemalloc
import zipfile
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from engine.commands.ask_evidence import ask_evidence, why_not_yet
from engine.documents.evidence.keys import PrivateKey
from engine.documents.evidence.verify import verify
from engine.domain.audit import Entry, chain_hash
from engine.domain.evidence_pack import People
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Forbidden, Role
from engine.read.evidence.compose import Asked, write_pack
from engine.store.database import Database
from engine.store.dialects import one_state, table
from engine.store.tables import Delivery
from tests.read.evidence_cast import LATER, Story, a_day
from tests.workers.cast import NOW

KEY = PrivateKey(bytes(range(32)))


def pack(database: Database, story: Story, people: People = People.MASKED) -> bytes:
    asked = Asked(
        tenant=story.cast.seeded.tenant,
        day=story.cast.seeded.day,
        people=people,
        key=KEY,
        now=LATER,
        version="1.0",
        asked_by="cli",
    )

    def write(session: Session) -> bytes:
        one_state(session)
        into = io.BytesIO()
        write_pack(session, into, asked)
        return into.getvalue()

    return database.read_now(write)


@pytest.fixture
def story(database: Database) -> Story:
    return database.transact_now(a_day)


def rows_of(made: bytes, name: str) -> list[dict[str, str]]:
    text = zipfile.ZipFile(io.BytesIO(made)).read(name).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def data_of(made: bytes, name: str) -> dict:
    return json.loads(zipfile.ZipFile(io.BytesIO(made)).read(name))


def test_a_day_s_pack_proves_itself_on_both_databases(database: Database, story: Story) -> None:
    verdict = verify(io.BytesIO(pack(database, story)), KEY.public)
    assert verdict.holds, verdict.findings
    assert verdict.manifest is not None
    assert verdict.manifest.day == story.cast.seeded.day


def test_everybody_of_the_frozen_audience_is_there_with_every_instant(
    database: Database, story: Story
) -> None:
    made = pack(database, story)
    recipients = rows_of(made, f"broadcast-{story.broadcast}/recipients.csv")
    assert len(recipients) == 12
    usual = recipients[5]
    assert usual["delivered"] == "2026-11-23T06:01:20.000+05:30"
    assert (usual["targeted"], usual["delivered_in_time"], usual["missed_by"]) == ("yes", "yes", "")
    told = data_of(made, "day.json")["broadcasts"][0]
    keys = "".join(f"{one['key']}\n" for one in recipients)
    assert told["audience_hash"] == hashlib.sha256(keys.encode()).hexdigest()
    assert (told["audience"], told["targeted"]) == (12, 11)
    assert told["verdicts"]["delivered"]["count"] == sum(
        one["delivered_in_time"] == "yes" for one in recipients
    )
    assert told["verdicts"]["delivered"]["verdict"] == "missed"
    assert told["verdicts"]["delivered"]["standing"] == "final"
    assert (told["missed_by_our_side"], told["missed_by_the_phones"]) == (1, 2)


def test_every_exception_has_its_reason_in_words(database: Database, story: Story) -> None:
    made = pack(database, story)
    found = rows_of(made, f"broadcast-{story.broadcast}/exceptions.csv")
    assert [one["exception"] for one in found] == [
        *("late", "sent again", "held for a person", "dead letter", "opted out")
    ]
    assert all(one["in_words"] for one in found)
    again = rows_of(made, f"broadcast-{story.broadcast}/resends.csv")
    assert [(one["proof"], one["next_try"]) for one in again] == [
        ("Shown by 20 later receipts.", "2")
    ]
    assert "+9198******10" in again[0]["what_happened"]
    left_out = rows_of(made, f"broadcast-{story.broadcast}/left-out.csv")
    assert [one["reason"] for one in left_out] == ["paused"]


def test_what_was_approved_is_there_and_its_hash_can_be_done_again(
    database: Database, story: Story
) -> None:
    made = pack(database, story)
    content = story.cast.seeded.content
    opened = zipfile.ZipFile(io.BytesIO(made))
    hashed = opened.read(f"content-{content}/hashed.json")
    assert hashlib.sha256(hashed).hexdigest() == story.cast.seeded.content_hash
    approval = data_of(made, f"content-{content}/approval.json")
    assert approval["approved_hash"] == story.cast.seeded.content_hash
    assert approval["decided_by"].startswith("Vikram Menon")
    assert [one["action"] for one in approval["history"]][-1] == "content.approved"
    page = opened.read("index.html").decode()
    assert "Vikram Menon" in page
    assert "<script" not in page
    assert not any(fetched in page for fetched in ("src=", "<link", "url(", "@import"))


def test_the_day_s_part_of_the_trail_can_be_followed_by_its_seals(
    database: Database, story: Story
) -> None:
    lines = zipfile.ZipFile(io.BytesIO(pack(database, story))).read("audit.jsonl").splitlines()
    entries = [json.loads(line) for line in lines]
    assert len(entries) >= 4
    for before, after in pairwise(entries):
        assert after["previous_hash"] == before["hash"]
    for it in entries:
        entry = Entry(
            number=it["number"],
            tenant=it["tenant"],
            at=datetime.fromisoformat(it["at"]),
            actor=it["actor"],
            action=it["action"],
            subject=it["subject"],
            before=it["before"],
            after=it["after"],
            ip=it["ip"],
        )
        assert chain_hash(it["previous_hash"], entry) == it["hash"]


@pytest.mark.parametrize("people", list(People))
def test_nobody_s_name_or_whole_number_is_in_any_file(
    database: Database, story: Story, people: People
) -> None:
    made = pack(database, story, people)
    opened = zipfile.ZipFile(io.BytesIO(made))
    everything = "\n".join(opened.read(name).decode() for name in opened.namelist())
    for phone in story.phones:
        assert phone not in everything
        assert phone.removeprefix("+") not in everything
    for name in story.names:
        assert name not in everything
    recipients = rows_of(made, f"broadcast-{story.broadcast}/recipients.csv")
    shown = [one["phone"] for one in recipients]
    if people is People.MASKED:
        assert all("*" in phone for phone in shown)
    else:
        assert set(shown) == {""}
        assert len({one["recipient"] for one in recipients}) == 12
        assert all(len(one["recipient"]) == 20 for one in recipients)


def test_a_cell_that_a_spreadsheet_would_run_is_defused(database: Database) -> None:
    def dangerous(session: Session) -> Story:
        story = a_day(session)
        session.connection().execute(
            sa.update(table(Delivery)).where(table(Delivery).c.id == 4).values(reason="=cmd()")
        )
        return story

    made = pack(database, database.transact_now(dangerous))
    text = zipfile.ZipFile(io.BytesIO(made)).read("broadcast-1/exceptions.csv").decode()
    assert ",=cmd" not in text


def test_only_who_reads_the_trail_may_ask_and_only_for_a_day_that_is_over(
    database: Database, story: Story
) -> None:
    tenant, day = story.cast.seeded.tenant, story.cast.seeded.day
    auditor = Actor("A", tenant, Role.APPROVER, story.cast.seeded.users[Role.APPROVER])
    viewer = Actor("V", tenant, Role.VIEWER, story.cast.seeded.users[Role.VIEWER])

    def ask(by: Actor, now=LATER, when=day):
        return database.transact_now(ask_evidence, tenant, when, People.MASKED, by=by, now=now)

    with pytest.raises(Forbidden):
        ask(viewer)
    assert isinstance(ask(auditor, now=NOW), Refused)
    assert isinstance(ask(auditor, when=day - timedelta(days=9)), Refused)
    first = ask(auditor)
    assert first == ask(auditor), "asked twice, made once"
    assert database.read_now(why_not_yet, tenant, day, LATER) == ""


@pytest.mark.sweep
def test_memory_does_not_grow_with_the_audience(sqlite_url: str) -> None:
    def peak(people: int) -> int:
        database = Database("sqlite://", inline=True, durable=False)

        def furnish(session: Session) -> Story:
            SQLModel.metadata.create_all(session.connection())
            return a_day(session, people=people)

        story = database.transact_now(furnish)
        tracemalloc.start()
        pack(database, story)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        database.close()
        return most

    small, large = peak(1_000), peak(4_000)
    assert large < small + 500_000, (small, large)
