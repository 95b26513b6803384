"""How the import looks: consent and file, then columns and what it would do, then the word."""

from typing import Any

import reflex as rx

from app.components.actions import button, confirm
from app.components.cards import card, rate_bar
from app.components.forms import file_drop
from app.components.marks import dot
from app.components.tables import column, data_table, right, row_of
from app.pages.import_subscribers.parts import file_columns, progress_of, refused
from engine.commands.import_subscribers import FILE_LIMIT_BYTES

UPLOAD_ID = "subscriber_list"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def steps(page: Any) -> rx.Component:
    """What is asked for at each stage of the import."""
    return rx.fragment(
        rx.cond(page.done, _done(page)),
        rx.cond(
            page.lists.length() > 0,
            card(
                rx.foreach(page.lists, lambda one: _list(page, one)),
                title="Lists that were staged",
            ),
        ),
        rx.cond(
            page.working,
            card(progress_of(page.progress), title=rx.fragment("Working on ", page.file_name)),
            rx.cond(
                page.ready,
                rx.fragment(file_columns(page), _preview(page), _mistakes(page)),
                rx.fragment(rx.cond(page.columns, file_columns(page)), _choose(page)),
            ),
        ),
    )


def _list(page: Any, one: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(dot(one.tone), rx.el.b(one.title)),
            rx.el.div(one.words, class_name="dc-muted dc-small"),
            rx.cond(one.can_cancel, rate_bar(one.width)),
        ),
        rx.el.div(
            rx.cond(
                one.can_force,
                confirm(
                    button("Do not wait…"),
                    title="Take it over now?",
                    words_="A broadcast is going out. The list is taken over all the same, a few "
                    "rows at a time, so that the sends do not notice.",
                    verb="Take it over now",
                    kind="primary",
                    on_confirm=page.force(one.number),
                ),
            ),
            rx.cond(one.can_cancel, button("Take back", on_click=page.take_back(one.number))),
            class_name="dc-row",
        ),
        class_name="dc-problem",
    )


def _choose(page: Any) -> rx.Component:
    return rx.el.div(
        card(
            file_drop(
                "The list of subscribers",
                rx.upload.root(
                    rx.el.div(
                        rx.icon("file-up", size=24, aria_hidden="true"),
                        rx.el.p(rx.el.b("Drop a CSV or Excel file here, or press to choose one")),
                        rx.el.p(
                            "CSV as UTF-8, or an Excel workbook (.xlsx); up to 2,00,000 rows and "
                            f"{FILE_LIMIT_BYTES // 1024 // 1024} MB. Nothing is written before you "
                            "say so.",
                            class_name="dc-muted dc-small",
                        ),
                        class_name="dc-drop",
                    ),
                    id=UPLOAD_ID,
                    accept={"text/csv": [".csv", ".txt", ".tsv"], XLSX: [".xlsx"]},
                    max_files=1,
                    max_size=FILE_LIMIT_BYTES,
                    on_drop_rejected=lambda files: page.turn_away(_weighed(files)),
                    multiple=False,
                    on_drop=page.take(rx.upload_files(upload_id=UPLOAD_ID)),
                ),
            ),
            refused(page),
            title="1 · Choose the file",
        ),
        card(_consent(page), title="Consent of rows that name none"),
        card(
            rx.el.p(
                "The first row names the columns. Only name and phone are needed; the others are "
                "found by their usual names, in any order.",
                class_name="dc-muted",
            ),
            rx.el.pre(
                "name,phone,language,tier,state,registration no,consent date,consent source\n"
                "Asha Kulkarni,98123 45610,MR,PRO,Maharashtra,ARN-12345,2026-11-01,web form",
                class_name="dc-code",
                tab_index=0,
            ),
            title="What a list looks like",
        ),
        class_name="dc-stack-16",
    )


def _weighed(files: Any) -> rx.Var[list[dict[str, Any]]]:
    """Of files that were not taken, only what they are called and weigh.

    As they are, the browser would send the very files along, and the server hang up on them.
    """
    named = "{name: one.file.name, size: one.file.size}"
    return rx.Var(f"({files}).map((one) => ({named}))", _var_type=list[dict[str, Any]])


