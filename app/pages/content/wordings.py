"""The desk's part for a second wording: where one is begun, its share, and the way to the other."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from app import formats
from app.components.actions import button, link_button
from app.components.cards import card
from app.components.marks import chip
from app.frame import may
from app.pages.content.shown import EDITOR, STATES, RowShown
from app.words.speech import spoken
from engine.domain.roles import Permission
from engine.domain.wordings import LEAST_PERCENT, MOST_PERCENT
from engine.read.content import Pack

SHARES = range(LEAST_PERCENT, MOST_PERCENT + 1, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingsShown:
    """How a pack stands to a second wording. `is_second`: it is one itself."""

    is_second: bool = False
    may_begin: bool = False
    words: str = ""
    other: int = 0
    other_name: str = ""
    state: str = ""
    tone: str = "quiet"


def wordings_shown(pack: Pack | None, *, editable: bool) -> WordingsShown:
    """What the desk says of the two."""
    if pack is None:
        return WordingsShown()
    row, other = pack.row, pack.other
    if other is None:
        return WordingsShown(may_begin=editable)
    state, tone = STATES[other.state]
    second = row.b_of is not None
    percent = formats.number(row.b_percent if second else other.b_percent)
    words = (
        f"{percent} % of the readers of these languages get this wording, the others wording A."
        if second
        else f"{percent} % of the readers of its languages get wording B, the others this one."
    )
    return WordingsShown(
        is_second=second,
        words=words,
        other=other.id,
        other_name="Open wording A" if second else "Open wording B",
        state=state,
        tone=tone,
    )


def share(page: Any) -> rx.Component:
    """How many of a hundred get this one."""
    return rx.el.label(
        rx.el.span(spoken("Share of wording B")),
        rx.el.select(
            *[rx.el.option(f"{percent} %", value=str(percent)) for percent in SHARES],
            value=page.percent,
            on_change=page.choose_percent,
        ),
        class_name="dc-field",
    )


def wordings_card(page: Any) -> rx.Component:
    """The test of two wordings, where there is one or may be."""
    shown = page.wordings
    return rx.cond(
        shown.other,
        card(
            rx.el.div(
                rx.el.p(shown.words),
                rx.el.p(spoken(RULES), class_name="dc-muted dc-small"),
                rx.el.div(
                    link_button(shown.other_name, f"{EDITOR}?pack={shown.other}"),
                    chip(shown.state, shown.tone),
                    class_name="dc-row",
                ),
                class_name="dc-stack",
            ),
            title="A/B test: two wordings of one morning",
        ),
        rx.cond(
            shown.may_begin & may(Permission.CONTENT_WRITE),
            card(
                rx.el.div(
                    rx.el.p(spoken(INVITES), class_name="dc-muted"),
                    rx.el.div(
                        button("Begin wording B", on_click=page.begin_second), class_name="dc-row"
                    ),
                    class_name="dc-stack",
                ),
                title="A/B test: two wordings of one morning",
            ),
        ),
    )


def wordings_line(row: RowShown) -> rx.Component:
    """What a list says of it under a title."""
    return rx.cond(row.wordings, rx.el.div(row.wordings, class_name="dc-muted dc-small"))


INVITES = (
    "Some readers get a second wording, the others this one, and the report says which was read "
    "more. It is written, checked and approved by itself."
)
RULES = (
    "Who gets which is drawn once, when the audience is frozen, and nobody gets both. A wording B "
    "that is not approved by then stays behind: everybody gets wording A."
)
