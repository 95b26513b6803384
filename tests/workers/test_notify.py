"""What is owed reaches a receiver of each kind, once, in order, and through every death."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.channels import webhook
from engine.domain.alert_channels import ChannelDraft, ChannelKind
from engine.domain.alert_rules import Watched
from engine.domain.alerting import Severity
from engine.domain.ids import TenantId
from engine.store import alert_channels, alert_notices
from engine.store.database import Database
from engine.store.dialects import table
from engine.store.tables import Alert, AlertNotice, AlertRule
from engine.workers.alerts import Watch, watch_alerts
from engine.workers.notify import Post, tell_channels, tell_due
from tests.channels.receivers import PostOffice, Receiver, post_office, receiver
from tests.workers.alarm_cast import Lookout, lookout, move_broadcast, put
from tests.workers.cast import equipment
from tests.workers.moved_clock import MovedClock
from tests.workers.nobody import Nobody

pytestmark = pytest.mark.anyio
SECRET = "a secret of some length"


@dataclass
class Street:
    """A house, and receivers of all four kinds around it."""

    house: Lookout
    slack: Receiver
    pagerduty: Receiver
    program: Receiver
    box: PostOffice
    channels: dict[ChannelKind, int]
    clock: MovedClock
    post: Post = field(default_factory=Post)

    async def deliver(self, *, token: int = 1) -> int:
        """Send what is due now; how many notices were claimed."""
        database = self.house.database
        # The watch looked at seconds that have not come yet.
        self.clock.ahead += max(timedelta(0), self.house.now - self.clock.now())
        made = equipment(database, Nobody(), token=token, clock=self.clock)
        due = await database.read(alert_notices.channels_due, self.clock.now())
        return sum([await tell_due(made, self.post, channel) for channel in due])

    def log(self) -> list[tuple[str, str, int]]:
        asked = select(AlertNotice.event, AlertNotice.state, AlertNotice.attempts).order_by(
            col(AlertNotice.id)
        )
        return self.house.database.read_now(
            lambda s: [(row[0], row[1], row[2]) for row in s.exec(asked).all()]
        )


@asynccontextmanager
async def street(database: Database, *kinds: ChannelKind) -> AsyncGenerator[Street]:
    """Channels of these kinds, or of all."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(receiver())
        pagerduty = await stack.enter_async_context(receiver())
        program = await stack.enter_async_context(receiver())
        box, port = await stack.enter_async_context(post_office())
        drafts = {
            ChannelKind.SLACK: ({}, {"url": f"{slack.url}/services/T0/B0/xyz"}),
            ChannelKind.PAGERDUTY: (
                {"url": f"{pagerduty.url}/v2/enqueue"},
                {"routing_key": "R" * 32},
            ),
            ChannelKind.WEBHOOK: ({"url": f"{program.url}/alerts"}, {"secret": SECRET}),
            ChannelKind.EMAIL: (
                {
                    "host": "127.0.0.1",
                    "port": str(port),
                    "security": "none",
                    "from": "alerts@example.test",
                    "to": "ops@example.test, ceo@example.test",
                },
                {},
            ),
        }
        house = lookout(database)
        house.change(_watch_the_morning_alone)
        database.transact_now(alert_channels.remove, house.channel, house.now)
        made: dict[ChannelKind, int] = {}
        for kind in kinds or ChannelKind:
            options, secrets = drafts[kind]
            draft = ChannelDraft(
                kind=kind, name=kind.value, least=Severity.INFO, options=options, secrets=secrets
            )
            made[kind] = database.transact_now(alert_channels.add, house.tenant, draft, house.now)
        clock = MovedClock()
        house.now = clock.now()
        built = Street(house, slack, pagerduty, program, box, made, clock)
        try:
            yield built
        finally:
            await built.post.aclose()


def _watch_the_morning_alone(session: Session) -> None:
    """Whatever o'clock it is, approvals and reminders are not what these tests are about."""
    rules = table(AlertRule)
    kept = (Watched.DELIVERY.value, Watched.FAILING.value, Watched.PERMANENT_FAILURES.value)
    session.connection().execute(
        sa.update(rules).where(rules.c.key.not_in(kept)).values(active=False)
    )


def breaks(house: Lookout, count: int = 7) -> None:
    """So many of 220 people have no message: at risk."""
    later = house.now + timedelta(hours=1)
    house.change(lambda s: move_broadcast(s, house.cast, opens_at=house.now, closes_at=later))
    house.change(lambda s: put(s, house.cast, count, state="sent", delivered_at=None))
    house.look(4)


