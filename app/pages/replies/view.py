"""How the Replies page looks: the inbox, and one conversation beside it."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.cards import card, empty
from app.components.marks import chip
from app.components.tables import pager
from app.frame import may
from app.pages.replies.shown import Bubble, Line
from engine.domain.replies import TEXT_MAX
from engine.domain.roles import Permission


def desk(page: Any) -> rx.Component:
    """Both; on a phone the one that is open."""
    return rx.el.div(
        rx.el.div(_inbox(page), class_name="dc-inbox"),
        rx.el.div(
            rx.cond(
                page.open.id,
                _thread(page),
                empty(
                    "No conversation is open",
                    "Choose one from the list to read and answer it.",
                    icon="message-square",
                ),
            ),
            class_name="dc-thread-side",
        ),
        class_name="dc-replies",
        custom_attrs={"data-open": rx.cond(page.open.id, "yes", "no")},
    )


def _inbox(page: Any) -> rx.Component:
    return card(
        rx.el.div(
            _shelf(page, "open", "Open", page.tallies.open),
            _shelf(page, "mine", "Mine", page.tallies.mine),
            _shelf(page, "done", "Done", page.tallies.done),
            rx.cond(page.tallies.unread, chip(f"{page.tallies.unread} unread", "busy")),
            class_name="dc-tallies",
        ),
        rx.el.div(
            rx.el.div(
                rx.icon("search", size=16, aria_hidden="true"),
                rx.debounce_input(
                    rx.el.input(
                        value=page.search,
                        on_change=page.look_for,
                        type="search",
                        placeholder="Name or phone",
                        aria_label="Search replies",
                    ),
                    debounce_timeout=300,
                ),
                class_name="dc-search",
            ),
            class_name="dc-toolbar dc-tallies-bar",
        ),
        rx.cond(
            page.lines,
            rx.fragment(
                rx.el.ul(
                    rx.foreach(page.lines, lambda line: _line(page, line)),
                    class_name="dc-plain-list dc-inbox-list",
                    aria_label="Conversations",
                ),
                rx.cond(
                    page.has_back | page.has_next,
                    pager(
                        "",
                        on_back=page.back,
                        on_next=page.forth,
                        has_back=page.has_back,
                        has_next=page.has_next,
                    ),
                ),
            ),
            rx.cond(
                page.filtered,
                empty("Nobody fits", "Try another name or number.", icon="search-x"),
                empty(
                    "Nothing here",
                    "What people answer to the morning message comes here by itself.",
                ),
            ),
        ),
    )


def _shelf(page: Any, key: str, word: str, number: Any) -> rx.Component:
    return rx.el.button(
        rx.el.b(number),
        rx.el.span(word),
        type="button",
        class_name="dc-tally",
        aria_pressed=page.shelf == key,
        on_click=page.only(key),
    )


def _line(page: Any, line: Line) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                rx.el.b(line.name),
                rx.cond(line.unread, chip(line.unread, "busy", aria_label="unread")),
                rx.el.span(line.at, class_name="dc-muted dc-small dc-line-at"),
                class_name="dc-line-head",
            ),
            rx.el.span(line.words, class_name="dc-line-words"),
            rx.el.span(
                rx.cond(
                    line.left,
                    rx.el.span(
                        line.left, class_name="dc-tone", custom_attrs={"data-tone": line.left_tone}
                    ),
                ),
                rx.cond(line.assigned, rx.el.span(line.assigned)),
                class_name="dc-small dc-muted dc-row",
            ),
            type="button",
            class_name="dc-line",
            aria_pressed=page.open.id == line.id,
            on_click=page.choose(line.id),
        ),
        key=line.id,
    )


def _thread(page: Any) -> rx.Component:
    one = page.open
    return card(
        rx.el.div(
            rx.el.div(
                rx.el.button(
                    rx.icon("arrow-left", size=16, aria_hidden="true"),
                    type="button",
                    class_name="dc-icon-button dc-narrow-only",
                    aria_label="Back to the list",
                    on_click=page.close_thread,
                ),
                rx.el.div(
                    rx.el.h2(one.name),
                    rx.el.div(
                        one.phone, " · wrote to ", one.sender, class_name="dc-muted dc-small"
                    ),
                ),
                chip(one.status, one.status_tone),
                class_name="dc-row",
            ),
            rx.cond(may(Permission.REPLIES_WRITE), _deeds(page)),
            class_name="dc-card-head dc-thread-head",
        ),
        rx.el.ol(
            rx.foreach(page.said, _bubble),
            class_name="dc-thread",
            tab_index=0,
            aria_label="Messages",
            aria_live="polite",
        ),
        rx.cond(may(Permission.REPLIES_WRITE), _answer(page)),
    )


def _deeds(page: Any) -> rx.Component:
    one = page.open
    return rx.el.div(
        rx.el.select(
            rx.el.option("Nobody’s", value="nobody"),
            rx.foreach(page.colleagues, lambda who: rx.el.option(who[1], value=who[0])),
            value=one.assigned,
            on_change=page.assign,
            class_name="dc-select",
            aria_label="Assigned to",
        ),
        rx.cond(
            one.done,
            button("Reopen", on_click=page.reopen),
            button(rx.icon("check", size=14, aria_hidden="true"), "Done", on_click=page.done),
        ),
        class_name="dc-row",
    )


def _bubble(one: Bubble) -> rx.Component:
    return rx.el.li(
        rx.cond(one.about, rx.el.div(one.about, class_name="dc-said-about")),
        rx.cond(
            one.note,
            rx.el.div(
                rx.icon("paperclip", size=14, aria_hidden="true"), one.note, class_name="dc-row"
            ),
        ),
        rx.cond(one.text, rx.el.div(one.text, class_name="dc-said-text")),
        rx.el.div(
            rx.cond(one.who, rx.el.span(one.who)),
            rx.el.span(one.at),
            rx.cond(
                one.state,
                rx.el.span(one.state, class_name="dc-tone", custom_attrs={"data-tone": one.tone}),
            ),
            class_name="dc-said-foot",
        ),
        rx.cond(one.reason, rx.el.div(one.reason, class_name="dc-small dc-muted")),
        key=one.key,
        class_name="dc-said",
        custom_attrs={"data-side": one.side},
    )


def _answer(page: Any) -> rx.Component:
    one = page.open
    return rx.cond(
        one.closed,
        rx.el.p(
            rx.icon("lock", size=14, aria_hidden="true"),
            one.closed,
            class_name="dc-note dc-row dc-closed",
            custom_attrs={"data-tone": "warn"},
        ),
        rx.form(
            rx.el.input(type="hidden", name="key", value=page.form_key, read_only=True),
            rx.el.label(
                rx.el.span(
                    "Answer ",
                    rx.el.span(
                        one.left, class_name="dc-tone", custom_attrs={"data-tone": one.left_tone}
                    ),
                ),
                rx.el.textarea(name="text", rows=3, max_length=TEXT_MAX, key=page.form_key),
                class_name="dc-field",
            ),
            rx.cond(
                page.problem,
                rx.el.p(
                    page.problem,
                    class_name="dc-small dc-tone",
                    role="alert",
                    custom_attrs={"data-tone": "bad"},
                ),
            ),
            rx.el.div(
                button("Send the answer", kind="primary", type="submit"),
                class_name="dc-dialog-actions",
            ),
            on_submit=page.answer,
        ),
    )
