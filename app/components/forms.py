"""Fields of a form, and what is wrong with what was typed into them."""

from typing import Any, cast

import reflex as rx

from app.words.speech import spoken


def field(
    label: Any,
    name: str,
    value: Any,
    *,
    kind: Any = "text",
    hint: str = "",
    wide: bool = False,
    **props: Any,
) -> rx.Component:
    """A labelled input; `value` is what it starts with."""
    return rx.el.label(
        rx.el.span(spoken(label)),
        rx.el.input(name=name, default_value=value, type=kind, placeholder=spoken(hint), **props),
        class_name=_class(wide),
    )


def choice(
    label: Any, name: str, value: Any, options: dict[str, str], *, wide: bool = False
) -> rx.Component:
    """A labelled list of choices, by value and words."""
    return rx.el.label(
        rx.el.span(spoken(label)),
        rx.el.select(
            *[rx.el.option(spoken(words), value=key) for key, words in options.items()],
            name=name,
            default_value=value,
        ),
        class_name=_class(wide),
    )


def file_drop(label: str, zone: rx.Component) -> rx.Component:
    """An upload whose file input, which nobody sees, has a name for who hears the page."""
    # Reflex makes that input by itself, and passes nothing on to it.
    (box,) = zone.children
    hidden = cast("rx.Component", box.children[0])
    hidden.custom_attrs = {**hidden.custom_attrs, "aria-label": spoken(label)}
    return zone


def problems(lines: Any) -> rx.Component:
    """What is wrong, a sentence each; nothing when nothing is."""
    return rx.cond(
        lines,
        rx.el.div(
            rx.icon("triangle-alert", size=14, aria_hidden="true"),
            rx.el.ul(rx.foreach(lines, rx.el.li), class_name="dc-plain-list"),
            class_name="dc-note dc-problems",
            custom_attrs={"data-tone": "bad"},
            role="alert",
        ),
    )


def _class(wide: bool) -> str:
    return "dc-field dc-field-wide" if wide else "dc-field"
