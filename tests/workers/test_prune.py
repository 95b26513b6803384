"""What is kept no longer goes, in small steps and never in a window; what is unread never does."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from engine.domain.broadcast import BroadcastState
from engine.domain.retention import Rule, Terms, goes_before, years_before
from engine.store import inbox
from engine.store.database import Database
from engine.store.tables import Attempt, AuditEntry, Broadcast, Delivery, SignIn, Webhook
from engine.workers.prune import prune_now, terms_of, would_go
from tests.read.evidence_cast import a_day
from tests.workers.cast import NOW, equipment
from tests.workers.nobody import Nobody
from tests.workers.test_pack_evidence import SetClock

MUCH_LATER = NOW + timedelta(days=45)
SIX_YEARS = NOW + timedelta(days=6 * 366)


def furnish(session: Session) -> None:
    a_day(session)
    for number, state in enumerate((inbox.DONE, inbox.WAITING, inbox.UNREADABLE)):
        session.add(
            Webhook(received_at=NOW, body_hash=f"{number:064x}", body=b'{"a":1}', state=state)
        )
    session.flush()


def bodies(session: Session) -> dict[str, bytes]:
    return {row.state: row.body for row in session.exec(select(Webhook))}


def turn(database: Database, at=MUCH_LATER):
    return asyncio.run(prune_now(equipment(database, Nobody(), clock=SetClock(at))))


def test_raw_words_go_after_their_time_and_what_nobody_read_stays(database: Database) -> None:
    database.transact_now(furnish)
    expected = database.read_now(would_go, MUCH_LATER)
    gone = turn(database)
    assert gone == {rule: count for rule, count in expected.items() if count}
    assert database.read_now(bodies) == {
        inbox.DONE: b"",
        inbox.WAITING: b'{"a":1}',
        inbox.UNREADABLE: b'{"a":1}',
    }
    assert not database.read_now(lambda s: s.exec(select(Attempt.detail)).all().count("") < 1)
    noted = select(AuditEntry).where(col(AuditEntry.action) == "retention.pruned")
    assert database.read_now(lambda s: len(s.exec(noted).all())) == 1
    assert turn(database) == {}, "nothing twice"


def test_a_webhook_that_comes_again_is_known_by_its_hash(database: Database) -> None:
    database.transact_now(furnish)
    turn(database)
    new = database.transact_now(inbox.store_webhook, b'{"a":1}', f"{0:064x}", MUCH_LATER)
    assert not new
    turn(database, NOW + timedelta(days=200))
    assert inbox.DONE not in database.read_now(bodies)


def test_facts_stay_for_years_and_the_deliveries_longer(database: Database) -> None:
    database.transact_now(furnish)
    turn(database, NOW + timedelta(days=4 * 366))
    assert database.read_now(lambda s: len(s.exec(select(Attempt)).all())) > 0
    turn(database, SIX_YEARS)
    assert database.read_now(lambda s: len(s.exec(select(Attempt)).all())) == 0
    assert database.read_now(lambda s: len(s.exec(select(Delivery)).all())) == 12, "counts stay"
    assert database.read_now(lambda s: len(s.exec(select(SignIn)).all())) == 0


def test_nothing_goes_while_a_broadcast_owns_the_hour(database: Database) -> None:
    database.transact_now(furnish)

    def under_way(session: Session) -> None:
        row = session.exec(select(Broadcast)).one()
        row.state = BroadcastState.SENDING.value
        row.opens_at, row.closes_at = MUCH_LATER, MUCH_LATER + timedelta(minutes=5)

    database.transact_now(under_way)
    assert turn(database) == {}


@pytest.mark.parametrize("rule", list(Rule))
def test_every_rule_has_a_time_before_now(rule: Rule) -> None:
    assert goes_before(rule, Terms(years=5, raw_days=30), NOW) < NOW - timedelta(days=7)


def test_a_leap_day_has_its_day_in_other_years() -> None:
    leap = NOW.replace(year=2028, month=2, day=29)
    assert years_before(leap, 5) == leap.replace(year=2023, day=28)


def test_the_usual_terms_hold_where_nobody_set_any(database: Database) -> None:
    assert database.read_now(terms_of) == Terms(years=5, raw_days=30)
