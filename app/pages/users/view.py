"""How the Users page looks."""

from typing import Any

import reflex as rx

from app.components.actions import button, confirm
from app.components.cards import card
from app.components.marks import chip
from app.components.tables import column, data_table, row_of
from app.pages.users.shown import Expected, Shown


def everybody(page: Any) -> rx.Component:
    """The users as a table."""
    return card(
        data_table(
            [
                column("Name"),
                column("E-mail"),
                column("Role"),
                column("Second factor"),
                column("Last here"),
                column("May sign in"),
                column("", right=True),
            ],
            rx.foreach(page.rows, lambda row: _row(page, row)),
            label="Users",
        )
    )


def expected(page: Any) -> rx.Component:
    """The open invitations; nothing while there are none."""
    return rx.cond(
        page.invited,
        card(
            data_table(
                [
                    column("Name"),
                    column("E-mail"),
                    column("Role"),
                    column("The link is good until"),
                    column("", right=True),
                ],
                rx.foreach(page.invited, lambda row: _expected(page, row)),
                label="Open invitations",
            ),
            title="Invited, and not here yet",
        ),
    )


def _row(page: Any, row: Shown) -> rx.Component:
    return row_of(
        rx.el.td(
            rx.el.b(row.name),
            rx.cond(row.me, rx.el.span(" (you)", class_name="dc-muted")),
            class_name="dc-nowrap",
        ),
        rx.el.td(row.email, class_name="dc-nowrap"),
        row.role_word,
        rx.cond(row.second_factor, chip("On", "good"), chip("Off", "quiet")),
        rx.el.td(row.seen, class_name="dc-nowrap", title=row.seen_at),
        rx.cond(row.active, chip("Yes", "good"), chip("Deactivated", "bad")),
        rx.el.td(_menu(page, row), class_name="dc-right"),
    )


def _menu(page: Any, row: Shown) -> rx.Component:
    def item(words: str, what: str) -> rx.Component:
        return rx.menu.item(words, on_select=page.ask_about(row.id, row.name, row.role, what))

    return rx.menu.root(
        rx.menu.trigger(
            rx.el.button(
                rx.icon("ellipsis", size=16, aria_hidden="true"),
                type="button",
                class_name="dc-icon-button",
                aria_label="Actions",
            )
        ),
        rx.menu.content(
            item("Change the role…", "role"),
            rx.cond(row.second_factor, item("Reset the second factor…", "factor")),
            rx.cond(
                row.active, item("Deactivate…", "deactivate"), item("Let in again…", "reactivate")
            ),
        ),
    )


def _expected(page: Any, row: Expected) -> rx.Component:
    return row_of(
        rx.el.td(rx.el.b(row.name), class_name="dc-nowrap"),
        rx.el.td(row.email, class_name="dc-nowrap"),
        row.role_word,
        rx.el.td(row.until, class_name="dc-nowrap"),
        rx.el.td(
            confirm(
                button("Withdraw…"),
                title=f"Withdraw the invitation of {row.name}?",
                words_="The link opens nothing any more. You can invite them again.",
                verb="Withdraw it",
                on_confirm=page.withdraw(row.id),
            ),
            class_name="dc-right",
        ),
    )
