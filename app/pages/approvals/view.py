"""How a review looks: the three phones, the checks, what the approval binds to, the decision."""

from typing import Any

import reflex as rx

from app.components.actions import button, confirm, link_button
from app.components.cards import card, grid, page_head
from app.components.marks import chip
from app.components.phone import phone_preview
from app.components.tables import column, data_table, row_of
from app.frame import Frame, may
from app.pages.approvals.shown import (
    READERS,
    REVIEW,
    BoundShown,
    ChangeShown,
    PieceShown,
    StandInRow,
)
from app.pages.content.checks import checks_card
from app.pages.content.shown import PreviewShown
from app.pages.content.wordings import RULES
from app.words.speech import spoken
from engine.domain.roles import Permission


def review(page: Any) -> rx.Component:
    """The whole page."""
    return rx.fragment(
        page_head(
            page.head.title,
            page.head.subtitle,
            rx.match(
                page.head.wording,
                ("A", chip("Wording A", "busy")),
                ("B", chip("Wording B", "busy")),
                rx.fragment(),
            ),
            chip(page.head.state, page.head.tone),
            rx.cond(may(Permission.CONTENT_APPROVE), _decisions(page)),
            answers="Exactly what subscribers will get, for you to approve or send back",
        ),
        _note(page.head.banner, page.head.banner_tone, page.head.bound_hash),
        _note(page.head.why_not, "warn"),
        _note(page.head.deadline, page.head.deadline_tone),
        rx.cond(page.changes, _changes(page)),
        _readers(page),
        rx.el.div(rx.foreach(page.previews, _preview), class_name="dc-previews"),
        rx.cond(page.other.content, _other(page)),
        checks_card(page.checks, page.summary, page.summary_tone),
        rx.cond(page.stand_ins, _stand_ins(page)),
        _bound(page),
    )


def _other(page: Any) -> rx.Component:
    other = page.other
    return card(
        rx.el.div(
            rx.el.div(
                rx.el.b(other.name),
                chip(other.state, other.tone),
                link_button("Review that one", f"{REVIEW}?pack={other.content}"),
                class_name="dc-row",
            ),
            rx.el.p(other.split),
            rx.el.p(spoken(RULES), class_name="dc-muted dc-small"),
            rx.el.div(rx.foreach(other.previews, _preview), class_name="dc-previews"),
            class_name="dc-stack",
        ),
        title="A/B test: two wordings of one morning",
    )


def _note(words: Any, tone: Any, hash_: Any = "") -> rx.Component:
    return rx.cond(
        words,
        rx.el.div(
            rx.el.div(words, rx.el.div(hash_, class_name="dc-hash")),
            class_name="dc-note",
            custom_attrs={"data-tone": tone},
        ),
    )


def _decisions(page: Any) -> rx.Component:
    return rx.fragment(
        rx.cond(
            page.head.rejectable,
            confirm(
                button(rx.cond(page.head.approvable, "Reject…", "Send back…"), kind="danger"),
                title="Send it back to the author?",
                words_="The author reads your comment and mends it. If it was approved, the "
                "approval ends now and nothing is sent until somebody approves again.",
                extra=_comment(page, "What has to change (the author reads this)"),
                verb="Send it back",
                on_confirm=page.reject,
            ),
        ),
        rx.cond(
            page.head.approvable,
            confirm(
                button("Approve…", kind="primary"),
                title="Approve exactly this?",
                words_="Your approval binds to everything shown here: the words, the values, the "
                "templates and their versions. It is recorded with your name and cannot be "
                "unsaid, only taken back before the broadcast is frozen.",
                extra=rx.fragment(
                    _hash(page),
                    rx.cond(page.head.late, _late(page)),
                    _comment(page, "Comment (optional)"),
                ),
                verb="Approve",
                kind="primary",
                on_confirm=page.approve,
            ),
        ),
    )


def _late(page: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", checked=page.late, on_change=page.say_late),
        rx.el.span("I approve after the cut-off; the audience is frozen the moment I do."),
        class_name="dc-check-box",
    )


