"""The sandbox of the demonstration: made up once, and able to send on any day."""

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from engine.commands.passwords import is_password
from engine.domain.broadcast import BroadcastEvent
from engine.domain.content import ContentState
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Role
from engine.store import broadcasts, schedules, senders
from engine.store.database import Database
from engine.store.tables import Broadcast, Content, Schedule, Subscriber, User
from engine.trials import demo
from engine.trials.demo import SIGN_INS, Sandbox, begin_morning, open_sandbox, todays_content
from engine.workers.calendar import open_due

MONDAY = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def opened(sqlite_url: str, tmp_path: Path) -> Generator[tuple[Database, Sandbox]]:
    database = Database(sqlite_url)
    yield database, open_sandbox(database, tmp_path, MONDAY)
    database.close()


def password_hashes(session: Session) -> dict[str, str]:
    return {user.role: user.password_hash for user in session.exec(select(User))}


def test_it_is_made_up_once(opened: tuple[Database, Sandbox], tmp_path: Path) -> None:
    database, first = opened

    second = open_sandbox(database, tmp_path, TUESDAY)

    assert (first.fresh, second.fresh) == (True, False)
    assert second.tenant == first.tenant
    assert second.password == first.password
    assert len(database.read_now(lambda s: s.exec(select(Subscriber.id)).all())) == 2_000
    pool = database.read_now(lambda s: senders.pool(s, first.tenant))
    assert [one.role for one in pool] == ["primary"] * 4 + ["backup"] * 2
    assert set(second.emails) == set(Role)


def test_who_loses_the_paper_gets_new_passwords(
    opened: tuple[Database, Sandbox], tmp_path: Path
) -> None:
    database, first = opened
    (tmp_path / SIGN_INS).unlink()

    second = open_sandbox(database, tmp_path, TUESDAY)

    assert second.password != first.password
    for password_hash in database.read_now(password_hashes).values():
        assert is_password(second.password, password_hash)
    assert second.password in (tmp_path / SIGN_INS).read_text()


def test_a_morning_sends_what_was_approved_for_its_day(
    opened: tuple[Database, Sandbox],
) -> None:
    database, sandbox = opened
    opens_at = MONDAY + demo.MORNING_AFTER

    begun = database.transact_now(begin_morning, sandbox.tenant, opens_at=opens_at, now=MONDAY)

    assert not isinstance(begun, Refused)
    schedule = database.read_now(lambda s: s.get_one(Schedule, begun))
    content = database.read_now(lambda s: s.get_one(Content, schedule.content_id))
    assert (schedule.once_at, schedule.pacing) == (opens_at, "jittered")
    assert (content.day.isoformat(), content.state) == ("2026-11-23", ContentState.APPROVED)


def test_on_a_later_day_the_content_is_written_and_approved_anew(
    opened: tuple[Database, Sandbox],
) -> None:
    database, sandbox = opened

    content = database.transact_now(todays_content, sandbox.tenant, TUESDAY)
    again = database.transact_now(todays_content, sandbox.tenant, TUESDAY)

    assert not isinstance(content, Refused), content
    assert again == content
    row = database.read_now(lambda s: s.get_one(Content, content))
    assert (row.day.isoformat(), row.state) == ("2026-11-24", ContentState.APPROVED)
    assert row.decided_by != row.author_id


def test_a_morning_that_the_last_stop_cut_off_goes_first(
    opened: tuple[Database, Sandbox],
) -> None:
    database, sandbox = opened
    opens_at = MONDAY + demo.MORNING_AFTER
    database.transact_now(begin_morning, sandbox.tenant, opens_at=opens_at, now=MONDAY)
    later = MONDAY + timedelta(minutes=2)

    before_the_engine_looks = database.transact_now(
        begin_morning, sandbox.tenant, opens_at=later, now=later
    )
    assert isinstance(before_the_engine_looks, Refused)
    assert "about to go on" in before_the_engine_looks.why

    assert database.transact_now(open_due, later) == 1
    database.transact_now(_freeze, sandbox.tenant)
    afterwards = database.transact_now(begin_morning, sandbox.tenant, opens_at=later, now=later)
    assert isinstance(afterwards, Refused)
    assert len(database.read_now(schedules.active_schedules)) == 1
    database.close()


def _freeze(session: Session, tenant: TenantId) -> None:
    row = session.exec(select(Broadcast).where(col(Broadcast.tenant_id) == tenant)).one()
    assert broadcasts.advance(session, BroadcastId(row.id or 0), BroadcastEvent.FREEZE)
