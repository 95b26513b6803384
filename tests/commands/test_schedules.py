"""Schedules are made, changed and switched by those who may, with what was before in the trail.
On both databases.
"""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from engine.commands.add_schedule import add_schedule
from engine.commands.change_routing import change_routing
from engine.commands.change_schedule import change_schedule
from engine.commands.leave_out_day import leave_out_day, take_in_day
from engine.commands.switch_schedule import switch_schedule
from engine.domain.ids import ScheduleId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Forbidden
from engine.read.schedules import timetable
from engine.store.tables import AuditEntry, Broadcast, Content, Schedule
from engine.workers.calendar import open_due
from tests.commands.content_cast import NOW, Cast, cast

DAILY = {
    "name": "Daily",
    "kind": "daily",
    "at": "06:00",
    "zone": "Asia/Kolkata",
    "weekdays": "1234567",
    "pacing": "jittered",
    "window_minutes": "",
    "late_policy": "skip",
    "late_minutes": "10",
    "canary": "",
    "wait_seconds": "10",
    "failures": "3",
    "failure_percent": "10",
}
ONCE = DAILY | {"name": "Results", "kind": "once", "day": "2026-11-22", "at": "11:00"}
SIX = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
"""06:00 in India, the morning after NOW."""


@pytest.fixture
def people(session: Session) -> Cast:
    return cast(session)


def made(session: Session, people: Cast, **typed: str) -> ScheduleId:
    result = add_schedule(session, people.tenant, DAILY | typed, by=people.chitra, now=NOW)
    assert not isinstance(result, Refused), result
    return result


def change(
    session: Session, people: Cast, which: ScheduleId, version: int = 1, *,
    by: Actor | None = None, now: datetime = NOW, **typed: str,
) -> Refused | None:  # fmt: skip
    return change_schedule(session, which, version, DAILY | typed, by=by or people.chitra, now=now)


def row_of(session: Session, which: ScheduleId) -> Schedule:
    session.expire_all()
    return session.get_one(Schedule, which)


def last_entry(session: Session) -> AuditEntry:
    return session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc())).first()  # pyright: ignore[reportReturnType]


def test_an_operator_makes_a_daily_schedule_and_it_is_told(session: Session, people: Cast) -> None:
    which = made(session, people, weekdays="12345", canary="yes", failures="1")
    row = row_of(session, which)
    assert (row.kind, row.at, row.weekdays, row.version) == ("daily", "06:00", "12345", 1)
    assert (row.canary, row.canary_failures, row.window_seconds) == (True, 1, None)
    entry = last_entry(session)
    assert (entry.action, entry.subject) == ("schedule.added", f"schedule:{which}")
    assert entry.actor == f"user:{people.chitra.user}"
    assert json.loads(entry.after)["canary"] is True


def test_what_is_wrong_is_told_by_its_field_and_nothing_is_made(
    session: Session, people: Cast
) -> None:
    refused = add_schedule(
        session, people.tenant, DAILY | {"at": "25:00", "name": ""}, by=people.chitra, now=NOW
    )
    assert isinstance(refused, Refused)
    assert [detail.partition(":")[0] for detail in refused.details] == ["name", "at"]
    assert session.exec(select(Schedule)).all() == []


@pytest.mark.parametrize("who", ["asha", "bharat", "dev", "stranger"])
def test_others_may_neither_make_nor_change_a_schedule(
    session: Session, people: Cast, who: str
) -> None:
    which, by = made(session, people), getattr(people, who)
    with pytest.raises(Forbidden):
        add_schedule(session, people.tenant, DAILY, by=by, now=NOW)
    with pytest.raises(Forbidden):
        leave_out_day(session, people.tenant, SIX.date(), "why", by=by, now=NOW)
    with pytest.raises(Forbidden):
        take_in_day(session, people.tenant, SIX.date(), by=by, now=NOW)
    with pytest.raises(Forbidden):
        change_routing(session, people.tenant, "modulo", by=by, now=NOW)
    if who == "stranger":
        assert isinstance(change(session, people, which, by=by, name="Theirs"), Refused)
        off = switch_schedule(session, which, 1, active=False, by=by, now=NOW)
        assert isinstance(off, Refused)
        return
    with pytest.raises(Forbidden):
        change(session, people, which, by=by, name="Theirs")
    with pytest.raises(Forbidden):
        switch_schedule(session, which, 1, active=False, by=by, now=NOW)