def _readers(page: Any) -> rx.Component:
    return rx.el.div(
        rx.el.span("Read as", class_name="dc-muted dc-small"),
        *[
            rx.el.button(
                words,
                type="button",
                aria_pressed=rx.cond(page.reader == why, "true", "false"),
                on_click=page.read_with(why),
                class_name="dc-tally",
            )
            for why, words in READERS.items()
        ],
        role="group",
        aria_label="Real people to read with",
        class_name="dc-row dc-reading",
    )


def _comment(page: Any, label: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(label),
        rx.debounce_input(
            rx.el.textarea(value=page.comment, on_change=page.type_comment, rows=3),
            debounce_timeout=150,
        ),
        class_name="dc-field",
    )


def _preview(preview: PreviewShown) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(preview.name),
            rx.el.span(preview.readers, " readers", class_name="dc-muted dc-small"),
            class_name="dc-preview-head",
        ),
        rx.cond(
            preview.text,
            rx.fragment(
                phone_preview(
                    preview.text,
                    sender=Frame.organisation,
                    footer=preview.footer,
                    image=preview.image,
                    document=preview.document,
                    buttons=preview.buttons,
                ),
                rx.el.p(preview.caption, class_name="dc-muted dc-small"),
            ),
            rx.el.div(
                rx.icon("smartphone", size=24, aria_hidden="true"),
                rx.el.p(f"No message in {preview.name}", class_name="dc-muted"),
                class_name="dc-empty",
            ),
        ),
        class_name="dc-preview",
    )


def _changes(page: Any) -> rx.Component:
    return card(
        data_table(
            [column("Where"), column("What changed")],
            rx.foreach(page.changes, _change),
            label="What changed",
        ),
        title=page.since,
    )


def _change(change: ChangeShown) -> rx.Component:
    return row_of(
        rx.el.td(change.what, class_name="dc-nowrap"),
        rx.el.td(rx.foreach(change.pieces, _piece), class_name="dc-pieces"),
    )


def _piece(piece: PieceShown) -> Any:
    return rx.match(
        piece.kind,
        ("gone", rx.el.del_(piece.text)),
        ("new", rx.el.ins(piece.text)),
        rx.el.span(piece.text),
    )


def _stand_ins(page: Any) -> rx.Component:
    return card(
        rx.el.p(
            "WhatsApp may stop a template at any minute. Your approval covers these words, too: "
            "the first that can be sent takes over, with the same values.",
            class_name="dc-muted dc-small",
        ),
        data_table(
            [column("Language"), column("Template"), column("As it would be read")],
            rx.foreach(page.stand_ins, _stand_in),
            label="Templates that may stand in",
        ),
        title="Templates that may stand in",
    )


def _stand_in(row: StandInRow) -> rx.Component:
    return row_of(
        row.language,
        rx.el.td(
            rx.el.b(row.template),
            rx.el.div(row.instead_of, class_name="dc-muted dc-small"),
        ),
        rx.el.td(row.text, class_name="dc-said-text"),
    )


def _bound(page: Any) -> rx.Component:
    return card(
        rx.el.div(
            rx.el.p(page.head.hash_words, class_name="dc-muted dc-small"),
            _hash(page),
            grid(rx.foreach(page.bound, _language), columns=3),
            class_name="dc-stack",
        ),
        title="What the content hash covers",
    )


def _hash(page: Any) -> rx.Component:
    return rx.el.p(
        page.head.hash, class_name="dc-hash dc-note", custom_attrs={"data-tone": "quiet"}
    )


def _language(bound: BoundShown) -> rx.Component:
    return rx.el.div(
        rx.el.b(bound.name),
        rx.el.p(bound.template, class_name="dc-muted dc-small"),
        rx.el.ol(
            rx.foreach(bound.texts, lambda value: rx.el.li(value)), class_name="dc-bound-values"
        ),
    )
