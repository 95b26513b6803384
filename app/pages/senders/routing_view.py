"""How the use of the limit and the choice of senders look."""

from typing import Any

import reflex as rx

from app.components.actions import button, confirm
from app.components.cards import card, grid
from app.components.marks import chip
from app.components.tables import column, data_table, right, row_of
from app.frame import may
from app.pages.senders.routing import PREVIEW, Hour, MoverShown, Pair, Size
from app.pages.senders.words import ROUTING_NOTES, ROUTINGS
from app.words.speech import spoken_of
from engine.domain.roles import Permission


def below(page: Any) -> rx.Component:
    """Both cards, and the preview when one was asked for."""
    return rx.fragment(
        grid(_use(page), _routing(page)),
        rx.cond(page.asked, _preview(page)),
    )


def _use(page: Any) -> rx.Component:
    return card(
        rx.el.p(page.use_words, class_name="dc-tone", custom_attrs={"data-tone": page.use_tone}),
        rx.el.div(
            rx.foreach(page.hours, _hour),
            class_name="dc-hours",
            role="img",
            aria_label=page.use_words,
        ),
        rx.el.p(page.use_note, class_name="dc-muted dc-small"),
        title="Portfolio use, last 24 hours",
    )


def _hour(hour: Hour) -> rx.Component:
    return rx.el.span(
        rx.el.i(style={"height": hour.height}),
        rx.el.small(hour.label),
        title=hour.words,
    )


def _routing(page: Any) -> rx.Component:
    return card(
        rx.el.div(
            *[_way(page, value, words) for value, words in ROUTINGS.items()],
        ),
        title="How senders are chosen",
    )


def _way(page: Any, value: str, words: str) -> rx.Component:
    holds = page.routing == value
    return rx.el.div(
        rx.el.div(
            rx.el.b(words),
            rx.el.div(ROUTING_NOTES[value], class_name="dc-muted dc-small"),
        ),
        rx.cond(
            holds,
            chip("Holds", "good"),
            button(
                "Who moves", on_click=page.preview(value), aria_label=spoken_of("Who moves", words)
            ),
        ),
        class_name="dc-problem",
    )


def _preview(page: Any) -> rx.Component:
    return card(
        rx.el.p(
            page.moves_words,
            class_name="dc-lead dc-tone",
            custom_attrs={"data-tone": page.moves_tone},
        ),
        rx.el.p(page.asked_note, class_name="dc-muted dc-small"),
        rx.el.div(
            _sizes(page),
            rx.cond(page.pairs, _pairs(page)),
            rx.cond(page.movers, _movers(page)),
            class_name="dc-grid dc-grid-3 dc-form-actions",
        ),
        rx.el.div(
            button("Leave it as it is", on_click=page.forget),
            rx.cond(
                may(Permission.SENDERS_WRITE),
                confirm(
                    button("Choose like this…", kind="primary"),
                    title="Choose senders like this?",
                    words_=page.moves_words
                    + " It holds from the next broadcast that is not opened yet.",
                    verb="Choose like this",
                    kind="primary",
                    on_confirm=page.change,
                ),
            ),
            class_name="dc-row dc-form-actions",
        ),
        title="Who would move",
        id=PREVIEW,
    )


def _sizes(page: Any) -> rx.Component:
    return data_table(
        [column("Sender"), column("Now", right=True), column("Then", right=True)],
        rx.foreach(page.sizes, _size),
        label="How many each sender has",
    )


def _size(size: Size) -> rx.Component:
    return row_of(rx.el.td(size.sender, class_name="dc-nowrap"), right(size.now), right(size.then))


def _pairs(page: Any) -> rx.Component:
    return data_table(
        [column("From"), column("To"), column("People", right=True)],
        rx.foreach(page.pairs, _pair),
        label="From which sender to which",
    )


def _pair(pair: Pair) -> rx.Component:
    return row_of(
        rx.el.td(pair.before, class_name="dc-nowrap"),
        rx.el.td(pair.after, class_name="dc-nowrap"),
        right(pair.people),
    )


def _movers(page: Any) -> rx.Component:
    return data_table(
        [column("Some of them"), column("From"), column("To")],
        rx.foreach(page.movers, _mover),
        label="Some who would move",
    )


def _mover(one: MoverShown) -> rx.Component:
    return row_of(
        one.name,
        rx.el.td(one.before, class_name="dc-nowrap"),
        rx.el.td(one.after, class_name="dc-nowrap"),
    )
