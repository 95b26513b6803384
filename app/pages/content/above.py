"""How the file above a message is chosen: drop one, or take one that is there already."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.forms import file_drop
from app.pages.content.above_shown import FileTile

UPLOAD_ID = "above"
DEBOUNCE_MS = 350


def above(page: Any) -> rx.Component:
    """The panel; only where the template has a place for it, or a file is there."""
    return rx.cond(
        page.above.offered,
        rx.el.section(
            rx.el.div(
                rx.el.b("Above the text"),
                rx.el.span(page.above.wants, class_name="dc-muted dc-small"),
                class_name="dc-above-head",
            ),
            rx.cond(page.above.there, _chosen(page)),
            _drop(page),
            rx.cond(page.files, _library(page)),
            class_name="dc-above",
            aria_label="Above the text",
        ),
    )


def _chosen(page: Any) -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.span(
                rx.el.b(page.above.name),
                " ",
                rx.el.span(
                    page.above.facts, " · ", page.above.hash, class_name="dc-muted dc-small"
                ),
            ),
            rx.el.div(
                button("Use in every language", on_click=page.use_everywhere),
                button("Take it out", on_click=page.drop_file),
                class_name="dc-row",
            ),
            class_name="dc-above-head",
        ),
        rx.cond(page.above.picture, _brand_line(page)),
        rx.cond(
            page.sums,
            rx.el.ul(rx.foreach(page.sums, rx.el.li), class_name="dc-sums dc-muted"),
        ),
    )


def _brand_line(page: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span("Brand line on the picture (empty: none)"),
        rx.el.input(
            key=page.above.key,
            default_value=page.above.brand_line,
            max_length=90,
            placeholder="Udaya Research · SEBI INH000001234",
            on_change=page.type_brand_line.debounce(DEBOUNCE_MS),
            on_blur=page.type_brand_line,
        ),
        class_name="dc-field",
    )


def _drop(page: Any) -> rx.Component:
    return file_drop(
        "A picture or a PDF",
        rx.upload.root(
            rx.el.div(
                rx.icon("image-up", size=20, aria_hidden="true"),
                rx.el.p(
                    rx.cond(
                        page.busy,
                        page.busy,
                        "Drop a picture or a PDF here, or press to choose one",
                    )
                ),
                class_name="dc-drop dc-drop-small",
            ),
            id=UPLOAD_ID,
            accept={
                "image/jpeg": [".jpg", ".jpeg"],
                "image/png": [".png"],
                "application/pdf": [".pdf"],
            },
            max_files=1,
            multiple=False,
            on_drop=page.take_file(rx.upload_files(upload_id=UPLOAD_ID)),
        ),
    )


def _library(page: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary("Files that are here already", class_name="dc-small"),
        rx.el.div(rx.foreach(page.files, lambda file: _tile(page, file)), class_name="dc-library"),
    )


def _tile(page: Any, file: FileTile) -> rx.Component:
    return rx.el.button(
        rx.cond(
            file.picture,
            rx.el.img(src=file.picture, alt=""),
            rx.el.span(
                rx.icon("file-text", size=20, aria_hidden="true"), class_name="dc-file-paper"
            ),
        ),
        rx.el.span(file.name),
        type="button",
        title=file.title,
        aria_pressed=rx.cond(file.chosen, "true", "false"),
        on_click=page.choose_file(file.sha256),
        class_name="dc-file",
    )
