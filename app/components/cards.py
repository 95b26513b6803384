"""Boxes with something in them: cards, figures, bars, empty states, skeletons."""

from typing import Any

import reflex as rx

from app.components.marks import dot
from app.words.speech import spoken


def card(*children: Any, title: Any = None, actions: Any = None, **props: Any) -> rx.Component:
    """A bordered panel; with `title`, a heading and `actions` at its right."""
    head = (
        rx.el.div(
            rx.el.h2(spoken(title)),
            rx.el.div(actions, class_name="dc-row") if actions is not None else rx.fragment(),
            class_name="dc-card-head",
        )
        if title is not None
        else rx.fragment()
    )
    return rx.el.section(head, *children, class_name="dc-card", **props)


def page_head(title: Any, subtitle: Any, *actions: Any, answers: str | None = None) -> rx.Component:
    """A page's one large heading, what it is about, and what one can do.

    answers: which question the page answers, where `subtitle` is not a sentence but facts. Every
    page says so: without either this is a ValueError, when the page is drawn.
    """
    if answers is None and not isinstance(subtitle, str):
        raise ValueError(f"the page {title} does not say what it answers")
    lines = [line for line in (subtitle, answers) if line is not None]
    return rx.el.div(
        rx.el.div(
            rx.el.h1(spoken(title)),
            *[rx.el.p(spoken(line), class_name="dc-muted dc-small") for line in lines],
            class_name="dc-page-title",
        ),
        rx.el.div(*actions, class_name="dc-row"),
        class_name="dc-page-head",
    )


def stat(label: Any, value: Any, note: Any = None, *, large: bool = False) -> rx.Component:
    """A figure under its name, with a quiet note below."""
    return rx.el.div(
        rx.el.div(spoken(label), class_name="dc-muted dc-small"),
        rx.el.div(value, class_name="dc-figure-large" if large else "dc-figure"),
        rx.el.div(spoken(note), class_name="dc-muted dc-small") if note is not None else None,
        class_name="dc-stat",
    )


def grid(*children: Any, columns: int = 2) -> rx.Component:
    """Cards side by side; one below the other on a phone."""
    return rx.el.div(*children, class_name=f"dc-grid dc-grid-{columns}")


def stacked_bar(parts: Any, label: Any) -> rx.Component:
    """Shares of a whole: a Var of rows with `width` ("92.4%") and `tone`; `label` is read out."""
    return rx.el.div(
        rx.foreach(
            parts,
            lambda part: rx.el.i(
                style={"width": part.width}, custom_attrs={"data-tone": part.tone}
            ),
        ),
        class_name="dc-bar",
        role="img",
        aria_label=label,
    )


def legend(parts: Any) -> rx.Component:
    """What a stacked bar's colours mean, with the numbers: rows with `tone`, `number`, `word`."""
    return rx.el.ul(
        rx.foreach(
            parts,
            lambda part: rx.el.li(
                dot(part.tone),
                rx.el.b(part.number),
                " ",
                part.word,
                custom_attrs={"data-tone": part.tone},
            ),
        ),
        class_name="dc-legend",
    )


def rate_bar(width: Any) -> rx.Component:
    """A short bar for a rate against its limit; `width` like "82%". Beside it stands the number."""
    return rx.el.span(rx.el.i(style={"width": width}), class_name="dc-rate", aria_hidden="true")


def empty(title: Any, words: Any, *actions: Any, icon: str = "inbox") -> rx.Component:
    """Nothing here yet: why, and what to do next."""
    return rx.el.div(
        rx.icon(icon, size=24, aria_hidden="true"),
        rx.el.p(rx.el.b(spoken(title))),
        rx.el.p(spoken(words), class_name="dc-muted"),
        rx.el.div(*actions, class_name="dc-row"),
        class_name="dc-empty",
    )


def skeleton(lines: int = 3) -> rx.Component:
    """The shape of a card before its content has come."""
    return rx.el.div(
        *[rx.el.div(class_name="dc-skeleton") for _ in range(lines)],
        class_name="dc-card",
        aria_hidden="true",
    )
