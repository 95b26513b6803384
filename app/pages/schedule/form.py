"""The form of one schedule, new or old."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.forms import choice, field, problems
from app.pages.organisation.words import PACINGS, POLICIES
from app.pages.schedule.words import DAYS, ZONES

ZONE_LIST = "zones"


def editor(page: Any) -> rx.Component:
    """The form of one schedule, new or old."""
    values = page.values
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(
                rx.cond(
                    page.is_new,
                    rx.cond(page.once, "A one-off broadcast", "A daily broadcast"),
                    rx.cond(page.once, "Change the one-off", "Change the schedule"),
                ),
                size="4",
            ),
            rx.dialog.description(
                "Holds from the next broadcast that is not opened yet.",
                size="2",
                class_name="dc-muted",
            ),
            rx.form(
                rx.el.div(
                    field("Name", "name", values["name"], hint="Daily 06:00", wide=True),
                    rx.cond(page.once, field("Day", "day", values["day"], kind="date")),
                    field("Time", "at", values["at"], hint="06:00"),
                    field("Time zone", "zone", values["zone"], hint="Asia/Kolkata", list=ZONE_LIST),
                    rx.cond(page.once, _content(page), _weekdays(values)),
                    choice("Pace", "pacing", values["pacing"], PACINGS),
                    field(
                        "Window in minutes (empty: 2 min 30 s)",
                        "window_minutes",
                        values["window_minutes"],
                        input_mode="numeric",
                    ),
                    choice(
                        "When the engine comes too late",
                        "late_policy",
                        values["late_policy"],
                        POLICIES,
                    ),
                    field(
                        "Too late is, in minutes after the opening",
                        "late_minutes",
                        values["late_minutes"],
                        input_mode="numeric",
                    ),
                    _canary(values),
                    class_name="dc-form",
                ),
                rx.el.datalist(*[rx.el.option(value=zone) for zone in ZONES], id=ZONE_LIST),
                problems(page.problems),
                rx.el.div(
                    rx.dialog.close(button("Cancel")),
                    button("Save", kind="primary", type="submit"),
                    class_name="dc-dialog-actions",
                ),
                on_submit=page.save,
                key=page.form_number,
            ),
            max_width="620px",
        ),
        open=page.open,
        on_open_change=page.set_open,
    )


def _weekdays(values: Any) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Days of the week"),
        rx.el.div(
            *[
                rx.el.label(
                    rx.el.input(
                        type="checkbox",
                        name=f"weekday_{number}",
                        value="yes",
                        default_checked=values["weekdays"].contains(number),
                    ),
                    name,
                    class_name="dc-radio",
                )
                for number, name in DAYS.items()
            ],
            class_name="dc-row",
        ),
        class_name="dc-fieldset dc-field-wide dc-days",
    )


def _content(page: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span("Content"),
        rx.el.select(
            rx.el.option("What is approved for its day", value=""),
            rx.foreach(page.packs, lambda pack: rx.el.option(pack.words, value=pack.value)),
            name="content",
            default_value=page.values["content"],
        ),
        rx.el.span(
            "It must be approved by the opening; until then it waits.",
            class_name="dc-muted dc-small",
        ),
        class_name="dc-field dc-field-wide",
    )


def _canary(values: Any) -> rx.Component:
    return rx.el.fieldset(
        rx.el.label(
            rx.el.input(
                type="checkbox",
                name="canary",
                value="yes",
                default_checked=values["canary"] == "yes",
            ),
            "One in a hundred goes first (20 at least); the rest only when they did well",
            class_name="dc-radio",
        ),
        rx.el.div(
            field(
                "Wait, in seconds",
                "wait_seconds",
                values["wait_seconds"],
                input_mode="numeric",
            ),
            field("Failures allowed", "failures", values["failures"], input_mode="numeric"),
            field(
                "Share allowed, in %",
                "failure_percent",
                values["failure_percent"],
                input_mode="numeric",
            ),
            class_name="dc-form dc-form-3",
        ),
        class_name="dc-fieldset dc-field-wide dc-canary",
    )
