"""How the channels look, their form, and the log of what they were told."""

from typing import Any

import reflex as rx

from app.components.actions import button, confirm
from app.components.cards import card, empty
from app.components.forms import choice, problems
from app.components.marks import chip
from app.components.tables import column, data_table, row_of
from app.frame import may
from app.pages.alerts.shown import KINDS
from app.words.speech import spoken_of
from engine.domain.roles import Permission

KEEPS = may(Permission.SETTINGS_WRITE)


def channels(page: Any) -> rx.Component:
    """Where alerts are told."""
    return card(
        rx.cond(
            page.channels,
            data_table(
                [column("Channel"), column("Leads to"), column("Told from"), column("")],
                rx.foreach(page.channels, lambda one: _row(page, one)),
                label="Channels",
            ),
            empty(
                "Nobody is told yet",
                "Alerts stand on this page alone until an administrator adds a channel.",
                icon="bell-off",
            ),
        ),
        rx.cond(
            KEEPS,
            rx.el.div(
                *[
                    button(f"Add {words}", on_click=page.begin(kind.value))
                    for kind, words in KINDS.items()
                ],
                class_name="dc-row dc-form-actions",
            ),
        ),
        title="Channels",
    )


def _row(page: Any, one: Any) -> rx.Component:
    return row_of(
        rx.el.div(
            rx.el.b(one.name),
            chip(one.kind_words, "quiet"),
            rx.cond(~one.active, chip("Off", "warn")),
            class_name="dc-row",
        ),
        one.shown,
        one.least,
        rx.cond(
            KEEPS,
            rx.el.div(
                button("Test", on_click=page.test(one.id), aria_label=spoken_of("Test", one.name)),
                button("Edit", on_click=page.edit(one.id), aria_label=spoken_of("Edit", one.name)),
                rx.cond(
                    one.active,
                    button("Switch off", on_click=page.switch(one.id, False)),
                    button("Switch on", on_click=page.switch(one.id, True)),
                ),
                confirm(
                    button("Remove", kind="danger"),
                    title=rx.fragment("Remove ", one.name, "?"),
                    words_="It is told nothing from then on, and what is secret about it is gone. "
                    "Its log stays. This cannot be undone.",
                    verb="Remove it",
                    on_confirm=page.remove(one.id),
                ),
                class_name="dc-row",
            ),
        ),
        custom_attrs={"data-channel": one.name},
    )


def form_of_channel(page: Any) -> rx.Component:
    """What a channel needs."""
    edited = page.edited
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(edited.kind_words, size="4"),
            rx.dialog.description(
                "What is secret is written once and never shown again.", size="2"
            ),
            rx.form(
                problems(page.problems),
                rx.el.label(
                    rx.el.span("Name"),
                    rx.el.input(name="name", default_value=edited.name, max_length=60),
                    class_name="dc-field",
                ),
                rx.foreach(edited.fields, _field),
                choice(
                    "Told from",
                    "least",
                    edited.least,
                    {"info": "Info", "warning": "Warning", "critical": "Critical"},
                ),
                rx.el.div(
                    rx.dialog.close(button("Cancel")),
                    button("Save", kind="primary", type="submit"),
                    class_name="dc-dialog-actions",
                ),
                on_submit=page.save,
                key=edited.kind + "-" + edited.id.to_string() + "-" + edited.version.to_string(),
            ),
            max_width="480px",
        ),
        open=page.editing,
        on_open_change=page.set_editing,
    )


def _field(one: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span(one.label),
        rx.el.input(
            name=one.name,
            default_value=one.value,
            type=rx.cond(one.secret, "password", "text"),
            placeholder=one.hint,
            auto_complete="off",
        ),
        class_name="dc-field",
    )


def log(page: Any) -> rx.Component:
    """What channels were told last."""
    return card(
        rx.cond(
            page.log,
            data_table(
                [column("When"), column("Channel"), column("What"), column("Outcome")],
                rx.foreach(
                    page.log,
                    lambda one: row_of(
                        rx.el.span(one.at, class_name="dc-nowrap"),
                        one.channel,
                        one.subject,
                        rx.el.div(
                            chip(one.state, one.tone),
                            rx.el.span(one.note, class_name="dc-muted dc-small"),
                            class_name="dc-row",
                        ),
                    ),
                ),
                label="Delivery log",
            ),
            rx.el.p("Nothing has been told yet.", class_name="dc-muted"),
        ),
        rx.el.div(button("Look again", on_click=page.look_again), class_name="dc-row"),
        title="Delivery log",
    )
