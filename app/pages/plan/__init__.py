"""A broadcast's plan, per sender and second: before it is frozen, and after."""

from datetime import datetime, timedelta
from typing import Any

import reflex as rx

from app.components.cards import empty, skeleton
from app.doors import ask, now, reserve
from app.frame import page
from app.pages.plan import view
from app.pages.plan.shown import Shown, show
from app.session import guarded
from engine.domain.ids import BroadcastId, ScheduleId, TenantId
from engine.domain.roles import Actor
from engine.read.plan import NoPlan, PlanView
from engine.read.plan_ahead import plan_ahead
from engine.read.plan_made import plan_made

KEPT_FOR = timedelta(seconds=20)
"""A plan of a hundred thousand takes a second of work: all tabs of a tenant share one."""

Found = PlanView | NoPlan | None

_latest: dict[tuple[TenantId, str, int], tuple[Found, datetime]] = {}


class PlanPage(rx.State):
    """The plan that the address asks for: `?schedule=` for one ahead, `?broadcast=` for a real."""

    loaded: bool = False
    found: bool = False
    why: str = ""
    shown: Shown = Shown()

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """Make the plan, or read it."""
        self.loaded, self.why = False, ""
        await self._look(by)

    @guarded()
    async def again(self, *, by: Actor) -> None:
        """The same, from what holds now."""
        _latest.clear()
        await self._look(by)

    async def _look(self, by: Actor) -> None:
        assert by.tenant is not None
        asked = self.router.url.query_parameters
        kind = "broadcast" if asked.get("broadcast") else "schedule"
        found = await _plan(by.tenant, kind, _number(asked.get(kind, "")))
        self.found = found is not None
        self.why = found.why if isinstance(found, NoPlan) else ""
        if isinstance(found, PlanView):
            self.shown = show(found)
        self.loaded = True


async def _plan(tenant: TenantId, kind: str, number: int) -> Found:
    at, key = now(), (tenant, kind, number)
    kept = _latest.get(key)
    if kept is not None and at - kept[1] < KEPT_FOR:
        return kept[0]
    found: Any
    if kind == "broadcast":
        found = await ask(plan_made, tenant, BroadcastId(number), reserve=reserve())
    else:
        found = await ask(plan_ahead, tenant, ScheduleId(number), reserve=reserve(), now=at)
    for old in [one for one, (_, then) in _latest.items() if at - then >= KEPT_FOR]:
        del _latest[old]
    _latest[key] = (found, at)
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


@page("/broadcasts/plan", "Plan", under="/broadcasts", on_load=PlanPage.load)
def plan_page() -> rx.Component:
    """The picture above, its numbers below."""
    return rx.cond(
        PlanPage.loaded,
        rx.cond(
            PlanPage.found,
            rx.cond(PlanPage.why, view.no_plan(PlanPage), view.plan(PlanPage)),
            empty(
                "There is no such plan",
                "Open one from a schedule, or from a broadcast.",
                rx.link(
                    "Schedule & window",
                    href="/settings/schedule",
                    class_name="dc-button dc-primary",
                    underline="none",
                ),
                icon="search-x",
            ),
        ),
        rx.fragment(skeleton(3), skeleton(8)),
    )
