"""The templates as one tab looks at them, live, and what is asked before one changes."""

from typing import Any

import reflex as rx

from app import formats
from app.doors import ask, now, tell
from app.following import turns
from app.pages.templates.shown import Asked, Card, asked, cards, language_name
from app.session import guarded
from app.tab import report
from engine.commands.delete_template import delete_template
from engine.commands.group_template import group_template
from engine.commands.sync_templates import sync_templates
from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.read import templates as read

ROUTE = "/templates"


class TemplatesPage(rx.State):
    """What there is, narrowed by status, and what was asked of WhatsApp."""

    loaded: bool = False
    cards: list[Card] = []
    orders: list[Asked] = []
    groups: list[str] = []
    only: str = ""
    synced: str = ""
    _turn: int = 0

    @guarded()
    async def load(self, *, by: Actor) -> Any:
        """Show them, and follow what WhatsApp says of them from then on."""
        await self._look(by)
        self.loaded = True
        return TemplatesPage.follow

    @guarded(background=True)
    async def follow(self, *, by: Actor) -> None:
        """Look again and again: a pause shows within seconds."""
        async with self:
            self._turn += 1
            turn = self._turn
        async for _ in turns(self, ROUTE):
            async with self:
                if self._turn != turn:
                    return
                await self._look(by)

    @guarded()
    async def show_only(self, status: str, *, by: Actor) -> None:
        """Those of one status; the same again shows all."""
        self.only = "" if status == self.only else status
        await self._look(by)

    @guarded(Permission.TEMPLATES_WRITE)
    async def sync(self, *, by: Actor) -> None:
        """Ask WhatsApp for all of them now."""
        result = await tell(sync_templates, _tenant(by), by=by)
        await report(self, result, "WhatsApp is being asked.")
        await self._look(by)

    @rx.var
    def nothing(self) -> bool:
        """Whether the account has no template at all."""
        return not self.cards and not self.only

    async def _look(self, by: Actor) -> None:
        found = await ask(read.shelf, _tenant(by), now=now())
        shown = cards(found, now())
        wanted = [card for card in shown if self.only in {"", card.status}]
        groups = sorted({card.group for card in shown if card.group})
        synced = f"Synced {formats.time_with_zone(found.synced_at)}" if found.synced_at else ""
        for name, value in (
            ("cards", wanted),
            ("orders", asked(found, now())),
            ("groups", groups),
            ("synced", synced),
        ):
            if getattr(self, name) != value:
                setattr(self, name, value)


class TemplateDialog(rx.State):
    """Which question stands open, about which template."""

    asked: str = ""
    name: str = ""
    language: str = ""
    group: str = ""
    position: int = 0
    fallback: bool = False
    conservative: bool = False
    uses: list[str] = []
    bound: bool = False
    problems: list[str] = []
    _id: int = 0

    @guarded(Permission.TEMPLATES_WRITE)
    async def ask_about(self, template: int, what: str, *, by: Actor) -> None:
        """Ask before anything is done, with what it is used by."""
        shelf = await ask(read.shelf, _tenant(by), now=now())
        row = next((row for row in shelf.rows if row.id == template), None)
        if row is None or what not in {"delete", "group"}:
            return
        self._id, self.asked, self.problems = template, what, []
        self.name, self.language = row.name, language_name(row.language)
        self.group, self.position = row.group, row.position
        self.fallback, self.conservative = row.fallback, row.conservative
        used = await ask(read.uses, _tenant(by), template, now=now())
        self.uses = [f"“{use.title}” of {_day(use)}, {use.state}" for use in used]
        self.bound = any(use.bound for use in used)

    @guarded(Permission.TEMPLATES_WRITE)
    async def set_open(self, is_open: bool) -> None:
        """Escape, a press outside, or Cancel."""
        self.asked = self.asked if is_open else ""

    @guarded(Permission.TEMPLATES_WRITE)
    async def delete(self, *, by: Actor) -> Any:
        """Yes: WhatsApp is told to delete it."""
        result = await tell(delete_template, _tenant(by), self._id, by=by)
        if isinstance(result, Refused):
            self.problems = [result.why, *result.details]
            return None
        self.asked = ""
        await report(self, result, f"WhatsApp is told to delete {self.name}.")
        return await (await self.get_state(TemplatesPage))._look(by)

    @guarded(Permission.TEMPLATES_WRITE)
    async def put_in_group(self, form: dict[str, Any], *, by: Actor) -> None:
        """Set its place among those that stand in for each other."""
        position = str(form.get("position") or "0")
        result = await tell(
            group_template,
            _tenant(by),
            self._id,
            group=str(form.get("group") or ""),
            position=int(position) if position.isascii() and position.isdecimal() else -1,
            fallback=bool(form.get("fallback")),
            conservative=bool(form.get("conservative")),
            by=by,
        )
        if isinstance(result, Refused):
            self.problems = [result.why, *result.details]
            return
        self.asked = ""
        await report(self, result, f"{self.name} has its place.")
        await (await self.get_state(TemplatesPage))._look(by)


def _tenant(by: Actor) -> TenantId:
    assert by.tenant is not None
    return by.tenant


def _day(use: read.Use) -> str:
    return "any day" if use.evergreen else f"{use.day:%a} {use.day.day} {use.day:%b}"
