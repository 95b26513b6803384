"""Parts of the import: how far it is, what the columns are, why it is not done."""

from typing import Any

import reflex as rx

from app.components.cards import card
from app.pages.import_subscribers.shown import FIELD_WORDS


def refused(page: Any) -> rx.Component:
    """Why the file is not imported, when it is not."""
    return rx.cond(
        page.refused,
        rx.el.div(
            rx.icon("triangle-alert", size=14, aria_hidden="true"),
            rx.el.ul(rx.foreach(page.refused, rx.el.li), class_name="dc-plain-list"),
            class_name="dc-note dc-problems",
            custom_attrs={"data-tone": "bad"},
            role="alert",
        ),
    )


def progress_of(progress: Any) -> rx.Component:
    """How far the work is."""
    return rx.el.div(
        rx.el.div(
            rx.el.div(style={"width": progress.width}, class_name="dc-progress-part"),
            class_name="dc-progress",
            role="progressbar",
            aria_label="How far it is",
        ),
        rx.el.div(progress.words, class_name="dc-muted"),
        rx.el.div(
            "You may leave this page meanwhile; it goes on, and you find it here.",
            class_name="dc-grey dc-small",
        ),
        class_name="dc-busy",
        role="status",
    )


def file_columns(page: Any) -> rx.Component:
    """The file's columns with what each is taken for, above the first rows."""

    def chosen(line: Any) -> rx.Component:
        return rx.el.th(
            rx.el.div(line.column, class_name="dc-column-name"),
            rx.el.select(
                rx.el.option("not used", value=""),
                *[rx.el.option(words, value=field) for field, words in FIELD_WORDS.items()],
                value=line.field,
                on_change=lambda field: page.map_column(line.place, field),
                class_name="dc-select",
                aria_label=f"What is {line.column}",
            ),
            scope="col",
        )

    return card(
        rx.el.p(
            "What each column is taken for, and the first rows. Correct what is wrong: the file is "
            "then read again.",
            class_name="dc-muted",
        ),
        rx.el.div(
            rx.el.table(
                rx.el.thead(rx.el.tr(rx.foreach(page.columns, chosen))),
                rx.el.tbody(
                    rx.foreach(
                        page.sample,
                        lambda row: rx.el.tr(
                            rx.foreach(row, lambda cell: rx.el.td(cell, class_name="dc-nowrap"))
                        ),
                    )
                ),
                aria_label="The first rows of the file",
            ),
            class_name="dc-table",
            tab_index=0,
        ),
        title=rx.fragment("2 · The columns of ", page.file_name),
    )
