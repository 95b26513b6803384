"""A freeze is rehearsed once, whoever restarts; NO-GO calls somebody until it is GO."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from engine.clock import MachineClock
from engine.commands.ask_rehearsal import ask_rehearsal
from engine.domain.alert_rules import Watched
from engine.domain.ids import BroadcastId
from engine.domain.keeping import ChoreState
from engine.domain.refusal import Refused
from engine.domain.rehearsal import Check, Foreseen, Rehearsal, Verdict, Without
from engine.domain.roles import Actor, Forbidden, Role
from engine.read.alert_sources import rehearsal_no_go
from engine.read.rehearsal import rehearsed
from engine.store import rehearsals
from engine.store.database import Database
from engine.store.tables import AuditEntry, Broadcast, LogEntry, Subscriber
from engine.store.tables import Rehearsal as Row
from engine.workers.aside import FailedAsideError
from engine.workers.rehearse import Rehearsing, rehearse_next
from tests.rehearsal.firm import NOW, OPENS, firm, furnish, opened
from tests.workers.cast import equipment
from tests.workers.nobody import Nobody

FROZEN_AT = NOW
AFTER = timedelta(seconds=30)
GO = Rehearsal(
    broadcast=1,
    title="Trial morning",
    opens_at=OPENS.isoformat(),
    closes=300.0,
    frozen=True,
    checks=(Check(name="Webhooks", verdict=Verdict.OK, words="Our webhook address answers."),),
    foreseen=Foreseen(people=60, delivered=62.0, low=50.0, high=80.0, never=0.0, handed_over=9.0),
    without=(Without(why="Paused.", count=1, some=(1,)),),
)
NO_GO = replace(
    GO, checks=(Check(name="Webhooks", verdict=Verdict.FAIL, words="Dead.", do="Look."),)
)


@dataclass(slots=True)
class SetClock(MachineClock):
    """A clock that a test sets."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class Doing:
    """Does the work as it was told to, and counts."""

    result: Rehearsal | Exception = GO
    told: list[Mapping[str, Any]] = field(default_factory=lambda: list[Mapping[str, Any]]())

    async def __call__(self, told: Mapping[str, Any]) -> dict[str, Any]:
        self.told.append(told)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result.as_plain()


@dataclass
class House:
    database: Database
    broadcast: BroadcastId
    tenant: Any

    def turn(self, doing: Doing, at: datetime) -> bool:
        """One look of one engine run."""
        how = Rehearsing(
            url="unused",
            access=dict,
            reserve=0.1,
            at_once=None,
            after=AFTER,
            do=doing,
        )
        hands = equipment(self.database, Nobody(), clock=SetClock(at))
        return asyncio.run(rehearse_next(hands, how))

    def rows(self) -> list[Row]:
        return self.database.read_now(lambda s: list(s.exec(select(Row).order_by(col(Row.id)))))

    def reading(self, at: datetime) -> float:
        found = self.database.read_now(rehearsal_no_go, self.tenant, at)
        return found[Watched.REHEARSAL].value


@pytest.fixture
def house(database: Database) -> House:
    def make(session: Session) -> House:
        seeded = furnish(session)
        return House(database, opened(session, seeded, frozen_at=FROZEN_AT), seeded.tenant)

    return database.transact_now(make)


def operator(house: House, role: Role = Role.OPERATOR) -> Actor:
    return Actor("somebody", house.tenant, role)


def test_a_freeze_is_rehearsed_once_half_a_minute_later_across_restarts(house: House) -> None:
    doing = Doing()
    assert not house.turn(doing, FROZEN_AT + timedelta(seconds=29))
    assert house.turn(doing, FROZEN_AT + timedelta(seconds=30))
    house.database.transact_now(rehearsals.begin_again)
    for seconds in (31, 60, 600):
        assert not house.turn(doing, FROZEN_AT + timedelta(seconds=seconds))
    assert len(doing.told) == 1
    assert doing.told[0]["broadcast"] == house.broadcast
    (row,) = house.rows()
    assert (row.state, row.go, row.failing, row.opens_at) == (ChoreState.DONE, True, 0, OPENS)

    def said(session: Session) -> tuple[list[str], list[str]]:
        actions = select(AuditEntry.action).where(col(AuditEntry.action).startswith("rehearsal"))
        lines = select(LogEntry.words).where(LogEntry.event == "rehearsal.made")
        return list(session.exec(actions)), list(session.exec(lines))

    assert house.database.read_now(said) == (
        ["rehearsal.made"],
        ["Rehearsal: GO, 99 % of 60 at 06:01:02"],
    )


def test_a_run_that_died_over_it_leaves_it_to_the_next_which_makes_it_once(house: House) -> None:
    class DiesError(Exception):
        pass

    doing = Doing(DiesError())
    with pytest.raises(DiesError):
        house.turn(doing, FROZEN_AT + AFTER)
    assert [row.state for row in house.rows()] == [ChoreState.MAKING]
    assert not house.turn(Doing(), FROZEN_AT + AFTER), "somebody is at it"
    house.database.transact_now(rehearsals.begin_again)
    assert house.turn(Doing(), FROZEN_AT + AFTER)
    assert [row.state for row in house.rows()] == [ChoreState.DONE]


