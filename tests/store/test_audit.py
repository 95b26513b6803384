"""The audit trail on both databases: no gaps, no forks, and no edit that goes unnoticed."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from engine.domain.audit import GENESIS, Anchor, Broken, Intact, Personal, chain_hash
from engine.domain.ids import TenantId, UserId
from engine.domain.roles import ENGINE, Actor, Role
from engine.store import audit, audit_values
from engine.store.database import Database

NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
BHARAT = Actor("Bharat", TenantId(1), Role.APPROVER, UserId(7), ip="127.0.0.1")

WAYS_TO_CHANGE = [
    "UPDATE audit SET after = '{}' WHERE number = 2",
    "DELETE FROM audit WHERE number = 2",
    "DELETE FROM audit",
]


def approve(session: Session, content: int = 12) -> int:
    return audit.append(
        session,
        by=BHARAT,
        action="content.approved",
        subject=f"content:{content}",
        before={"state": "submitted"},
        after={"state": "approved", "words": "स्वीकृत", "until": NOW + timedelta(days=1)},
        now=NOW,
    )


def write_three(database: Database) -> Anchor:
    for content in (12, 13, 14):
        database.transact_now(approve, content)
    return database.read_now(audit.end)


def execute(session: Session, statement: str) -> None:
    session.execute(sa.text(statement))


def unguard(session: Session) -> None:
    """What somebody with the database's keys could do."""
    if session.get_bind().dialect.name == "sqlite":
        names = session.execute(
            sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).scalars()
        for name in list(names):
            session.execute(sa.text(f"DROP TRIGGER {name}"))
    else:
        session.execute(sa.text("DROP FUNCTION audit_refuses() CASCADE"))
        session.execute(sa.text("DROP FUNCTION audit_value_stays() CASCADE"))
        session.execute(sa.text("DROP FUNCTION audit_row_stays() CASCADE"))


def test_rows_are_numbered_from_one_without_gaps(database: Database):
    assert write_three(database).number == 3
    assert database.read_now(audit.verify) == Intact(3, database.read_now(audit.end).hash)


def test_an_empty_trail_holds(database: Database):
    assert database.read_now(audit.verify) == Intact(0, GENESIS)


def test_a_row_says_who_did_what_to_what(database: Database):
    database.transact_now(approve)
    row = database.read_now(lambda s: s.execute(sa.text("SELECT * FROM audit")).mappings().one())
    assert (row["actor"], row["action"], row["subject"]) == (
        "user:7",
        "content.approved",
        "content:12",
    )
    assert (row["tenant_id"], row["ip"]) == (1, "127.0.0.1")
    assert row["before"] == '{"state":"submitted"}'
    assert (
        row["after"] == '{"state":"approved","until":"2026-11-22T00:30:00+00:00","words":"स्वीकृत"}'
    )


def test_the_engine_says_whose_it_was(database: Database):
    database.transact_now(
        audit.append,
        by=ENGINE,
        action="broadcast.opened",
        subject="broadcast:1",
        now=NOW,
        tenant=TenantId(4),
    )
    row = database.read_now(lambda s: s.execute(sa.text("SELECT * FROM audit")).mappings().one())
    assert (row["actor"], row["tenant_id"]) == ("engine", 4)


def test_what_json_cannot_say_is_refused(database: Database):
    with pytest.raises(TypeError, match="not bytes"):
        database.transact_now(
            audit.append,
            by=ENGINE,
            action="content.edited",
            subject="content:1",
            after={"image": b"\x89PNG"},
            now=NOW,
        )
    assert database.read_now(audit.end).number == 0


@pytest.mark.parametrize("statement", WAYS_TO_CHANGE)
def test_the_database_refuses_every_change_of_a_row(database: Database, statement: str):
    end = write_three(database)
    with pytest.raises(DBAPIError, match="append-only"):
        database.transact_now(execute, statement)
    assert database.read_now(audit.verify) == Intact(3, end.hash)


