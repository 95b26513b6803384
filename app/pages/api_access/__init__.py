"""How WhatsApp reaches us, and how programs of the organisation do (spec I1, W1)."""

import secrets
from typing import Any

import reflex as rx

from app.components.cards import page_head, skeleton
from app.doors import ask, now, secrets_set, tell
from app.frame import page
from app.navigation import Group
from app.pages.api_access import view
from app.pages.api_access.shown import Intake, Key, intake, key
from app.session import guarded
from app.tab import report
from engine.commands.api_keys import create_api_key, revoke_api_key
from engine.domain.api_access import KEY_START, Scope
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.read import api_access as read

WEBHOOKS = "/webhooks/whatsapp"
VERIFY, SECRET = "Webhook verify token", "WhatsApp app secret"


class ApiAccess(rx.State):
    """The keys and the webhooks' intake as this tab looks at them."""

    loaded: bool = False
    keys: list[Key] = []
    intake: Intake = Intake()
    webhook_url: str = ""
    api_url: str = ""
    verify_set: bool = False
    secret_set: bool = False
    making: bool = False
    made: str = ""
    problems: list[str] = []

    @guarded(Permission.SETTINGS_WRITE)
    async def load(self, *, by: Actor) -> None:
        """What there is now."""
        origin = self.router.headers.origin
        self.webhook_url, self.api_url = origin + WEBHOOKS, f"{origin}/v1/notifications"
        known = dict(secrets_set())
        self.verify_set, self.secret_set = known.get(VERIFY, False), known.get(SECRET, False)
        await self._look(by)

    @guarded(Permission.SETTINGS_WRITE)
    async def look_again(self, *, by: Actor) -> None:
        """The intake as it is now."""
        await self._look(by)

    @guarded(Permission.SETTINGS_WRITE)
    async def begin(self) -> None:
        """An empty form."""
        self.making, self.made, self.problems = True, "", []

    @guarded(Permission.SETTINGS_WRITE)
    async def set_open(self, is_open: bool) -> None:
        """Escape, a press outside, or Done. A key that was shown is gone with it."""
        self.making = is_open and self.making
        if not is_open:
            self.made, self.problems = "", []

    @guarded(Permission.SETTINGS_WRITE)
    async def create(self, form: dict[str, Any], *, by: Actor) -> None:
        """Make a key. It is shown once: only its hash is kept."""
        assert by.tenant is not None
        made = KEY_START + secrets.token_urlsafe(32)
        result = await tell(
            create_api_key,
            by.tenant,
            name=str(form.get("name") or ""),
            scopes=[scope for scope in Scope if form.get(scope.value)],
            key=made,
            by=by,
        )
        if isinstance(result, Refused):
            self.problems = [result.why, *result.details]
            return
        self.problems, self.made = [], made
        await self._look(by)

    @guarded(Permission.SETTINGS_WRITE)
    async def revoke(self, number: int, *, by: Actor) -> None:
        """Yes: it opens nothing any more."""
        result = await tell(revoke_api_key, number, by=by)
        await report(self, result, "The key is revoked. Requests with it are refused from now on.")
        await self._look(by)

    async def _look(self, by: Actor) -> None:
        assert by.tenant is not None
        self.keys = [key(row, now()) for row in await ask(read.keys, by.tenant)]
        self.intake = intake(await ask(read.intake, now=now()), now())
        self.loaded = True


@page(
    "/settings/api",
    "API & webhooks",
    permission=Permission.SETTINGS_WRITE,
    group=Group.FOOT,
    icon="webhook",
    on_load=ApiAccess.load,
)
def api_page() -> rx.Component:
    """The webhooks' intake, the keys, and how to call us."""
    return rx.fragment(
        page_head("API & webhooks", "How WhatsApp reaches this house, and how your programs do"),
        rx.cond(
            ApiAccess.loaded,
            rx.fragment(
                view.webhooks(ApiAccess), view.keys(ApiAccess), view.how_to_call(ApiAccess)
            ),
            rx.fragment(skeleton(4), skeleton(4)),
        ),
        view.making(ApiAccess),
    )
