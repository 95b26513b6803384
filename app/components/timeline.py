"""A life in entries: when, what, in words."""

from typing import Any

import reflex as rx


def timeline(entries: Any) -> rx.Component:
    """One vertical line. `entries`: a Var of rows with `time`, `tone`, `title`, `words`."""
    return rx.el.ol(rx.foreach(entries, _entry), class_name="dc-timeline")


def _entry(entry: Any) -> rx.Component:
    return rx.el.li(
        rx.el.time(entry.time),
        rx.el.span(
            rx.el.i(custom_attrs={"data-tone": entry.tone}),
            class_name="dc-timeline-mark",
            aria_hidden="true",
        ),
        rx.el.div(
            rx.el.div(entry.title),
            rx.el.div(entry.words, class_name="dc-muted dc-small"),
            class_name="dc-timeline-entry",
        ),
    )
