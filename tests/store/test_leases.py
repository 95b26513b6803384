"""One engine at a time, and each taking with a higher token. On both databases."""

from datetime import timedelta

from engine.store import leases
from engine.store.database import Database

TTL = timedelta(seconds=30)
GONE = timedelta(seconds=-1)


def take(
    database: Database, owner: str, ttl: timedelta = TTL, even_from: str | None = None
) -> int | None:
    return database.transact_now(leases.take, owner=owner, ttl=ttl, even_from=even_from)


def test_the_first_engine_takes_the_lease_and_the_second_waits(database: Database) -> None:
    assert take(database, "first") == 1
    assert take(database, "second") is None
    assert database.read_now(leases.holder) == ("first", True)


def test_a_lease_that_the_databases_clock_calls_run_out_is_not_for_the_taking(
    database: Database,
) -> None:
    assert take(database, "first", GONE) == 1
    assert take(database, "second") is None


def test_who_lost_the_lease_cannot_renew_it(database: Database) -> None:
    assert take(database, "first") == 1
    assert take(database, "second", even_from="first") == 2
    assert not database.transact_now(leases.renew, owner="first", token=1, ttl=TTL)


def test_a_dead_owners_lease_need_not_run_out(database: Database) -> None:
    assert take(database, "first") == 1
    assert take(database, "second", even_from="somebody else") is None
    assert take(database, "second", even_from="first") == 2


def test_an_engine_that_took_its_own_lease_again_outdates_itself(database: Database) -> None:
    assert take(database, "first") == 1
    assert take(database, "first") == 2
    assert not database.transact_now(leases.renew, owner="first", token=1, ttl=TTL)
    assert database.transact_now(leases.renew, owner="first", token=2, ttl=TTL)


def test_a_released_lease_is_free_at_once(database: Database) -> None:
    token = take(database, "first")
    assert token is not None
    now = database.read_now(leases.database_now)
    database.transact_now(leases.release, owner="first", token=token, now=now)

    assert take(database, "second") == token + 1
