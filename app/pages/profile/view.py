"""How the Profile page looks: the account, and the places where one is signed in."""

from typing import Any

import reflex as rx

from app.components.actions import button, confirm
from app.components.cards import card
from app.components.forms import field, problems
from app.components.marks import chip
from app.components.tables import column, data_table, row_of
from app.frame import NativeForm
from app.pages.profile.shown import Shown
from app.session import PASSWORD
from app.words import en as words
from app.words.speech import LANGUAGES, Chosen, spoken


def account(page: Any) -> rx.Component:
    """Name, address and role; the password has a page of its own."""
    return card(
        rx.form(
            field("Name", "name", page.name, auto_complete="name"),
            problems(page.name_problems),
            rx.el.div(button("Save the name", type="submit"), class_name="dc-row dc-form-actions"),
            on_submit=page.rename,
        ),
        rx.el.dl(
            rx.el.dt(spoken("E-mail")),
            rx.el.dd(page.email),
            rx.el.dt(spoken("Role")),
            rx.el.dd(page.role),
            class_name="dc-facts dc-own-facts",
        ),
        NativeForm.create(
            rx.el.button(
                spoken("Change the password…"), type="submit", class_name="dc-button dc-plain"
            ),
            custom_attrs={"action": PASSWORD, "method": "get"},
        ),
        title="Account",
    )


def language(page: Any) -> rx.Component:
    """In which language the interface speaks to them."""
    return card(
        rx.form(
            rx.el.label(
                rx.el.span(spoken(words.LANGUAGE_HINT), class_name="dc-muted"),
                rx.el.select(
                    *[
                        rx.el.option(name, value=code, lang=code)
                        for code, name in LANGUAGES.items()
                    ],
                    name="language",
                    default_value=Chosen.language,
                    key=Chosen.language,
                    aria_label=spoken(words.LANGUAGE),
                ),
                class_name="dc-field",
            ),
            rx.el.div(
                button(words.LANGUAGE_SAVE, type="submit"), class_name="dc-row dc-form-actions"
            ),
            on_submit=page.speak,
        ),
        title=words.LANGUAGE,
    )


def sessions(page: Any) -> rx.Component:
    """Every place where the person is signed in; each can be ended."""
    return card(
        data_table(
            [
                column("Browser"),
                column("Address"),
                column("Signed in"),
                column("Last used"),
                column("", right=True),
            ],
            rx.foreach(page.sessions, lambda row: _row(page, row)),
            label="Sessions",
        ),
        title="Where you are signed in",
        actions=rx.cond(
            page.sessions.length() > 1,
            confirm(
                button("End all others…"),
                title="End all your other sessions?",
                words_="Every other browser where you are signed in leaves for the sign-in page "
                "within seconds. This one goes on.",
                verb="End the others",
                on_confirm=page.end_others,
            ),
        ),
    )


def _row(page: Any, row: Shown) -> rx.Component:
    return row_of(
        rx.el.td(rx.el.b(row.device), class_name="dc-nowrap"),
        row.ip,
        rx.el.td(row.since, class_name="dc-nowrap"),
        rx.el.td(row.seen, class_name="dc-nowrap", title=row.seen_at),
        rx.el.td(
            rx.cond(
                row.here,
                chip("This one", "good"),
                button("End", on_click=page.end(row.handle)),
            ),
            class_name="dc-right",
        ),
    )
