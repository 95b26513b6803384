"""Who may do what. Asha writes, Bela approves, Chetan runs the morning, Divya looks, Esha keeps."""

from itertools import product

import pytest

from engine.domain.ids import TenantId, UserId
from engine.domain.roles import (
    ALLOWED,
    CLI,
    ENGINE,
    Actor,
    Forbidden,
    Permission,
    Role,
    may,
    require,
)

HOME, OTHER = TenantId(1), TenantId(2)
PEOPLE = {
    role: Actor(name, HOME, role, UserId(number))
    for number, (role, name) in enumerate(
        zip(Role, ["Asha", "Bela", "Chetan", "Divya", "Esha"], strict=True), start=1
    )
}
P, R = Permission, Role
EVERYBODY = set(Role)
MAY: dict[Permission, set[Role]] = {
    P.VIEW: EVERYBODY,
    P.SUBSCRIBERS_READ: EVERYBODY,
    P.CONTENT_WRITE: {R.AUTHOR, R.ADMINISTRATOR},
    P.CONTENT_APPROVE: {R.APPROVER, R.ADMINISTRATOR},
    P.TEST_SEND: EVERYBODY - {R.VIEWER},
    P.COMPLIANCE_WRITE: {R.APPROVER, R.ADMINISTRATOR},
    P.BROADCAST_CONTROL: {R.OPERATOR, R.ADMINISTRATOR},
    P.DELIVERIES_SETTLE: {R.OPERATOR, R.ADMINISTRATOR},
    P.SUBSCRIBERS_WRITE: {R.OPERATOR, R.ADMINISTRATOR},
    P.SUBSCRIBERS_ERASE: {R.ADMINISTRATOR},
    P.SENDERS_WRITE: {R.OPERATOR, R.ADMINISTRATOR},
    P.TEMPLATES_WRITE: {R.OPERATOR, R.ADMINISTRATOR},
    P.SCHEDULES_WRITE: {R.OPERATOR, R.ADMINISTRATOR},
    P.REPLIES_WRITE: {R.AUTHOR, R.OPERATOR, R.ADMINISTRATOR},
    P.ALERTS_ACKNOWLEDGE: EVERYBODY - {R.VIEWER},
    P.ALERTS_WRITE: {R.OPERATOR, R.ADMINISTRATOR},
    P.AUDIT_READ: {R.APPROVER, R.ADMINISTRATOR},
    P.SETTINGS_WRITE: {R.ADMINISTRATOR},
    P.USERS_WRITE: {R.ADMINISTRATOR},
}


@pytest.mark.parametrize(("role", "permission"), list(product(Role, Permission)))
def test_each_role_may_do_what_is_written_here_and_nothing_else(
    role: Role, permission: Permission
) -> None:
    who = PEOPLE[role]
    assert may(who, permission) == (role in MAY[permission])
    if role in MAY[permission]:
        require(who, permission)
    else:
        with pytest.raises(Forbidden, match=r"may not do this: ask an? "):
            require(who, permission)


def test_every_permission_is_somebodys() -> None:
    assert set(ALLOWED) == set(Permission)
    assert all(Role.ADMINISTRATOR in roles for roles in ALLOWED.values())


@pytest.mark.parametrize("permission", Permission)
def test_nobody_reaches_into_another_organisation(permission: Permission) -> None:
    for who in PEOPLE.values():
        assert not may(who, permission, OTHER)
        with pytest.raises(Forbidden, match="another organisation"):
            require(who, permission, OTHER)
        assert may(who, permission, HOME) == may(who, permission)


@pytest.mark.parametrize("machine", [ENGINE, CLI])
@pytest.mark.parametrize("permission", Permission)
def test_the_machine_itself_may_do_everything(machine: Actor, permission: Permission) -> None:
    require(machine, permission, OTHER)


def test_forgetting_the_role_never_means_every_permission() -> None:
    with pytest.raises(ValueError, match="an actor without a role"):
        Actor("Asha", HOME, None)
    with pytest.raises(ValueError, match="an actor without a role"):
        Actor("engine", HOME, None, UserId(7))


def test_the_audit_trail_names_users_by_number_and_machines_by_name() -> None:
    assert PEOPLE[Role.AUTHOR].label == "user:1"
    assert (ENGINE.label, CLI.label) == ("engine", "cli")


def test_a_refusal_is_a_sentence() -> None:
    with pytest.raises(Forbidden) as refused:
        require(PEOPLE[Role.AUTHOR], Permission.CONTENT_APPROVE)
    assert str(refused.value) == ("An author may not do this: ask an administrator or an approver.")
