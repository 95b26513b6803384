"""What stands above a message is uploaded to every sender before its lane opens, and a test of it
goes to its asker's own phone alone.
"""

import io
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest
from PIL import Image
from sqlmodel import Session, col, select, update

from engine.commands.ask_test_send import ask_test_send
from engine.commands.keep_media import LookedInto, keep_media, look_into
from engine.commands.own_phone import confirm_in_sandbox, forget_phone, name_phone
from engine.commands.retry_step import retry_step
from engine.domain.audit import Intact
from engine.domain.broadcast import BroadcastState
from engine.domain.content import Language
from engine.domain.day_steps import Step, StepState
from engine.domain.ids import BroadcastId, PhoneNumberId, Tracker
from engine.domain.media import REUSED_FOR, Header
from engine.domain.message import Message, Recipient, TemplateMessage
from engine.domain.outcome import Accepted, Blame, Failure, Outcome, Unknown
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Forbidden, Role
from engine.store import audit, day_steps, own_phones, test_messages
from engine.store.database import Database
from engine.store.tables import (
    Broadcast,
    Delivery,
    Inbound,
    Media,
    MediaUpload,
    OwnPhone,
    Schedule,
    Sender,
    Template,
    TestMessage,
    Variant,
)
from engine.trials.tenant import SeededTenant, seed_sandbox
from engine.whatsapp.gateway import MayGo, always
from engine.workers import test_sends, uploads
from tests.documents.drawn import png
from tests.workers.cast import NOW, equipment
from tests.workers.nobody import Nobody
from tests.workers.said import hear, receipts, status, text

pytestmark = pytest.mark.anyio
LINE = "Udaya · INH000000000"
PHONE = "+919812345610"


@dataclass
class Shelf:
    """Takes files as Meta does; refuses those of one number if it was told to."""

    refuses: str = ""
    taken: list[tuple[str, bytes]] = field(default_factory=lambda: list[tuple[str, bytes]]())

    async def upload(self, sender: PhoneNumberId, content: bytes) -> str | Failure:
        if sender == self.refuses:
            return Failure(blame=Blame.PLATFORM, code=131053, title="Media upload error")
        self.taken.append((sender, content))
        return f"media-{len(self.taken)}"


class Phones(Nobody):
    """A WhatsApp that remembers what it was given, and answers as it was told."""

    def __init__(self, answer: Outcome | None = None) -> None:
        super().__init__()
        self.answer = answer or Accepted("wamid.test.1")  # pyright: ignore[reportArgumentType]
        self.got: list[tuple[Recipient, Message, Tracker]] = []

    async def send(
        self,
        sender: PhoneNumberId,
        to: Recipient,
        message: Message,
        tracker: Tracker,
        may_go: MayGo = always,
    ) -> Outcome:
        del sender, may_go
        self.got.append((to, message, tracker))
        return self.answer


@dataclass(frozen=True)
class Stage:
    seeded: SeededTenant
    header: Header
    author: Actor


def furnish(session: Session) -> Stage:
    """A firm with two senders whose English content has a picture with a brand line."""
    seeded = seed_sandbox(
        session,
        subscribers=9,
        senders=2,
        backups=1,
        rate=80.0,
        now=NOW,
        rng=Random(7),
        password=None,
    )
    author = Actor("author", seeded.tenant, Role.AUTHOR, seeded.users[Role.AUTHOR])
    file = look_into("outlook.png", png())
    assert isinstance(file, LookedInto)
    header = keep_media(session, seeded.tenant, file, by=author, now=NOW)
    assert isinstance(header, Header)
    session.exec(
        update(Variant)
        .where(col(Variant.content_id) == seeded.content, col(Variant.language) == "EN")
        .values(
            header_sha256=header.sha256,
            header_type=header.type.value,
            header_name=header.name,
            header_bytes=header.size_bytes,
            brand_line=LINE,
        )
    )
    session.exec(
        update(Template).where(col(Template.language) == "en").values(header_format="IMAGE")
    )
    return Stage(seeded, header, author)


