"""What the first start does: an organisation, an administrator, the numbers it sends from."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from engine.commands.enlist_senders import enlist_senders
from engine.commands.found_tenant import Founded, found_tenant
from engine.commands.made_up_password import ALPHABET, made_up_password
from engine.commands.passwords import weakness
from engine.domain.ids import PhoneNumberId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import CLI, Actor, Forbidden, Role
from engine.store import senders, tenants, users
from engine.store.tables import AuditEntry, Tenant

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
FIRST, SECOND = PhoneNumberId("106540352242922"), PhoneNumberId("106540352242923")


def found(session: Session, *, by: Actor = CLI, sandbox: bool = False) -> Founded | Refused:
    return found_tenant(
        session,
        name="My organisation",
        sandbox=sandbox,
        email="Meera@Firm.example",
        password_hash="a hash",
        by=by,
        now=NOW,
    )


def founded(session: Session) -> TenantId:
    made = found(session)
    assert isinstance(made, Founded), made
    return made.tenant


def actions(session: Session) -> list[str]:
    return list(session.exec(select(AuditEntry.action).order_by(col(AuditEntry.number))))


def test_an_empty_database_gets_an_organisation_with_an_administrator(session: Session) -> None:
    tenant = founded(session)

    user = users.by_email(session, "meera@firm.example")
    assert user is not None
    assert (user.tenant_id, user.role, user.must_change) == (tenant, Role.ADMINISTRATOR, True)
    assert actions(session) == ["tenant.founded", "user.added"]


def test_there_is_only_one_first_organisation(session: Session) -> None:
    founded(session)

    again = found(session)

    assert isinstance(again, Refused)
    assert session.exec(select(Tenant.name)).all() == ["My organisation"]
    assert actions(session) == ["tenant.founded", "user.added"]


def test_a_person_without_the_right_founds_nothing(session: Session) -> None:
    author = Actor("author", None, Role.AUTHOR)

    with pytest.raises(Forbidden):
        found(session, by=author)

    assert tenants.first(session) is None


def test_a_sandbox_is_known_as_one(session: Session) -> None:
    found(session, sandbox=True)

    assert tenants.sandboxes(session) == ["My organisation"]


def test_the_numbers_of_the_settings_join_the_pool_once(session: Session) -> None:
    tenant = founded(session)

    first = enlist_senders(session, tenant, [FIRST], by=CLI, now=NOW)
    both = enlist_senders(session, tenant, [FIRST, SECOND], by=CLI, now=NOW + timedelta(hours=1))
    neither = enlist_senders(session, tenant, [SECOND, FIRST], by=CLI, now=NOW)

    assert not isinstance(first, Refused)
    assert not isinstance(both, Refused)
    assert (len(first), len(both), neither) == (1, 1, ())
    pool = senders.pool(session, tenant)
    assert [(one.phone_number_id, one.label, one.role) for one in pool] == [
        (FIRST, "Line 1", "primary"),
        (SECOND, "Line 2", "primary"),
    ]
    assert actions(session)[2:] == ["sender.added", "sender.added"]


def test_a_number_of_another_organisation_is_not_taken_over(session: Session) -> None:
    tenant = founded(session)
    other = tenants.add(session, name="Another", sandbox=False, now=NOW)
    enlist_senders(session, other, [FIRST], by=CLI, now=NOW)

    refused = enlist_senders(session, tenant, [SECOND, FIRST], by=CLI, now=NOW)

    assert isinstance(refused, Refused)
    assert not senders.pool(session, tenant)


def test_a_made_up_password_is_strong_and_never_the_same() -> None:
    passwords = {made_up_password() for _ in range(200)}

    assert len(passwords) == 200
    assert all(weakness(password) is None for password in passwords)
    assert set("".join(passwords)) <= {*ALPHABET, "-"}
    assert not set("0o1li") & set(ALPHABET)
