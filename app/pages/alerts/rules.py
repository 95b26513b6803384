"""The rules as a tab looks at them, and the form of the one that is edited."""

from typing import Any

import reflex as rx

from app.doors import ask, tell
from app.pages.alerts.shown import RuleLine, rule_line
from app.session import guarded
from app.tab import report, say
from engine.commands.change_alert_rule import change_alert_rule
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.read import alerts as read


class Rules(rx.State):
    """One tab's."""

    rules: list[RuleLine] = []
    editing: bool = False
    edited: RuleLine = RuleLine()
    problems: list[str] = []

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """As they hold."""
        await self._look(by)

    @guarded(Permission.ALERTS_WRITE)
    async def edit(self, key: str) -> None:
        """Its form."""
        found = next((one for one in self.rules if one.key == key), None)
        if found is not None:
            self.edited, self.editing, self.problems = found, True, []

    @guarded(Permission.ALERTS_WRITE)
    async def set_editing(self, is_open: bool) -> None:
        """Escape, or a press outside."""
        self.editing, self.problems = is_open and self.editing, []

    @guarded(Permission.ALERTS_WRITE)
    async def save(self, form: dict[str, Any], *, by: Actor) -> None:
        """The next edition of it."""
        assert by.tenant is not None
        typed = {name: str(value) for name, value in form.items()}
        typed["active"] = "yes" if form.get("active") else "no"
        result = await tell(
            change_alert_rule,
            by.tenant,
            self.edited.key,
            typed,
            number=self.edited.number,
            by=by,
        )
        if isinstance(result, Refused):
            self.problems = [result.why, *result.details]
            return
        self.editing, self.problems = False, []
        if result.fields:
            await report(self, result, f"Edition {result.number} of the rule holds from now on.")
        else:
            await say(self, "busy", "Nothing was different.")
        await self._look(by)

    async def _look(self, by: Actor) -> None:
        assert by.tenant is not None
        self.rules = [rule_line(row) for row in await ask(read.rules, by.tenant)]
