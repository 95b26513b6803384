"""How the Channels page looks: the report's readers, the mail server, the SMS provider, the log."""

from typing import Any

import reflex as rx

from app.components.actions import button, confirm
from app.components.cards import card, empty, grid
from app.components.forms import field, problems
from app.components.marks import chip
from app.components.tables import column, data_table, row_of
from app.words.speech import spoken


def mailing(page: Any) -> rx.Component:
    """Who gets the report of each day, when, and which files."""
    kept = page.mailing
    return card(
        rx.form(
            _problems(page, "mailing"),
            field("Addresses", "to", kept.people, hint="ceo@example.com, …", wide=True),
            field("Not before", "at", kept.at, kind="time"),
            rx.el.div(
                _check("PDF, one page", "pdf", kept.pdf),
                _check("CSV file", "csv", kept.csv),
                _check("Mail it every day", "active", kept.active),
                class_name="dc-row",
            ),
            rx.el.p(
                spoken(
                    "It goes once a day, when the verdict is final: ten minutes after the window "
                    "closed, or later by the time above."
                ),
                class_name="dc-muted dc-small",
            ),
            rx.el.div(
                button("Save", kind="primary", type="submit"),
                rx.cond(
                    page.latest,
                    rx.el.div(
                        button("Send the latest day now", on_click=page.send_now),
                        rx.el.span(page.latest, class_name="dc-muted dc-small"),
                        class_name="dc-row",
                    ),
                ),
                class_name="dc-row dc-form-actions",
            ),
            on_submit=page.save_mailing,
            key="mailing-" + page.form_number.to_string(),
        ),
        title="The day’s report by e-mail",
    )


def carriers(page: Any) -> rx.Component:
    """Both carriers, side by side."""
    return grid(
        _carrier(
            page,
            "mail",
            page.mail,
            page.save_mail,
            title="Mail server",
            words="Carries the day’s report, and the emergency’s e-mails.",
        ),
        _carrier(
            page,
            "sms",
            page.sms,
            page.save_sms,
            title="SMS provider",
            words="Carries the emergency’s SMS. What is posted is JSON; the provider gets the "
            "number, the message and what makes it one where the holes of the usual text stand.",
        ),
    )


def log(page: Any) -> rx.Component:
    """What was mailed last, and what became of it."""
    return card(
        rx.cond(
            page.log,
            data_table(
                [column("When"), column("Day"), column("Addresses"), column("Outcome")],
                rx.foreach(page.log, _line),
                label="Delivery log",
            ),
            empty("No report was mailed yet", "The log says of each what became of it."),
        ),
        rx.el.div(button("Look again", on_click=page.look_again), class_name="dc-row"),
        title="Delivery log",
    )


def _carrier(
    page: Any, kind: str, kept: Any, on_submit: Any, *, title: str, words: str
) -> rx.Component:
    return card(
        rx.el.div(
            rx.cond(kept.shown, chip("Set", "good"), chip("Not set", "quiet")),
            rx.el.span(kept.shown, class_name="dc-break"),
            class_name="dc-row",
        ),
        rx.el.p(spoken(words), class_name="dc-muted dc-small"),
        rx.form(
            _problems(page, kind),
            rx.foreach(kept.fields, _field),
            rx.el.div(
                button("Save", kind="primary", type="submit"),
                rx.cond(
                    kept.shown,
                    confirm(
                        button("Remove", kind="danger"),
                        title="Remove it?",
                        words_="Nothing is carried by it from then on, and what is secret about it "
                        "is gone. This cannot be undone.",
                        verb="Remove it",
                        on_confirm=page.remove(kind),
                    ),
                ),
                class_name="dc-row dc-form-actions",
            ),
            on_submit=on_submit,
            key=kind + "-" + page.form_number.to_string(),
        ),
        title=spoken(title),
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


def _check(label: str, name: str, value: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", name=name, default_checked=value),
        rx.el.span(spoken(label)),
        class_name="dc-check-box",
    )


def _problems(page: Any, which: str) -> rx.Component:
    return rx.cond(page.wrong == which, problems(page.problems))


def _line(one: Any) -> rx.Component:
    return row_of(
        rx.el.td(one.at, class_name="dc-nowrap"),
        rx.el.td(one.day, class_name="dc-nowrap"),
        rx.el.td(one.people, class_name="dc-break"),
        rx.el.div(
            chip(one.state, one.tone),
            rx.el.span(one.note, class_name="dc-muted dc-small"),
            class_name="dc-row",
        ),
    )
