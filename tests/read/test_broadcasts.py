"""What the pages of broadcasts and deliveries are told: figures, lanes, causes, and the answer."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, DeliveryId, TenantId
from engine.domain.sla import Standing as Worth
from engine.domain.subscriber import Exclusion
from engine.read import broadcasts as history_page
from engine.read.broadcast import broadcast, excluded
from engine.read.broadcasts import history
from engine.read.delivery_timeline import Kind, timeline
from engine.read.delivery_words import Mood, Standing, answer
from engine.read.recipients import WantedRecipients, recipients
from engine.read.stages import STATES_OF, WORDS, Stage, stage_of
from engine.store.tables import (
    Attempt,
    Broadcast,
    Consent,
    Content,
    Delivery,
    Lane,
    Receipt,
    Sample,
    Schedule,
    Sender,
    Subscriber,
    Tenant,
    User,
    Variant,
)
from engine.store.tables import Exclusion as ExclusionRow

OPENS = datetime(2026, 11, 22, 0, 29, 30, tzinfo=UTC)  # 05:59:30 IST
CLOSES = datetime(2026, 11, 22, 0, 35, tzinfo=UTC)
AFTERWARDS = CLOSES + timedelta(hours=1)
DAY = date(2026, 11, 22)
HOME, NEIGHBOUR = TenantId(1), TenantId(2)
MORNING = BroadcastId(1)


def at(clock: str) -> datetime:
    """A time of that morning in India."""
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    midnight = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
    return midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds)


@pytest.fixture
def morning(session: Session) -> Session:
    """A tenant with a broadcast, two lanes and no deliveries yet."""
    for number in (HOME, NEIGHBOUR):
        session.add(Tenant(id=number, name=f"tenant {number}", created_at=OPENS))
    session.flush()
    session.add(
        User(
            id=1,
            tenant_id=1,
            email="a@x",
            name="a",
            role="author",
            password_hash="",
            created_at=OPENS,
        )
    )
    session.add(Schedule(id=1, tenant_id=1, name="daily", kind="daily", created_at=OPENS))
    session.flush()
    session.add(
        Content(
            id=1,
            tenant_id=1,
            day=DAY,
            title="Nifty",
            state="sent",
            author_id=1,
            created_at=OPENS,
            updated_at=OPENS,
        )
    )
    for number in (1, 2):
        session.add(
            Sender(
                id=number,
                tenant_id=1,
                phone_number_id=f"10{number}",
                display_phone=f"+91 22 4800 410{number}",
                updated_at=OPENS,
            )
        )
    session.flush()
    session.add(
        Variant(
            content_id=1,
            language="EN",
            template_name="t",
            template_language="en",
            body="Good morning {{1}}",
        )
    )
    session.add(
        Broadcast(
            id=1,
            tenant_id=1,
            schedule_id=1,
            service_day=DAY,
            title="Nifty outlook",
            content_id=1,
            content_hash="9f3c" * 16,
            state="finished",
            opens_at=OPENS,
            window_ends_at=OPENS + timedelta(minutes=3),
            closes_at=CLOSES,
            frozen_at=at("05:30:00"),
            planned_at=at("05:31:00"),
            created_at=OPENS,
        )
    )
    session.flush()
    for number in (1, 2):
        session.add(
            Lane(id=number, broadcast_id=1, sender_id=number, rate_per_second=80, state="done")
        )
    session.flush()
    return session


def _deliver(session: Session, number: int, state: State, **values: Any) -> DeliveryId:
    session.add(
        Subscriber(
            id=number,
            tenant_id=1,
            phone=f"+9198123{number:05d}",
            name=f"Person {number}",
            created_at=OPENS,
            updated_at=OPENS,
        )
    )
    session.flush()
    fields: dict[str, Any] = {
        "planned_at": at("06:00:10"),
        "lane_id": 1 + number % 2,
        "sender_id": 1 + number % 2,
        **values,
    }
    session.add(
        Delivery(
            id=number,
            tenant_id=1,
            broadcast_id=1,
            subscriber_id=number,
            key=f"key {number}",
            content_hash="9f3c" * 16,
            phone=f"+9198123{number:05d}",
            language="EN",
            parameters=json.dumps([f"Person {number}"]),
            state=state.value,
            updated_at=at("06:10:00"),
            **fields,
        )
    )
    session.flush()
    return DeliveryId(number)


def _some_of_everything(session: Session) -> None:
    in_time, late = at("06:04:59"), at("06:05:01")
    _deliver(session, 1, State.READ, sent_at=in_time, delivered_at=in_time, read_at=late)
    _deliver(session, 2, State.READ, read_at=at("06:05:00"))  # the closing second counts
    _deliver(session, 3, State.DELIVERED, sent_at=in_time, delivered_at=late)
    _deliver(session, 4, State.SENT, sent_at=in_time)
    _deliver(session, 5, State.FAILED, error_code=131026)
    _deliver(session, 6, State.FAILED, error_code=131026)
    _deliver(session, 7, State.HELD, reason="no proof")
    _deliver(session, 8, State.CANCELLED, reason="Aborted")
    _deliver(session, 9, State.CANCELLED, reason="Said stop")
    session.add(
        Consent(tenant_id=1, subscriber_id=9, at=at("05:59:59"), given=False, source="message STOP")
    )
    session.flush()


def test_the_history_counts_as_the_verdicts_do(morning: Session) -> None:
    _some_of_everything(morning)
    (row,) = history(morning, HOME, now=AFTERWARDS).rows
    figures = row.figures
    assert (figures.total, figures.opted_out, figures.targeted) == (9, 1, 8)
    assert (figures.handed_over, figures.on_time) == (4, 2)
    assert figures.stage(Stage.DELIVERED, Stage.READ) == 3
    assert (figures.stage(Stage.FAILED), figures.stage(Stage.HELD)) == (2, 1)
    assert (row.verdicts.delivered.count, row.verdicts.delivered.of) == (2, 8)
    assert row.verdicts.delivered.standing is Worth.FINAL
    assert history(morning, NEIGHBOUR, now=AFTERWARDS).rows == ()


def test_the_history_is_paged_newest_day_first(morning: Session) -> None:
    for number in range(2, 2 * history_page.HISTORY_PAGE):
        morning.add(
            Broadcast(
                id=number,
                tenant_id=1,
                schedule_id=1,
                service_day=DAY - timedelta(days=number),
                title=f"day {number}",
                state="finished",
                opens_at=OPENS,
                window_ends_at=OPENS,
                closes_at=CLOSES,
                created_at=OPENS,
            )
        )
    morning.flush()
    first = history(morning, HOME, now=AFTERWARDS)
    second = history(morning, HOME, now=AFTERWARDS, after=first.next)
    seen = [row.id for row in (*first.rows, *second.rows)]
    assert seen == list(range(1, 2 * history_page.HISTORY_PAGE))
    assert second.next is None
    assert first.rows[1].verdicts.delivered.met is None  # nobody was targeted: no verdict


def test_a_broadcast_shows_its_lanes_causes_and_who_was_left_out(morning: Session) -> None:
    _some_of_everything(morning)
    for number, reason in ((20, "paused"), (21, "paused"), (22, "no_consent")):
        morning.add(
            Subscriber(
                id=number, tenant_id=1, name=f"Out {number}", created_at=OPENS, updated_at=OPENS
            )
        )
        morning.flush()
        morning.add(ExclusionRow(broadcast_id=1, subscriber_id=number, reason=reason))
    for second, started in ((0, 40), (1, 71)):
        morning.add(Sample(lane_id=1, second=OPENS + timedelta(seconds=second), started=started))
    morning.flush()
    shown = broadcast(morning, HOME, MORNING, now=AFTERWARDS)
    assert shown is not None
    assert [(lane.display_phone[-4:], lane.peak, lane.figures.total) for lane in shown.lanes] == [
        ("4101", 71, 4),
        ("4102", 0, 5),
    ]
    worst = shown.problems[0]
    assert (worst.title, worst.code, worst.count) == ("Phone not reachable", 131026, 2)
    assert [one.words for one in shown.problems if one.stage is Stage.CANCELLED] == [
        *("Aborted", "Said stop"),
    ]
    assert {one.stage for one in shown.problems} == {Stage.FAILED, Stage.HELD, Stage.CANCELLED}
    assert [(one.reason, one.count) for one in shown.left_out] == [
        (Exclusion.PAUSED, 2),
        (Exclusion.NO_CONSENT, 1),
    ]
    assert [name for _, name in excluded(morning, HOME, MORNING, Exclusion.PAUSED)] == [
        *("Out 20", "Out 21"),
    ]
    assert broadcast(morning, NEIGHBOUR, MORNING, now=AFTERWARDS) is None
    assert excluded(morning, NEIGHBOUR, MORNING, Exclusion.PAUSED) == ()


def test_the_lanes_figures_add_up_to_the_broadcasts(morning: Session) -> None:
    _some_of_everything(morning)
    shown = broadcast(morning, HOME, MORNING, now=AFTERWARDS)
    assert shown is not None
    by_stage: Counter[Stage] = Counter()
    for lane in shown.lanes:
        by_stage.update(dict(lane.figures.by_stage))
    assert by_stage == Counter(dict(shown.row.figures.by_stage))
    assert sum(lane.figures.on_time for lane in shown.lanes) == shown.row.figures.on_time


def test_recipients_are_filtered_searched_and_paged(morning: Session) -> None:
    _some_of_everything(morning)

    def found(**wanted: Any) -> list[int]:
        page = recipients(morning, HOME, MORNING, WantedRecipients(**wanted))
        assert page.found.number == len(page.rows)
        return [row.delivery for row in page.rows]

    assert found() == list(range(1, 10))
    assert found(stage=Stage.READ) == [1, 2]
    assert found(code=131026) == [5, 6]
    assert found(search="person 7") == [7]
    assert found(search="98123 00003") == [3]
    assert found(search="person", stage=Stage.FAILED, code=131049) == []
    assert recipients(morning, NEIGHBOUR, MORNING, WantedRecipients()).rows == ()


def test_recipients_pages_follow_one_another(morning: Session) -> None:
    for number in range(1, 121):
        _deliver(morning, number, State.PLANNED)
    seen: list[int] = []
    after = None
    for _ in range(3):
        page = recipients(morning, HOME, MORNING, WantedRecipients(), after=after)
        seen += [row.delivery for row in page.rows]
        after = page.next
    assert (seen, after) == (list(range(1, 121)), None)


def test_a_timeline_tells_the_whole_story_in_order_and_in_words(morning: Session) -> None:
    delivery = _deliver(
        morning, 1, State.READ, delivered_at=at("06:01:07"), read_at=at("07:42:30"), attempts=2
    )
    morning.add(
        Consent(
            tenant_id=1,
            subscriber_id=1,
            at=at("05:00:00") - timedelta(days=30),
            given=True,
            source="web form",
            evidence="ticked",
        )
    )
    started = at("06:00:10")
    for number, outcome, code, message in (
        (1, "failed", 130429, None),
        (2, "accepted", None, "wamid.1"),
    ):
        begun = started + timedelta(seconds=3 * number)
        morning.add(
            Attempt(
                delivery_id=1,
                number=number,
                sender_id=number,
                epoch=1,
                started_at=begun,
                ended_at=begun + timedelta(milliseconds=212),
                outcome=outcome,
                error_code=code,
                message_id=message,
            )
        )
    for status, clock in (("sent", "06:00:20"), ("delivered", "06:01:07"), ("read", "07:42:30")):
        morning.add(
            Receipt(
                delivery_id=1,
                message_id="wamid.1",
                status=status,
                at=at(clock),
                received_at=at(clock) + timedelta(seconds=1),
            )
        )
    morning.flush()
    shown = timeline(morning, HOME, delivery)
    assert shown is not None
    assert shown.answer.headline == "Delivered 06:01:07, read 07:42"
    assert shown.answer.mood is Mood.GOOD
    assert shown.text == "Good morning Person 1"
    assert [entry.title for entry in shown.entries] == [
        "Agreed to be written to",
        "Audience and text were frozen",
        "Planned for 06:00:10 through +91 ·· 4102",
        "Refused through +91 ·· 4101 after 212 ms: Sender too fast",
        "Try 2: sent through +91 ·· 4102, answered in 212 ms",
        "Handed over: on its way to the phone",
        "On the phone",
        "Read",
    ]
    assert shown.entries[3].code == 130429
    assert json.loads(shown.entries[4].raw)["message_id"] == "wamid.1"
    assert timeline(morning, NEIGHBOUR, delivery) is None
    assert timeline(morning, HOME, DeliveryId(99)) is None


def test_a_held_delivery_says_what_is_not_known_and_what_to_do(morning: Session) -> None:
    delivery = _deliver(morning, 1, State.HELD, reason="20 minutes and no receipt")
    morning.add(
        Attempt(
            delivery_id=1,
            number=1,
            sender_id=1,
            epoch=1,
            started_at=at("06:00:10"),
            ended_at=at("06:00:40"),
            outcome="unknown",
            detail="The connection broke.",
        )
    )
    morning.flush()
    shown = timeline(morning, HOME, delivery)
    assert shown is not None
    assert shown.held
    assert "Not known" in shown.answer.headline
    assert "Send it again" in shown.answer.next
    assert shown.entries[-2].title == "Sent through +91 ·· 4101, no answer for 30.0 s"
    assert (shown.entries[-1].kind, shown.entries[-1].words) == (
        *(Kind.STATE, "20 minutes and no receipt"),
    )


def test_a_stop_after_the_freeze_stands_in_the_timeline(morning: Session) -> None:
    _some_of_everything(morning)
    shown = timeline(morning, HOME, DeliveryId(9))
    assert shown is not None
    assert shown.answer.headline == "Not sent: Said stop."
    assert "Said stop" in [entry.title for entry in shown.entries]


def test_every_state_has_one_group_and_a_word() -> None:
    assert Counter(state for states in STATES_OF.values() for state in states) == Counter(State)
    assert set(WORDS) == set(State)
    assert all(state in STATES_OF[stage_of(state)] for state in State)


@pytest.mark.parametrize(
    ("state", "bare"), list(product(State, [True, False])), ids=lambda value: str(value)
)
def test_every_state_has_an_answer_whatever_is_known_of_it(state: State, bare: bool) -> None:
    known = Standing(state=state)
    if not bare:
        known = Standing(
            state=state,
            reason="somebody said so",
            error_code=131026,
            planned_at=at("06:00:00"),
            due_at=at("06:02:00"),
            accepted_at=at("06:00:01"),
            sent_at=at("06:00:02"),
            delivered_at=at("06:00:03"),
            read_at=at("06:20:00"),
            closes_at=CLOSES,
        )
    said = answer(known)
    assert said.headline
    assert "None" not in said.headline + said.next
    assert "  " not in said.headline + said.next


@pytest.mark.parametrize(
    ("standing", "headline", "mood"),
    [
        (
            Standing(state=State.DELIVERED, delivered_at=at("06:01:07"), closes_at=CLOSES),
            *("Delivered 06:01:07", Mood.GOOD),
        ),
        (
            Standing(state=State.DELIVERED, delivered_at=at("06:07:12"), closes_at=CLOSES),
            *("Delivered late, 06:07:12", Mood.LATE),
        ),
        (
            Standing(state=State.READ, read_at=at("06:03:00"), closes_at=CLOSES),
            *("Read 06:03:00", Mood.GOOD),
        ),
        (
            Standing(state=State.FAILED, error_code=131026),
            *("Not delivered: phone not reachable.", Mood.BAD),
        ),
        (
            Standing(state=State.RETRYING, error_code=131000, due_at=at("06:02:00")),
            *("Not delivered yet: WhatsApp had a problem.", Mood.LATE),
        ),
    ],
)
def test_the_answer_comes_first_and_in_words(standing: Standing, headline: str, mood: Mood) -> None:
    said = answer(standing)
    assert (said.headline, said.mood) == (headline, mood)
