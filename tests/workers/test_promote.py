"""A large list that comes while a broadcast goes out: staged, then taken over bit by bit."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, func, select, update

from engine.commands.cancel_import import cancel_import
from engine.commands.force_import import force_import
from engine.commands.import_subscribers import SMALL, import_subscribers
from engine.commands.stage_import import (
    STAGED_AT_ONCE,
    UNDER_WAY_LIMIT,
    begin_import,
    end_staging,
    stage_people,
)
from engine.domain.content import Language
from engine.domain.enrolment import Consent, Details, Enrolment
from engine.domain.ids import ImportId, Phone, TenantId
from engine.domain.precedence import ImportState, waits_until
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Forbidden, Role
from engine.domain.subscriber import Tier
from engine.read import imports as read
from engine.store.tables import (
    AuditEntry,
    Broadcast,
    Import,
    Schedule,
    StagedSubscriber,
    Subscriber,
    Tenant,
)
from engine.store.tables import Consent as ConsentRow
from engine.workers import promote

HOME = TenantId(1)
OPENS = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
DURING = OPENS + timedelta(minutes=1)
OVER = OPENS + timedelta(minutes=10)
BY = Actor("Neha", HOME, Role.OPERATOR)
MANY = 3 * STAGED_AT_ONCE + 7


@pytest.fixture
def morning(session: Session) -> Session:
    """06:01, with a broadcast going out until 06:05."""
    session.add(Tenant(id=1, name="home", created_at=OPENS))
    session.flush()
    session.add(Schedule(id=1, tenant_id=1, name="daily", kind="daily", created_at=OPENS))
    session.flush()
    session.add(
        Broadcast(
            tenant_id=1,
            schedule_id=1,
            service_day=OPENS.date(),
            title="Nifty",
            state="sending",
            opens_at=OPENS,
            window_ends_at=OPENS + timedelta(minutes=3),
            closes_at=OPENS + timedelta(minutes=5),
            created_at=OPENS,
        )
    )
    session.flush()
    return session


def person(number: int) -> Enrolment:
    return Enrolment(
        details=Details(
            name=f"आशा {number}",
            phone=Phone(f"+9198{number:08d}"),
            language=Language.MR,
            tier=Tier.PRO,
            region="Maharashtra",
            registration_no="ARN-1",
            tags="a,b",
        ),
        consent=Consent(at=OPENS - timedelta(days=3), source="web form", evidence="page 7"),
    )


def staged(session: Session, number: int = MANY, *, all_or_nothing: bool = False) -> ImportId:
    which = begin_import(
        session,
        HOME,
        file_name="list.csv",
        rows=number,
        left_out=0,
        all_or_nothing=all_or_nothing,
        by=BY,
        now=DURING,
    )
    assert not isinstance(which, Refused)
    for start in range(0, number, STAGED_AT_ONCE):
        some = [person(n) for n in range(start, min(start + STAGED_AT_ONCE, number))]
        assert stage_people(session, which, start, some, by=BY, now=DURING) is None
    assert end_staging(session, which, by=BY, now=DURING) is None
    return which


def count(session: Session, model: type[Any]) -> int:
    return session.exec(select(func.count()).select_from(model)).one()


def row(session: Session, which: ImportId) -> Import:
    session.expire_all()
    found = session.get(Import, which)
    assert found is not None
    return found


def steps(session: Session, now: datetime) -> Iterator[int]:
    """How many subscribers each transaction of the worker adds."""
    while promote.has_work(session, now):
        before = count(session, Subscriber)
        promote.step(session, now)
        session.flush()
        yield count(session, Subscriber) - before


def test_a_list_staged_at_06_01_is_nobodys_until_06_10_and_then_whole(morning: Session) -> None:
    which = staged(morning)
    assert list(steps(morning, OVER - timedelta(seconds=1))) == []
    assert count(morning, Subscriber) == 0

    added = list(steps(morning, OVER))
    assert sum(added) == MANY
    done = row(morning, which)
    assert (done.state, done.added, done.taken) == (ImportState.DONE, MANY, MANY)
    assert count(morning, StagedSubscriber) == 0
    assert count(morning, ConsentRow) == MANY
    last = morning.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc()).limit(1)).one()
    assert (last.action, last.actor) == ("subscribers.imported", "engine")
    assert json.loads(last.after)["added"] == MANY


def test_no_transaction_writes_more_rows_than_the_lanes_do_not_notice(morning: Session) -> None:
    """The longest hold of the one writer, in rows: wall clocks lie on a busy machine."""
    staged(morning)
    assert max(steps(morning, OVER)) <= promote.TAKEN_AT_ONCE <= STAGED_AT_ONCE == SMALL
    which = begin_import(
        morning, HOME, file_name="x", rows=500, left_out=0, all_or_nothing=False, by=BY, now=DURING
    )
    assert not isinstance(which, Refused)
    too_many = [person(n) for n in range(STAGED_AT_ONCE + 1)]
    with pytest.raises(AssertionError):
        stage_people(morning, which, 0, too_many, by=BY, now=DURING)
    refused = import_subscribers(
        morning,
        HOME,
        [person(n) for n in range(1_000, 1_001 + SMALL)],
        file_name="x",
        left_out=0,
        all_or_nothing=False,
        by=BY,
        now=DURING,
    )
    assert isinstance(refused, Refused)


def test_what_is_taken_over_is_what_was_staged(morning: Session) -> None:
    staged(morning, 3)
    list(steps(morning, OVER))
    found = morning.exec(select(Subscriber).order_by(col(Subscriber.phone))).all()
    one, consent = found[0], morning.exec(select(ConsentRow)).first()
    assert (one.name, one.phone, one.language, one.tier) == ("आशा 0", "+919800000000", "MR", "PRO")
    assert (one.region, one.registration_no, one.tags, one.consented) == (
        *("Maharashtra", "ARN-1", "a,b"),
        True,
    )
    assert consent is not None
    assert (consent.source, consent.evidence) == ("web form", "page 7")
    assert consent.at == OPENS - timedelta(days=3)


def test_a_person_may_say_not_to_wait(morning: Session) -> None:
    which = staged(morning)
    assert force_import(morning, which, by=BY, now=DURING) is None
    added = list(steps(morning, DURING))
    assert (sum(added), max(added)) == (MANY, promote.TAKEN_AT_ONCE)


def test_all_or_nothing_is_one_step_and_waits_whatever_is_said(morning: Session) -> None:
    which = staged(morning, all_or_nothing=True)
    assert isinstance(force_import(morning, which, by=BY, now=DURING), Refused)
    assert list(steps(morning, DURING)) == []
    assert list(steps(morning, OVER)) == [MANY]


def test_all_or_nothing_adds_nobody_when_the_list_changed_meanwhile(morning: Session) -> None:
    which = staged(morning, all_or_nothing=True)
    import_subscribers(
        morning,
        HOME,
        [person(2)],
        file_name="x",
        left_out=0,
        all_or_nothing=False,
        by=BY,
        now=DURING,
    )
    list(steps(morning, OVER))
    assert row(morning, which).state == ImportState.REFUSED
    assert count(morning, Subscriber) == 1
    assert count(morning, StagedSubscriber) == 0


def test_who_came_meanwhile_is_left_out_of_the_good_rows(morning: Session) -> None:
    which = staged(morning, 5)
    import_subscribers(
        morning,
        HOME,
        [person(2)],
        file_name="x",
        left_out=0,
        all_or_nothing=False,
        by=BY,
        now=DURING,
    )
    list(steps(morning, OVER))
    assert (row(morning, which).added, count(morning, Subscriber)) == (4, 5)


def test_an_engine_that_died_goes_on_where_it_was(morning: Session) -> None:
    which = staged(morning)
    promote.step(morning, OVER)
    assert row(morning, which).taken == promote.TAKEN_AT_ONCE
    list(steps(morning, OVER))
    assert (row(morning, which).added, count(morning, Subscriber)) == (MANY, MANY)


def test_a_list_taken_back_leaves_no_row_behind(morning: Session) -> None:
    which = staged(morning)
    assert cancel_import(morning, which, by=BY, now=DURING) is None
    assert isinstance(cancel_import(morning, which, by=BY, now=DURING), Refused)
    assert list(steps(morning, DURING)) == [0]
    assert count(morning, StagedSubscriber) == 0


def test_a_staging_that_was_cut_off_ends_and_is_cleared(morning: Session) -> None:
    which = begin_import(
        morning, HOME, file_name="x", rows=9, left_out=0, all_or_nothing=False, by=BY, now=DURING
    )
    assert not isinstance(which, Refused)
    stage_people(morning, which, 0, [person(1)], by=BY, now=DURING)
    assert isinstance(end_staging(morning, which, by=BY, now=DURING), Refused)
    late = DURING + promote.CUT_OFF_AFTER + timedelta(seconds=1)
    list(steps(morning, late))
    assert row(morning, which).state == ImportState.REFUSED
    assert count(morning, StagedSubscriber) == 0
    assert isinstance(stage_people(morning, which, 1, [person(2)], by=BY, now=late), Refused)


def test_only_so_many_lists_wait_at_a_time(morning: Session) -> None:
    for _ in range(UNDER_WAY_LIMIT):
        staged(morning, 1)
    refused = begin_import(
        morning, HOME, file_name="x", rows=1, left_out=0, all_or_nothing=False, by=BY, now=DURING
    )
    assert isinstance(refused, Refused)


def test_only_who_keeps_the_list_stages_one_and_only_their_own(morning: Session) -> None:
    which = staged(morning, 1)
    viewer, stranger = Actor("V", HOME, Role.VIEWER), Actor("S", TenantId(2), Role.OPERATOR)
    for by in (viewer, stranger):
        with pytest.raises(Forbidden):
            begin_import(
                morning, HOME, file_name="x", rows=1, left_out=0, all_or_nothing=False, by=by,
                now=DURING,
            )  # fmt: skip
    with pytest.raises(Forbidden):
        force_import(morning, which, by=viewer, now=DURING)
    with pytest.raises(Forbidden):
        cancel_import(morning, which, by=viewer, now=DURING)
    for command in (force_import, cancel_import, end_staging):
        assert isinstance(command(morning, which, by=stranger, now=DURING), Refused)


def test_the_page_is_told_how_far_a_list_is(morning: Session) -> None:
    staged(morning)
    assert read.busy_until(morning, DURING) == OVER
    assert read.busy_until(morning, OVER) is None
    (shown,) = read.recent(morning, HOME)
    assert (shown.state, shown.staged, shown.rows) == (ImportState.WAITING, MANY, MANY)
    morning.exec(update(Broadcast).values(state="finished"))
    assert read.busy_until(morning, DURING) is None


@pytest.mark.parametrize(
    ("minutes", "waits"), [(-31, False), (-30, True), (0, True), (9, True), (10, False)]
)
def test_the_morning_is_the_lanes_from_the_freeze_to_ten_past(minutes: int, waits: bool) -> None:
    window = (OPENS, OPENS + timedelta(minutes=5))
    until = waits_until(OPENS + timedelta(minutes=minutes), [window])
    assert until == (OVER if waits else None)