def test_a_change_tells_what_was_and_what_is_and_nothing_else(
    session: Session, people: Cast
) -> None:
    which = made(session, people)
    assert change(session, people, which, pacing="even", window_minutes="4") is None
    row = row_of(session, which)
    assert (row.pacing, row.window_seconds, row.version) == ("even", 240, 2)
    entry = last_entry(session)
    assert json.loads(entry.before) == {"pacing": "jittered", "window_seconds": None}
    assert json.loads(entry.after) == {"pacing": "even", "window_seconds": 240}


def test_who_saw_an_older_version_does_not_write_over_the_newer(
    session: Session, people: Cast
) -> None:
    which = made(session, people)
    assert change(session, people, which, 1, name="First") is None
    late = change(session, people, which, 1, name="Second")
    assert isinstance(late, Refused)
    assert "Somebody else" in late.why
    assert row_of(session, which).name == "First"
    off = switch_schedule(session, which, 1, active=False, by=people.chitra, now=NOW)
    assert isinstance(off, Refused)
    assert change(session, people, which, 2, name="Second") is None


def test_a_change_that_changes_nothing_leaves_no_trace(session: Session, people: Cast) -> None:
    which = made(session, people)
    number = last_entry(session).number
    assert isinstance(change(session, people, which), Refused)
    assert last_entry(session).number == number


def test_a_schedule_moved_to_an_earlier_time_of_the_day_is_not_late(
    session: Session, people: Cast
) -> None:
    """Moved at seven from eight to half past six, it begins tomorrow."""
    which = made(session, people, at="08:00")
    seven = SIX + timedelta(hours=1)
    assert change(session, people, which, at="06:30", late_policy="send", now=seven) is None
    assert open_due(session, seven + timedelta(seconds=1)) == 0
    assert open_due(session, SIX + timedelta(days=1, minutes=5)) == 1


def test_a_pace_changed_in_the_morning_does_not_move_the_opening(
    session: Session, people: Cast
) -> None:
    which = made(session, people)
    assert change(session, people, which, pacing="fastest", now=SIX - timedelta(hours=1)) is None
    assert open_due(session, SIX - timedelta(minutes=29)) == 1
    assert session.exec(select(Broadcast)).one().pacing == "fastest"


def test_two_daily_schedules_do_not_go_out_at_one_instant(session: Session, people: Cast) -> None:
    made(session, people, weekdays="12345")
    twin = add_schedule(session, people.tenant, DAILY, by=people.chitra, now=NOW)
    assert isinstance(twin, Refused)
    assert "“Daily” goes out at this time already" in twin.details[0]
    weekend = DAILY | {"weekdays": "67"}
    assert not isinstance(
        add_schedule(session, people.tenant, weekend, by=people.chitra, now=NOW), Refused
    )


def test_a_schedule_that_is_off_opens_nothing_and_begins_anew_when_it_is_on(
    session: Session, people: Cast
) -> None:
    which = made(session, people)
    assert switch_schedule(session, which, 1, active=False, by=people.chitra, now=NOW) is None
    assert open_due(session, SIX - timedelta(minutes=10)) == 0
    after = SIX + timedelta(minutes=2)
    assert switch_schedule(session, which, 2, active=True, by=people.chitra, now=after) is None
    assert open_due(session, after) == 0
    assert open_due(session, SIX + timedelta(days=1, minutes=-10)) == 1
    assert last_entry(session).action == "schedule.switched"