@pytest.fixture
def stage(database: Database) -> Stage:
    return database.transact_now(furnish)


def wanted(database: Database, stage: Stage) -> tuple[uploads.Wanted, ...]:
    return database.read_now(uploads.of_content, stage.seeded.tenant, stage.seeded.content, NOW)


async def test_every_sender_gets_the_picture_with_its_line_and_none_twice(
    database: Database, stage: Stage
) -> None:
    shelf, worker = Shelf(), equipment(database, Nobody())
    assert len(wanted(database, stage)) == 3
    assert await uploads.upload_all(worker, shelf, wanted(database, stage)) == 0
    assert len({sender for sender, _ in shelf.taken}) == 3
    (content,) = {content for _, content in shelf.taken}
    assert content != png()
    assert Image.open(io.BytesIO(content)).size == (640, 336)
    assert database.read_now(uploads.of_content, stage.seeded.tenant, stage.seeded.content,
                             worker.clock.now()) == ()  # fmt: skip
    took = database.read_now(lambda session: session.exec(select(MediaUpload.took_ms)).all())
    assert all(one > 0 for one in took)


async def test_a_lane_has_no_message_before_its_sender_has_the_picture(
    database: Database, stage: Stage
) -> None:
    number = database.read_now(
        lambda session: session.get_one(Sender, stage.seeded.senders[0]).phone_number_id
    )
    worker = equipment(database, Nobody())
    failed = await uploads.upload_all(worker, Shelf(refuses=number), wanted(database, stage))
    assert failed == 1
    now = worker.clock.now()
    messages = database.read_now(uploads.templates, stage.seeded.content, stage.seeded.senders, now)
    assert list(messages) == [stage.seeded.senders[1]]
    own = {one.language: m for one, m in messages[stage.seeded.senders[1]].items()}
    assert own["EN"].header_image_id is not None
    assert own["HI"].header_image_id is None
    later = database.read_now(
        uploads.templates, stage.seeded.content, stage.seeded.senders, now + REUSED_FOR
    )
    assert later == {}
    card = database.read_now(lambda session: session.get_one(Sender, stage.seeded.senders[0]))
    assert "did not take the file" in card.last_error


def plan(session: Session, stage: Stage) -> BroadcastId:
    """A broadcast that waits for its window."""
    schedule = Schedule(tenant_id=stage.seeded.tenant, name="Daily", kind="daily", created_at=NOW)
    session.add(schedule)
    session.flush()
    row = Broadcast(
        tenant_id=stage.seeded.tenant,
        schedule_id=schedule.id or 0,
        service_day=stage.seeded.day,
        title="Test",
        content_id=stage.seeded.content,
        content_hash=stage.seeded.content_hash,
        state=BroadcastState.PLANNED.value,
        opens_at=NOW + timedelta(minutes=20),
        window_ends_at=NOW + timedelta(minutes=22),
        closes_at=NOW + timedelta(minutes=25),
        created_at=NOW,
    )
    session.add(row)
    session.flush()
    return BroadcastId(row.id or 0)


async def test_the_step_tells_what_failed_and_that_it_was_mended(
    database: Database, stage: Stage
) -> None:
    broadcast = database.transact_now(plan, stage)
    number = database.read_now(
        lambda session: session.get_one(Sender, stage.seeded.senders[0]).phone_number_id
    )

    def step() -> tuple[str, str]:
        row = database.read_now(day_steps.of_broadcast, broadcast)[Step.MEDIA]
        return row.state, row.words

    worker = equipment(database, Nobody())
    object.__setattr__(worker, "clock", Then())
    shelf = Shelf(refuses=number)
    assert await uploads.upload_missing(worker, shelf)
    assert step()[0] == StepState.FAILED
    assert "did not take the file" in step()[1]
    shelf.refuses = ""
    assert not await uploads.upload_missing(worker, shelf)
    assert step() == (StepState.DONE, "Every sender has it: 1 uploaded")
    assert not await uploads.upload_missing(worker, shelf)
    assert len(shelf.taken) == 3, "cached for a day"


