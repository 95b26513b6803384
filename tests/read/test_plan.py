"""A plan to look at: as the planner makes it from today, and as it was made. On both databases."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest
from sqlmodel import Session, col, select, update

from engine.clock import MachineClock
from engine.commands.change_routing import change_routing
from engine.domain.content import Category
from engine.domain.ids import BroadcastId, ScheduleId, TenantId
from engine.domain.pool import Idle
from engine.domain.roles import CLI
from engine.domain.schedule import IST, window_for
from engine.domain.subscriber import Exclusion
from engine.read.plan import Basis, NoPlan, PlanView
from engine.read.plan_ahead import plan_ahead
from engine.read.plan_made import plan_made
from engine.read.routing_preview import Moves, who_moves
from engine.store.database import Database
from engine.store.tables import Broadcast, Delivery, Schedule, Sender, Subscriber
from engine.trials.tenant import SeededTenant, seed_sandbox
from engine.workers.calendar import open_due
from engine.workers.fan_out import fan_out
from engine.workers.freeze import freeze
from tests.workers.cast import equipment
from tests.workers.nobody import Nobody

PEOPLE = 240
NOW = datetime(2026, 11, 23, 0, 20, tzinfo=UTC)
"""05:50 in India, the freeze is due and the opening ten minutes away."""


def furnish(session: Session, *, canary: bool = False) -> tuple[SeededTenant, ScheduleId]:
    seeded = seed_sandbox(
        session, subscribers=PEOPLE, senders=3, backups=1, rate=80.0, now=NOW, rng=Random(7),
        password=None,
    )  # fmt: skip
    row = Schedule(
        tenant_id=seeded.tenant,
        name="Daily",
        kind="daily",
        pacing="fastest",
        canary=canary,
        created_at=NOW - timedelta(days=1),
    )
    session.add(row)
    session.flush()
    return seeded, ScheduleId(row.id or 0)


def ahead(session: Session, tenant: TenantId, schedule: ScheduleId) -> PlanView:
    found = plan_ahead(session, tenant, schedule, reserve=0.1, now=NOW)
    assert isinstance(found, PlanView), found
    return found


def test_the_preview_is_what_the_engine_plans(database: Database) -> None:
    """Sizes, firsts and lasts are the same; with the fastest pacing nothing is drawn by lot."""
    seeded, schedule = database.transact_now(furnish)
    before = database.read_now(ahead, seeded.tenant, schedule)
    assert (before.basis, before.people) == (Basis.TODAY, PEOPLE)

    which = database.transact_now(_open)
    _plan(database, which)
    after = database.read_now(plan_made, seeded.tenant, which, reserve=0.1)
    assert isinstance(after, PlanView)
    assert after.basis is Basis.FROZEN
    assert after.window.opens_at == before.window.opens_at
    for one, other in zip(before.senders, after.senders, strict=True):
        assert (one.sender, one.people, one.seconds) == (other.sender, other.people, other.seconds)
        assert (one.first_at, one.last_at) == (other.first_at, other.last_at)
        assert (one.rate, one.idle) == (other.rate, other.idle)
    planned = database.read_now(
        lambda s: s.exec(select(Delivery.planned_at).order_by(col(Delivery.planned_at))).all()
    )
    assert (planned[0], planned[-1]) == (before.senders[0].first_at, before.last_at)


def test_a_plan_with_first_ones_shows_them_and_the_wait(database: Database) -> None:
    seeded, schedule = database.transact_now(furnish, canary=True)
    before = database.read_now(ahead, seeded.tenant, schedule)
    assert before.first_ones == 20
    which = database.transact_now(_open)
    _plan(database, which)
    after = database.read_now(plan_made, seeded.tenant, which, reserve=0.1)
    assert isinstance(after, PlanView)
    assert after.first_ones == 20
    assert [one.seconds for one in after.senders] == [one.seconds for one in before.senders]
    assert 0 in before.senders[0].seconds, "nobody goes while the rest waits"


def _open(session: Session) -> BroadcastId:
    assert open_due(session, NOW, lambda: "0" * 32) == 1
    return BroadcastId(session.exec(select(Broadcast.id)).one() or 0)


def _plan(database: Database, which: BroadcastId) -> None:
    mine = equipment(database, Nobody(), clock=_Then(), reserve=0.1)

    async def both() -> None:
        assert await freeze(mine, which)
        assert await fan_out(mine, which)

    asyncio.run(both())


class _Then(MachineClock):
    """It is ten to six."""

    def now(self) -> datetime:
        return NOW


def test_who_takes_nobody_says_why(session: Session) -> None:
    seeded, schedule = furnish(session)
    first, second, third = seeded.senders
    _set(session, first, state="resting")
    _set(session, second, quality="RED")
    plan = ahead(session, seeded.tenant, schedule)
    parts = {part.sender: part for part in plan.senders}
    assert parts[first].idle is Idle.RESTS
    assert parts[second].idle is Idle.RED
    assert (parts[third].idle, parts[third].people) == (None, PEOPLE)
    assert parts[seeded.backups[0]].idle is Idle.BACKUP
    assert parts[third].rate == 72.0
    assert parts[third].peak == 72


def test_a_sender_that_is_full_tells_how_many_it_turned_away(session: Session) -> None:
    seeded, schedule = furnish(session)
    _set(session, seeded.senders[0], daily_cap=10)
    plan = ahead(session, seeded.tenant, schedule)
    capped = next(part for part in plan.senders if part.sender == seeded.senders[0])
    assert (capped.people, capped.most) == (10, 10)
    assert 50 < (capped.turned_away or 0) < 100
    assert plan.people == PEOPLE


def test_the_limits_of_the_day_leave_out_whom_they_have_no_room_for(session: Session) -> None:
    seeded, schedule = furnish(session)
    session.exec(update(Sender).values(messaging_limit="TIER_50"))
    plan = ahead(session, seeded.tenant, schedule)
    assert (plan.people, plan.no_room) == (50, PEOPLE - 50)
    assert "50 people in 24 hours" in plan.no_room_words


def test_who_is_left_out_is_counted_by_reason(session: Session) -> None:
    seeded, schedule = furnish(session)
    ids = session.exec(select(Subscriber.id).order_by(col(Subscriber.id))).all()
    for some, values in ((ids[:3], {"status": "PAUSED"}), (ids[3:7], {"consented": False})):
        session.exec(update(Subscriber).where(col(Subscriber.id).in_(some)).values(**values))
    plan = ahead(session, seeded.tenant, schedule)
    assert plan.left_out == {Exclusion.PAUSED: 3, Exclusion.NO_CONSENT: 4}
    assert plan.people == PEOPLE - 7


def test_what_comes_too_late_is_counted(session: Session) -> None:
    seeded, schedule = furnish(session)
    session.exec(update(Sender).values(rate_per_second=0.25))
    plan = ahead(session, seeded.tenant, schedule)
    assert plan.beyond_window > plan.beyond_close > 0
    last = plan.last_at
    assert last is not None
    assert last > plan.window.closes_at


def test_without_content_everybodys_language_counts(session: Session) -> None:
    seeded, schedule = furnish(session)
    tomorrow = plan_ahead(
        session, seeded.tenant, schedule, reserve=0.1, now=NOW + timedelta(days=1)
    )
    assert isinstance(tomorrow, PlanView)
    assert not tomorrow.has_content
    assert tomorrow.people == PEOPLE
    day = NOW.date() + timedelta(days=1)
    assert tomorrow.day == day
    assert tomorrow.window == window_for(day, IST, time(6), Category.MARKETING)


def test_there_is_no_preview_while_a_broadcast_goes_out(session: Session) -> None:
    seeded, schedule = furnish(session)
    which = _open(session)
    session.exec(update(Broadcast).values(state="sending"))
    found = plan_ahead(session, seeded.tenant, schedule, reserve=0.1, now=NOW)
    assert isinstance(found, NoPlan)
    assert isinstance(plan_made(session, seeded.tenant, which, reserve=0.1), NoPlan)


def test_once_the_broadcast_is_opened_its_own_plan_is_shown(database: Database) -> None:
    seeded, schedule = database.transact_now(furnish)
    which = database.transact_now(_open)
    _plan(database, which)
    found = database.read_now(ahead, seeded.tenant, schedule)
    assert (found.basis, found.broadcast) == (Basis.FROZEN, which)


def test_while_it_is_being_frozen_the_plan_is_what_it_would_be_now(database: Database) -> None:
    seeded, schedule = database.transact_now(furnish)
    database.transact_now(_open)
    found = database.read_now(ahead, seeded.tenant, schedule)
    assert (found.basis, found.broadcast) == (Basis.TODAY, None)
    database.transact_now(
        lambda s: s.exec(update(Broadcast).values(state="skipped", planned_at=None)).rowcount
    )
    said = database.read_now(plan_ahead, seeded.tenant, schedule, reserve=0.1, now=NOW)
    assert isinstance(said, NoPlan)


def test_an_opening_within_a_second_loses_nobody(database: Database) -> None:
    """A morning that is started by hand opens at any instant."""
    seeded, _ = database.transact_now(furnish)
    which = database.transact_now(_open)
    half = timedelta(milliseconds=500)
    database.transact_now(
        lambda s: s.exec(update(Broadcast).values(opens_at=NOW + half, planned_at=NOW)).rowcount
    )
    _plan(database, which)
    found = database.read_now(plan_made, seeded.tenant, which, reserve=0.1)
    assert isinstance(found, PlanView)
    assert found.people == PEOPLE


@pytest.mark.parametrize("question", ["plan_ahead", "plan_made"])
def test_another_tenants_plan_is_nobodys_business(session: Session, question: str) -> None:
    seeded, schedule = furnish(session)
    which, stranger = _open(session), TenantId(seeded.tenant + 1)
    if question == "plan_ahead":
        assert plan_ahead(session, stranger, schedule, reserve=0.1, now=NOW) is None
    else:
        assert plan_made(session, stranger, which, reserve=0.1) is None


def moves(session: Session, tenant: TenantId, then: str) -> Moves:
    found = who_moves(session, tenant, then, reserve=0.1, now=NOW)  # pyright: ignore[reportArgumentType]
    assert isinstance(found, Moves), found
    return found


def test_who_moves_is_told_before_senders_are_chosen_otherwise(session: Session) -> None:
    seeded, _ = furnish(session)
    assert moves(session, seeded.tenant, "sticky").moved == 0
    found = moves(session, seeded.tenant, "round_robin")
    assert found.people == PEOPLE
    assert 100 < found.moved < 220, "two of three change by chance"
    assert sum(found.sizes_then.values()) == PEOPLE
    for sender, many in found.sizes_now.items():
        out = sum(count for (old, _), count in found.moves.items() if old == sender)
        into = sum(count for (_, new), count in found.moves.items() if new == sender)
        assert found.sizes_then[sender] == many - out + into
    assert all(one.before != one.after and one.name for one in found.some)

    assert change_routing(session, seeded.tenant, "round_robin", by=CLI, now=NOW) is None
    assert moves(session, seeded.tenant, "round_robin").moved == 0
    assert moves(session, seeded.tenant, "sticky").moved == found.moved


def _set(session: Session, sender: int, **values: object) -> None:
    session.exec(update(Sender).where(col(Sender.id) == sender).values(**values))
    session.expire_all()