def test_postgresql_refuses_to_empty_the_table(postgresql_url: str):
    database = Database(postgresql_url)
    write_three(database)
    with pytest.raises(DBAPIError, match="append-only"):
        database.transact_now(execute, "TRUNCATE audit")
    database.close()


def test_sqlite_refuses_to_replace_a_row(sqlite_url: str):
    """`INSERT OR REPLACE` deletes without asking the trigger against deleting."""
    database = Database(sqlite_url)
    end = write_three(database)
    with pytest.raises(DBAPIError, match="append-only"):
        database.transact_now(
            execute, "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE number = 2"
        )
    assert database.read_now(audit.verify) == Intact(3, end.hash)
    database.close()


@pytest.mark.parametrize(
    "column", ["tenant_id", "at", "actor", "action", "subject", "before", "after", "ip", "hash"]
)
def test_an_edit_by_hand_is_found(database: Database, column: str):
    write_three(database)
    database.transact_now(unguard)
    value = {"tenant_id": "99", "at": "'2026-11-21 00:31:00'"}.get(column, "'forged'")
    database.transact_now(execute, f"UPDATE audit SET {column} = {value} WHERE number = 2")
    assert database.read_now(audit.verify) == Broken(2, "it was changed after it was written")


def test_a_row_taken_out_is_found(database: Database):
    write_three(database)
    database.transact_now(unguard)
    database.transact_now(execute, "DELETE FROM audit WHERE number = 2")
    assert database.read_now(audit.verify) == Broken(3, "number 2 is missing")


def test_a_row_taken_out_and_the_rest_renumbered_is_found(database: Database):
    write_three(database)
    database.transact_now(unguard)
    database.transact_now(execute, "DELETE FROM audit WHERE number = 2")
    database.transact_now(execute, "UPDATE audit SET number = 2 WHERE number = 3")
    assert database.read_now(audit.verify) == Broken(2, "it does not follow the row before it")


def test_a_tail_cut_off_is_found(database: Database):
    write_three(database)
    database.transact_now(unguard)
    database.transact_now(execute, "DELETE FROM audit WHERE number = 3")
    gone = Broken(3, "the trail once reached 3: its end is gone")
    assert database.read_now(audit.verify) == gone
    database.transact_now(approve, 99)
    assert database.read_now(audit.verify) == Broken(4, "number 3 is missing"), "nor grown over"


def test_a_tail_cut_off_together_with_the_account_of_it_is_found_against_an_anchor(
    database: Database,
):
    end = write_three(database)
    database.transact_now(unguard)
    database.transact_now(execute, "DELETE FROM audit WHERE number = 3")
    database.transact_now(
        execute,
        "UPDATE audit_end SET number = 2, hash = (SELECT hash FROM audit WHERE number = 2)",
    )
    assert isinstance(database.read_now(audit.verify), Intact), "without an anchor it cannot"
    assert database.read_now(audit.verify, anchors=[end]) == Broken(
        3, "the trail once reached 3: its end is gone"
    )
    database.transact_now(approve, 99)
    found = database.read_now(audit.verify, anchors=[end])
    assert isinstance(found, Broken)
    assert (found.number, "written anew" in found.words) == (3, True)


def test_all_of_it_cut_off_is_found(database: Database):
    write_three(database)
    database.transact_now(unguard)
    database.transact_now(execute, "DELETE FROM audit")
    assert database.read_now(audit.verify) == Broken(1, "the trail once reached 3: its end is gone")


COPY = (
    "INSERT INTO audit (number, tenant_id, at, actor, action, subject, before, after, ip, "
    "previous_hash, hash) SELECT number + 1, tenant_id, at, actor, action, subject, before, "
    "after, ip, hash, '{hash}' FROM audit WHERE number = 3"
)