async def test_every_sender_gets_the_file_anew_when_a_person_asks(
    database: Database, stage: Stage
) -> None:
    broadcast = database.transact_now(plan, stage)
    worker, shelf = equipment(database, Nobody()), Shelf()
    object.__setattr__(worker, "clock", Then())
    await uploads.upload_missing(worker, shelf)
    by = Actor("Neha", stage.seeded.tenant, Role.OPERATOR, stage.seeded.users[Role.OPERATOR])
    assert database.transact_now(retry_step, broadcast, "media", by=by, now=NOW) is None
    await uploads.upload_missing(worker, shelf)
    await uploads.upload_missing(worker, shelf)
    assert len(shelf.taken) == 6
    ids = database.read_now(lambda session: session.exec(select(MediaUpload.whatsapp_id)).all())
    assert set(ids) == {"media-4", "media-5", "media-6"}


class Then:
    """A clock that stands."""

    def now(self):
        return NOW

    def loop_time(self) -> float:
        return 0.0


async def test_a_picture_that_was_changed_in_the_database_is_not_uploaded(
    database: Database, stage: Stage
) -> None:
    database.transact_now(lambda session: session.exec(update(Media).values(content=png(641))))
    shelf = Shelf()
    failed = await uploads.upload_all(equipment(database, Nobody()), shelf, wanted(database, stage))
    assert failed == 3
    assert shelf.taken == []


def confirmed(session: Session, stage: Stage) -> None:
    assert name_phone(session, PHONE, "TEST 482913", by=stage.author, now=NOW) is None
    assert confirm_in_sandbox(session, by=stage.author, now=NOW) is None


def ask(session: Session, stage: Stage, *, seconds: int = 0, version: int = 1) -> int | Refused:
    return ask_test_send(
        session,
        stage.seeded.content,
        version=version,
        language=Language.EN,
        by=stage.author,
        now=NOW + timedelta(seconds=seconds),
    )


def test_row(database: Database) -> TestMessage:
    return database.read_now(lambda session: session.exec(select(TestMessage)).one())


test_row.__test__ = False  # pyright: ignore[reportFunctionMemberAccess]


async def go(database: Database, phones: Phones) -> None:
    class Then:
        def now(self):
            return NOW + timedelta(seconds=2)

        def loop_time(self) -> float:
            return 0.0

    worker = equipment(database, phones)
    object.__setattr__(worker, "clock", Then())
    await test_sends.send_next(worker, Shelf())


async def test_a_test_goes_to_its_askers_phone_is_marked_and_is_no_delivery(
    database: Database, stage: Stage
) -> None:
    database.transact_now(confirmed, stage)
    assert isinstance(database.transact_now(ask, stage), int)
    phones = Phones()
    await go(database, phones)
    ((to, message, tracker),) = phones.got
    assert to == Recipient(phone=PHONE)  # pyright: ignore[reportArgumentType]
    assert isinstance(message, TemplateMessage)
    assert message.parameters[0].startswith("TEST · Asha Kulkarni")
    assert message.header_image_id is not None
    assert (test_row(database).state, test_row(database).message_id) == ("accepted", "wamid.test.1")
    assert database.read_now(lambda session: session.exec(select(Delivery)).all()) == []

    def receipt(session: Session) -> None:
        hear(session, receipts(status("wamid.test.1", "delivered", tracker=tracker)))

    database.transact_now(receipt)
    assert test_row(database).state == "delivered"
    await go(database, phones)
    assert len(phones.got) == 1
    assert isinstance(database.read_now(audit.verify), Intact)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Failure(blame=Blame.TEMPLATE, code=132015, title="Template is paused"), "failed"),
        (Unknown("no answer within 30 s"), "unknown"),
    ],
)
async def test_a_test_that_failed_or_is_not_known_is_never_sent_again(
    database: Database, stage: Stage, answer: Outcome, state: str
) -> None:
    database.transact_now(confirmed, stage)
    database.transact_now(ask, stage)
    phones = Phones(answer)
    await go(database, phones)
    await go(database, phones)
    assert (len(phones.got), test_row(database).state) == (1, state)


