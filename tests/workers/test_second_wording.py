"""A broadcast in two wordings: what is frozen, what stands in, what is sent. On both databases."""

import json
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from engine.commands.approve_content import approve_content
from engine.commands.reject_content import reject_content
from engine.commands.submit_content import submit_content
from engine.domain.broadcast import BroadcastState
from engine.domain.content import ContentState, Language, Wording
from engine.domain.ids import BroadcastId, ContentHash, ContentId
from engine.domain.message import TemplateMessage
from engine.domain.refusal import Refused
from engine.domain.wordings import Side, wording_of
from engine.store import stand_ins, template_days
from engine.store.database import Database
from engine.store.tables import Broadcast, Content, Delivery, LogEntry, Template, Variant
from engine.trials.tenant import SeededTenant
from engine.trials.texts import TEMPLATE
from engine.trials.two_wordings import TEMPLATE_B, approver, author, write_second
from engine.workers import stand_in, uploads
from engine.workers.freeze import freeze
from tests.workers import test_freeze
from tests.workers.cast import NOW, equipment
from tests.workers.mornings import STARTS_AT, Day, play_day
from tests.workers.nobody import Nobody

pytestmark = pytest.mark.anyio

PEOPLE = test_freeze.PEOPLE
BEFORE = NOW - timedelta(minutes=30)


@pytest.fixture
def seeded(database: Database) -> SeededTenant:
    return database.transact_now(test_freeze.furnish)


def row_of(database: Database) -> Broadcast:
    return database.read_now(test_freeze.broadcast)


def content_of(database: Database, content: ContentId) -> Content:
    return database.read_now(lambda s: s.exec(select(Content).where(Content.id == content)).one())


async def frozen(database: Database) -> list[Delivery]:
    identity = BroadcastId(row_of(database).id or 0)
    assert await freeze(equipment(database, Nobody()), identity)
    return database.read_now(test_freeze.targeted)


def log_of(database: Database) -> str:
    return "\n".join(database.read_now(lambda s: s.exec(select(LogEntry.words)).all()))


async def test_everybody_gets_one_of_the_two_by_the_rule(
    database: Database, seeded: SeededTenant
) -> None:
    b = database.transact_now(write_second, seeded, now=BEFORE, percent=40)
    deliveries = await frozen(database)

    row = row_of(database)
    assert (row.b_content_id, row.b_percent) == (b, 40)
    hashes = {Side.A: row.content_hash, Side.B: row.b_content_hash}
    assert row.content_hash == seeded.content_hash != row.b_content_hash
    assert len({one.subscriber_id for one in deliveries}) == len(deliveries) == PEOPLE
    for one in deliveries:
        assert one.wording == wording_of(row.id or 0, one.subscriber_id or 0, 40)
        assert one.content_hash == hashes[Side(one.wording)]
        assert ("(B)" in json.loads(one.parameters)[-1]) == (one.wording == "B")
    assert set(Counter(one.wording for one in deliveries)) == {"A", "B"}
    assert content_of(database, b).state == ContentState.LOCKED
    assert "A to 60 %, B to 40 %" in log_of(database)


async def test_who_reads_a_language_without_a_second_wording_is_not_in_the_test(
    database: Database, seeded: SeededTenant
) -> None:
    database.transact_now(write_second, seeded, now=BEFORE, languages=[Language.HI])
    deliveries = await frozen(database)

    others = [one for one in deliveries if one.language != "HI"]
    assert {(one.wording, one.content_hash) for one in others} == {("", seeded.content_hash)}
    assert {one.wording for one in deliveries if one.language == "HI"} == {"A", "B"}


async def test_without_a_second_wording_nothing_speaks_of_one(
    database: Database, seeded: SeededTenant
) -> None:
    deliveries = await frozen(database)
    row = row_of(database)
    assert {one.wording for one in deliveries} == {""}
    assert (row.b_content_id, row.b_content_hash, row.b_percent) == (None, "", 0)
    assert "ording" not in log_of(database)


async def test_b_without_an_approval_leaves_everybody_a_and_says_so(
    database: Database, seeded: SeededTenant
) -> None:
    b = database.transact_now(write_second, seeded, now=BEFORE, until=ContentState.DRAFT)
    deliveries = await frozen(database)

    assert {(one.wording, one.content_hash) for one in deliveries} == {("", seeded.content_hash)}
    assert row_of(database).b_content_id is None
    assert content_of(database, b).state == ContentState.DRAFT
    assert "Wording B is not approved: everybody gets wording A" in log_of(database)


async def test_an_approval_that_was_taken_back_is_none(
    database: Database, seeded: SeededTenant
) -> None:
    b = database.transact_now(write_second, seeded, now=BEFORE)
    version = content_of(database, b).version
    database.transact_now(
        reject_content, b, version=version, comment="No", by=approver(seeded), now=BEFORE
    )
    assert {one.wording for one in await frozen(database)} == {""}


async def test_b_that_was_changed_behind_the_approvers_back_costs_nobody_their_message(
    database: Database, seeded: SeededTenant
) -> None:
    b = database.transact_now(write_second, seeded, now=BEFORE)
    database.transact_now(
        lambda s: s.exec(update(Variant).where(col(Variant.content_id) == b).values(body="{{1}}"))
    )
    deliveries = await frozen(database)
    assert {(one.wording, one.content_hash) for one in deliveries} == {("", seeded.content_hash)}
    assert "not what was approved" in log_of(database)


async def test_b_of_another_category_does_not_go(database: Database, seeded: SeededTenant) -> None:
    draft = ContentState.DRAFT
    b = database.transact_now(write_second, seeded, now=BEFORE, category="MARKETING", until=draft)
    version = content_of(database, b).version
    refused = database.transact_now(
        submit_content, b, version=version, by=author(seeded), now=BEFORE
    )
    assert isinstance(refused, Refused)
    assert any("another category" in one for one in refused.details)


