"""Each rule fires on its cause and not on its near miss, is told once, and ends by itself.

On both databases, with the causes planted as rows; the clock is a test's, one look a second.
"""

from pathlib import Path

import pytest
from sqlmodel import Session

from engine.domain.alert_rules import KINDS, Watched
from engine.domain.alerting import Reading
from engine.store import alert_rules, tables
from engine.store.database import Database
from engine.store.line import WAITING_LIMIT
from engine.workers.gauges import Callers, Connections, Disk, SignsOfLife
from tests.workers.alarm_cast import lookout, put
from tests.workers.alarm_causes import CASES, C, Case, I, W, puts
from tests.workers.cast import NOW


def test_no_rule_is_left_out():
    assert {case.key for case in CASES} == set(Watched)


@pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.sweep)], indirect=True
)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key.value)
def test_a_rule_fires_on_its_cause_and_not_on_its_near_miss(database: Database, case: Case):
    house = lookout(database, people=case.people)
    case.near(house)
    house.look(8)
    assert house.of(case.key) == []

    house.stride = 10 if case.within > 60 else 1  # outside a window it looks every ten seconds
    case.cause(house)
    took = house.until(lambda: bool(house.of(case.key)), within=case.within)
    assert house.of(case.key) == [("open", case.severity)]
    assert took >= KINDS[case.key].usual.hold.total_seconds() - 1
    if case.key not in {Watched.API_ERRORS, Watched.RESPONSE}:  # of the last seconds alone
        house.look(20)
    assert house.told(case.key) == ["opened"], "told, and not repeated"

    case.heal(house)
    house.until(lambda: house.of(case.key) == [("resolved", case.severity)], within=90)
    house.look(3)
    assert house.told(case.key) == ["opened", "resolved"]


def test_delivery_grows_worse_in_three_steps_of_one_alert(database: Database):
    house = lookout(database)
    for missing, severity in ((7, I), (12, W), (25, C)):
        puts(missing, state="sent", delivered_at=None)(house)
        house.look(6)
        assert house.of(Watched.DELIVERY) == [("open", severity)]
    assert house.told(Watched.DELIVERY) == ["opened", "updated", "updated"]


def test_a_slow_answer_is_heard_of_before_it_comes(database: Database):
    """Requests that hang have no attempt yet; they tell by how long they have been waiting."""
    house = lookout(database)
    due = house.now
    house.change(lambda s: put(s, house.cast, 30, state="sending", due_at=due))
    waited = house.until(lambda: bool(house.of(Watched.RESPONSE)), within=12)
    assert waited <= 5 + 3, "five seconds are what it is about; then it opens within five"


def test_a_second_engine_whose_lease_was_taken_writes_nothing(database: Database):
    house = lookout(database)

    def take(session: Session) -> None:
        session.add(tables.Lease(name="engine", owner="another", token=7, expires_at=NOW))

    house.change(take)
    puts(30, state="failed")(house)
    house.look(8)
    assert house.all() == []


def test_rules_are_seeded_once_and_an_edition_of_a_persons_holds(database: Database):
    house = lookout(database)
    assert house.database.transact_now(alert_rules.seed, NOW) == 0
    found = house.database.read_now(alert_rules.of_tenant, house.tenant)
    assert {key: rule for key, (_, rule) in found.items()} == {k: v.usual for k, v in KINDS.items()}
    assert {number for number, _ in found.values()} == {1}


def test_looking_at_a_well_house_writes_nothing(database: Database):
    house = lookout(database)
    house.look(30)
    assert house.all() == []


def test_the_disk_is_measured_where_our_data_lies(tmp_path: Path):
    (reading,) = Disk(tmp_path)().values()
    assert 0 < reading.value < 100
    assert Disk(tmp_path / "gone")() == {}


def test_a_full_line_leaves_no_place_in_the_database(database: Database):
    gauge = Connections(database)
    assert gauge()[Watched.DATABASE_POOL].value == 100.0
    database.line.waiting = int(0.95 * WAITING_LIMIT)
    assert gauge()[Watched.DATABASE_POOL].value == pytest.approx(5.0)
    database.line.waiting = 0


def test_connections_that_are_out_are_counted(database: Database):
    gauge = Connections(database)

    def hold(session: Session) -> None:
        session.connection()
        (reading,) = gauge().values()
        assert reading.value == pytest.approx(100 * 5 / 6)

    database.read_now(hold)


def test_the_most_silent_worker_is_named_and_the_watch_itself_is_not():
    gauge = SignsOfLife(lambda: {"calendar": 12.0, "settle": 11.5, "record": 1.0, "alerts": 90.0})
    (reading,) = gauge().values()
    assert reading.value == 12.0
    assert reading.members == ("the scheduler", "the settling of unknown messages")


def test_callers_are_metered_over_the_last_minute():
    seconds = [0.0]
    callers = Callers(lambda: seconds[0])
    assert callers()[Watched.CALLERS_SLOW] == Reading(value=0.0)
    for nth in range(100):
        callers.note(0.6 if nth < 6 else 0.1, failed=nth < 2)
    assert callers()[Watched.CALLERS_SLOW] == Reading(value=600.0, of=100)
    assert callers()[Watched.CALLERS_ERRORS] == Reading(value=2.0, of=100)
    seconds[0] = 61.0
    assert callers()[Watched.CALLERS_SLOW].of == 0