async def test_what_an_engine_left_half_sent_is_not_known(database: Database, stage: Stage) -> None:
    database.transact_now(confirmed, stage)
    number = database.transact_now(ask, stage)
    assert isinstance(number, int)
    assert database.transact_now(test_messages.take, number, stage.seeded.senders[0])
    assert database.transact_now(test_messages.leave_unknown, NOW) == 1
    phones = Phones()
    await go(database, phones)
    assert phones.got == []


async def test_a_content_that_was_changed_meanwhile_is_not_tested(
    database: Database, stage: Stage
) -> None:
    database.transact_now(confirmed, stage)
    database.transact_now(ask, stage)
    database.transact_now(
        lambda session: session.exec(update(Variant).values(parameters='["{name}", "a", "b", "c"]'))
    )
    phones = Phones()
    await go(database, phones)
    assert (phones.got, test_row(database).state) == ([], "failed")


def test_nobody_tests_on_a_phone_that_did_not_confirm_itself(
    database: Database, stage: Stage
) -> None:
    def story(session: Session) -> None:
        refused = ask(session, stage)
        assert isinstance(refused, Refused)
        assert "Confirm your phone" in refused.why
        assert isinstance(name_phone(session, "12", "TEST 1", by=stage.author, now=NOW), Refused)
        assert name_phone(session, "98123 45610", "TEST 482913", by=stage.author, now=NOW) is None
        assert isinstance(ask(session, stage), Refused)

    database.transact_now(story)


@pytest.mark.parametrize(
    ("sender", "words", "minutes", "confirms"),
    [
        ("919812345610", "TEST 482913", 1, True),
        ("919812345610", "here: TEST 482913 thanks", 29, True),
        ("919812345610", "TEST 482914", 1, False),
        ("919812345611", "TEST 482913", 1, False),
        ("919812345610", "TEST 482913", 31, False),
    ],
)
def test_a_phone_confirms_itself_by_writing_its_code_in_time(
    database: Database, stage: Stage, sender: str, words: str, minutes: int, confirms: bool
) -> None:
    def story(session: Session) -> None:
        assert name_phone(session, PHONE, "TEST 482913", by=stage.author, now=NOW) is None
        hear(session, text(words, sender=sender), now=NOW + timedelta(minutes=minutes))

    database.transact_now(story)

    def is_confirmed(session: Session) -> bool:
        return session.exec(select(OwnPhone)).one().confirmed_at is not None

    assert database.read_now(is_confirmed) is confirms
    asked = database.read_now(lambda session: session.exec(select(Inbound)).all())
    assert len(asked) == (0 if confirms else 1), "a code that confirms is no question to anybody"


def test_tests_are_few_and_for_those_who_may(database: Database, stage: Stage) -> None:
    def story(session: Session) -> None:
        confirmed(session, stage)
        assert isinstance(ask(session, stage), int)
        assert isinstance(ask(session, stage, seconds=3), Refused)
        stale = ask(session, stage, seconds=60, version=9)
        assert isinstance(stale, Refused)
        for number in range(1, 5):
            assert isinstance(ask(session, stage, seconds=number * 20), int)
        assert isinstance(ask(session, stage, seconds=120), Refused)
        assert own_phones.of(session, stage.seeded.users[Role.AUTHOR]) is not None
        assert forget_phone(session, by=stage.author, now=NOW) is None
        assert isinstance(ask(session, stage, seconds=1_000), Refused)
        viewer = Actor("viewer", stage.seeded.tenant, Role.VIEWER, stage.seeded.users[Role.VIEWER])
        with pytest.raises(Forbidden):
            name_phone(session, PHONE, "TEST 1", by=viewer, now=NOW)

    database.transact_now(story)
