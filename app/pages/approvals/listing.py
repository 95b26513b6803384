"""The two lists: what waits, and what was decided lately."""

from typing import Any

import reflex as rx

from app.components.actions import link_button
from app.components.cards import card, empty, page_head, skeleton
from app.components.marks import chip
from app.components.tables import column, data_table, row_of
from app.doors import ask, now
from app.frame import may, page
from app.navigation import Group
from app.pages.approvals.shown import REVIEW, ROUTE
from app.pages.content.deadline_shown import next_morning_words
from app.pages.content.shown import RowShown, row_shown
from app.pages.content.wordings import wordings_line
from app.session import guarded
from app.words.speech import language_here
from engine.domain.roles import Actor, Permission
from engine.domain.schedule import service_day
from engine.read.approvals import approvals as read_approvals
from engine.read.approvals import next_day


class ApprovalList(rx.State):
    """Both lists, as of when the page was opened."""

    loaded: bool = False
    waiting: list[RowShown] = []
    decided: list[RowShown] = []
    next_morning: str = ""
    next_tone: str = "quiet"

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """Fill both."""
        assert by.tenant is not None
        found, today = await ask(read_approvals, by.tenant), service_day(now())
        language = await language_here(self)
        self.waiting = [row_shown(row, today, language) for row in found.waiting]
        self.decided = [row_shown(row, today, language) for row in found.decided]
        self.next_morning, self.next_tone = next_morning_words(
            await ask(next_day, by.tenant, now()), now()
        )
        self.loaded = True


@page(ROUTE, "Approvals", group=Group.CONTENT, icon="badge-check", on_load=ApprovalList.load)
def approvals() -> rx.Component:
    """What waits on top, decisions below."""
    return rx.fragment(
        page_head("Approvals", "Somebody other than the author reads what subscribers will get"),
        rx.cond(
            ApprovalList.loaded,
            rx.fragment(
                rx.cond(
                    ApprovalList.next_morning,
                    rx.el.p(
                        ApprovalList.next_morning,
                        class_name="dc-note",
                        custom_attrs={"data-tone": ApprovalList.next_tone},
                    ),
                ),
                rx.cond(ApprovalList.waiting, _waiting(), _nothing_waits()),
                rx.cond(ApprovalList.decided, _decided()),
            ),
            rx.fragment(skeleton(3), skeleton(6)),
        ),
    )


def _waiting() -> rx.Component:
    return card(
        data_table(
            [column("Day"), column("Title"), column("Languages"), column("Author"), column("")],
            rx.foreach(ApprovalList.waiting, _waiting_row),
            label="Waiting for approval",
        ),
        title="Waiting for approval",
    )


def _waiting_row(row: RowShown) -> rx.Component:
    return row_of(
        _day(row),
        rx.el.td(rx.el.b(row.title), wordings_line(row), class_name="dc-pack-title"),
        rx.el.td(row.languages, class_name="dc-nowrap"),
        rx.el.td(row.author, class_name="dc-nowrap"),
        rx.el.td(
            link_button(
                rx.cond(may(Permission.CONTENT_APPROVE), "Review", "Look"),
                f"{REVIEW}?pack={row.id}",
                kind="primary",
            ),
            class_name="dc-right",
        ),
    )


def _decided() -> rx.Component:
    return card(
        data_table(
            [
                column("Day"),
                column("Title"),
                column("State"),
                column("Decided"),
                column("Content hash"),
            ],
            rx.foreach(ApprovalList.decided, _decided_row),
            label="Decided lately",
        ),
        title="Decided lately",
    )


def _decided_row(row: RowShown) -> rx.Component:
    return row_of(
        _day(row),
        rx.el.td(
            rx.link(row.title, href=f"{REVIEW}?pack={row.id}"),
            wordings_line(row),
            class_name="dc-pack-title",
        ),
        rx.el.td(chip(row.state, row.tone)),
        rx.el.td(row.decision, class_name="dc-nowrap dc-muted"),
        rx.el.td(row.hash, class_name="dc-hash"),
    )


def _day(row: RowShown) -> Any:
    return rx.el.td(
        row.day,
        " ",
        rx.el.span(row.day_note, class_name="dc-muted dc-small dc-day-note"),
        class_name="dc-nowrap",
    )


def _nothing_waits() -> rx.Component:
    return empty(
        "Nothing waits for approval",
        "When an author submits content, it appears here for somebody else to read.",
        link_button("All content", "/content"),
        icon="badge-check",
    )
