"""The bell in every page's header: what stands open, at most two seconds old.

One look at a tenant's alerts serves every tab that follows them (spec R3).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import reflex as rx

from app.doors import ask, now
from app.following import turns
from app.session import guarded
from engine.domain.alerting import AlertState, Severity
from engine.domain.ids import TenantId
from engine.domain.roles import Actor
from engine.read import alerts as read

FRESH_FOR = timedelta(seconds=1)
LINES = 4
TONES = {Severity.INFO: "busy", Severity.WARNING: "warn", Severity.CRITICAL: "bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """One alert as the strip on Live shows it."""

    title: str
    words: str
    tone: str
    seen_to: bool


@dataclass(slots=True)
class _Seen:
    at: datetime
    rows: list[read.AlertRow]


_seen: dict[TenantId, _Seen] = {}


async def standing(tenant: TenantId) -> list[read.AlertRow]:
    """What stands open or acknowledged, a second old at most."""
    known = _seen.get(tenant)
    if known is None or not now() - FRESH_FOR <= known.at <= now():
        known = _seen[tenant] = _Seen(now(), await ask(read.standing, tenant))
    return known.rows


class Bell(rx.State):
    """One tab's."""

    count: int = 0
    number: str = ""
    tone: str = "quiet"
    words: str = ""
    rings: list[Ring] = []
    _turn: int = 0

    @guarded()
    async def enter(self, *, by: Actor) -> Any:
        """How it stands, and follow it."""
        await self._look(by)
        return Bell.follow

    @guarded(background=True)
    async def follow(self, *, by: Actor) -> None:
        """Look again while the tab stays on its page."""
        async with self:
            self._turn += 1
            turn = self._turn
            path = self.router.url.path.rstrip("/")
        async for _ in turns(self, path):
            async with self:
                if self._turn != turn:
                    return
                await self._look(by)

    async def _look(self, by: Actor) -> None:
        assert by.tenant is not None
        rows = await standing(by.tenant)
        unseen = [row.severity for row in rows if row.state is AlertState.OPEN]
        found: dict[str, object] = {
            "count": len(rows),
            "number": str(len(rows)),
            "tone": TONES[max(unseen)] if unseen else "quiet",
            "words": "No open alerts" if not rows else f"Alerts: {len(rows)}",
            "rings": [_ring(row) for row in rows[:LINES]],
        }
        for name, value in found.items():
            if getattr(self, name) != value:
                setattr(self, name, value)


def _ring(row: read.AlertRow) -> Ring:
    return Ring(
        title=row.title,
        words=row.words,
        tone=TONES[row.severity],
        seen_to=row.state is AlertState.ACKNOWLEDGED,
    )


def bell() -> rx.Component:
    """The link in the header: a bell, and how many."""
    return rx.link(
        rx.icon("bell", size=16, aria_hidden="true"),
        rx.cond(
            Bell.count > 0,
            rx.el.span(
                Bell.number,
                class_name="dc-chip",
                custom_attrs={"data-tone": Bell.tone, "aria-hidden": "true"},
            ),
        ),
        href="/alerts",
        class_name="dc-icon-button dc-bell",
        aria_label=Bell.words,
        title=Bell.words,
        underline="none",
    )


def strip() -> rx.Component:
    """What stands open, above the morning."""
    return rx.cond(
        Bell.rings,
        rx.el.div(
            rx.foreach(Bell.rings, _line),
            role="status",
            class_name="dc-alert-strip",
        ),
    )


def _line(one: Any) -> rx.Component:
    return rx.el.div(
        rx.icon("bell", size=16, aria_hidden="true"),
        rx.el.span(rx.el.b(one.title), ". ", one.words),
        rx.cond(one.seen_to, rx.el.span("Somebody sees to it", class_name="dc-muted dc-small")),
        rx.el.span(class_name="dc-spring"),
        rx.link("Alerts", href="/alerts", class_name="dc-banner-link"),
        class_name="dc-banner",
        custom_attrs={"data-tone": one.tone},
    )
