"""How the Backups page looks: whether this is a copy, how things stand, the list."""

from typing import Any

import reflex as rx

from app.components.actions import button, confirm
from app.components.cards import card, empty
from app.components.marks import chip
from app.components.tables import column, data_table, right, row_of


def copy(page: Any) -> rx.Component:
    """What is said of a restored copy, above everything else."""
    return rx.cond(
        page.copy_of,
        card(
            rx.el.div(
                rx.icon("shield-alert", size=16, aria_hidden="true"),
                rx.el.div(
                    rx.el.b("This is a copy, restored from the backup of ", page.copy_of),
                    rx.el.p(
                        "It sends nothing until it is released. ",
                        page.in_doubt,
                        " that were open then will be held for a person: the original may have "
                        "sent them since.",
                    ),
                ),
                class_name="dc-note",
                custom_attrs={"data-tone": "warn"},
                role="status",
            ),
            confirm(
                button("Release this copy", kind="danger"),
                title="Release this copy?",
                words_="Only when the original's engine has ended for good: otherwise both send. "
                "What was open when the backup was taken is held, and only a person sends it "
                "again. This cannot be undone.",
                verb="Release the copy",
                on_confirm=page.release,
            ),
        ),
    )


def standing(page: Any) -> rx.Component:
    """When and where they are taken, and what is wrong."""
    return card(
        rx.cond(
            page.trouble,
            rx.el.div(
                rx.icon("triangle-alert", size=16, aria_hidden="true"),
                rx.el.span(page.trouble),
                class_name="dc-note",
                custom_attrs={"data-tone": "bad"},
                role="alert",
            ),
        ),
        rx.el.p(page.told),
        rx.el.div(
            button("Take a backup now", kind="primary", on_click=page.take, disabled=page.busy),
            class_name="dc-row",
        ),
    )


def rows(page: Any) -> rx.Component:
    """The latest ones."""
    return card(
        rx.cond(
            page.rows,
            data_table(
                [
                    column("Taken"),
                    column("State"),
                    column("File"),
                    column("Size", right=True),
                    column("Rows", right=True),
                    column("Sealed"),
                ],
                rx.foreach(page.rows, _row),
                label="Backups",
            ),
            empty("No backup yet", "The first one is taken tonight, or now.", icon="archive"),
        )
    )


def _row(row: Any) -> rx.Component:
    return row_of(
        rx.el.td(row.at, class_name="dc-nowrap"),
        rx.el.td(chip(row.state, row.tone), rx.el.div(row.words, class_name="dc-muted dc-small")),
        rx.el.td(row.file, class_name="dc-break"),
        right(row.size),
        right(row.rows),
        row.sealed,
    )
