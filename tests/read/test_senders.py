"""What the Senders page is told: honest arithmetic, and rates and latencies from what was sent."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from engine.domain.content import Language
from engine.domain.ids import SenderId, TenantId
from engine.read import senders as read
from engine.store import senders
from engine.store.tables import Attempt, Broadcast, Delivery, Lane, Sample, Schedule
from tests.commands.content_cast import DAY, NOW, Cast, add_sender, add_subscriber, cast


@pytest.fixture
def firm(session: Session) -> Cast:
    return cast(session)


def add_broadcast(session: Session, tenant: TenantId, opens_at: datetime) -> int:
    schedule = Schedule(tenant_id=tenant, name="Daily 06:00", kind="daily", created_at=NOW)
    session.add(schedule)
    session.flush()
    assert schedule.id is not None
    broadcast = Broadcast(
        tenant_id=tenant,
        schedule_id=schedule.id,
        service_day=DAY,
        title="Nifty outlook",
        state="sending",
        opens_at=opens_at,
        window_ends_at=opens_at + timedelta(minutes=3),
        closes_at=opens_at + timedelta(minutes=5),
        created_at=NOW,
    )
    session.add(broadcast)
    session.flush()
    assert broadcast.id is not None
    return broadcast.id


def add_lane(session: Session, broadcast: int, sender: SenderId) -> int:
    lane = Lane(broadcast_id=broadcast, sender_id=sender, rate_per_second=80.0, state="sending")
    session.add(lane)
    session.flush()
    assert lane.id is not None
    return lane.id


def test_capacity_is_the_audience_over_the_sum_of_the_rates(session: Session, firm: Cast) -> None:
    for number in range(4101, 4105):
        add_sender(session, firm.tenant, number)
    add_sender(session, firm.tenant, 4190, role="backup")
    answer = read.capacity(2_000, senders.pool(session, firm.tenant))
    assert (answer.senders, answer.backups, answer.equal) == (4, 1, True)
    assert answer.seconds == pytest.approx(6.25)
    assert answer.seconds_without_fastest == pytest.approx(2_000 / 240)


def test_resting_senders_and_backups_lend_no_capacity(session: Session, firm: Cast) -> None:
    add_sender(session, firm.tenant, 4101, rate=50.0)
    resting = add_sender(session, firm.tenant, 4102)
    senders.set_state(session, resting, was="active", state="resting", reason="", now=NOW)
    add_sender(session, firm.tenant, 4190, role="backup")
    answer = read.capacity(100, senders.pool(session, firm.tenant))
    assert (answer.senders, answer.rate_per_second) == (1, 50.0)
    assert answer.seconds_without_fastest is None


def test_quality_lowers_what_a_sender_lends(session: Session, firm: Cast) -> None:
    for number, quality in ((4101, "GREEN"), (4102, "YELLOW"), (4103, "RED")):
        sender = add_sender(session, firm.tenant, number)
        senders.record_poll(
            session,
            sender,
            quality=quality,
            status="CONNECTED",
            throughput="STANDARD",
            messaging_limit="TIER_10K",
            now=NOW,
        )
    board = read.pool(session, firm.tenant, now=NOW)
    assert [card.rate_usable for card in board.cards] == [80.0, 50.0, 0.0]
    assert (board.capacity.senders, board.capacity.rate_per_second) == (2, 130.0)


def test_without_senders_nothing_is_promised(session: Session, firm: Cast) -> None:
    board = read.pool(session, firm.tenant, now=NOW)
    assert board.cards == ()
    assert board.capacity.seconds is None


def test_the_audience_counts_only_those_who_would_get_it(session: Session, firm: Cast) -> None:
    add_subscriber(session, firm.tenant, "Ira", Language.EN, "+919812345601")
    add_subscriber(session, firm.tenant, "Jaya", Language.HI, "+919812345602")
    assert read.pool(session, firm.tenant, now=NOW).capacity.audience == 2
    assert firm.stranger.tenant is not None
    assert read.pool(session, firm.stranger.tenant, now=NOW).capacity.audience == 0


def test_primaries_come_before_backups_in_their_own_order(session: Session, firm: Cast) -> None:
    for number, role in ((4190, "backup"), (4103, "primary"), (4101, "primary")):
        add_sender(session, firm.tenant, number, role=role)
    shown = [card.display_phone[-4:] for card in read.pool(session, firm.tenant, now=NOW).cards]
    assert shown == ["4101", "4103", "4190"]


def test_the_rate_now_is_the_mean_of_the_last_whole_seconds(session: Session, firm: Cast) -> None:
    busy = add_sender(session, firm.tenant, 4101)
    idle = add_sender(session, firm.tenant, 4102)
    now = NOW + timedelta(milliseconds=400)
    broadcast = add_broadcast(session, firm.tenant, NOW - timedelta(minutes=1))
    lane = add_lane(session, broadcast, busy)
    for seconds_ago, started in ((0, 5), (1, 40), (2, 66), (3, 70), (4, 80), (30, 80)):
        second = NOW - timedelta(seconds=seconds_ago)
        session.add(Sample(lane_id=lane, second=second, started=started))
    session.flush()
    cards = {card.id: card for card in read.pool(session, firm.tenant, now=now).cards}
    # The second that is running and the one whose sample may still be on its way do not count.
    assert cards[busy].rate_now == pytest.approx((66 + 70 + 80) / 3)
    assert cards[busy].sent_24h == 5 + 40 + 66 + 70 + 80 + 80
    assert (cards[idle].rate_now, cards[idle].sent_24h) == (0.0, 0)


def test_latency_is_what_whatsapp_took_to_answer_accepted_requests(
    session: Session, firm: Cast
) -> None:
    sender = add_sender(session, firm.tenant, 4101)
    delivery = add_delivery(session, firm.tenant, sender)
    for number in range(1, 101):
        add_attempt(session, delivery, sender, number, timedelta(milliseconds=10 * number))
    add_attempt(session, delivery, sender, 101, timedelta(seconds=30), outcome="unknown")
    add_attempt(session, delivery, sender, 102, timedelta(seconds=9), age=timedelta(days=2))
    (card,) = read.pool(session, firm.tenant, now=NOW).cards
    assert card.latency is not None
    assert (card.latency.p50_ms, card.latency.p95_ms, card.latency.sends) == (500, 950, 100)


def test_a_sender_that_never_sent_has_no_latency(session: Session, firm: Cast) -> None:
    add_sender(session, firm.tenant, 4101)
    (card,) = read.pool(session, firm.tenant, now=NOW).cards
    assert card.latency is None


def add_delivery(session: Session, tenant: TenantId, sender: SenderId) -> int:
    delivery = Delivery(
        tenant_id=tenant,
        sender_id=sender,
        key="k" * 64,
        content_hash="",
        language="EN",
        state="accepted",
        updated_at=NOW,
    )
    session.add(delivery)
    session.flush()
    assert delivery.id is not None
    return delivery.id


def add_attempt(
    session: Session,
    delivery: int,
    sender: SenderId,
    number: int,
    took: timedelta,
    *,
    outcome: str = "accepted",
    age: timedelta = timedelta(minutes=1),
) -> None:
    session.add(
        Attempt(
            delivery_id=delivery,
            number=number,
            sender_id=sender,
            epoch=1,
            started_at=NOW - age,
            ended_at=NOW - age + took,
            outcome=outcome,
        )
    )
    session.flush()
