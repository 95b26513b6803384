"""What one can press: buttons, links that look like them, and the dialog before what is final."""

from typing import Any, Literal

import reflex as rx

from app.words import en as words
from app.words.speech import spoken

Kind = Literal["plain", "primary", "danger"]


def button(*children: Any, kind: Kind = "plain", **props: Any) -> rx.Component:
    """A button. Its label is a verb; `kind` danger is for what cannot be undone."""
    return rx.el.button(
        *map(spoken, children),
        type=props.pop("type", "button"),
        class_name=f"dc-button dc-{kind}",
        **props,
    )


def link_button(text: Any, href: Any, kind: Kind = "plain") -> rx.Component:
    """A link to another page, as a button."""
    return rx.link(spoken(text), href=href, class_name=f"dc-button dc-{kind}", underline="none")


def confirm(
    trigger: rx.Component,
    *,
    title: Any,
    words_: Any,
    verb: Any,
    on_confirm: Any,
    kind: Kind = "danger",
    extra: Any = None,
) -> rx.Component:
    """A dialog that says what will happen, to how many, and what cannot be undone.

    `verb` is the button's label ("Abort the broadcast"); `extra` may hold a field for a reason.
    """
    return rx.alert_dialog.root(
        rx.alert_dialog.trigger(trigger),
        rx.alert_dialog.content(
            rx.alert_dialog.title(spoken(title), size="4"),
            rx.alert_dialog.description(spoken(words_), size="2"),
            extra if extra is not None else rx.fragment(),
            rx.el.div(
                rx.alert_dialog.cancel(button(words.CANCEL)),
                rx.alert_dialog.action(button(spoken(verb), kind=kind, on_click=on_confirm)),
                class_name="dc-dialog-actions",
            ),
            max_width="440px",
        ),
    )
