"""What a window needs is got ready before it: templates that WhatsApp would send, open connections,
files at every sender; and it is done again when a person asks, until the window opens.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select, update

from engine.commands.approve_content import Approved, approve_content
from engine.commands.retry_step import retry_step
from engine.domain.audit import Intact
from engine.domain.broadcast import BroadcastState
from engine.domain.content import ContentState, content_hash
from engine.domain.day_steps import Step, StepEvent, StepState
from engine.domain.ids import ContentId
from engine.domain.outcome import Blame, Failure
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Forbidden, Role
from engine.domain.stand_ins import digest
from engine.domain.templates import Draft
from engine.read.alert_sources import not_ready
from engine.read.day import of_broadcast
from engine.store import audit, broadcasts, day_steps, stand_ins
from engine.store import content as contents
from engine.store.database import Database
from engine.store.tables import AuditEntry, Broadcast, Content, Delivery, LogEntry, Template
from engine.trials.texts import TEMPLATE
from engine.whatsapp.templates import TemplateNode
from engine.workers import stand_in
from engine.workers.make_ready import coming, look_after
from tests.workers.cast import NOW, Cast, equipment, stage
from tests.workers.nobody import Nobody

pytestmark = pytest.mark.anyio
MINUTE = timedelta(minutes=1)
OPENS_AT = NOW + 30 * MINUTE
OTHER = "plain_note"


class At:
    """A clock that stands at an instant."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass
class Shelf:
    """Says what a test wants of the templates; None: what we know already."""

    answer: Failure | None = None
    asked: int = 0

    async def everything(self) -> tuple[TemplateNode, ...] | Failure:
        self.asked += 1
        return self.answer or Failure(blame=Blame.PLATFORM, code=None, title="Not now")

    async def create(self, draft: Draft) -> str | Failure:
        raise AssertionError(draft)

    async def edit(self, whatsapp_id: str, draft: Draft) -> Failure | None:
        raise AssertionError(whatsapp_id, draft)

    async def delete(self, name: str, whatsapp_id: str) -> Failure | None:
        raise AssertionError(name, whatsapp_id)


class Door(Nobody):
    """A WhatsApp of which so many connections answer."""

    answers = 32
    asked = 0

    async def warm(self, connections: int) -> int:
        self.asked += 1
        return min(self.answers, connections)


@dataclass
class Morning:
    """A planned broadcast half an hour before its window, and an engine to look after it."""

    database: Database
    cast: Cast
    shelf: Shelf = field(default_factory=Shelf)
    door: Door = field(default_factory=Door)

    async def look(self, at: datetime) -> None:
        worker = equipment(self.database, self.door)
        object.__setattr__(worker, "clock", At(at))
        for one in self.database.read_now(coming, at):
            await look_after(worker, self.shelf, one)

    def step(self, step: Step) -> tuple[StepState, str]:
        row = self.database.read_now(day_steps.of_broadcast, self.cast.broadcast).get(step)
        return (StepState.WAITS, "") if row is None else (StepState(row.state), row.words)

    def row(self) -> Broadcast:
        return self.database.read_now(broadcasts.get, self.cast.broadcast)

    def templates(self) -> set[str]:
        def asked(session: Session) -> set[str]:
            found = contents.variants(session, ContentId(self.cast.seeded.content))
            return {variant.template_name for variant in found}

        return self.database.read_now(asked)

    def hashes(self) -> set[str]:
        return self.database.read_now(lambda s: set(s.exec(select(Delivery.content_hash))))

    def set_template(self, name: str, **values: object) -> None:
        def write(session: Session) -> None:
            session.exec(update(Template).where(col(Template.name) == name).values(**values))

        self.database.transact_now(write)

    def operator(self) -> Actor:
        seeded = self.cast.seeded
        return Actor("Neha", seeded.tenant, Role.OPERATOR, seeded.users[Role.OPERATOR])


