"""The morning that a what-if begins with is the one the planner would plan. On both databases."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlmodel import Session, col, delete, select, update

from engine.domain.histogram import pack
from engine.domain.ids import ScheduleId
from engine.domain.planning import Pacing
from engine.domain.schedule import service_day
from engine.domain.what_if import work_out
from engine.domain.what_if_form import Standing
from engine.read import audience
from engine.read.plan import NoPlan, PlanView
from engine.read.plan_ahead import Coming, coming, plan_ahead
from engine.read.what_if import standing, together
from engine.rehearsal.behaviour import USUAL
from engine.rehearsal.calibrate import behaviour_of
from engine.rehearsal.foresee import Staged, foresee
from engine.rehearsal.play import LaneWorld
from engine.simulator.curves import long_tail
from engine.store import schedules
from engine.store.tables import (
    Attempt,
    Broadcast,
    Delivery,
    ReportFigure,
    Schedule,
    Sender,
    Subscriber,
    Variant,
)
from engine.trials.tenant import SeededTenant, seed_sandbox

PEOPLE = 300
NOW = datetime(2026, 11, 23, 0, 20, tzinfo=UTC)
"""05:50 in India."""


def furnish(
    session: Session, *, pacing: str = "fastest", canary: bool = False, rate: float = 20.0
) -> tuple[SeededTenant, ScheduleId]:
    seeded = seed_sandbox(
        session, subscribers=PEOPLE, senders=3, backups=1, rate=rate, now=NOW, rng=Random(7),
        password=None,
    )  # fmt: skip
    row = Schedule(
        tenant_id=seeded.tenant,
        name="Daily",
        kind="daily",
        pacing=pacing,
        canary=canary,
        created_at=NOW - timedelta(days=1),
    )
    session.add(row)
    session.flush()
    return seeded, ScheduleId(row.id or 0)


def stands(session: Session, seeded: SeededTenant) -> Standing:
    found = standing(session, seeded.tenant, reserve=0.1, now=NOW)
    assert isinstance(found, Standing), found
    return found


def plan(session: Session, seeded: SeededTenant, schedule: ScheduleId) -> PlanView:
    found = plan_ahead(session, seeded.tenant, schedule, reserve=0.1, now=NOW)
    assert isinstance(found, PlanView), found
    return found


def _set(session: Session, sender: int, **values: object) -> None:
    session.exec(update(Sender).where(col(Sender.id) == sender).values(**values))
    session.expire_all()


def written_to(session: Session, seeded: SeededTenant, sender: int, people: list[int]) -> None:
    """A broadcast of last evening, by one sender, that WhatsApp took."""
    row = Broadcast(
        tenant_id=seeded.tenant,
        schedule_id=session.exec(select(Schedule.id)).one() or 0,
        service_day=service_day(NOW) - timedelta(days=1),
        title="Evening",
        state="finished",
        opens_at=NOW - timedelta(hours=10),
        window_ends_at=NOW - timedelta(hours=10),
        closes_at=NOW - timedelta(hours=10),
        created_at=NOW - timedelta(hours=11),
    )
    session.add(row)
    session.flush()
    for nth, person in enumerate(people):
        delivery = Delivery(
            tenant_id=seeded.tenant,
            broadcast_id=row.id,
            subscriber_id=person,
            key=f"{nth:064d}",
            content_hash="0" * 64,
            phone=f"+9198{nth:08d}",
            language="EN",
            state="sent",
            attempts=1,
            sender_id=sender,
            updated_at=row.opens_at,
        )
        session.add(delivery)
        session.flush()
        attempt = Attempt(
            delivery_id=delivery.id or 0,
            number=1,
            sender_id=sender,
            epoch=1,
            started_at=row.opens_at,
            ended_at=row.opens_at,
            outcome="accepted",
        )
        session.add(attempt)
    session.flush()


@pytest.mark.parametrize("canary", [False, True], ids=["all at once", "some first"])
@pytest.mark.parametrize("pacing", Pacing)
def test_it_ends_when_the_planner_ends(session: Session, pacing: Pacing, canary: bool) -> None:
    seeded, schedule = furnish(session, pacing=pacing.value, canary=canary, rate=2.0)
    made, found = plan(session, seeded, schedule), stands(session, seeded)
    assert found.people == made.people == PEOPLE
    assert (found.opens_at, found.closes_at) == (made.window.opens_at, made.window.closes_at)
    assert made.last_at is not None
    real = (made.last_at - made.window.opens_at).total_seconds()
    told = work_out(found.scenario, found.phones)
    assert told.last_seconds == pytest.approx(real, rel=0.02, abs=1.0)
    sizes = {one.sender: one.people for one in told.lanes}
    for part in made.senders:
        if part.people:
            assert sizes[part.sender] == pytest.approx(part.people, abs=2)


@pytest.mark.parametrize("pacing", Pacing)
def test_its_phones_are_the_rehearsals(session: Session, pacing: Pacing) -> None:
    seeded, schedule = furnish(session, pacing=pacing.value, rate=4.0)
    found = stands(session, seeded)
    ahead = schedules.find(session, schedule, seeded.tenant)
    assert ahead is not None
    made = coming(session, seeded.tenant, ahead, reserve=0.1, now=NOW)
    assert isinstance(made, Coming)
    assert made.plan is not None
    world = LaneWorld(rate=3.6, behaviour=USUAL)
    worlds = {lane.sender: world for lane in made.lanes}
    seen = foresee(Staged(plan=made.plan, worlds=worlds, closes_at=found.closes_at))
    told = work_out(found.scenario, found.phones)
    assert found.basis[0] == USUAL.words
    assert told.delivered_seconds == pytest.approx(seen.delivered, rel=0.05)
    assert told.arrival.low == pytest.approx(seen.low, rel=0.05)
    assert told.arrival.high == pytest.approx(seen.high, rel=0.05)


def test_phones_that_were_measured_are_taken_as_they_were(session: Session) -> None:
    seeded, _ = furnish(session)
    usual = work_out(stands(session, seeded).scenario, stands(session, seeded).phones)
    curve, rng = long_tail(median=8.0, p99=20.0), Random(1)
    lags = Counter(round(curve.at(rng.random())) for _ in range(3_000))
    day = service_day(NOW) - timedelta(days=1)
    for sender in seeded.senders:
        figure = ReportFigure(
            tenant_id=seeded.tenant,
            day=day,
            dimension="sender",
            key=str(sender),
            sent=3_000,
            delivered=3_000,
            lags=pack(lags),
        )
        session.add(figure)
    session.flush()
    found = stands(session, seeded)
    told = work_out(found.scenario, found.phones)
    assert "last 1 mornings (9,000 messages)" in found.basis[0]
    assert told.delivered_seconds is not None
    assert usual.delivered_seconds is not None
    assert 18 < told.delivered_seconds < 35 < usual.delivered_seconds


def test_several_senders_phones_are_one_curve_by_their_weights() -> None:
    fast = behaviour_of(Counter({1: 1_000}), 1_000)
    slow = behaviour_of(Counter({61: 1_000}), 2_000)
    one = together([(fast, 30.0), (slow, 10.0)])
    assert one.reaches == pytest.approx(0.875)
    assert one.within(30.0) == pytest.approx(0.75, abs=0.01)
    assert one.within(100.0) == pytest.approx(0.875, abs=0.01)


def test_who_is_counted_is_who_the_freeze_would_find(session: Session) -> None:
    seeded, _ = furnish(session)
    ids = session.exec(select(Subscriber.id).order_by(col(Subscriber.id))).all()
    for some, values in (
        (ids[:3], {"status": "PAUSED"}),
        (ids[3:7], {"consented": False}),
        (ids[7:9], {"phone": None, "bsuid": None}),
        (ids[9:10], {"phone": "", "bsuid": "IN.12345"}),
        (ids[10:15], {"language": "MR"}),
    ):
        session.exec(update(Subscriber).where(col(Subscriber.id).in_(some)).values(**values))
    session.exec(delete(Variant).where(col(Variant.language) == "MR"))
    written = session.exec(select(Variant.language)).all()
    found = stands(session, seeded)
    assert found.people == len(audience.today(session, seeded.tenant, written).audience)
    assert found.people < PEOPLE - 9


def test_a_message_costs_what_its_category_and_country_do(session: Session) -> None:
    seeded, _ = furnish(session)
    assert stands(session, seeded).each in {Decimal("0.1150"), Decimal("0.8631")}
    session.exec(update(Variant).values(category="MARKETING"))
    ids = session.exec(select(Subscriber.id).order_by(col(Subscriber.id))).all()
    for nth, person in enumerate(ids[:75]):
        abroad = update(Subscriber).where(col(Subscriber.id) == person)
        session.exec(abroad.values(phone=f"+4477009{nth:05d}"))
    found = stands(session, seeded)
    assert found.each == Decimal("0.8631")
    assert found.priced == pytest.approx(0.75)


def test_the_limits_leave_what_they_leave_the_planner(session: Session) -> None:
    seeded, schedule = furnish(session)
    ids = [one or 0 for one in session.exec(select(Subscriber.id).order_by(col(Subscriber.id)))]
    written_to(session, seeded, seeded.senders[0], ids[:40])
    gone = update(Subscriber).where(col(Subscriber.id).in_(ids[:10]))
    session.exec(gone.values(status="OPTED_OUT"))
    session.exec(update(Sender).values(messaging_limit="TIER_250"))
    _set(session, seeded.senders[0], daily_cap=50)
    made, found = plan(session, seeded, schedule), stands(session, seeded)
    assert (found.limit, found.counted) == (250, 10)
    told = work_out(found.scenario, found.phones)
    assert (told.handed_over, told.no_room) == (made.people, made.no_room)
    capped = next(one for one in made.senders if one.sender == seeded.senders[0])
    assert next(lane for lane in found.scenario.lanes if lane.sender == capped.sender).most == (
        capped.most
    )
    without = replace(found, limit=None)
    assert work_out(without.scenario).no_room == 0


def test_without_a_morning_ahead_it_says_so(session: Session) -> None:
    seeded, _ = furnish(session)
    session.exec(update(Schedule).values(active=False))
    found = standing(session, seeded.tenant, reserve=0.1, now=NOW)
    assert isinstance(found, NoPlan)
    assert "switch a schedule on" in found.why


def test_while_a_broadcast_goes_out_nobody_supposes_anything(session: Session) -> None:
    seeded, _ = furnish(session)
    written_to(session, seeded, seeded.senders[0], [])
    session.exec(update(Broadcast).values(state="sending"))
    found = standing(session, seeded.tenant, reserve=0.1, now=NOW)
    assert isinstance(found, NoPlan)
    assert "A broadcast is going out" in found.why
