"""How the page of one broadcast looks."""

from typing import Any

import reflex as rx

from app.components.actions import button, link_button
from app.components.cards import card, empty, grid, page_head, stacked_bar
from app.components.marks import chip, dot
from app.components.tables import column, data_table, pager, right, row_of
from app.pages.broadcast.emergency_view import emergency
from app.pages.broadcast.left import left_to_a_person
from app.pages.broadcast.shown import (
    LaneShown,
    LeftOutShown,
    Part,
    ProblemShown,
    RecipientShown,
    VerdictShown,
)

RECIPIENTS = "recipients"


def broadcast(page: Any, emergency_card: Any) -> rx.Component:
    """Verdicts and bar, lanes and causes, recipients."""
    shown = page.shown
    return rx.fragment(
        page_head(
            shown.title,
            shown.subtitle,
            chip(shown.state, shown.state_tone),
            link_button("Plan", f"/broadcasts/plan?broadcast={shown.number}"),
            link_button("Compare", f"/broadcasts/compare?b={shown.number}"),
            link_button("All broadcasts", "/broadcasts"),
            answers="Who got this morning's message, who did not, and why",
        ),
        rx.cond(shown.reason, rx.el.p(shown.reason, class_name="dc-muted")),
        left_to_a_person(page),
        emergency(emergency_card),
        card(
            rx.el.div(rx.foreach(shown.verdicts, _verdict), class_name="dc-verdicts"),
            stacked_bar(shown.parts, shown.bar_words),
            rx.el.div(
                rx.foreach(shown.parts, lambda part: _part(page, part)),
                class_name="dc-tallies dc-tallies-bar",
            ),
        ),
        rx.cond(
            shown.lanes,
            grid(_lanes(shown.lanes), _troubles(page)),
            rx.cond(shown.left_out, _troubles(page)),
        ),
        _recipients(page),
    )


def _verdict(verdict: VerdictShown) -> rx.Component:
    return rx.el.div(
        rx.el.div(verdict.label, class_name="dc-muted dc-small"),
        rx.el.div(
            rx.el.span(verdict.percent, class_name="dc-figure-large"),
            chip(verdict.word, verdict.tone),
            class_name="dc-row",
        ),
        rx.el.div(verdict.note, class_name="dc-muted dc-small"),
        class_name="dc-stat",
    )


def _part(page: Any, part: Part) -> rx.Component:
    return rx.el.button(
        dot(part.tone),
        rx.el.b(part.number),
        rx.el.span(part.word),
        type="button",
        class_name="dc-tally",
        aria_pressed=page.stage == part.stage,
        on_click=page.only(part.stage, ""),
    )


def _lanes(lanes: Any) -> rx.Component:
    return card(
        data_table(
            [
                column("Sender"),
                column("Peak"),
                column("Recipients", right=True),
                column("On time", right=True),
                column("Open", right=True),
                column("Failed", right=True),
                column("", right=True),
            ],
            rx.foreach(lanes, _lane),
            label="Lanes",
        ),
        title="Lanes",
    )


def _lane(lane: LaneShown) -> rx.Component:
    return row_of(
        rx.el.td(
            rx.el.b(lane.sender),
            rx.cond(lane.backup, rx.el.span(" backup", class_name="dc-muted dc-small")),
            class_name="dc-nowrap",
        ),
        rx.el.td(lane.rate, class_name="dc-nowrap"),
        right(lane.total),
        right(lane.on_time),
        right(lane.open),
        right(lane.failed),
        right(chip(lane.state, lane.state_tone, title=lane.why)),
    )


def _troubles(page: Any) -> rx.Component:
    shown = page.shown
    return rx.el.div(
        card(
            rx.cond(
                shown.problems,
                rx.foreach(shown.problems, lambda problem: _problem(page, problem)),
                rx.el.p("Nothing went wrong.", class_name="dc-muted"),
            ),
            title="What went wrong, and what we do",
        ),
        rx.cond(
            shown.left_out,
            card(
                rx.foreach(shown.left_out, lambda one: _left_out(page, one)),
                title="Who was left out",
            ),
        ),
        class_name="dc-stack-16",
    )


def _problem(page: Any, problem: ProblemShown) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(dot(problem.tone), rx.el.b(problem.title)),
            rx.el.div(
                problem.people,
                rx.cond(problem.words, rx.fragment(" · ", problem.words)),
                rx.cond(problem.code, rx.el.span(" ", problem.code, class_name="dc-grey")),
                class_name="dc-muted dc-small",
            ),
        ),
        button(
            "Who",
            on_click=[page.only(problem.stage, problem.code), rx.scroll_to(RECIPIENTS)],
        ),
        class_name="dc-problem",
    )


def _left_out(page: Any, one: LeftOutShown) -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.div(
                rx.el.b(one.people),
                rx.el.div(one.words, class_name="dc-muted dc-small"),
            ),
            button(
                rx.cond(page.names_of == one.reason, "Hide", "Who"),
                on_click=page.who_was_left_out(one.reason),
            ),
            class_name="dc-problem",
        ),
        rx.cond(
            page.names_of == one.reason,
            rx.el.p(
                rx.foreach(page.names, lambda name: rx.el.span(name, class_name="dc-chip")),
                class_name="dc-row dc-names",
                tab_index=0,
            ),
        ),
    )


def _recipients(page: Any) -> rx.Component:
    return card(
        rx.el.div(
            rx.el.div(
                rx.icon("search", size=16, aria_hidden="true"),
                rx.debounce_input(
                    rx.el.input(
                        value=page.search,
                        on_change=page.look_for,
                        type="search",
                        placeholder="Name, phone or registration",
                        aria_label="Search recipients",
                    ),
                    debounce_timeout=250,
                ),
                class_name="dc-search",
            ),
            rx.cond(
                (page.stage != "") | (page.code != ""),
                button(
                    rx.icon("x", size=14, aria_hidden="true"),
                    rx.cond(page.code, "Cause " + page.code, page.stage),
                    on_click=page.only("", ""),
                    aria_label="Show all recipients",
                ),
            ),
            class_name="dc-toolbar",
        ),
        rx.cond(
            page.rows,
            data_table(
                [
                    column("Recipient"),
                    column("Phone"),
                    column("Language"),
                    column("Sender"),
                    column("Planned", right=True),
                    column("Delivered", right=True),
                    column("Read", right=True),
                    column("State"),
                    column("Why"),
                ],
                rx.foreach(page.rows, _recipient),
                pager=pager(
                    page.range,
                    on_back=[page.back, rx.scroll_to(RECIPIENTS)],
                    on_next=[page.forth, rx.scroll_to(RECIPIENTS)],
                    has_back=page.has_back,
                    has_next=page.has_next,
                ),
                label="Recipients",
            ),
            empty("Nobody here", "No recipient matches what you look for.", icon="search-x"),
        ),
        title="Recipients",
        id=RECIPIENTS,
    )


def _recipient(row: RecipientShown) -> rx.Component:
    return row_of(
        rx.el.td(
            rx.link(row.name, href=row.href, class_name="dc-strong-link"), class_name="dc-nowrap"
        ),
        rx.el.td(row.phone, class_name="dc-nowrap"),
        row.language,
        rx.el.td(row.sender, class_name="dc-nowrap"),
        right(row.planned),
        right(row.delivered),
        right(row.read),
        chip(row.state, row.tone),
        rx.el.td(
            row.why,
            rx.cond(row.code, rx.el.span(" ", row.code, class_name="dc-grey")),
            class_name="dc-small dc-why",
        ),
    )