def furnish(session: Session, *, allow: bool = True) -> Cast:
    """Its content's templates have others of their group, in other words, approved with it."""
    cast = stage(session, people=6)
    tenant, content = cast.seeded.tenant, ContentId(cast.seeded.content)
    for own in session.exec(select(Template).where(Template.name == TEMPLATE)).all():
        own.group_name = "morning"
        facts = own.model_dump(exclude={"id"})
        words = {"name": OTHER, "body": f"In short. {own.body}", "fallback": True}
        session.add(Template(**(facts | words)))
    session.flush()
    pack = session.get(Content, content)
    assert pack is not None
    variants = [contents.as_new(one) for one in contents.variants(session, content)]
    possible = stand_ins.possible(session, tenant, variants)
    assert {one.template_name for one in possible} == {OTHER}
    pack.state, pack.content_hash = ContentState.SUBMITTED.value, None
    session.flush()
    approver = Actor("Bharat", tenant, Role.APPROVER, cast.seeded.users[Role.APPROVER])
    done = approve_content(
        session,
        content,
        version=pack.version,
        stand_ins=digest(possible) if allow else None,
        late=True,
        by=approver,
        now=NOW - timedelta(days=1),
    )
    assert isinstance(done, Approved), done
    session.exec(
        update(Content).where(col(Content.id) == content).values(state=ContentState.LOCKED.value)
    )
    session.exec(
        update(Broadcast).values(
            state=BroadcastState.PLANNED.value,
            opens_at=OPENS_AT,
            closes_at=OPENS_AT + 5 * MINUTE,
            created_at=NOW,
            frozen_at=NOW,
            content_hash=done.content_hash,
        )
    )
    session.exec(update(Delivery).values(content_hash=done.content_hash))
    return cast


@pytest.fixture
def morning(database: Database) -> Morning:
    return Morning(database, database.transact_now(furnish))


async def test_templates_in_order_are_looked_at_in_time_and_stay(morning: Morning) -> None:
    before = morning.hashes()
    await morning.look(OPENS_AT - 16 * MINUTE)
    assert morning.step(Step.TEMPLATES)[0] is StepState.WAITS
    await morning.look(OPENS_AT - 15 * MINUTE)
    state, words = morning.step(Step.TEMPLATES)
    assert state is StepState.DONE
    assert "all 3 approved" in words
    assert "As WhatsApp told us last" in words, "who was not reached is told"
    await morning.look(OPENS_AT - 14 * MINUTE)
    assert morning.shelf.asked == 1, "done is done"
    await morning.look(OPENS_AT - 5 * MINUTE)
    assert morning.shelf.asked == 2, "but looked at once more at the last call"
    assert morning.hashes() == before


async def test_a_stand_in_that_was_approved_takes_a_paused_templates_place(
    morning: Morning,
) -> None:
    before = morning.row().content_hash
    await morning.look(OPENS_AT - 15 * MINUTE)
    morning.set_template(TEMPLATE, status="PAUSED")
    await morning.look(OPENS_AT - 10 * MINUTE)
    state, words = morning.step(Step.TEMPLATES)
    assert state is StepState.DONE
    assert f"English: {OTHER} stands in for {TEMPLATE}" in words
    assert morning.templates() == {OTHER}

    def asked(session: Session) -> tuple[str, str | None]:
        found = contents.variants(session, ContentId(morning.cast.seeded.content))
        pack = session.get(Content, morning.cast.seeded.content)
        assert pack is not None
        return content_hash(map(contents.as_new, found)), pack.content_hash

    now, bound = morning.database.read_now(asked)
    assert now == bound == morning.row().content_hash
    assert now != before
    assert morning.hashes() == {now}, "what is sent carries the hash of what is sent"
    assert len(morning.database.read_now(lambda s: s.exec(select(Delivery)).all())) == 6
    said = morning.database.read_now(lambda s: s.exec(select(LogEntry.event)).all())
    assert said.count("template.stands_in") == 3
    assert isinstance(morning.database.read_now(audit.verify), Intact)
    trail = select(AuditEntry).where(AuditEntry.action == "content.template_changed")
    assert len(morning.database.read_now(lambda s: s.exec(trail).all())) == 1


async def test_what_nobody_approved_never_stands_in(database: Database) -> None:
    cast = database.transact_now(lambda session: furnish(session, allow=False))
    morning = Morning(database, cast)
    morning.set_template(TEMPLATE, status="PAUSED")
    await morning.look(OPENS_AT - 15 * MINUTE)
    state, words = morning.step(Step.TEMPLATES)
    assert state is StepState.FAILED
    assert "WhatsApp paused it" in words
    assert "Nothing was approved to stand in" in words
    assert morning.templates() == {TEMPLATE}
    reading = database.read_now(not_ready, cast.seeded.tenant, NOW)
    assert [(one.value, one.members) for one in reading.values()] == [(1.0, ("templates",))]


async def test_a_stand_in_with_other_words_than_were_approved_does_not(morning: Morning) -> None:
    morning.set_template(TEMPLATE, status="REJECTED")
    morning.set_template(OTHER, version=9)
    await morning.look(OPENS_AT - 15 * MINUTE)
    assert morning.step(Step.TEMPLATES)[0] is StepState.FAILED
    assert morning.templates() == {TEMPLATE}


