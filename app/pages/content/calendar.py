"""The content calendar: a month at a glance, what is written and what became of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import reflex as rx

from app import formats
from app.components.actions import button, link_button
from app.components.cards import card, page_head, skeleton
from app.components.marks import chip
from app.doors import ask, now
from app.frame import may, page
from app.pages.content.shown import EDITOR, ROUTE, STATES
from app.session import guarded
from app.words.speech import spoken
from engine.domain.broadcast import BroadcastState
from engine.domain.roles import Actor, Permission
from engine.domain.schedule import service_day
from engine.read.month import Day, Evergreen, is_ready, month

CALENDAR = "/content/calendar"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

OUTCOMES: dict[BroadcastState, tuple[str, str]] = {
    BroadcastState.SCHEDULED: ("Getting ready", "busy"),
    BroadcastState.WAITING_FOR_PERSON: ("Waits for a person", "warn"),
    BroadcastState.FROZEN: ("Frozen", "busy"),
    BroadcastState.PLANNED: ("Planned", "busy"),
    BroadcastState.SENDING: ("Going out", "busy"),
    BroadcastState.PAUSED: ("Paused", "warn"),
    BroadcastState.SETTLING: ("Settling", "busy"),
    BroadcastState.FINISHED: ("Sent", "good"),
    BroadcastState.ABORTED: ("Aborted", "bad"),
    BroadcastState.SKIPPED: ("Skipped", "quiet"),
    BroadcastState.REFUSED: ("Not sent", "bad"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DateShown:
    """One field of the calendar. `kind` is outside, past, today, coming or skip."""

    key: str
    number: str
    weekday: str
    kind: str
    title: str = ""
    href: str = ""
    chip: str = ""
    tone: str = "quiet"
    outcome: str = ""
    outcome_tone: str = "quiet"
    why: str = ""
    write: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvergreenShown:
    """A pack for any day."""

    title: str
    href: str
    chip: str
    tone: str
    stands: bool


class Calendar(rx.State):
    """One month."""

    loaded: bool = False
    name: str = ""
    summary: str = ""
    dates: list[DateShown] = []
    evergreens: list[EvergreenShown] = []
    _first: date = date.min

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """The month of today, or the one the address names."""
        asked = self.router.url.query_parameters.get("month", "")
        try:
            self._first = date.fromisoformat(f"{asked}-01")
        except ValueError:
            self._first = service_day(now()).replace(day=1)
        await self._fill(by)

    @guarded()
    async def back(self, *, by: Actor) -> None:
        """The month before."""
        self._first = (self._at() - timedelta(days=1)).replace(day=1)
        await self._fill(by)

    @guarded()
    async def forth(self, *, by: Actor) -> None:
        """The month after."""
        self._first = (self._at() + timedelta(days=31)).replace(day=1)
        await self._fill(by)

    async def _fill(self, by: Actor) -> None:
        assert by.tenant is not None
        found, today = await ask(month, by.tenant, self._at()), service_day(now())
        self.name = f"{found.first:%B} {found.first.year}"
        before = [
            DateShown(key=f"before{number}", number="", weekday="", kind="outside")
            for number in range(found.first.weekday())
        ]
        self.dates = [*before, *(date_shown(day, today) for day in found.days)]
        self.evergreens = [_evergreen(one) for one in found.evergreens]
        coming = [day for day in found.days if day.day >= today]
        ready = sum(is_ready(day) for day in coming)
        self.summary = (
            f"{ready} of {formats.count(len(coming), 'coming day')} approved"
            if coming
            else "A month that is over"
        )
        self.loaded = True

    def _at(self) -> date:
        return service_day(now()).replace(day=1) if self._first == date.min else self._first


def date_shown(day: Day, today: date) -> DateShown:
    """One day in words."""
    kind = "today" if day.day == today else "past" if day.day < today else "coming"
    pack, broadcast = day.pack, day.broadcast
    state, tone = STATES[pack.state] if pack is not None else ("", "quiet")
    outcome, outcome_tone = OUTCOMES[broadcast.state] if broadcast is not None else ("", "quiet")
    if pack is None and kind != "past" and broadcast is None:
        state = "Nothing yet"
    return DateShown(
        key=day.day.isoformat(),
        number=str(day.day.day),
        weekday=WEEKDAYS[day.day.weekday()],
        kind=kind,
        title="" if pack is None else pack.title,
        href="" if pack is None else f"{EDITOR}?pack={pack.id}",
        chip="" if broadcast is not None and is_ready(day) else state,
        tone=tone,
        outcome=outcome,
        outcome_tone=outcome_tone,
        why="" if broadcast is None else broadcast.reason,
        write=f"{EDITOR}?day={day.day}" if pack is None and kind != "past" else "",
    )


def _evergreen(one: Evergreen) -> EvergreenShown:
    state, tone = STATES[one.state]
    return EvergreenShown(
        title=one.title, href=f"{EDITOR}?pack={one.id}", chip=state, tone=tone, stands=one.stands
    )


@page(CALENDAR, "Content calendar", under=ROUTE, on_load=Calendar.load)
def content_calendar() -> rx.Component:
    """The month, and below it what may stand in."""
    return rx.fragment(
        page_head(
            "Content calendar",
            "What is written for which morning, and what became of it",
            link_button("As a list", ROUTE),
        ),
        rx.cond(
            Calendar.loaded,
            rx.fragment(_month(), _evergreens()),
            rx.fragment(skeleton(8), skeleton(2)),
        ),
    )


def _month() -> rx.Component:
    return card(
        rx.el.p(Calendar.summary, class_name="dc-muted dc-small"),
        rx.el.div(
            *[rx.el.div(name, class_name="dc-month-name") for name in WEEKDAYS],
            rx.foreach(Calendar.dates, _date),
            class_name="dc-month",
        ),
        title=Calendar.name,
        actions=rx.fragment(
            button("Previous", on_click=Calendar.back, aria_label=spoken("Previous month")),
            button("Next", on_click=Calendar.forth, aria_label=spoken("Next month")),
        ),
    )


def _date(shown: DateShown) -> Any:
    return rx.el.div(
        rx.el.div(
            rx.el.span(shown.number, " ", rx.el.span(shown.weekday, class_name="dc-date-weekday")),
            rx.cond(
                shown.write & may(Permission.CONTENT_WRITE),
                rx.link("Write", href=shown.write, aria_label=f"Write for {shown.key}"),
            ),
            class_name="dc-date-head",
        ),
        rx.cond(shown.title, rx.link(shown.title, href=shown.href)),
        rx.cond(shown.chip, chip(shown.chip, shown.tone)),
        rx.cond(shown.outcome, chip(shown.outcome, shown.outcome_tone, title=shown.why)),
        key=shown.key,
        class_name="dc-date",
        custom_attrs={"data-kind": shown.kind},
    )


def _evergreens() -> rx.Component:
    return card(
        rx.cond(
            Calendar.evergreens,
            rx.el.ul(
                rx.foreach(
                    Calendar.evergreens,
                    lambda one: rx.el.li(
                        rx.link(one.title, href=one.href),
                        chip(one.chip, one.tone),
                        rx.cond(one.stands, chip("Stands in when nothing is approved", "good")),
                    ),
                ),
                class_name="dc-tests",
            ),
            rx.el.p(
                "There is none yet. Write one, tick “Evergreen”, and have it approved: it goes out "
                "on a morning for which nothing was approved in time.",
                class_name="dc-muted",
            ),
        ),
        title="Evergreens",
    )
