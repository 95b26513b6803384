"""When broadcasts go out, how fast, and on which days nothing does."""

from datetime import date
from typing import Any

import reflex as rx

from app.components.cards import page_head, skeleton
from app.doors import ask, now, tell
from app.frame import page
from app.navigation import Group
from app.pages.schedule import form as forms
from app.pages.schedule import view
from app.pages.schedule.shown import NEW, Option, Shown, SkipShown, option, shown, typed
from app.pages.schedule.words import complaint
from app.session import guarded
from app.tab import report
from engine.commands.add_schedule import add_schedule
from engine.commands.change_schedule import change_schedule
from engine.commands.leave_out_day import leave_out_day, take_in_day
from engine.commands.switch_schedule import switch_schedule
from engine.domain.ids import ScheduleId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.domain.schedule import Kind
from engine.read import schedules as read


class SchedulePage(rx.State):
    """The timetable as this tab looks at it, and the form that is open."""

    loaded: bool = False
    rows: list[Shown] = []
    skip_days: list[SkipShown] = []
    packs: list[Option] = []
    open: bool = False
    once: bool = False
    is_new: bool = True
    values: dict[str, str] = NEW
    problems: list[str] = []
    skip_problems: list[str] = []
    form_number: int = 0
    _editing: int = 0
    _version: int = 0

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """All schedules, and the days that are left out."""
        self.open, self.problems, self.skip_problems = False, [], []
        await self._look(by)

    @guarded(Permission.SCHEDULES_WRITE)
    async def begin(self, kind: str) -> None:
        """An empty form."""
        self._editing = self._version = 0
        self._fill(NEW, once=kind == Kind.ONCE, is_new=True)

    @guarded(Permission.SCHEDULES_WRITE)
    async def edit(self, schedule: int, *, by: Actor) -> None:
        """The form with what holds now."""
        found = await self._look(by)
        row = next((one for one in found.rows if one.id == schedule), None)
        if row is None:
            return
        self._editing, self._version = row.id, row.version
        self._fill(typed(row), once=row.kind is Kind.ONCE, is_new=False)

    @guarded()
    async def set_open(self, is_open: bool) -> None:
        """Escape, a press outside, or Cancel."""
        self.open = is_open and self.open

    @guarded(Permission.SCHEDULES_WRITE)
    async def save(self, form: dict[str, Any], *, by: Actor) -> None:
        """Make it, or change it; what is wrong stays open with a sentence for each."""
        assert by.tenant is not None
        asked = _typed(form, once=self.once)
        if self.is_new:
            result = await tell(add_schedule, by.tenant, asked, by=by)
        else:
            which = ScheduleId(self._editing)
            result = await tell(change_schedule, which, self._version, asked, by=by)
        if isinstance(result, Refused):
            self.values = {**NEW, **asked}
            self.problems = [result.why, *(complaint(detail) for detail in result.details)]
            return
        self.open = False
        await report(self, result, "It is in the timetable." if self.is_new else "Changed.")
        await self._look(by)

    @guarded(Permission.SCHEDULES_WRITE)
    async def switch(self, schedule: int, active: bool, *, by: Actor) -> None:
        """Off, or on again."""
        found = await self._look(by)
        version = next((one.version for one in found.rows if one.id == schedule), 0)
        result = await tell(switch_schedule, ScheduleId(schedule), version, active=active, by=by)
        await report(self, result, "It is on." if active else "It is off: nothing goes out by it.")
        await self._look(by)

    @guarded(Permission.SCHEDULES_WRITE)
    async def leave_out(self, form: dict[str, Any], *, by: Actor) -> None:
        """A day on which nothing is sent."""
        assert by.tenant is not None
        day = _day(str(form.get("day", "")))
        if day is None:
            self.skip_problems = ["Choose the day."]
            return
        result = await tell(leave_out_day, by.tenant, day, str(form.get("reason", "")), by=by)
        self.skip_problems = [result.why] if isinstance(result, Refused) else []
        if not self.skip_problems:
            self.form_number += 1
            await report(self, result, "Nothing is sent on this day.")
            await self._look(by)

    @guarded(Permission.SCHEDULES_WRITE)
    async def take_in(self, day: str, *, by: Actor) -> None:
        """A day like any other again."""
        assert by.tenant is not None
        found = _day(day)
        if found is not None:
            result = await tell(take_in_day, by.tenant, found, by=by)
            await report(self, result, "This day is sent on again.")
            await self._look(by)

    async def _look(self, by: Actor) -> read.Timetable:
        assert by.tenant is not None
        found = await ask(read.timetable, by.tenant, now=now())
        # What is done stands below what is to come.
        self.rows = sorted((shown(row) for row in found.rows), key=lambda row: row.done)
        self.skip_days = [
            SkipShown(
                day=day.isoformat(), words=f"{day:%a} {day.day} {day:%b} {day.year}", reason=why
            )
            for day, why in found.skip_days
        ]
        self.packs = [option(pack) for pack in found.packs]
        self.loaded = True
        return found

    def _fill(self, values: dict[str, str], *, once: bool, is_new: bool) -> None:
        self.values, self.once, self.is_new = values, once, is_new
        self.problems, self.open = [], True
        self.form_number += 1


def _typed(form: dict[str, Any], *, once: bool) -> dict[str, str]:
    """What the form sent as the commands take it: the days of the week as one text."""
    asked = {key: str(value) for key, value in form.items() if not key.startswith("weekday_")}
    asked["weekdays"] = "".join(one for one in "1234567" if form.get(f"weekday_{one}"))
    asked["canary"] = "yes" if form.get("canary") else ""
    asked["kind"] = (Kind.ONCE if once else Kind.DAILY).value
    return asked


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@page(
    "/settings/schedule",
    "Schedule",
    group=Group.FOOT,
    icon="calendar-clock",
    on_load=SchedulePage.load,
)
def schedule_page() -> rx.Component:
    """The schedules, and beside them the days that are left out."""
    return rx.fragment(
        page_head(
            "Schedule & window",
            "When broadcasts go out, how fast, and on which days nothing does",
            view.new_ones(SchedulePage),
        ),
        rx.cond(
            SchedulePage.loaded,
            view.timetable(SchedulePage),
            rx.fragment(skeleton(4), skeleton(4)),
        ),
        forms.editor(SchedulePage),
    )
