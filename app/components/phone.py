"""The message as a phone shows it."""

from typing import Any

import reflex as rx


def phone_preview(
    body: Any,
    *,
    sender: Any,
    footer: Any = None,
    image: Any = None,
    document: Any = None,
    buttons: Any = None,
    time: Any = "06:00",
) -> rx.Component:
    """A phone with one message in it, following what is typed when the values are Vars.

    image: a URL or data URL; document: a paper's name; buttons: a Var of texts. Empty ones show
    nothing, like an empty footer.
    """
    return rx.el.div(
        rx.el.div(sender, class_name="dc-phone-bar"),
        rx.el.div(
            rx.el.div(
                _if_any(image, lambda shown: rx.el.img(src=shown, alt="")),
                _if_any(document, _paper),
                body,
                _if_any(footer, lambda shown: rx.el.div(shown, class_name="dc-bubble-footer")),
                rx.el.div(time, class_name="dc-bubble-time"),
                class_name="dc-bubble",
            ),
            rx.fragment()
            if buttons is None
            else rx.foreach(buttons, lambda text: rx.el.div(text, class_name="dc-bubble-button")),
            class_name="dc-phone-chat",
        ),
        class_name="dc-phone",
        role="img",
        aria_label="Preview of the message",
    )


def _paper(name: Any) -> rx.Component:
    return rx.el.div(
        rx.icon("file-text", size=18, aria_hidden="true"), name, class_name="dc-bubble-paper"
    )


def _if_any(value: Any, view: Any) -> rx.Component:
    if value is None:
        return rx.fragment()
    if isinstance(value, rx.Var):
        return rx.cond(value, view(value), rx.fragment())
    return view(value) if value else rx.fragment()
