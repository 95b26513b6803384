"""Small marks: chips, dots, the product's own sign."""

from typing import Any

import reflex as rx

from app.styles import ACCENT, Tone
from app.words.speech import spoken


def chip(text: Any, tone: Tone | rx.Var | str = "quiet", **props: Any) -> rx.Component:
    """A word in a coloured box. `tone` may be a Var; the word says what the colour means."""
    return rx.el.span(spoken(text), class_name="dc-chip", custom_attrs={"data-tone": tone}, **props)


def dot(tone: Tone | rx.Var | str) -> rx.Component:
    """A small square of a tone, for legends: never without its word beside it."""
    return rx.el.i(class_name="dc-dot", custom_attrs={"data-tone": tone}, aria_hidden="true")


def sunrise(size: int = 22) -> rx.Component:
    """The product's sign."""
    stroke: dict[str, Any] = {
        "stroke": ACCENT,
        "stroke_width": "2",
        "stroke_linecap": "round",
        "fill": "none",
    }
    return rx.el.svg(
        rx.el.path(d="M3 17h18", **stroke),
        rx.el.path(d="M6 17a6 6 0 0 1 12 0", fill=ACCENT),
        rx.el.path(d="M12 4v3M4.5 8.5l2 1.6M19.5 8.5l-2 1.6", **stroke),
        width=str(size),
        height=str(size),
        view_box="0 0 24 24",
        aria_hidden="true",
    )