async def test_a_freeze_that_was_cut_off_gives_everybody_the_same_wording_again(
    database: Database, seeded: SeededTenant
) -> None:
    database.transact_now(write_second, seeded, now=BEFORE)
    before = await frozen(database)
    database.transact_now(lambda s: s.exec(update(Broadcast).values(state="scheduled")))
    after = await frozen(database)
    assert [(one.id, one.wording) for one in after] == [(one.id, one.wording) for one in before]


async def test_a_freeze_that_began_with_a_alone_ends_with_a_alone(
    database: Database, seeded: SeededTenant
) -> None:
    b = database.transact_now(write_second, seeded, now=BEFORE, until=ContentState.DRAFT)
    await frozen(database)
    database.transact_now(lambda s: s.exec(update(Broadcast).values(state="scheduled")))
    # Approved behind the commands' back: by them it would be refused now.
    hash_of_b = "b" * 64
    database.transact_now(
        lambda s: s.exec(
            update(Content)
            .where(col(Content.id) == b)
            .values(state="approved", content_hash=hash_of_b)
        )
    )
    assert {one.wording for one in await frozen(database)} == {""}
    assert row_of(database).b_content_id is None


async def test_b_cannot_be_approved_once_the_audience_is_frozen_without_it(
    database: Database, seeded: SeededTenant
) -> None:
    b = database.transact_now(write_second, seeded, now=BEFORE, until=ContentState.DRAFT)
    database.transact_now(
        lambda s: s.exec(update(Content).where(col(Content.id) == b).values(state="submitted"))
    )
    await frozen(database)
    version = content_of(database, b).version
    refused = database.transact_now(
        approve_content, b, version=version, late=True, by=approver(seeded), now=NOW
    )
    assert isinstance(refused, Refused)
    assert "everybody gets wording A" in refused.why


async def test_what_stands_in_for_b_changes_the_hash_of_b_alone(
    database: Database, seeded: SeededTenant
) -> None:
    database.transact_now(write_second, seeded, now=BEFORE)
    await frozen(database)
    row = row_of(database)
    identity = BroadcastId(row.id or 0)
    database.transact_now(lambda s: s.exec(update(Broadcast).values(b_content_hash="c" * 64)))
    assert database.transact_now(stand_ins.stamp, identity, 3) == 3
    while database.transact_now(stand_ins.stamp, identity, 500):
        pass
    for one in database.read_now(test_freeze.targeted):
        assert one.content_hash == ("c" * 64 if one.wording == "B" else seeded.content_hash)


async def test_a_template_of_b_that_whatsapp_stops_is_told_of(
    database: Database, seeded: SeededTenant
) -> None:
    b = database.transact_now(write_second, seeded, now=BEFORE)
    await frozen(database)
    identity = BroadcastId(row_of(database).id or 0)
    database.transact_now(
        lambda s: s.exec(
            update(Template).where(col(Template.name) == TEMPLATE_B).values(status="PAUSED")
        )
    )
    found = database.transact_now(stand_in.change_all, identity, (seeded.content, b), NOW)
    assert not found.in_order
    assert "Wording A: WhatsApp has all" in found.words
    assert "Wording B: English" in found.words


async def test_each_sender_has_the_templates_of_both(
    database: Database, seeded: SeededTenant
) -> None:
    b = database.transact_now(write_second, seeded, now=BEFORE, languages=[Language.EN])
    found = database.read_now(uploads.templates, seeded.content, seeded.senders, NOW, b)
    (messages,) = found.values()
    second = ContentHash(content_of(database, b).content_hash or "")
    assert {key: one.template for key, one in messages.items()} == {
        **{Wording(seeded.content_hash, one.value): TEMPLATE for one in Language},
        Wording(second, "EN"): TEMPLATE_B,
    }


async def test_how_the_templates_of_both_did_is_counted_apart(
    database: Database, seeded: SeededTenant
) -> None:
    database.transact_now(write_second, seeded, now=BEFORE)
    deliveries = await frozen(database)
    database.transact_now(lambda s: s.exec(update(Delivery).values(state="delivered")))
    identity = row_of(database).id or 0
    counted = database.read_now(template_days.count, identity)
    for _ in range(2):  # counting again replaces
        database.transact_now(template_days.keep, counted, NOW)
    kept = database.read_now(template_days.since, seeded.tenant, seeded.day)
    by_name: Counter[str] = Counter()
    for one in kept:
        by_name[one.name] += one.sent
    given = Counter(one.wording for one in deliveries)
    assert by_name == {TEMPLATE: given["A"], TEMPLATE_B: given["B"]}


def test_a_morning_in_two_wordings_sends_each_person_their_own_and_nothing_twice() -> None:
    async def story(day: Day) -> None:
        b = day.database.transact_now(write_second, day.seeded, now=STARTS_AT, percent=50)
        async with day.conducted():
            await day.at(60)
        async with day.conducted():  # another run of the engine ends it
            await day.at(320)
        assert day.state in {BroadcastState.SETTLING, BroadcastState.FINISHED}
        deliveries = day.database.read_now(test_freeze.targeted)
        sent = Counter(one.to.phone for one in day.whatsapp.sent)
        assert set(sent.values()) == {1}
        assert len(sent) == len(deliveries)
        said: dict[str | None, str] = {
            one.to.phone: one.message.template
            for one in day.whatsapp.sent
            if isinstance(one.message, TemplateMessage)
        }
        for one in deliveries:
            assert said[one.phone] == (TEMPLATE_B if one.wording == "B" else TEMPLATE)
        assert content_of(day.database, b).state == ContentState.SENT

    play_day(story, people=60)