def test_a_row_added_by_hand_is_found_even_with_a_right_seal(database: Database):
    write_three(database)
    last = database.read_now(lambda s: list(audit.sealed(s)))[-1]
    forged = replace(last.entry, number=4)
    seal = chain_hash(last.hash, forged)
    database.transact_now(execute, COPY.format(hash="f" * 64))
    assert database.read_now(audit.verify) == Broken(4, "it was changed after it was written")
    database.transact_now(unguard)
    database.transact_now(execute, f"UPDATE audit SET hash = '{seal}' WHERE number = 4")
    assert database.read_now(audit.verify) == Broken(4, "the product did not write it")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_end SET number = 2",
        "UPDATE audit_end SET number = number + 2",
        "DELETE FROM audit_end",
        "UPDATE audit_keys SET person = 'subscriber:9'",
        "UPDATE audit_values SET value = 'Somebody Else'",
        "DELETE FROM audit_values",
    ],
)
def test_the_database_refuses_every_change_beside_the_trail(database: Database, statement: str):
    database.transact_now(name, "Asha Rao")
    database.transact_now(approve)
    with pytest.raises(DBAPIError, match="append-only"):
        database.transact_now(execute, statement)
    assert isinstance(database.read_now(audit.verify), Intact)


def name(session: Session, who: str) -> int:
    return audit.append(
        session,
        by=BHARAT,
        action="subscriber.added",
        subject="subscriber:5",
        after={"name": Personal(who), "tier": "PRO"},
        now=NOW,
    )


def forget(session: Session, *, audited: bool) -> None:
    audit_values.forget(session, "subscriber:5")
    if audited:
        audit.append(
            session, by=BHARAT, action="subscriber.erased", subject="subscriber:5", now=NOW
        )


def everything(session: Session) -> str:
    tables = ("audit", "audit_values", "audit_keys")
    return "".join(
        str(session.execute(sa.text(f"SELECT * FROM {table}")).all()) for table in tables
    )


def test_who_is_erased_is_named_nowhere_and_the_trail_holds(database: Database):
    database.transact_now(name, "Asha Rao")
    assert "Asha Rao" in database.read_now(everything)
    assert isinstance(database.read_now(audit.verify), Intact)
    database.transact_now(forget, audited=True)
    assert "Asha" not in database.read_now(everything)
    assert isinstance(database.read_now(audit.verify), Intact)


def test_who_vanishes_without_an_erasure_in_the_trail_is_missed(database: Database):
    database.transact_now(name, "Asha Rao")
    database.transact_now(forget, audited=False)
    found = database.read_now(audit.verify)
    assert isinstance(found, Broken)
    assert (found.number, "nobody erased" in found.words) == (1, True)


def test_a_personal_value_edited_by_hand_is_found(database: Database):
    database.transact_now(approve)
    database.transact_now(name, "Asha Rao")
    database.transact_now(unguard)
    database.transact_now(execute, "UPDATE audit_values SET value = 'Asha Roy'")
    found = database.read_now(audit.verify)
    assert isinstance(found, Broken)
    assert (found.number, "after.name" in found.words) == (2, True)


def test_a_row_goes_with_its_transaction(database: Database):
    def fails(session: Session) -> None:
        approve(session)
        raise LookupError("the command failed after all")

    with pytest.raises(LookupError):
        database.transact_now(fails)
    assert database.read_now(audit.end).number == 0


def test_writers_at_once_make_one_chain(database_url: str):
    """Two processes, as two databases opened here: the trail neither forks nor loses a number."""
    writers, each = 4, 10
    together = threading.Barrier(writers)
    failures: list[Exception] = []

    def write() -> None:
        database = Database(database_url)
        together.wait()
        try:
            for _ in range(each):
                database.transact_now(approve)
        except Exception as error:  # noqa: BLE001 - told to the test below
            failures.append(error)
        database.close()

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    database = Database(database_url)
    found = database.read_now(audit.verify)
    assert isinstance(found, Intact)
    assert found.count == writers * each
    database.close()
