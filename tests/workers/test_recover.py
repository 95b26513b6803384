"""What a dead engine left behind: free to go, or unknown, as its journal tells: both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select, update

from engine.clock import LoopClock, MachineClock
from engine.domain.broadcast import OVER, BroadcastState
from engine.domain.delivery import State
from engine.domain.ids import AttemptId
from engine.store import lanes, leases, outbox
from engine.store.database import Database
from engine.store.journal import MemoryJournals
from engine.store.outbox import Marked
from engine.store.tables import Attempt, Broadcast, Delivery, EngineRun
from engine.workers.equipment import Equipment
from engine.workers.recover import recover, recover_own
from tests.workers.cast import EPOCH, NOW, Cast, equipment, stage
from tests.workers.nobody import Nobody

pytestmark = pytest.mark.anyio

JOURNAL = "journal-1"
NEXT = EPOCH + 1


@pytest.fixture
def cast(database: Database) -> Cast:
    return database.transact_now(stage, people=6)


def left_by_the_dead(
    database: Database, cast: Cast, started: int | None, *, boot_id: str | None = None
) -> MemoryJournals:
    """A run that marked four and began `started` of them; None: it kept no journal."""
    boot_id = boot_id or MachineClock().boot_id()
    database.transact_now(
        leases.begin_run, token=EPOCH, owner="dead", boot_id=boot_id, journal=JOURNAL, now=NOW
    )
    taken = database.transact_now(mark, cast, limit=4)
    journals = MemoryJournals()
    if started is not None:
        journal = journals.open(JOURNAL)
        for one in taken[:started]:
            journal.append(one.attempt)
    return journals


def mark(session: Session, cast: Cast, *, epoch: int = EPOCH, limit: int = 10) -> list[Marked]:
    return outbox.mark_due(
        session,
        cast.lanes[0],
        epoch=epoch,
        horizon=NOW + timedelta(hours=1),
        limit=limit,
        now=NOW,
    )


def next_run(database: Database) -> Equipment:
    return equipment(database, Nobody(), token=NEXT)


def states(session: Session) -> list[str]:
    return list(session.exec(select(Delivery.state).order_by(col(Delivery.id))).all())


def outcomes(session: Session) -> list[str]:
    rows = session.exec(select(Attempt).order_by(col(Attempt.delivery_id))).all()
    assert {row.started_at for row in rows} == {None}, "nobody wrote down when they started"
    return [row.outcome for row in rows]


async def test_what_never_started_goes_at_once_and_the_rest_is_unknown(
    database: Database, cast: Cast
) -> None:
    journals = left_by_the_dead(database, cast, started=1)

    assert await recover(next_run(database), journals) == 1
    assert database.read_now(states) == [State.UNKNOWN, *[State.PLANNED] * 5]
    assert database.read_now(outcomes) == ["unknown", *["released"] * 3]


@pytest.mark.parametrize(
    "left",
    [
        lambda database, cast: left_by_the_dead(database, cast, started=None),
        lambda database, cast: left_by_the_dead(database, cast, 1, boot_id="another boot"),
    ],
    ids=["no journal", "another boot"],
)
async def test_without_a_journal_to_believe_all_that_was_marked_is_unknown(
    database: Database, cast: Cast, left: Callable[[Database, Cast], MemoryJournals]
) -> None:
    journals = left(database, cast)

    assert await recover(next_run(database), journals) == 4
    assert database.read_now(states) == [*[State.UNKNOWN] * 4, *[State.PLANNED] * 2]


async def test_what_is_settled_is_not_settled_again(database: Database, cast: Cast) -> None:
    journals = left_by_the_dead(database, cast, started=1)
    await recover(next_run(database), journals)
    assert journals.started(JOURNAL) is None

    assert await recover(next_run(database), journals) == 0
    assert database.read_now(states).count(State.UNKNOWN) == 1


async def test_one_that_died_while_it_settled_is_settled_by_the_next(
    database: Database, cast: Cast
) -> None:
    """It had written its findings, and died before it could say that it was through."""
    journals = left_by_the_dead(database, cast, started=1)
    await recover(next_run(database), journals)
    database.transact_now(lambda s: s.exec(update(EngineRun).values(settled_at=None)))
    before = database.read_now(states)

    assert await recover(next_run(database), journals) == 0
    assert database.read_now(states) == before


async def test_a_ghost_marks_nothing_once_its_marks_are_being_settled(
    database: Database, cast: Cast
) -> None:
    """Else its mark would join what was counted already, and wait for ever."""
    journals = left_by_the_dead(database, cast, started=0)
    await recover(next_run(database), journals)

    assert database.transact_now(mark, cast, epoch=EPOCH) == []
    assert len(database.transact_now(mark, cast, epoch=NEXT)) == 6


@pytest.mark.parametrize("over", sorted(OVER - {BroadcastState.FINISHED}))
async def test_what_belongs_to_a_broadcast_that_is_over_does_not_go(
    database: Database, cast: Cast, over: BroadcastState
) -> None:
    journals = left_by_the_dead(database, cast, started=1)
    database.transact_now(lambda s: s.exec(update(Broadcast).values(state=over.value)))
    await recover(next_run(database), journals)

    assert database.read_now(states) == [State.UNKNOWN, *[State.CANCELLED] * 5]


async def test_a_new_run_does_not_send_in_the_second_the_dead_one_sent_in(
    database: Database, cast: Cast
) -> None:
    """WhatsApp counts them together, and nobody knows how many those were."""
    journals = left_by_the_dead(database, cast, started=4)
    began = MachineClock().loop_time()
    await recover(next_run(database), journals)

    assert MachineClock().loop_time() - began >= 1.0


async def test_a_run_that_ended_in_good_order_keeps_nobody_waiting(
    database: Database, cast: Cast
) -> None:
    journals = left_by_the_dead(database, cast, started=0)
    database.transact_now(leases.release, owner="dead", token=EPOCH, now=NOW)
    began = MachineClock().loop_time()
    await recover(next_run(database), journals)

    assert MachineClock().loop_time() - began < 0.9


async def test_what_a_conductor_left_in_a_living_run_is_told_by_the_runs_own_journal(
    database: Database, cast: Cast
) -> None:
    taken = database.transact_now(mark, cast, limit=3)
    mine = replace(
        equipment(database, Nobody()),
        started=lambda among: frozenset({AttemptId(taken[0].attempt.delivery, 1)}),
    )

    assert await recover_own(mine, cast.broadcast) == 1
    assert database.read_now(states) == [State.UNKNOWN, *[State.PLANNED] * 5]


def test_claiming_lanes_never_lowers_an_epoch(database: Database, cast: Cast) -> None:
    database.transact_now(lanes.claim_lanes, cast.broadcast, 7)
    database.transact_now(lanes.claim_lanes, cast.broadcast, 5)

    assert database.transact_now(mark, cast, epoch=5) == []
    assert len(database.transact_now(mark, cast, epoch=7)) == 6


def on_record(session: Session) -> list[tuple[int, int, str]]:
    """Every attempt on record: its delivery, its number, its outcome."""
    rows = session.exec(select(Attempt).order_by(col(Attempt.delivery_id), col(Attempt.number)))
    return [(row.delivery_id, row.number, row.outcome) for row in rows]


def heard(session: Session, identity: int, state: State) -> None:
    """A receipt told what became of a delivery, before its answer was recorded."""
    session.execute(update(Delivery).where(col(Delivery.id) == identity).values(state=state.value))


async def test_what_a_receipt_settled_first_is_on_record_all_the_same(
    database: Database, cast: Cast
) -> None:
    journals = left_by_the_dead(database, cast, started=1)
    database.transact_now(heard, 1, State.READ)

    clock = LoopClock(starts_at=NOW, boot_id=MachineClock().boot_id())
    await recover(equipment(database, Nobody(), token=NEXT, clock=clock), journals)

    assert database.read_now(states)[:2] == ["read", "planned"]
    assert (1, 1, "unknown") in database.read_now(on_record)


async def test_so_is_an_attempt_that_was_followed_by_another_before_its_answer(
    database: Database, cast: Cast
) -> None:
    journals = left_by_the_dead(database, cast, started=4)
    database.transact_now(heard, 1, State.RETRYING)
    again = database.transact_now(mark, cast, limit=1)
    journals.remove(JOURNAL)

    clock = LoopClock(starts_at=NOW)
    await recover(equipment(database, Nobody(), token=NEXT, clock=clock), journals)

    assert again[0].attempt.number == 2

    recorded = [row for row in database.read_now(on_record) if row[0] == 1]
    assert recorded == [(1, 1, "unknown"), (1, 2, "unknown")]