def pack(session: Session, people: Cast) -> int:
    row = Content(
        tenant_id=people.tenant,
        day=date(2026, 11, 22),
        title="Results",
        state="approved",
        author_id=people.asha.user or 0,
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(row)
    session.flush()
    return row.id or 0


def test_a_one_off_opens_at_its_instant_with_its_content(session: Session, people: Cast) -> None:
    content = pack(session, people)
    result = add_schedule(
        session, people.tenant, ONCE | {"content": str(content)}, by=people.chitra, now=NOW
    )
    assert not isinstance(result, Refused)
    at = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
    assert row_of(session, result).once_at == at
    assert open_due(session, at - timedelta(minutes=31)) == 0
    assert open_due(session, at - timedelta(minutes=29)) == 1
    broadcast = session.exec(select(Broadcast)).one()
    assert (broadcast.opens_at, broadcast.content_id) == (at, content)


def test_a_one_off_that_was_opened_is_changed_no_more(session: Session, people: Cast) -> None:
    result = add_schedule(session, people.tenant, ONCE, by=people.chitra, now=NOW)
    assert not isinstance(result, Refused)
    assert open_due(session, datetime(2026, 11, 22, 5, 10, tzinfo=UTC)) == 1
    for refused in (
        change_schedule(session, result, 1, ONCE | {"at": "12:00"}, by=people.chitra, now=NOW),
        switch_schedule(session, result, 1, active=False, by=people.chitra, now=NOW),
    ):
        assert isinstance(refused, Refused)
        assert "has been opened" in refused.why


def test_a_one_off_that_is_switched_off_never_goes_out(session: Session, people: Cast) -> None:
    result = add_schedule(session, people.tenant, ONCE, by=people.chitra, now=NOW)
    assert not isinstance(result, Refused)
    assert switch_schedule(session, result, 1, active=False, by=people.chitra, now=NOW) is None
    for minutes in range(0, 3_000, 30):
        assert open_due(session, NOW + timedelta(minutes=minutes)) == 0


@pytest.mark.parametrize("content", ["999", "0", "abc"])
def test_a_one_off_sends_a_pack_that_there_is(session: Session, people: Cast, content: str) -> None:
    typed = ONCE | {"content": content}
    refused = add_schedule(session, people.tenant, typed, by=people.chitra, now=NOW)
    assert isinstance(refused, Refused)
    assert refused.details[0].startswith("content: ")


def test_a_day_that_is_left_out_is_recorded_as_skipped_and_can_be_taken_in(
    session: Session, people: Cast
) -> None:
    made(session, people)
    day, by = SIX.date(), people.chitra
    assert leave_out_day(session, people.tenant, day, " Diwali:  closed ", by=by, now=NOW) is None
    again = leave_out_day(session, people.tenant, day, "twice", by=by, now=NOW)
    assert isinstance(again, Refused)
    shown = timetable(session, people.tenant, now=NOW)
    assert shown.skip_days == ((day, "Diwali: closed"),)
    assert shown.rows[0].next is not None
    assert shown.rows[0].next.opens_at == SIX + timedelta(days=1)
    assert open_due(session, SIX - timedelta(minutes=20)) == 1
    skipped = session.exec(select(Broadcast)).one()
    assert (skipped.state, skipped.service_day) == ("skipped", day)
    assert skipped.state_reason == "A day that is left out: Diwali: closed."

    later = day + timedelta(days=1)
    assert leave_out_day(session, people.tenant, later, "closed", by=by, now=NOW) is None
    assert take_in_day(session, people.tenant, later, by=by, now=NOW) is None
    assert isinstance(take_in_day(session, people.tenant, later, by=by, now=NOW), Refused)
    assert json.loads(last_entry(session).before) == {"reason": "closed"}
    assert open_due(session, SIX + timedelta(days=1, minutes=-20)) == 1
    assert session.exec(select(Broadcast.state).order_by(col(Broadcast.id))).all() == [
        "skipped",
        "scheduled",
    ]


@pytest.mark.parametrize(
    ("day", "reason"),
    [(date(2026, 11, 20), "past"), (date(2031, 1, 1), "far"), (date(2026, 11, 25), "x")],
)
def test_a_day_is_left_out_ahead_and_with_a_reason(
    session: Session, people: Cast, day: date, reason: str
) -> None:
    assert isinstance(
        leave_out_day(session, people.tenant, day, reason, by=people.chitra, now=NOW), Refused
    )


def test_how_senders_are_chosen_holds_from_the_next_broadcast_on(
    session: Session, people: Cast
) -> None:
    made(session, people)
    assert open_due(session, SIX - timedelta(minutes=20)) == 1
    assert change_routing(session, people.tenant, "region", by=people.chitra, now=NOW) is None
    for wrong in ("region", "by taste"):
        refused = change_routing(session, people.tenant, wrong, by=people.chitra, now=NOW)
        assert isinstance(refused, Refused)
    assert open_due(session, SIX + timedelta(days=1, minutes=-20)) == 1
    routings = session.exec(select(Broadcast.routing).order_by(col(Broadcast.id))).all()
    assert routings == ["sticky", "region"]
    entry = last_entry(session)
    assert (entry.action, json.loads(entry.after)) == (
        "senders.routing_changed",
        {"routing": "region"},
    )
