"""How the Organisation page looks."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.cards import card
from app.components.forms import problems
from app.components.marks import chip
from app.components.tables import column, data_table, row_of
from app.pages.organisation.words import GROUPS, Told, bounds_words


def form(page: Any) -> rx.Component:
    """Every setting, in groups, saved together."""
    return rx.form(
        rx.el.div(
            *[
                card(*[_setting(page, told) for told in group], title=title)
                for title, group in GROUPS
            ],
            class_name="dc-grid dc-grid-2",
        ),
        problems(page.problems),
        rx.el.div(
            button("Save", kind="primary", type="submit"), class_name="dc-row dc-form-actions"
        ),
        on_submit=page.save,
        key=page.form_number,
        class_name="dc-settings",
    )


def secrets(page: Any) -> rx.Component:
    """Which secrets the installation has. They are set elsewhere, and shown nowhere."""
    return rx.cond(
        page.secrets,
        card(
            rx.el.p(
                "Secrets are set on the machine, in its environment or in files, and are never "
                "shown: not here, not in logs, not in exports. A token in a file may be exchanged "
                "without a restart.",
                class_name="dc-muted dc-small",
            ),
            rx.el.dl(
                rx.foreach(
                    page.secrets,
                    lambda secret: rx.fragment(
                        rx.el.dt(secret.name),
                        rx.el.dd(
                            rx.cond(secret.is_set, chip("Set", "good"), chip("Not set", "quiet"))
                        ),
                    ),
                ),
                class_name="dc-facts dc-secrets",
            ),
            title="Secrets of this installation",
        ),
    )


def history(page: Any) -> rx.Component:
    """Who changed what, the newest first."""
    return card(
        rx.cond(
            page.history,
            data_table(
                [column("When"), column("Who"), column("Setting"), column("Change")],
                rx.foreach(
                    page.history,
                    lambda change: row_of(
                        rx.el.td(change.at, class_name="dc-nowrap"),
                        rx.el.td(change.who, class_name="dc-nowrap"),
                        rx.el.td(change.label, class_name="dc-nowrap"),
                        rx.el.td(change.change, class_name="dc-nowrap"),
                    ),
                ),
                label="History of the settings",
            ),
            rx.el.p("Nobody has changed anything yet: all is as usual.", class_name="dc-muted"),
        ),
        title="History",
    )


def _setting(page: Any, told: Told) -> rx.Component:
    value = page.values[told.key]
    return rx.el.label(
        rx.el.span(told.label),
        rx.el.span(
            _choice(told, value) if told.choices is not None else _typed(told, value),
            rx.el.span(told.unit, class_name="dc-muted") if told.unit else rx.fragment(),
            class_name="dc-row dc-with-unit",
        ),
        rx.el.span(
            told.help,
            " ",
            bounds_words(told.key),
            class_name="dc-muted dc-small",
        ),
        class_name="dc-field",
    )


def _choice(told: Told, value: Any) -> rx.Component:
    choices = told.choices or {}
    return rx.el.select(
        *[rx.el.option(words, value=key) for key, words in choices.items()],
        name=told.key,
        default_value=value,
    )


def _typed(told: Told, value: Any) -> rx.Component:
    numeric: dict[str, Any] = {"input_mode": "numeric"} if told.unit else {}
    return rx.el.input(
        name=told.key, default_value=value, class_name="dc-short" if told.unit else "", **numeric
    )
