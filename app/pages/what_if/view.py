"""How the what-if looks: what comes of it, what is supposed, both mornings side by side."""

from typing import Any

import reflex as rx

from app.components.cards import card
from app.components.tables import column, data_table, right, row_of
from app.pages.organisation.words import PACINGS
from app.pages.what_if.form import Choice, Row
from app.pages.what_if.shown import Line
from app.words.speech import spoken
from engine.domain.what_if_form import ONE_MORE

TYPED_MS = 200


def what_if(page: Any) -> rx.Component:
    """The whole page."""
    return rx.fragment(
        _outcome(page),
        rx.el.div(_supposed(page), _compared(page), class_name="dc-grid dc-grid-2 dc-what-if"),
        _senders(page),
        _basis(page),
    )


def _outcome(page: Any) -> rx.Component:
    shown = page.shown
    return card(
        rx.el.div(
            rx.icon("git-compare-arrows", size=20, aria_hidden="true"),
            rx.el.div(
                rx.el.p(shown.sentence, class_name="dc-lead"),
                rx.el.p(shown.beside, class_name="dc-muted dc-small"),
                rx.cond(
                    page.is_wrong,
                    rx.el.p(
                        spoken("A field below cannot be read: this is what came of it before."),
                        class_name="dc-small dc-tone",
                        custom_attrs={"data-tone": "warn"},
                    ),
                ),
            ),
            class_name="dc-pool",
            role="status",
            custom_attrs={"data-tone": rx.cond(page.is_wrong, "quiet", shown.tone)},
        ),
        rx.cond(
            shown.without,
            rx.el.ul(
                rx.foreach(shown.without, rx.el.li),
                class_name="dc-small dc-what-if-list",
                aria_label=spoken("Who does not get it"),
            ),
        ),
    )


def _supposed(page: Any) -> rx.Component:
    return card(
        rx.el.div(
            _number(page, "People", "people"),
            _number(page, "WhatsApp's limit, people in 24 h", "limit", hint="No limit"),
            _choice(
                page,
                "How they are spread",
                "pacing",
                *[rx.el.option(spoken(words), value=key) for key, words in PACINGS.items()],
                wide=True,
            ),
            _number(page, "New numbers", "more"),
            _number(page, "Messages a second, each", "more_pace"),
            _choice(page, "A sender is lost", "lost", _options(page.losses)),
            _number(page, "Seconds after the opening", "lost_at"),
            rx.cond(
                page.typed["lost"] != "",
                _choice(page, "Called in for it", "backup", _options(page.backups), wide=True),
            ),
            rx.cond(
                (page.typed["lost"] != "") & (page.typed["backup"] == ONE_MORE),
                rx.el.p(
                    spoken("The new number sends at the pace of new numbers above."),
                    class_name="dc-muted dc-small dc-field-wide",
                ),
            ),
            class_name="dc-form",
        ),
        title="Suppose",
    )


def _compared(page: Any) -> rx.Component:
    return card(
        data_table(
            [
                column(""),
                column("As it is", right=True),
                column("What if", right=True),
                column("Difference", right=True),
            ],
            rx.foreach(page.shown.lines, _line),
            label="The morning as it is, and as it is supposed",
        ),
        title="Side by side",
    )


def _line(line: Line) -> rx.Component:
    return row_of(
        line.label,
        right(line.now),
        right(
            rx.el.span(line.then, class_name="dc-tone", custom_attrs={"data-tone": line.tone}),
        ),
        right(
            rx.cond(
                line.difference != "",
                rx.el.span(
                    line.difference, class_name="dc-tone", custom_attrs={"data-tone": line.tone}
                ),
                rx.el.span("–", class_name="dc-muted"),
            )
        ),
    )


