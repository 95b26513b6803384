"""Tables that page, sort and filter on the server, and show nothing a person cannot read.

data_table(
    [column("Name", key="name", sorted_by=S.sort, on_sort=S.sort_by), column("Sent", right=True)],
    rx.foreach(S.rows, lambda row: row_of(row.name, right(row.sent))),
    pager=pager(S.shown, on_back=S.back, on_next=S.forth, has_back=S.has_back, has_next=S.has_next),
)
"""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.words.speech import spoken

NAME = "data-name"
"""Where a column's head keeps its words, for the style sheet to write before a cell on a phone."""


def column(
    label: Any,
    *,
    right: bool = False,
    key: str | None = None,
    sorted_by: Any = None,
    on_sort: Any = None,
) -> rx.Component:
    """A column's head. With `key`, `sorted_by` (a Var: "name", "-name") and `on_sort` it sorts."""
    attributes: dict[str, Any] = {
        "class_name": "dc-right" if right else "",
        "scope": "col",
        "custom_attrs": {NAME: spoken(label)},
    }
    if key is None or on_sort is None:
        return rx.el.th(spoken(label), **attributes)
    arrow = rx.match(
        sorted_by,
        (key, rx.icon("arrow-up", size=12, aria_label="ascending")),
        (f"-{key}", rx.icon("arrow-down", size=12, aria_label="descending")),
        rx.fragment(),
    )
    return rx.el.th(
        rx.el.button(
            spoken(label), arrow, type="button", class_name="dc-sort", on_click=on_sort(key)
        ),
        **attributes,
    )


def row_of(*cells: Any, **props: Any) -> rx.Component:
    """One row; a cell that is not a `<td>` yet becomes one."""
    made = [cell if isinstance(cell, rx.el.Td) else rx.el.td(cell) for cell in cells]
    return rx.el.tr(*made, **props)


def right(*children: Any) -> rx.Component:
    """A cell of figures: at the right, so that digits stand below digits."""
    return rx.el.td(*children, class_name="dc-right dc-nowrap")


def data_table(
    columns: list[rx.Component], rows: Any, *, pager: Any = None, label: Any = None
) -> rx.Component:
    """The table itself. `label` is read out for it.

    On a phone a row is a paragraph, not a line: each cell says there which column it is of.
    """
    return rx.el.div(
        rx.el.div(
            rx.el.table(
                rx.el.thead(rx.el.tr(*columns)),
                rx.el.tbody(rows),
                style=_names_of(columns),
                **({"aria_label": spoken(label)} if label is not None else {}),
            ),
            class_name="dc-table dc-rows",
            tab_index=0,
        ),
        pager if pager is not None else rx.fragment(),
    )


def _names_of(columns: list[rx.Component]) -> dict[str, Any]:
    # By number: the style sheet counts the columns and knows no words.
    named = [(nth, column.custom_attrs.get(NAME, "")) for nth, column in enumerate(columns, 1)]
    return {f"--dc-column-{nth}": f'"{name}"' for nth, name in named if not _is_empty(name)}


def _is_empty(name: Any) -> bool:
    return isinstance(name, str) and not name


def pager(shown: Any, *, on_back: Any, on_next: Any, has_back: Any, has_next: Any) -> rx.Component:
    """Under a table: which rows of how many, and the way to the others."""
    return rx.el.div(
        rx.el.span(shown, class_name="dc-muted dc-small"),
        rx.el.div(
            button("Previous", on_click=on_back, disabled=~has_back),
            button("Next", on_click=on_next, disabled=~has_next),
            class_name="dc-row",
        ),
        class_name="dc-pager",
    )
