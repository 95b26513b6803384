"""One subscriber's page: did they get it, why not, what next; and who gets nothing for days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from engine.commands.set_subscriber_status import set_subscriber_status
from engine.domain.chronic import is_chronic
from engine.domain.delivery import State
from engine.domain.ids import DeliveryId, SubscriberId, TenantId
from engine.domain.roles import CLI
from engine.domain.subscriber import Exclusion, Status
from engine.read.delivery_words import Mood
from engine.read.person import DELIVERIES_SHOWN, What, life
from engine.read.unreached import unreached, unreached_csv
from engine.store.tables import (
    Attempt,
    Broadcast,
    Consent,
    Delivery,
    Lane,
    Receipt,
    Schedule,
    Sender,
    Subscriber,
    Tenant,
)
from engine.store.tables import Exclusion as LeftOut

LAST_DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
HOME, NEIGHBOUR = TenantId(1), TenantId(2)
ASHA, RAVI = SubscriberId(1), SubscriberId(2)


def _opens(days_ago: int) -> datetime:
    return datetime(2026, 11, 22, 0, 30, tzinfo=UTC) - timedelta(days=days_ago)


@pytest.fixture
def home(session: Session) -> Session:
    """A tenant with two subscribers and a broadcast on each of the last twelve days."""
    long_ago = NOW - timedelta(days=100)
    for number in (HOME, NEIGHBOUR):
        session.add(Tenant(id=number, name=f"tenant {number}", created_at=long_ago))
    session.flush()
    session.add(Schedule(id=1, tenant_id=1, name="daily", kind="daily", created_at=long_ago))
    session.add(
        Sender(
            id=1,
            tenant_id=1,
            phone_number_id="1",
            display_phone="+91 22 4800 4101",
            updated_at=NOW,
        )
    )
    for number, name in ((ASHA, "Asha Kulkarni"), (RAVI, "=Ravi Menon")):
        session.add(
            Subscriber(
                id=number,
                tenant_id=1,
                phone=f"+9198123456{number:02d}",
                name=name,
                consented=True,
                created_at=long_ago,
                updated_at=long_ago,
            )
        )
    session.flush()
    for number in (ASHA, RAVI):
        session.add(
            Consent(
                tenant_id=1,
                subscriber_id=number,
                at=long_ago,
                given=True,
                source="web form",
                evidence="ticked the box",
            )
        )
    for ago in range(12):
        session.add(_broadcast(ago))
    session.flush()
    for ago in range(12):
        session.add(Lane(id=100 + ago, broadcast_id=100 + ago, sender_id=1, rate_per_second=80))
    session.flush()
    return session


def _broadcast(ago: int) -> Broadcast:
    opens = _opens(ago)
    return Broadcast(
        id=100 + ago,
        tenant_id=1,
        schedule_id=1,
        service_day=LAST_DAY - timedelta(days=ago),
        title=f"Outlook {ago}",
        state="finished",
        opens_at=opens,
        window_ends_at=opens + timedelta(minutes=3),
        closes_at=opens + timedelta(minutes=5),
        frozen_at=opens - timedelta(minutes=30),
        planned_at=opens - timedelta(minutes=29),
        created_at=opens,
    )


def _deliver(session: Session, who: SubscriberId, ago: int, state: State, code: int = 0) -> int:
    opens = _opens(ago)
    arrived = state in (State.DELIVERED, State.READ)
    row = Delivery(
        tenant_id=1,
        broadcast_id=100 + ago,
        lane_id=100 + ago,
        sender_id=1,
        subscriber_id=who,
        key=f"{who}-{ago}",
        content_hash="9f3c" * 16,
        phone="+919812345601",
        language="EN",
        state=state.value,
        error_code=code or None,
        planned_at=opens + timedelta(seconds=60),
        sent_at=opens + timedelta(seconds=61) if arrived else None,
        delivered_at=opens + timedelta(seconds=67) if arrived else None,
        read_at=opens + timedelta(seconds=6120) if state is State.READ else None,
        updated_at=opens,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def test_the_answer_stands_on_top_and_the_line_of_their_life_below(home: Session) -> None:
    which = _deliver(home, ASHA, 0, State.READ)
    at = _opens(0) + timedelta(seconds=60)
    home.add(
        Attempt(
            delivery_id=which,
            number=1,
            sender_id=1,
            epoch=1,
            started_at=at,
            ended_at=at + timedelta(milliseconds=212),
            outcome="accepted",
            message_id="m",
        )
    )
    home.add(
        Receipt(
            delivery_id=which,
            message_id="m",
            status="delivered",
            at=at + timedelta(seconds=7),
            received_at=at + timedelta(seconds=7),
        )
    )
    home.flush()
    story = life(home, HOME, ASHA)
    assert story is not None
    assert story.answer.headline == "Delivered 06:01:07, read 07:42"
    assert story.about == "Outlook 0, Sun 22 Nov"
    assert story.is_targeted
    assert [(moment.what, moment.mood) for moment in story.moments] == [
        (What.MESSAGE, Mood.GOOD),
        (What.CONSENT, Mood.GOOD),
    ]
    steps = [entry.title for entry in story.moments[0].entries]
    assert steps[0].startswith("Audience and text were frozen")
    assert steps[1].startswith("Planned for 06:01:00")
    assert steps[2].startswith("Sent through")
    assert steps[3] == "On the phone"
    assert story.moments[1].words == "web form. ticked the box"


def test_why_they_did_not_get_it_is_said_in_words_with_what_to_do(home: Session) -> None:
    _deliver(home, ASHA, 0, State.FAILED, 131026)
    story = life(home, HOME, ASHA)
    assert story is not None
    assert story.answer.headline == "Not delivered: phone not reachable."
    assert "open WhatsApp" in story.answer.next
    assert story.answer.mood is Mood.BAD


@pytest.mark.parametrize("why", Exclusion)
def test_who_was_left_out_is_told_why_and_what_brings_them_back(
    home: Session, why: Exclusion
) -> None:
    home.add(LeftOut(broadcast_id=100, subscriber_id=ASHA, reason=why.value))
    home.flush()
    story = life(home, HOME, ASHA)
    assert story is not None
    assert story.answer.headline.startswith("Not sent: ")
    assert story.answer.headline.endswith(".")
    assert not story.answer.headline.endswith("..")
    assert story.moments[0].title == "Left out of “Outlook 0”"


def test_who_was_added_after_the_freeze_gets_the_next_one(home: Session) -> None:
    at = _opens(0)
    home.add(
        Subscriber(id=3, tenant_id=1, name="Late", consented=True, created_at=at, updated_at=at)
    )
    home.flush()
    story = life(home, HOME, SubscriberId(3))
    assert story is not None
    assert "added after" in story.answer.headline
    # Without a number there is nobody to send to: that is said at once, too.
    assert not story.is_targeted
    assert "Neither a phone number" in story.from_now_on


def test_what_people_did_to_an_entry_stands_in_its_line(home: Session) -> None:
    set_subscriber_status(home, ASHA, Status.PAUSED, reason="holiday", by=CLI, now=NOW)
    story = life(home, HOME, ASHA)
    assert story is not None
    assert [moment.title for moment in story.moments] == [
        "Made paused",
        "Agreed to be written to",
    ]
    assert story.from_now_on.startswith("Paused.")


def test_older_messages_come_a_few_at_a_time_and_none_is_shown_twice(home: Session) -> None:
    made = [_deliver(home, ASHA, ago, State.DELIVERED) for ago in reversed(range(12))]
    first = life(home, HOME, ASHA)
    assert first is not None
    assert first.older is not None
    rest = life(home, HOME, ASHA, before=first.older)
    assert rest is not None
    seen = [moment.delivery for part in (first, rest) for moment in part.moments if moment.delivery]
    assert seen == sorted(map(DeliveryId, made), reverse=True)
    assert len([one for one in first.moments if one.delivery]) == DELIVERIES_SHOWN
    assert {moment.what for moment in rest.moments} == {What.MESSAGE}
    assert rest.older is None


def test_nobody_sees_the_life_of_another_organisation_s_subscriber(home: Session) -> None:
    assert life(home, NEIGHBOUR, ASHA) is None
    assert life(home, HOME, SubscriberId(99)) is None


@pytest.mark.parametrize(
    ("missed", "meant", "is_one"), [(2, 2, False), (3, 3, True), (3, 6, False), (4, 7, True)]
)
def test_who_misses_three_mornings_and_more_than_half_is_a_chronic_non_receiver(
    missed: int, meant: int, is_one: bool
) -> None:
    assert is_chronic(missed=missed, meant=meant) is is_one


def test_chronic_non_receivers_are_listed_with_cause_and_what_to_do(home: Session) -> None:
    for ago in range(7):
        _deliver(home, ASHA, ago, State.DELIVERED if ago == 6 else State.SENT)
        _deliver(home, RAVI, ago, State.FAILED if ago < 2 else State.READ, 131026)
    found = unreached(home, HOME, days=7, now=NOW)
    assert found.mornings == 7
    (row,) = found.rows
    assert (row.subscriber, row.missed, row.meant) == (ASHA, 6, 7)
    assert row.last_got == _opens(6) + timedelta(seconds=67)
    assert row.why.startswith("Handed over")
    assert "switched on" in row.next
    assert unreached(home, HOME, days=2, now=NOW).rows == ()
    assert unreached(home, NEIGHBOUR, days=30, now=NOW).rows == ()


def test_of_a_window_that_is_open_nobody_has_missed_anything(home: Session) -> None:
    for ago in range(3):
        _deliver(home, ASHA, ago, State.SENT)
    during = _opens(0) + timedelta(minutes=1)
    assert unreached(home, HOME, days=7, now=during).rows == ()
    assert len(unreached(home, HOME, days=7, now=NOW).rows) == 1


def test_the_list_of_who_gets_nothing_starts_no_formula(home: Session) -> None:
    for ago in range(3):
        _deliver(home, RAVI, ago, State.FAILED, 131049)
    lines = unreached_csv(home, HOME, days=7, now=NOW).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("name,phone,missed")
    assert lines[1].startswith("'=Ravi Menon,")