def heals(house: Lookout) -> None:
    house.change(lambda s: put(s, house.cast, 300, state="delivered", delivered_at=house.now))
    house.look(8)


async def test_every_kind_is_told_of_the_beginning_and_the_end_once(database: Database) -> None:
    async with street(database) as here:
        breaks(here.house)
        assert await here.deliver() == 4
        heals(here.house)
        assert await here.deliver() == 4
        assert await here.deliver() == 0
        assert [state for _, state, _ in here.log()] == ["sent"] * 8

        opened, ended = here.slack.came
        assert "🔵 *Info: Too few of those who should have it by now do*" in opened.json["text"]
        assert "96.8 % of the 220 messages" in opened.json["text"]
        assert "🟢 *Resolved" in ended.json["text"]

        trigger, resolve = (one.json for one in here.pagerduty.came)
        assert (trigger["event_action"], resolve["event_action"]) == ("trigger", "resolve")
        assert trigger["dedup_key"] == resolve["dedup_key"]
        assert trigger["routing_key"] == "R" * 32
        assert trigger["payload"]["severity"] == "info"
        assert "payload" not in resolve

        for one in here.program.came:
            header, now = one.headers[webhook.HEADER], int(here.clock.now().timestamp())
            assert webhook.is_signed(one.body, header, SECRET, now_seconds=now)
            assert not webhook.is_signed(one.body + b" ", header, SECRET, now_seconds=now)
            assert not webhook.is_signed(one.body, header, "another", now_seconds=now)
            assert not webhook.is_signed(one.body, header, SECRET, now_seconds=now + 301)
        assert [one.json["event"] for one in here.program.came] == ["opened", "resolved"]

        first, last = here.box.mails
        assert first["Subject"].endswith("Info: Too few of those who should have it by now do")
        assert here.box.to[0] == ["ops@example.test", "ceo@example.test"]
        assert first["Message-ID"] != last["Message-ID"]


async def test_routes_go_by_severity_and_an_end_goes_where_the_worst_of_it_went(
    database: Database,
) -> None:
    async with street(database, ChannelKind.PAGERDUTY) as here:
        channel = here.channels[ChannelKind.PAGERDUTY]

        def only_critical(session: Session) -> None:
            row = alert_channels.get(session, None, channel)
            assert row is not None
            row.least = int(Severity.CRITICAL)

        here.house.change(only_critical)
        breaks(here.house)
        assert await here.deliver() == 0
        breaks(here.house, 40)
        assert await here.deliver() == 1
        breaks(here.house, 7)
        here.house.change(
            lambda s: put(s, here.house.cast, 34, state="delivered", delivered_at=here.house.now)
        )
        heals(here.house)
        assert await here.deliver() == 1
        assert [one.json["event_action"] for one in here.pagerduty.came] == ["trigger", "resolve"]


async def test_what_is_due_together_comes_to_people_as_one_message(database: Database) -> None:
    async with street(database, ChannelKind.SLACK, ChannelKind.EMAIL) as here:
        here.house.change(lambda s: put(s, here.house.cast, 60, state="failed", delivered_at=None))
        breaks(here.house, 60)
        here.house.change(lambda s: put(s, here.house.cast, 60, state="failed"))
        here.house.look(4)
        assert await here.deliver() > 4
        assert len(here.slack.came) == len(here.box.mails) == 1
        assert here.slack.came[0].json["text"].count("\n") > 4


async def test_a_channel_that_is_down_is_tried_again_and_told_once(database: Database) -> None:
    async with street(database, ChannelKind.WEBHOOK) as here:
        here.program.answer = lambda nth: 503 if nth < 2 else 200
        breaks(here.house)
        for _ in range(4):
            await here.deliver()
            here.clock.ahead += timedelta(seconds=20)
        assert here.log() == [("opened", "sent", 3)]
        assert len({one.headers[webhook.ID_HEADER] for one in here.program.came}) == 1


async def test_an_end_does_not_overtake_its_beginning(database: Database) -> None:
    async with street(database, ChannelKind.PAGERDUTY) as here:
        here.pagerduty.answer = lambda nth: 500 if nth == 0 else 202
        breaks(here.house)
        await here.deliver()
        heals(here.house)
        here.clock.ahead += timedelta(seconds=30)
        assert await here.deliver() == 1, "both are due, and the end waits for its beginning"
        assert await here.deliver() == 1
        actions = [one.json["event_action"] for one in here.pagerduty.came]
        assert actions == ["trigger", "trigger", "resolve"]


