"""How a report looks at broadcasts in two wordings: each side's numbers, then what they show."""

from typing import Any

import reflex as rx

from app.components.cards import card
from app.components.tables import column, data_table, right, row_of
from app.pages.reports.shown import TestLine, WordingLine
from app.words.speech import spoken

HOW = (
    "People who read a language that has both wordings, and what they did within 24 hours of the "
    "opening. Reading is the one thing that is judged, and once; the rest is there to look at."
)


def tests_card(tests: Any) -> rx.Component:
    """Every test of the range, the latest first."""
    return card(
        rx.el.div(
            rx.foreach(tests, _test),
            rx.el.p(spoken(HOW), class_name="dc-muted dc-small"),
            class_name="dc-stack",
        ),
        title="A/B test: two wordings of one morning",
    )


def _test(test: TestLine) -> rx.Component:
    names = (
        *("Targeted", "Delivered", "Read", "Of those delivered"),
        *("Replied", "Said stop", "Given up"),
    )
    heads = [column("Wording"), *[column(name, right=True) for name in names]]
    return rx.el.div(
        rx.el.h3(rx.link(test.title, href=f"/broadcasts/{test.broadcast}")),
        data_table(heads, rx.foreach(test.lines, _line), label=test.title),
        rx.el.p(test.note, class_name="dc-note", custom_attrs={"data-tone": test.tone}),
        class_name="dc-stack",
    )


def _line(line: WordingLine) -> rx.Component:
    return row_of(
        rx.el.td(rx.el.b(line.name), rx.el.div(line.hash, class_name="dc-hash dc-muted dc-small")),
        right(line.targeted),
        right(line.delivered),
        right(line.read),
        right(rx.el.b(line.rate)),
        right(line.replied),
        right(line.stopped),
        right(line.failed),
    )
