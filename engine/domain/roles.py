"""Who may do what. Every command asks here first; a page asks here only what to show."""

from dataclasses import dataclass
from enum import StrEnum

from engine.domain.ids import TenantId, UserId


class Role(StrEnum):
    """What a person is in the house."""

    AUTHOR = "author"  # writes the day's content
    APPROVER = "approver"  # compliance: approves it, never their own
    OPERATOR = "operator"  # runs the morning
    VIEWER = "viewer"  # looks
    ADMINISTRATOR = (
        "administrator"  # keeps users, keys and settings, and may stand in for the others
    )


class Permission(StrEnum):
    """What commands and read models ask for."""

    VIEW = "view"
    CONTENT_WRITE = "content.write"
    CONTENT_APPROVE = "content.approve"
    TEST_SEND = "test.send"
    COMPLIANCE_WRITE = "compliance.write"
    BROADCAST_CONTROL = "broadcast.control"
    DELIVERIES_SETTLE = "deliveries.settle"
    SUBSCRIBERS_READ = "subscribers.read"
    SUBSCRIBERS_WRITE = "subscribers.write"
    SUBSCRIBERS_ERASE = "subscribers.erase"
    SENDERS_WRITE = "senders.write"
    TEMPLATES_WRITE = "templates.write"
    SCHEDULES_WRITE = "schedules.write"
    REPLIES_WRITE = "replies.write"
    ALERTS_ACKNOWLEDGE = "alerts.acknowledge"
    ALERTS_WRITE = "alerts.write"
    AUDIT_READ = "audit.read"
    SETTINGS_WRITE = "settings.write"
    USERS_WRITE = "users.write"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: a signed-in user, or the machine itself (`engine`, `cli`), without a role.

    A person without a role cannot be built: forgetting the role must never mean every permission.
    """

    name: str
    tenant: TenantId | None
    role: Role | None
    user: UserId | None = None
    ip: str = ""

    def __post_init__(self) -> None:
        if self.role is None and (self.user is not None or self.name not in MACHINES):
            raise ValueError(
                f"an actor without a role must be one of {sorted(MACHINES)}, not {self.name!r}"
            )

    @property
    def label(self) -> str:
        """How the audit trail names them: `user:7`, `engine`, `cli`."""
        return self.name if self.user is None else f"user:{self.user}"


MACHINES = frozenset({"engine", "cli"})
ENGINE = Actor("engine", None, None)
CLI = Actor("cli", None, None)


class Forbidden(Exception):  # noqa: N818 - the word people read
    """The actor may not do this. The message is a sentence for the person who tried."""


_EVERYBODY = frozenset(Role)
_RUNS_THE_MORNING = frozenset({Role.OPERATOR, Role.ADMINISTRATOR})
_KEEPS_THE_HOUSE = frozenset({Role.ADMINISTRATOR})

ALLOWED: dict[Permission, frozenset[Role]] = {
    Permission.VIEW: _EVERYBODY,
    Permission.CONTENT_WRITE: frozenset({Role.AUTHOR, Role.ADMINISTRATOR}),
    # That an author never approves their own content is the command's check: it knows the author.
    Permission.CONTENT_APPROVE: frozenset({Role.APPROVER, Role.ADMINISTRATOR}),
    Permission.TEST_SEND: frozenset(Role) - {Role.VIEWER},
    Permission.COMPLIANCE_WRITE: frozenset({Role.APPROVER, Role.ADMINISTRATOR}),
    Permission.BROADCAST_CONTROL: _RUNS_THE_MORNING,
    Permission.DELIVERIES_SETTLE: _RUNS_THE_MORNING,
    Permission.SUBSCRIBERS_READ: _EVERYBODY,
    Permission.SUBSCRIBERS_WRITE: _RUNS_THE_MORNING,
    Permission.SUBSCRIBERS_ERASE: _KEEPS_THE_HOUSE,  # it cannot be undone
    Permission.SENDERS_WRITE: _RUNS_THE_MORNING,
    Permission.TEMPLATES_WRITE: _RUNS_THE_MORNING,
    Permission.SCHEDULES_WRITE: _RUNS_THE_MORNING,
    Permission.REPLIES_WRITE: _RUNS_THE_MORNING | {Role.AUTHOR},
    Permission.ALERTS_ACKNOWLEDGE: _EVERYBODY - {Role.VIEWER},
    Permission.ALERTS_WRITE: _RUNS_THE_MORNING,
    Permission.AUDIT_READ: _KEEPS_THE_HOUSE | {Role.APPROVER},
    Permission.SETTINGS_WRITE: _KEEPS_THE_HOUSE,
    Permission.USERS_WRITE: _KEEPS_THE_HOUSE,
}


def may(actor: Actor, permission: Permission, tenant: TenantId | None = None) -> bool:
    """Whether `actor` has `permission`; with `tenant`, also whether that tenant is theirs."""
    if actor.role is None:
        return True
    if tenant is not None and actor.tenant != tenant:
        return False
    return actor.role in ALLOWED[permission]


def require(actor: Actor, permission: Permission, tenant: TenantId | None = None) -> None:
    """Raises Forbidden unless `may(actor, permission, tenant)`."""
    if may(actor, permission, tenant):
        return
    if tenant is not None and actor.tenant != tenant:
        raise Forbidden("That belongs to another organisation.")
    needed = " or ".join(_with_article(role) for role in sorted(ALLOWED[permission]))
    raise Forbidden(
        f"{_with_article(actor.role or 'machine').capitalize()} may not do this: ask {needed}."
    )


def _with_article(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