@pytest.mark.parametrize("status", [400, 403, 404, 307])
async def test_a_refusal_is_not_tried_again_and_no_redirect_is_followed(
    database: Database, status: int
) -> None:
    async with street(database, ChannelKind.SLACK) as here:
        here.slack.answer = lambda _: status
        breaks(here.house)
        await here.deliver()
        here.clock.ahead += timedelta(minutes=10)
        assert await here.deliver() == 0
        assert here.log() == [("opened", "failed", 1)]
        assert len(here.slack.came) == 1


@pytest.mark.parametrize(("words", "state"), [("451 later", "waiting"), ("550 no", "failed")])
async def test_a_mail_server_says_whether_later_may_help(
    database: Database, words: str, state: str
) -> None:
    async with street(database, ChannelKind.EMAIL) as here:
        here.box.refuse = words
        breaks(here.house)
        await here.deliver()
        assert here.log() == [("opened", state, 1)]


async def test_a_death_between_writing_and_sending_neither_loses_nor_repeats(
    database: Database,
) -> None:
    async with street(database) as here:
        breaks(here.house)
        # The engine dies here: all is written, nothing was sent. Another run begins.
        database.transact_now(alert_notices.take_back, epoch=2, now=here.clock.now())
        assert await here.deliver(token=2) == 4
        assert await here.deliver(token=2) == 0
        counts = [len(one.came) for one in (here.slack, here.pagerduty, here.program)]
        assert [*counts, len(here.box.mails)] == [1, 1, 1, 1]


@pytest.mark.sweep
async def test_a_death_between_sending_and_recording_repeats_under_the_same_name(
    database: Database,
) -> None:
    """Nobody can know whether it arrived; it goes again with the key it had."""
    async with street(database, ChannelKind.WEBHOOK) as here:
        breaks(here.house)
        channel = here.channels[ChannelKind.WEBHOOK]
        here.program.delay = 30.0
        dying = asyncio.ensure_future(here.deliver())
        while not here.program.came:  # noqa: ASYNC110 - it comes by another socket
            await asyncio.sleep(0.01)
        dying.cancel()
        await asyncio.wait([dying])
        assert here.log() == [("opened", "sending", 1)]
        here.program.delay = 0.0
        assert database.transact_now(alert_notices.take_back, epoch=2, now=here.clock.now()) == 1
        assert await here.deliver(token=2) == 1
        first, second = here.program.came
        assert first.body == second.body
        assert first.headers[webhook.ID_HEADER] == second.headers[webhook.ID_HEADER]
        stale = database.transact_now(
            alert_notices.record,
            [1],
            epoch=1,
            state=alert_notices.NoticeState.FAILED,
            now=here.clock.now(),
        )
        assert stale == 0, "the dead run's word does not count"
        assert channel


async def test_within_a_window_it_takes_less_than_five_seconds_by_a_real_clock(
    database: Database,
) -> None:
    """Both workers as the engine runs them; from the cause in the tables to all four receivers."""
    async with street(database) as here:
        house = here.house
        soon = here.clock.now() + timedelta(minutes=3)
        house.change(lambda s: move_broadcast(s, house.cast, opens_at=house.now, closes_at=soon))
        made = equipment(database, Nobody(), clock=here.clock)
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as tasks:
            working = [
                tasks.create_task(watch_alerts(made, Watch())),
                tasks.create_task(tell_channels(made, here.post)),
            ]
            await asyncio.sleep(1.3)
            house.change(lambda s: put(s, house.cast, 25, state="sent", delivered_at=None))
            began = loop.time()
            while not (
                here.slack.came and here.pagerduty.came and here.program.came and here.box.mails
            ):
                await asyncio.sleep(0.02)
                assert loop.time() - began < 5.0
            for one in working:
                one.cancel()
        asked = select(Alert.severity).where(col(Alert.rule) == Watched.DELIVERY.value)
        assert database.read_now(lambda s: s.exec(asked).one()) == Severity.CRITICAL


async def test_a_sandbox_tells_this_machine_only(database: Database) -> None:
    async with street(database, ChannelKind.SLACK) as here:

        def lead_elsewhere(session: Session) -> None:
            draft = ChannelDraft(
                kind=ChannelKind.SLACK,
                name="far",
                least=Severity.INFO,
                options={},
                secrets={"url": "https://hooks.example.com/x"},
            )
            alert_channels.write(session, here.channels[ChannelKind.SLACK], draft, 1)

        here.house.change(lead_elsewhere)
        breaks(here.house)
        await here.deliver()
        assert here.log() == [("opened", "failed", 1)]
        assert TenantId(here.house.tenant)
