"""The made-up tenant that mornings and demonstrations run on."""

from datetime import UTC, datetime
from random import Random

from sqlmodel import Session, col, select

from engine.commands.passwords import is_password
from engine.domain.content import APPROVED_OR_BETTER
from engine.domain.roles import Role
from engine.store import content, schedules, senders, users
from engine.store.audit import Broken, verify
from engine.store.tables import AuditEntry, Subscriber, Tenant
from engine.trials.tenant import SeededTenant, seed_sandbox

NOW = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)  # already Monday in India


def _seed(session: Session, password: str | None = None) -> SeededTenant:
    return seed_sandbox(
        session,
        subscribers=30,
        senders=2,
        backups=1,
        rate=40.0,
        now=NOW,
        rng=Random(9),
        password=password,
    )


def test_a_sandbox_has_everything_a_morning_needs(session: Session) -> None:
    seeded = _seed(session)
    tenant = session.get(Tenant, seeded.tenant)
    assert tenant is not None
    assert tenant.sandbox
    pool = senders.pool(session, seeded.tenant)
    assert [(one.phone_number_id, one.role, one.rate_per_second) for one in pool] == [
        ("1000000000001", "primary", 40.0),
        ("1000000000002", "primary", 40.0),
        ("1000000000003", "backup", 40.0),
    ]
    assert len(session.exec(select(Subscriber).where(Subscriber.consented)).all()) == 30
    assert sum(content.audience(session, seeded.tenant).values()) == seeded.subscribers == 30


def test_its_content_is_approved_for_the_indian_day_by_somebody_who_did_not_write_it(
    session: Session,
) -> None:
    seeded = _seed(session)
    pack = schedules.approved_for(session, seeded.tenant, seeded.day)
    assert pack is not None
    assert (pack.id, pack.content_hash) == (seeded.content, seeded.content_hash)
    assert pack.state in APPROVED_OR_BETTER
    assert seeded.day.isoformat() == "2026-11-23"
    assert pack.decided_by == seeded.users[Role.APPROVER]
    assert content.writers(pack) == {seeded.users[Role.AUTHOR]}
    actions = session.exec(select(AuditEntry.action).order_by(col(AuditEntry.number))).all()
    assert actions[-1] == "content.approved"
    assert not isinstance(verify(session), Broken)


def test_without_a_password_nobody_signs_in_and_with_one_everybody_does(session: Session) -> None:
    for password in (None, "a password for a demo"):
        seeded = _seed(session, password)
        for role, user in seeded.users.items():
            row = users.get(session, user)
            assert row is not None
            assert row.role == role
            assert is_password("a password for a demo", row.password_hash) is bool(password)
        session.rollback()
