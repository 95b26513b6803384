"""The hot statements find their rows by key or by the index made for them, among years of rows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from engine.domain.dead_letter import WantedLetters
from engine.domain.delivery import Event, State
from engine.domain.ids import AttemptId, BroadcastId, DeliveryId, LaneId, SenderId, TenantId
from engine.store import (
    attempts,
    dead_letters,
    frozen,
    outbox,
    receipts,
    standings,
    unknowns,
    withdrawn,
)
from engine.store.attempts import Verdict
from engine.store.database import Database
from engine.store.receipts import Change
from engine.workers import watch
from tests.workers.cast import NOW, stage

ONE = AttemptId(DeliveryId(1), 1)
KEY = "SEARCH deliveries USING INTEGER PRIMARY KEY"
DUE = "SEARCH deliveries USING INDEX ix_deliveries_due"


def verdict(said: Event, after: State) -> Verdict:
    return Verdict(attempt=ONE, event=said, after=after, due_at=NOW + timedelta(seconds=1))


def marks(session: Session) -> object:
    return outbox.mark_due(session, LaneId(1), epoch=1, horizon=NOW, limit=9, now=NOW)


ASKED: dict[str, tuple[Callable[[Session], object], str]] = {
    "mark": (marks, DUE),
    "accept": (lambda s: attempts.accept(s, [(ONE, "m")], event=Event.ACCEPT, now=NOW), KEY),
    "retry": (lambda s: attempts.conclude(s, [verdict(Event.RETRY, State.RETRYING)], NOW), KEY),
    "release": (lambda s: attempts.conclude(s, [verdict(Event.RELEASE, State.PLANNED)], NOW), KEY),
    "unknown": (
        lambda s: attempts.conclude(s, [verdict(Event.LOSE_TRACK, State.UNKNOWN)], NOW),
        KEY,
    ),
    "receipts": (
        lambda s: receipts.apply_changes(
            s, [Change(delivery=DeliveryId(1), state=State.SENT, message_id="m")], NOW
        ),
        KEY,
    ),
    "standing": (lambda s: standings.standing_by_id(s, [DeliveryId(1)]), KEY),
    "move": (
        lambda s: outbox.move(s, [(1, LaneId(1), LaneId(1), SenderId(1), NOW)]),
        KEY,
    ),
    "plan": (lambda s: frozen.assign(s, [(1, LaneId(1), SenderId(1), NOW)]), KEY),
    "recipients": (
        lambda s: list(frozen.recipients(s, BroadcastId(1))),
        "ix_deliveries_broadcast",
    ),
    "unsent": (lambda s: outbox.unsent_of(s, LaneId(1)), DUE),
    "withdrawn": (lambda s: withdrawn.find(s, BroadcastId(1), due_before=NOW), DUE),
    "unknown at all": (unknowns.any_unknown, "ix_deliveries_doubt"),
    "left behind": (lambda s: attempts.left_sending(s, 1), "ix_deliveries_doubt"),
    "dead letters": (
        lambda s: dead_letters.find(s, WantedLetters(tenant=TenantId(1)), before=None, limit=9),
        "SEARCH deliveries USING INDEX ix_deliveries_left",
    ),
    "held ones": (
        lambda s: dead_letters.codes_of(
            s, WantedLetters(tenant=TenantId(1), state=State.HELD, broadcast=BroadcastId(1))
        ),
        "SEARCH deliveries USING INDEX ix_deliveries_",
    ),
    "look": (lambda s: watch.look(s, BroadcastId(1)), "ix_deliveries_"),
    "count": (
        lambda s: outbox.count_by_lane(s, BroadcastId(1)),
        "COVERING INDEX ix_deliveries_broadcast",
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_hot_statement_never_goes_through_all_deliveries(sqlite_url: str, name: str) -> None:
    ask, by = ASKED[name]

    database = Database(sqlite_url)
    plans = database.transact_now(lambda session: plans_of(session, ask))
    database.close()

    touching = [step for plan in plans for step in plan if "deliveries" in step]
    assert touching
    assert all(by in step or KEY in step for step in touching), touching


def plans_of(session: Session, ask: Callable[[Session], object]) -> list[list[str]]:
    """What SQLite says it does for each statement that `ask` makes."""
    stage(session)
    session.flush()
    connection, said = session.connection(), list[str]()
    driver: Any = connection.connection.dbapi_connection
    driver.set_trace_callback(said.append)
    ask(session)
    driver.set_trace_callback(None)
    return [[row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {text}")] for text in said]
