"""How the comparison looks: the two days above, a table for each question."""

from typing import Any

import reflex as rx

from app.components.cards import card, grid
from app.components.tables import NAME, column, data_table, right, row_of
from app.pages.comparison.shown import Line


def comparison(page: Any) -> rx.Component:
    """The whole page."""
    shown = page.shown
    return rx.fragment(
        chooser(page),
        grid(
            _table(page, "Figures", shown.figures),
            rx.el.div(
                _table(page, "Times", shown.times),
                _table(page, "Errors by cause", shown.causes, none="Nothing went wrong on either."),
                class_name="dc-stack-16",
            ),
        ),
        _table(page, "Senders", shown.senders, none="No sender had a part in either."),
    )


def chooser(page: Any) -> rx.Component:
    """Which two."""
    return card(
        rx.el.div(
            _choice(page, "First day", page.a, page.choose_a),
            _choice(page, "Second day", page.b, page.choose_b),
            class_name="dc-form",
        )
    )


def _choice(page: Any, label: str, value: Any, on_change: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span(label),
        rx.el.select(
            rx.foreach(page.options, lambda option: rx.el.option(option.words, value=option.value)),
            value=value,
            on_change=on_change,
        ),
        class_name="dc-field",
    )


def _table(page: Any, title: str, lines: Any, none: str = "") -> rx.Component:
    shown = page.shown
    table = data_table(
        [
            column(""),
            _day(shown.a, shown.a_href),
            _day(shown.b, shown.b_href),
            column("Difference", right=True),
        ],
        rx.foreach(lines, _line),
        label=title,
    )
    if none:
        return card(rx.cond(lines, table, rx.el.p(none, class_name="dc-muted")), title=title)
    return card(table, title=title)


def _day(day: Any, href: Any) -> rx.Component:
    link = rx.link(day, href=href)
    return rx.el.th(link, class_name="dc-right", scope="col", custom_attrs={NAME: day})


def _line(line: Line) -> rx.Component:
    return row_of(
        line.label,
        right(line.a),
        right(line.b),
        right(
            rx.el.span(line.difference, class_name="dc-tone", custom_attrs={"data-tone": line.tone})
        ),
    )