def _consent(page: Any) -> rx.Component:
    def field(label: str, name: str, value: Any, hint: str, kind: Any = "text") -> rx.Component:
        return rx.el.label(
            rx.el.span(label),
            rx.debounce_input(
                rx.el.input(
                    value=value,
                    on_change=lambda text: page.type_consent(name, text),
                    type=kind,
                    placeholder=hint,
                ),
                debounce_timeout=150,
            ),
            class_name="dc-field",
        )

    return rx.fragment(
        rx.el.p(
            "Nobody is written to without consent. Where the list does not say how and when "
            "somebody agreed, this is written into their history.",
            class_name="dc-muted",
        ),
        rx.el.div(
            field("How they agreed", "consent_source", page.consent_source, "web form"),
            field("When", "consent_date", page.consent_date, "2026-11-01", "date"),
            field("Evidence", "consent_evidence", page.consent_evidence, "where the proof lies"),
            class_name="dc-form dc-form-3",
        ),
    )


def _preview(page: Any) -> rx.Component:
    return card(
        rx.el.div(
            rx.foreach(
                page.tallies,
                lambda tally: rx.el.div(
                    rx.el.div(dot(tally.tone), tally.number, class_name="dc-figure"),
                    rx.el.div(tally.word, class_name="dc-muted dc-small"),
                ),
            ),
            class_name="dc-figures",
        ),
        rx.cond(
            page.left_out > 0,
            rx.el.fieldset(
                rx.el.legend("What to do with the others?", class_name="dc-muted dc-small"),
                _choice(page, "good", "Import the new ones, leave the others out", False),
                _choice(page, "all", "All or nothing: mend the list first", True),
                class_name="dc-choices",
            ),
        ),
        refused(page),
        rx.el.div(
            button("Choose another file", on_click=page.start_over),
            confirm(
                button(
                    "Import…",
                    kind="primary",
                    disabled=page.fresh == 0,
                ),
                title="Import this list?",
                words_=rx.el.span(
                    rx.el.b(page.fresh_words),
                    " will get messages from the next morning on. Those who are "
                    "subscribers already stay as they are. The import is one step: it happens "
                    "whole or not at all.",
                ),
                verb="Import",
                kind="primary",
                on_confirm=page.bring_in,
            ),
            class_name="dc-dialog-actions",
        ),
        title="3 · What it would do; nothing is written yet",
    )


def _choice(page: Any, how: str, words: str, is_all: bool) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="how",
            checked=page.all_or_nothing == is_all,
            on_change=lambda _: page.choose(how),
        ),
        rx.el.span(words),
        class_name="dc-radio",
    )


def _mistakes(page: Any) -> rx.Component:
    return rx.cond(
        page.problems,
        rx.fragment(
            rx.cond(
                page.lacks_consent,
                card(
                    _consent(page),
                    rx.el.div(
                        button("Check the file again", on_click=page.check_again),
                        class_name="dc-dialog-actions",
                    ),
                    title="Consent of rows that name none",
                ),
            ),
            card(
                data_table(
                    [column("Row", right=True), column("Column"), column("What to mend")],
                    rx.foreach(
                        page.problems,
                        lambda one: row_of(right(one.row), one.field, one.words),
                    ),
                    label="Problems of the file",
                ),
                rx.cond(
                    page.more_problems,
                    rx.el.p(page.more_problems, class_name="dc-muted dc-small"),
                ),
                title="Rows that are left out",
                actions=button(
                    rx.icon("download", size=14, aria_hidden="true"),
                    "All of them as CSV",
                    on_click=page.download_problems,
                ),
            ),
        ),
    )


def _done(page: Any) -> rx.Component:
    return rx.el.div(
        rx.icon("circle-check", size=18, aria_hidden="true"),
        rx.el.span(page.done),
        rx.link("See the list", href="/subscribers", class_name="dc-banner-link"),
        class_name="dc-banner",
        custom_attrs={"data-tone": "good"},
        role="status",
    )
