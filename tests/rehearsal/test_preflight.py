"""Each check of the preflight fails for its cause alone, asked of a stand-in over real sockets."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from engine.domain.content import content_hash
from engine.domain.rehearsal import Verdict, from_plain
from engine.simulator.faults import ExpireToken, SetQuality, SetStatus, SetTemplateStatus
from engine.store import content, copies, leases
from engine.store.database import Database
from engine.store.tables import Content, Sender, Subscriber, Variant
from engine.trials.tenant import SeededTenant
from engine.trials.texts import TEMPLATE
from tests.rehearsal.firm import NOW, Firm, failing, firm, named, unapprove, upload, with_picture

Story = Callable[[Firm], Awaitable[None]]


def on(database: Database, story: Story) -> None:
    async def run() -> None:
        async with firm(database) as stage:
            await story(stage)

    asyncio.run(run())


def change(stage: Firm, what: Callable[[Session], object]) -> None:
    stage.database.transact_now(what)


def fault(stage: Firm, planted: object) -> None:
    face = stage.simulator.face
    face.world.inject(planted, face.now())  # pyright: ignore[reportArgumentType]


def first_sender(session: Session) -> Sender:
    return session.exec(select(Sender).order_by(col(Sender.id))).first()  # pyright: ignore[reportReturnType]


def test_a_morning_in_good_order_is_go_and_says_when(database: Database) -> None:
    async def story(stage: Firm) -> None:
        change(stage, lambda s: with_picture(s, stage.seeded, upload(stage)))
        found = await stage.rehearse()
        assert found.go, found.failing
        # Of sixty, all must have it: one phone in five such mornings never does.
        wary = {check.name for check in found.checks if check.verdict is not Verdict.OK}
        assert wary <= {"99 % in time"}
        assert found.foreseen is not None
        assert found.foreseen.people == 60
        assert 2.0 < (found.foreseen.delivered or 0) < 300.0
        assert [lane.people for lane in found.foreseen.lanes] == [30, 30]
        assert from_plain(found.as_plain()) == found

    on(database, story)


def test_an_expired_token_is_no_go_and_the_numbers_are_not_blamed(database: Database) -> None:
    async def story(stage: Firm) -> None:
        fault(stage, ExpireToken())
        found = await stage.rehearse()
        assert failing(found) == {"Access token"}
        assert "190" in named(found, "Access token").words

    on(database, story)


def test_whatsapp_out_of_reach_is_no_go(database: Database) -> None:
    async def story(stage: Firm) -> None:
        stage.access = replace(stage.access, api_url="http://127.0.0.1:9")
        found = await stage.rehearse()
        assert failing(found) == {"Access token"}
        assert "could not be asked" in named(found, "Access token").words

    on(database, story)


def test_a_paused_template_is_no_go_in_its_language_alone(database: Database) -> None:
    async def story(stage: Firm) -> None:
        fault(stage, SetTemplateStatus(template=TEMPLATE, language="hi", status="PAUSED"))
        found = await stage.rehearse()
        assert failing(found) == {"Template HI"}
        assert "paused" in named(found, "Template HI").words

    on(database, story)


def test_a_template_in_a_language_nobody_reads_disturbs_nobody(database: Database) -> None:
    def nobody_reads_hindi(session: Session) -> None:
        for person in session.exec(select(Subscriber)).all():
            person.language = "EN"

    async def story(stage: Firm) -> None:
        change(stage, nobody_reads_hindi)
        fault(stage, SetTemplateStatus(template=TEMPLATE, language="hi", status="PAUSED"))
        assert (await stage.rehearse()).go

    on(database, story)


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        (SetQuality(quality="RED"), "RED"),
        (SetStatus(status="BANNED", code=131045), "nothing"),
    ],
)
def test_a_number_in_trouble_is_no_go_and_a_backup_in_trouble_is_not(
    database: Database, planted: SetQuality | SetStatus, said: str
) -> None:
    async def story(stage: Firm) -> None:
        number = stage.database.read_now(lambda s: first_sender(s).phone_number_id)
        fault(stage, replace(planted, number=number))
        found = await stage.rehearse()
        assert failing(found) == {"Sender ·· 4101"}
        assert said in named(found, "Sender ·· 4101").words
        change(stage, lambda s: setattr(first_sender(s), "role", "backup"))
        found = await stage.rehearse()
        assert found.go
        assert named(found, "Sender ·· 4101").verdict is Verdict.WARN

    on(database, story)


def test_a_yellow_number_is_a_warning(database: Database) -> None:
    async def story(stage: Firm) -> None:
        number = stage.database.read_now(lambda s: first_sender(s).phone_number_id)
        fault(stage, SetQuality(number=number, quality="YELLOW"))
        found = await stage.rehearse()
        assert found.go
        assert named(found, "Sender ·· 4101").verdict is Verdict.WARN

    on(database, story)


def test_a_limit_too_small_is_no_go_and_names_those_without_room(database: Database) -> None:
    def limit(word: str) -> Callable[[Session], None]:
        def set_it(session: Session) -> None:
            for sender in session.exec(select(Sender)).all():
                sender.messaging_limit = word

        return set_it

    async def story(stage: Firm) -> None:
        change(stage, limit("TIER_50"))
        found = await stage.rehearse()
        assert failing(found) == {"Limits", "99 % in time"}
        assert found.without[-1].count == 10 or found.without[0].count == 10
        assert "10 people" in named(found, "Limits").words
        change(stage, limit("TIER_250"))
        assert (await stage.rehearse()).go

    on(database, story)


def test_a_dead_webhook_address_is_no_go(database: Database) -> None:
    async def story(stage: Firm) -> None:
        stage.access = replace(stage.access, webhook="http://127.0.0.1:9/hook")
        found = await stage.rehearse()
        assert failing(found) == {"Webhooks"}
        assert "does not answer" in named(found, "Webhooks").words

    on(database, story)


def test_somebody_else_at_our_webhook_address_is_no_go(database: Database) -> None:
    async def story(stage: Firm) -> None:
        stage.receiver.verify_token = "another"
        found = await stage.rehearse()
        assert failing(found) == {"Webhooks"}
        assert "403" in named(found, "Webhooks").words

    on(database, story)


def test_a_file_that_whatsapp_lost_is_no_go(database: Database) -> None:
    async def story(stage: Firm) -> None:
        ids = upload(stage)
        change(stage, lambda s: with_picture(s, stage.seeded, ids))
        lost = ids[stage.seeded.senders[0]]
        assert stage.simulator.face.world.account.media.delete(lost)
        found = await stage.rehearse()
        assert failing(found) == {"Media"}
        assert "1 number" in named(found, "Media").words

    on(database, story)


def test_content_nobody_approved_is_no_go(database: Database) -> None:
    async def story(stage: Firm) -> None:
        change(stage, lambda s: unapprove(s, stage.seeded))
        found = await stage.rehearse()
        assert failing(found) == {"Content"}
        assert "rejected" in named(found, "Content").words

    on(database, story)


def test_content_that_was_changed_past_us_is_no_go(database: Database) -> None:
    def tamper(session: Session) -> None:
        row = session.exec(select(Variant).limit(1)).one()
        row.parameters = '["other words"]'

    async def story(stage: Firm) -> None:
        change(stage, tamper)
        found = await stage.rehearse()
        assert failing(found) == {"Content"}
        assert "changed past us" in named(found, "Content").words

    on(database, story)


def test_senders_too_slow_for_the_deadline_are_no_go(database: Database) -> None:
    def slow(session: Session) -> None:
        for sender in session.exec(select(Sender)).all():
            sender.rate_per_second = 0.1

    async def story(stage: Firm) -> None:
        change(stage, slow)
        found = await stage.rehearse()
        assert failing(found) == {"Capacity", "99 % in time"}

    on(database, story)


def test_no_sender_that_may_send_is_no_go(database: Database) -> None:
    def rest(session: Session) -> None:
        for sender in session.exec(select(Sender)).all():
            sender.state = "resting"

    async def story(stage: Firm) -> None:
        change(stage, rest)
        found = await stage.rehearse()
        assert failing(found) == {"Senders", "Capacity"}
        assert found.foreseen is None

    on(database, story)


def test_no_engine_or_a_copy_that_is_not_released_is_no_go(database: Database) -> None:
    async def story(stage: Firm) -> None:
        change(stage, lambda s: leases.release(s, owner="engine", token=1, now=NOW))
        found = await stage.rehearse()
        assert failing(found) == {"Engine"}
        assert "No engine" in named(found, "Engine").words
        change(
            stage,
            lambda s: copies.mark(s, backed_up_at=NOW - timedelta(days=1), sha256="x", now=NOW),
        )
        assert "copy" in named(await stage.rehearse(), "Engine").words

    on(database, story)


def test_a_language_without_a_text_is_told_with_its_people(database: Database) -> None:
    def no_marathi(session: Session, seeded: SeededTenant) -> None:
        pack = session.get(Content, seeded.content)
        rows = session.exec(select(Variant).where(col(Variant.language) == "MR")).all()
        for row in rows:
            session.delete(row)
        session.flush()
        assert pack is not None
        pack.content_hash = content_hash(
            map(content.as_new, content.variants(session, seeded.content))
        )

    async def story(stage: Firm) -> None:
        change(stage, lambda s: no_marathi(s, stage.seeded))
        found = await stage.rehearse()
        assert found.go
        assert named(found, "Audience").verdict is Verdict.WARN
        assert any("no variant" in one.why for one in found.without)

    on(database, story)
