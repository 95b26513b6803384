"""Who may come in, and as what: invited by a link, given a role, let go (spec X2)."""

import secrets
from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.cards import page_head, skeleton
from app.doors import ask, now, tell
from app.frame import page
from app.navigation import Group
from app.pages.users import dialogs, view
from app.pages.users.shown import Expected, Shown, expected, shown
from app.session import INVITATION, guarded, token_hash
from app.tab import report
from engine.commands.change_user import change_user_role, reset_second_factor, set_user_active
from engine.commands.invite_user import invite_user, withdraw_invitation
from engine.domain.ids import InvitationId, UserId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, Role
from engine.read import users as read

QUESTIONS = frozenset({"role", "deactivate", "reactivate", "factor"})


class Users(rx.State):
    """The house as this tab looks at it, and the dialog that is open."""

    loaded: bool = False
    rows: list[Shown] = []
    invited: list[Expected] = []
    inviting: bool = False
    link: str = ""
    problems: list[str] = []
    asked: str = ""
    asked_name: str = ""
    asked_role: str = ""
    _asked_id: int = 0

    @guarded(Permission.USERS_WRITE)
    async def load(self, *, by: Actor) -> None:
        """Everybody, and whoever is expected."""
        await self._look(by)

    @guarded(Permission.USERS_WRITE)
    async def open_invitation(self) -> None:
        """An empty form."""
        self.inviting, self.link, self.problems = True, "", []

    @guarded()
    async def set_open(self, is_open: bool) -> None:
        """Escape, a press outside, or Cancel. A link that was shown is gone with it."""
        self.inviting = is_open and self.inviting
        if not is_open:
            self.link, self.asked, self.problems = "", "", []

    @guarded(Permission.USERS_WRITE)
    async def invite(self, form: dict[str, Any], *, by: Actor) -> None:
        """Make the link. It is shown once: only its hash is kept."""
        assert by.tenant is not None
        token = secrets.token_urlsafe(32)
        role = str(form.get("role") or "")
        result = await tell(
            invite_user,
            by.tenant,
            email=str(form.get("email") or ""),
            name=str(form.get("name") or ""),
            role=Role(role) if role in set(Role) else Role.VIEWER,
            token_hash=token_hash(token),
            by=by,
        )
        if isinstance(result, Refused):
            self.problems = [result.why, *result.details]
            return
        self.problems = []
        self.link = f"{self.router.headers.origin}{INVITATION}?token={token}"
        await self._look(by)

    @guarded(Permission.USERS_WRITE)
    async def withdraw(self, invitation: int, *, by: Actor) -> None:
        """Its link opens nothing any more."""
        result = await tell(withdraw_invitation, InvitationId(invitation), by=by)
        await report(self, result, "The invitation is withdrawn.")
        await self._look(by)

    @guarded(Permission.USERS_WRITE)
    async def ask_about(self, user: int, name: str, role: str, what: str) -> None:
        """Ask before somebody's place changes."""
        self._asked_id, self.asked_name, self.asked_role = user, name, role
        self.asked, self.problems = what if what in QUESTIONS else "", []

    @guarded(Permission.USERS_WRITE)
    async def answer(self, form: dict[str, Any], *, by: Actor) -> None:
        """Yes: change it. What is refused stays in the dialog."""
        user = UserId(self._asked_id)
        if self.asked == "role":
            role = str(form.get("role") or "")
            wanted = Role(role) if role in set(Role) else Role.VIEWER
            result = await tell(change_user_role, user, wanted, by=by)
            done = f"{self.asked_name} is {wanted.value} now, and signs in again."
        elif self.asked == "factor":
            result = await tell(reset_second_factor, user, by=by)
            done = f"{self.asked_name} signs in by password again."
        else:
            active = self.asked == "reactivate"
            result = await tell(set_user_active, user, active, by=by)
            done = (
                f"{self.asked_name} {'may sign in again' if active else 'is signed out for good'}."
            )
        if isinstance(result, Refused):
            self.problems = [result.why, *result.details]
            return
        self.asked = ""
        await report(self, result, done)
        await self._look(by)

    async def _look(self, by: Actor) -> None:
        assert by.tenant is not None
        found = await ask(read.house, by.tenant, now=now())
        self.rows = [shown(row, by.user, now()) for row in found.users]
        self.invited = [expected(row) for row in found.invited]
        self.loaded = True


@page(
    "/settings/users",
    "Users",
    permission=Permission.USERS_WRITE,
    group=Group.FOOT,
    icon="user-cog",
    on_load=Users.load,
)
def users_page() -> rx.Component:
    """The users, the open invitations, and the dialogs that change them."""
    return rx.fragment(
        page_head(
            "Users",
            "Who may come in, and what each may do",
            button("Invite a person…", kind="primary", on_click=Users.open_invitation),
        ),
        rx.cond(
            Users.loaded,
            rx.fragment(view.everybody(Users), view.expected(Users)),
            skeleton(6),
        ),
        dialogs.invitation(Users),
        dialogs.question(Users),
    )