async def test_one_language_alone_may_change_its_template(morning: Morning) -> None:
    def pause(session: Session, language: str) -> None:
        mine = (col(Template.name) == TEMPLATE, col(Template.language) == language)
        session.exec(update(Template).where(*mine).values(status="DISABLED"))

    morning.database.transact_now(pause, "hi")
    await morning.look(OPENS_AT - 15 * MINUTE)
    assert morning.step(Step.TEMPLATES)[0] is StepState.DONE
    assert morning.templates() == {TEMPLATE, OTHER}
    morning.database.transact_now(pause, "en")
    await morning.look(OPENS_AT - 12 * MINUTE)
    words = morning.step(Step.TEMPLATES)[1]
    assert "Hindi" in words, "the other's approval outlives the first change"
    assert "English" in words
    assert morning.hashes() == {morning.row().content_hash}


async def test_an_engine_that_died_in_the_middle_is_followed_by_one_that_ends_it(
    morning: Morning,
) -> None:
    morning.set_template(TEMPLATE, status="PAUSED")
    at = OPENS_AT - 15 * MINUTE
    begin = StepEvent.BEGIN
    morning.database.transact_now(
        day_steps.advance, morning.cast.broadcast, Step.TEMPLATES, begin, now=at
    )
    content = ContentId(morning.cast.seeded.content)

    morning.database.transact_now(stand_in.change, morning.cast.broadcast, content, at)
    assert morning.hashes() != {morning.row().content_hash}, "dead before they were stamped"
    await morning.look(at + MINUTE)
    state, words = morning.step(Step.TEMPLATES)
    assert state is StepState.DONE
    assert "stands in" in words
    assert morning.hashes() == {morning.row().content_hash}


async def test_a_way_that_is_closed_is_tried_again_until_the_window(morning: Morning) -> None:
    morning.door.answers = 0
    at = OPENS_AT - 5 * MINUTE
    await morning.look(at)
    state, words = morning.step(Step.CONNECTIONS)
    assert state is StepState.FAILED
    assert "cannot be reached" in words
    await morning.look(at + timedelta(seconds=10))
    assert morning.door.asked == 1
    morning.door.answers = 30
    await morning.look(at + timedelta(seconds=31))
    assert morning.step(Step.CONNECTIONS) == (StepState.DONE, "30 of 32 connections answer")
    await morning.look(OPENS_AT - timedelta(seconds=3))
    assert morning.door.asked == 2, "nothing is begun when the lanes are about to open"


async def test_a_message_without_a_file_has_nothing_to_upload(morning: Morning) -> None:
    await morning.look(NOW + MINUTE)
    assert morning.step(Step.MEDIA) == (StepState.DONE, "No file stands above the message")


async def test_a_person_has_a_step_done_again_until_the_window_opens(morning: Morning) -> None:
    by, database = morning.operator(), morning.database
    at = OPENS_AT - 20 * MINUTE
    assert (
        database.transact_now(retry_step, morning.cast.broadcast, "templates", by=by, now=at)
        is None
    ), "before its time, too"
    await morning.look(at)
    assert morning.step(Step.TEMPLATES)[0] is StepState.DONE
    assert (
        database.transact_now(retry_step, morning.cast.broadcast, "templates", by=by, now=at)
        is None
    )
    rows = database.read_now(lambda s: of_broadcast(s, morning.row(), (), at))
    assert [row.words for row in rows if row.step is Step.TEMPLATES] == ["Asked for again"]
    await morning.look(at + timedelta(seconds=2))
    assert morning.shelf.asked == 2
    trail = select(AuditEntry).where(AuditEntry.action == "broadcast.step_asked")
    assert len(database.read_now(lambda s: s.exec(trail).all())) == 2


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (BroadcastState.SENDING, "open or over"),
        (BroadcastState.FINISHED, "open or over"),
        (BroadcastState.SCHEDULED, "not frozen"),
    ],
)
def test_nothing_is_made_ready_but_between_freeze_and_window(
    morning: Morning, state: BroadcastState, words: str
) -> None:
    morning.database.transact_now(
        lambda session: session.exec(update(Broadcast).values(state=state.value))
    )
    for step in ("media", "templates", "connections"):
        answer = morning.database.transact_now(
            retry_step, morning.cast.broadcast, step, by=morning.operator(), now=NOW
        )
        assert isinstance(answer, Refused)
        assert words in answer.why


def test_who_may_not_steer_a_morning_has_no_step_done_again(morning: Morning) -> None:
    seeded = morning.cast.seeded
    viewer = Actor("Gita", seeded.tenant, Role.VIEWER, seeded.users[Role.VIEWER])
    with pytest.raises(Forbidden):
        morning.database.transact_now(
            retry_step, morning.cast.broadcast, "media", by=viewer, now=NOW
        )
    answer = morning.database.transact_now(
        retry_step, morning.cast.broadcast, "freeze", by=morning.operator(), now=NOW
    )
    assert isinstance(answer, Refused)
