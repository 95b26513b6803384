"""How the Schedule page looks: a card for each schedule, the days left out."""

from typing import Any

import reflex as rx

from app.components.actions import button, confirm, link_button
from app.components.cards import card, empty
from app.components.forms import field, problems
from app.components.marks import chip
from app.components.tables import column, data_table, right, row_of
from app.frame import may
from app.pages.schedule.shown import Shown, SkipShown
from engine.domain.roles import Permission


def new_ones(page: Any) -> rx.Component:
    """The two ways to begin."""
    return rx.cond(
        may(Permission.SCHEDULES_WRITE),
        rx.fragment(
            button("New one-off…", on_click=page.begin("once")),
            button("New daily…", kind="primary", on_click=page.begin("daily")),
        ),
    )


def timetable(page: Any) -> rx.Component:
    """The schedules, and the days that are left out."""
    return rx.el.div(
        rx.el.div(
            rx.cond(
                page.rows,
                rx.foreach(page.rows, lambda row: _schedule(page, row)),
                empty(
                    "Nothing is scheduled",
                    "A daily schedule sends what is approved for its day; a one-off sends once.",
                    icon="calendar-clock",
                ),
            ),
            class_name="dc-stack-16",
        ),
        _skip_days(page),
        class_name="dc-story",
    )


def _schedule(page: Any, row: Shown) -> rx.Component:
    return card(
        rx.el.div(
            rx.el.div(
                rx.el.h2(row.name, class_name="dc-sender-phone"),
                rx.el.p(row.when, class_name="dc-muted"),
            ),
            rx.el.div(
                chip(row.kind, "quiet"), chip(row.state, row.tone), class_name="dc-row dc-nowrap"
            ),
            class_name="dc-card-head",
        ),
        rx.el.dl(
            *_fact("Next", row.next, row.next_note),
            *_fact("Pace", row.pace),
            *_fact("First ones", row.first),
            *_fact("Engine late", row.late),
            *_fact("Sends", row.content),
            rx.cond(
                row.last,
                rx.fragment(
                    rx.el.dt("Last"),
                    rx.el.dd(
                        rx.link(row.last, href=row.last_href, class_name="dc-strong-link"),
                    ),
                ),
            ),
            class_name="dc-facts",
        ),
        rx.el.div(
            rx.cond(row.plan_href, link_button("Plan preview", row.plan_href)),
            rx.cond(may(Permission.SCHEDULES_WRITE) & ~row.done, _actions(page, row)),
            class_name="dc-row dc-form-actions",
        ),
    )


def _fact(name: str, value: Any, note: Any = "") -> tuple[rx.Component, ...]:
    return (
        rx.el.dt(name),
        rx.el.dd(
            value,
            rx.cond(note, rx.el.div(note, class_name="dc-muted dc-small")),
        ),
    )


def _actions(page: Any, row: Shown) -> rx.Component:
    return rx.fragment(
        button("Edit…", on_click=page.edit(row.id)),
        rx.cond(
            row.active,
            confirm(
                button("Switch off…"),
                title=f"Switch {row.name} off?",
                words_="No broadcast is opened by it until somebody switches it on again. One that "
                "was opened already goes on: its own page has pause and abort.",
                verb="Switch it off",
                on_confirm=page.switch(row.id, False),
            ),
            button("Switch on", on_click=page.switch(row.id, True)),
        ),
    )


def _skip_days(page: Any) -> rx.Component:
    return card(
        rx.el.p(
            "Market holidays and other days on which daily schedules send nothing. The day is kept "
            "in the history as skipped, with the reason.",
            class_name="dc-muted dc-small",
        ),
        rx.cond(
            page.skip_days,
            data_table(
                [column("Day"), column("Why"), column("", right=True)],
                rx.foreach(page.skip_days, lambda day: _skip_day(page, day)),
                label="Days that are left out",
            ),
            rx.el.p("No day is left out.", class_name="dc-muted dc-form-actions"),
        ),
        rx.cond(
            may(Permission.SCHEDULES_WRITE),
            rx.form(
                rx.el.div(
                    field("Day", "day", "", kind="date"),
                    field("Why", "reason", "", hint="Diwali: markets closed"),
                    class_name="dc-form",
                ),
                problems(page.skip_problems),
                rx.el.div(button("Leave it out", type="submit"), class_name="dc-form-actions"),
                on_submit=page.leave_out,
                key=page.form_number,
            ),
        ),
        title="Days that are left out",
    )


def _skip_day(page: Any, day: SkipShown) -> rx.Component:
    return row_of(
        rx.el.td(day.words, class_name="dc-nowrap"),
        day.reason,
        right(
            rx.cond(
                may(Permission.SCHEDULES_WRITE),
                button("Send on it", on_click=page.take_in(day.day)),
            )
        ),
    )
