"""The dialogs of the Users page: an invitation, and the question before a place changes."""

from typing import Any

import reflex as rx

from app.components.actions import Kind, button
from app.components.forms import choice, field, problems
from app.pages.users.shown import ROLES

ROLE_CHOICES = {role.value: words for role, words in ROLES.items()}


def invitation(page: Any) -> rx.Component:
    """The form, and afterwards the link: shown once."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Invite a person", size="4"),
            rx.cond(page.link, _link(page), _invitation_form(page)),
            max_width="560px",
        ),
        open=page.inviting,
        on_open_change=page.set_open,
    )


def question(page: Any) -> rx.Component:
    """What is asked before a role changes, or a door closes or opens."""
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.cond(
                page.asked == "role",
                _question(
                    page,
                    "Change the role of ",
                    "They are signed out everywhere, and sign in again in their new role.",
                    "Change the role",
                    extra=choice("New role", "role", page.asked_role, ROLE_CHOICES),
                ),
            ),
            rx.cond(
                page.asked == "deactivate",
                _question(
                    page,
                    "Deactivate ",
                    "They are signed out everywhere within seconds and cannot sign in. What they "
                    "did stays in the audit trail. You can let them in again.",
                    "Deactivate",
                    kind="danger",
                ),
            ),
            rx.cond(
                page.asked == "reactivate",
                _question(
                    page,
                    "Let in again: ",
                    "They may sign in with their old password, in their old role.",
                    "Let them in",
                ),
            ),
            rx.cond(
                page.asked == "factor",
                _question(
                    page,
                    "Reset the second factor of ",
                    "They are signed out everywhere; their password alone lets them in. Be sure "
                    "that it is they who asked for it.",
                    "Reset it",
                    kind="danger",
                ),
            ),
            max_width="480px",
        ),
        open=page.asked != "",
        on_open_change=page.set_open,
    )


def _invitation_form(page: Any) -> rx.Component:
    return rx.fragment(
        rx.dialog.description(
            "You get a link to send them, by whatever way you trust. It is good once, for three "
            "days.",
            size="2",
            class_name="dc-muted",
        ),
        rx.form(
            rx.el.div(
                field("Name", "name", "", hint="Asha Kulkarni"),
                field("E-mail", "email", "", kind="email", hint="asha@firm.example"),
                choice("Role", "role", "viewer", ROLE_CHOICES, wide=True),
                class_name="dc-form",
            ),
            problems(page.problems),
            rx.el.div(
                rx.dialog.close(button("Cancel")),
                button("Make the link", kind="primary", type="submit"),
                class_name="dc-dialog-actions",
            ),
            on_submit=page.invite,
        ),
    )


def _link(page: Any) -> rx.Component:
    return rx.fragment(
        rx.dialog.description(
            "Send them this link now: it is not shown again. Whoever has it can use it, once.",
            size="2",
        ),
        rx.el.label(
            rx.el.span("Link"),
            rx.el.input(value=page.link, read_only=True, name="link"),
            class_name="dc-field dc-field-wide",
        ),
        rx.el.div(
            button("Copy the link", kind="primary", on_click=rx.set_clipboard(page.link)),
            rx.dialog.close(button("Done")),
            class_name="dc-dialog-actions",
        ),
    )


def _question(
    page: Any, title: str, words: str, verb: str, *, kind: Kind = "primary", extra: Any = None
) -> rx.Component:
    return rx.fragment(
        rx.alert_dialog.title(title, page.asked_name, "?", size="4"),
        rx.alert_dialog.description(words, size="2"),
        rx.form(
            extra if extra is not None else rx.fragment(),
            problems(page.problems),
            rx.el.div(
                rx.alert_dialog.cancel(button("Cancel")),
                button(verb, kind=kind, type="submit"),
                class_name="dc-dialog-actions",
            ),
            on_submit=page.answer,
        ),
    )