def _senders(page: Any) -> rx.Component:
    return card(
        data_table(
            [
                column("Sender"),
                column("Takes part"),
                column("Messages a second"),
                column("Cap of the day"),
                column("For the broadcast"),
                column("People", right=True),
            ],
            rx.foreach(page.rows, lambda row: _row(page, row)),
            label="The senders as they are supposed",
        ),
        rx.el.p(
            spoken(
                "A part of each pace is kept for replies, and quality and throughput hold it down: "
                "what is left is for the broadcast."
            ),
            class_name="dc-muted dc-small",
        ),
        title="Senders",
    )


def _row(page: Any, row: Row) -> rx.Component:
    return row_of(
        rx.el.td(
            rx.link(row.sender, href=row.href, class_name="dc-strong-link"),
            rx.el.span(" ", row.role, class_name="dc-muted dc-small"),
            class_name="dc-nowrap",
        ),
        rx.el.td(
            rx.el.input(
                type="checkbox",
                checked=row.part,
                on_change=lambda _: page.tick(row.id),
                aria_label=f"{row.sender}: {spoken('takes part')}",
            ),
        ),
        rx.el.td(_cell(page, row, row.pace, "pace_", "Messages a second", row.wrong_pace)),
        rx.el.td(_cell(page, row, row.cap, "cap_", "Cap of the day", row.wrong_cap, "No cap")),
        rx.el.td(row.sends, class_name="dc-small"),
        right(row.people),
    )


def _cell(
    page: Any, row: Row, value: Any, prefix: str, label: str, wrong: Any, hint: str = ""
) -> rx.Component:
    name = f"{prefix}{row.id}"
    return rx.el.label(
        rx.debounce_input(
            rx.el.input(
                value=value,
                on_change=lambda text: page.put(name, text),
                input_mode="decimal",
                disabled=rx.cond(row.part, False, True),
                class_name="dc-short",
                placeholder=spoken(hint),
                auto_complete="off",
                aria_label=f"{row.sender}: {spoken(label)}",
                aria_invalid=wrong != "",
            ),
            debounce_timeout=TYPED_MS,
        ),
        _wrong(wrong),
        class_name="dc-field",
    )


def _number(page: Any, label: str, name: str, *, hint: str = "") -> rx.Component:
    return rx.el.label(
        rx.el.span(spoken(label)),
        rx.debounce_input(
            rx.el.input(
                value=page.typed[name],
                on_change=lambda text: page.put(name, text),
                input_mode="decimal",
                placeholder=spoken(hint),
                auto_complete="off",
                aria_label=spoken(label),  # by it alone: what is wrong stands in the label as well
                aria_invalid=page.wrong[name] != "",
            ),
            debounce_timeout=TYPED_MS,
        ),
        _wrong(page.wrong[name]),
        class_name="dc-field",
    )


def _choice(
    page: Any, label: str, name: str, *options: rx.Component, wide: bool = False
) -> rx.Component:
    return rx.el.label(
        rx.el.span(spoken(label)),
        rx.el.select(
            *options,
            value=page.typed[name],
            on_change=lambda chosen: page.put(name, chosen),
            aria_label=spoken(label),
        ),
        _wrong(page.wrong[name]),
        class_name="dc-field dc-field-wide" if wide else "dc-field",
    )


def _options(choices: Any) -> rx.Component:
    def option(one: Choice) -> rx.Component:
        return rx.el.option(one.sender, " ", one.words, value=one.value)

    return rx.foreach(choices, option)


def _wrong(words: Any) -> rx.Component:
    return rx.cond(
        words != "",
        rx.el.span(
            words, class_name="dc-tone dc-small", role="alert", custom_attrs={"data-tone": "bad"}
        ),
    )


def _basis(page: Any) -> rx.Component:
    return card(
        rx.el.ul(
            rx.foreach(page.basis, rx.el.li),
            rx.el.li(
                spoken(
                    "Refusals and retries are not counted in, and the list stays as it is today: "
                    "the rehearsal plays the morning itself."
                )
            ),
            class_name="dc-muted dc-small dc-what-if-list",
        ),
        title="What this is worked out from",
    )