def test_what_is_frozen_again_is_rehearsed_again(house: House) -> None:
    doing = Doing()
    assert house.turn(doing, FROZEN_AT + AFTER)
    again = FROZEN_AT + timedelta(minutes=20)

    def refreeze(session: Session) -> None:
        session.exec(select(Broadcast)).one().frozen_at = again

    house.database.transact_now(refreeze)
    assert house.turn(doing, again + AFTER)
    assert not house.turn(doing, again + 2 * AFTER)
    assert len(doing.told) == 2


def test_nothing_is_rehearsed_while_a_window_is_open_or_about_to_open(house: House) -> None:
    house.database.transact_now(ask_rehearsal, house.tenant, by=operator(house), now=NOW)
    for at in (OPENS - timedelta(seconds=20), OPENS, OPENS + timedelta(seconds=300)):
        assert not house.turn(Doing(), at)
    assert [row.state for row in house.rows()] == [ChoreState.WAITING]


def test_a_button_asks_once_and_only_who_runs_the_morning_may(house: House) -> None:
    def ask(role: Role, at: datetime = NOW) -> int | Refused:
        by = operator(house, role)
        return house.database.transact_now(ask_rehearsal, house.tenant, by=by, now=at)

    with pytest.raises(Forbidden):
        ask(Role.VIEWER)
    assert isinstance(ask(Role.OPERATOR), int)
    assert isinstance(ask(Role.ADMINISTRATOR), Refused), "one is under way"
    doing = Doing()
    assert house.turn(doing, NOW + timedelta(seconds=1))
    assert doing.told[0]["broadcast"] == house.broadcast
    assert isinstance(ask(Role.OPERATOR, NOW + timedelta(minutes=1)), int)


def test_no_go_calls_somebody_until_it_is_go_or_the_window_opens(house: House) -> None:
    assert house.reading(NOW) == 0.0
    house.turn(Doing(NO_GO), FROZEN_AT + AFTER)
    found = house.database.read_now(rehearsal_no_go, house.tenant, NOW + AFTER)
    reading = found[Watched.REHEARSAL]
    assert (reading.value, reading.members) == (1.0, ("Webhooks",))
    assert house.reading(OPENS) == 0.0, "by then the board itself tells"
    house.database.transact_now(
        ask_rehearsal, house.tenant, by=operator(house), now=NOW + timedelta(minutes=2)
    )
    house.turn(Doing(GO), NOW + timedelta(minutes=2))
    assert house.reading(NOW + timedelta(minutes=3)) == 0.0


def test_a_rehearsal_that_comes_to_nothing_calls_somebody_too(house: House) -> None:
    assert house.turn(Doing(FailedAsideError("The database gave up.")), FROZEN_AT + AFTER)
    (row,) = house.rows()
    assert (row.state, row.words) == (ChoreState.FAILED, "The database gave up.")
    assert house.reading(NOW + timedelta(minutes=1)) == 1.0
    shown = house.database.read_now(rehearsed, house.tenant, NOW + timedelta(minutes=1))
    assert shown.failed == "The database gave up."


def test_without_a_morning_ahead_a_rehearsal_says_so_and_calls_nobody(house: House) -> None:
    def ask_for_none(session: Session) -> None:
        rehearsals.note(
            session, house.tenant, broadcast=None, occasion="asked", by="user:1", now=NOW
        )

    house.database.transact_now(ask_for_none)
    house.turn(Doing(FailedAsideError("No morning lies ahead: see Schedule.")), NOW)
    assert house.reading(NOW) == 0.0
    assert "No morning" in house.database.read_now(rehearsed, house.tenant, NOW).failed


def test_what_is_shown_is_of_the_morning_ahead_with_the_names_of_today(house: House) -> None:
    house.turn(Doing(GO), FROZEN_AT + AFTER)

    def first(session: Session) -> tuple[int, str]:
        person = session.exec(select(Subscriber).order_by(col(Subscriber.id)).limit(1)).one()
        return person.id or 0, person.name

    who, name = house.database.read_now(first)
    shown = house.database.read_now(rehearsed, house.tenant, NOW + timedelta(minutes=1))
    assert shown.made == GO
    assert shown.names == {who: name}
    assert house.database.read_now(rehearsed, house.tenant, OPENS).made is None


def test_a_process_of_its_own_does_it_and_reads_the_frozen_audience(sqlite_url: str) -> None:
    database = Database(sqlite_url)

    async def story() -> None:
        async with firm(database) as stage:
            broadcast = database.transact_now(opened, stage.seeded, frozen_at=None)
            how = Rehearsing(
                url=sqlite_url,
                access=lambda: asdict(stage.access),
                reserve=0.1,
                at_once=None,
                after=AFTER,
            )
            by = Actor("somebody", stage.seeded.tenant, Role.OPERATOR)
            database.transact_now(ask_rehearsal, stage.seeded.tenant, by=by, now=NOW)
            hands = equipment(database, Nobody(), clock=SetClock(NOW))
            assert await rehearse_next(hands, how)
            shown = database.read_now(rehearsed, stage.seeded.tenant, NOW)
            assert shown.made is not None, shown.failed
            assert shown.made.go, shown.made.failing
            assert shown.made.broadcast == broadcast

    asyncio.run(story())
    database.close()
