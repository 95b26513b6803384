"""The alerts as a tab looks at them: what stands, what stood, and who sees to it."""

from typing import Any

import reflex as rx

from app.doors import ask, now, tell
from app.following import turns
from app.pages.alerts.shown import Entry, Line, Silence, entry, line, silence
from app.session import guarded
from app.tab import report
from engine.commands.acknowledge_alert import acknowledge_alert
from engine.commands.silence_alerts import end_silence, silence_alerts
from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.read import alerts as read

ROUTE = "/alerts"


class Alerts(rx.State):
    """One tab's."""

    loaded: bool = False
    standing: list[Line] = []
    resolved: list[Line] = []
    silences: list[Silence] = []
    has_next: bool = False
    has_back: bool = False
    opened: int = 0
    history: list[Entry] = []
    quieting: bool = False
    quiet_rule: str = ""
    problems: list[str] = []
    _before: list[int] = []
    _turn: int = 0

    @guarded()
    async def load(self, *, by: Actor) -> Any:
        """What there is now, and follow it."""
        self.opened, self._before = 0, []
        await self._look(by)
        self.loaded = True
        return Alerts.follow

    @guarded(background=True)
    async def follow(self, *, by: Actor) -> None:
        """Look again and again."""
        async with self:
            self._turn += 1
            turn = self._turn
        async for _ in turns(self, ROUTE):
            async with self:
                if self._turn != turn:
                    return
                await self._look(by)

    @guarded(Permission.ALERTS_ACKNOWLEDGE)
    async def acknowledge(self, alert: int, *, by: Actor) -> None:
        """I see to it."""
        result = await tell(acknowledge_alert, alert, by=by)
        await report(self, result, "You see to it. It is told again only if it gets worse.")
        await self._look(by)

    @guarded()
    async def look_into(self, alert: int, *, by: Actor) -> None:
        """Its history, below it; a second press hides it."""
        self.opened = 0 if self.opened == alert else alert
        await self._look(by)

    @guarded()
    async def older(self, *, by: Actor) -> None:
        """Further back."""
        if self.resolved:
            self._before = [*self._before, self.resolved[-1].id]
        await self._look(by)

    @guarded()
    async def newer(self, *, by: Actor) -> None:
        """Less far back."""
        self._before = self._before[:-1]
        await self._look(by)

    @guarded(Permission.ALERTS_ACKNOWLEDGE)
    async def begin_silence(self, rule: str) -> None:
        """Ask for how long, and why."""
        self.quieting, self.quiet_rule, self.problems = True, rule, []

    @guarded(Permission.ALERTS_ACKNOWLEDGE)
    async def set_quieting(self, is_open: bool) -> None:
        """Escape, or a press outside."""
        self.quieting, self.problems = is_open and self.quieting, []

    @guarded(Permission.ALERTS_ACKNOWLEDGE)
    async def silence(self, form: dict[str, Any], *, by: Actor) -> None:
        """Keep it quiet."""
        result = await tell(
            silence_alerts,
            _tenant(by),
            rule=str(form.get("rule") or ""),
            minutes=str(form.get("minutes") or ""),
            reason=str(form.get("reason") or ""),
            by=by,
        )
        if isinstance(result, Refused):
            self.problems = [result.why, *result.details]
            return
        self.quieting, self.problems = False, []
        await report(self, result, "Quiet. Alerts open and end all the same.")
        await self._look(by)

    @guarded(Permission.ALERTS_ACKNOWLEDGE)
    async def end_silence(self, silence: int, *, by: Actor) -> None:
        """People are told again."""
        result = await tell(end_silence, silence, by=by)
        await report(self, result, "People are told again.")
        await self._look(by)

    async def _look(self, by: Actor) -> None:
        tenant, at = _tenant(by), now()
        before = self._before[-1] if self._before else None
        past = await ask(read.resolved, tenant, before=before)
        found = {
            "standing": [line(row, at) for row in await ask(read.standing, tenant)],
            "resolved": [line(row, at) for row in past[: read.PAGE]],
            "silences": [silence(row) for row in await ask(read.silences, tenant, at)],
            "has_next": len(past) > read.PAGE,
            "has_back": bool(self._before),
            "history": [entry(row) for row in await ask(read.history, tenant, self.opened)]
            if self.opened
            else [],
        }
        for name, value in found.items():
            if getattr(self, name) != value:
                setattr(self, name, value)


def _tenant(by: Actor) -> TenantId:
    assert by.tenant is not None
    return by.tenant
