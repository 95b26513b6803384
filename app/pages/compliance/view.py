"""How the Compliance rules page looks."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.cards import card
from app.components.forms import problems
from app.components.marks import chip
from app.frame import may
from app.pages.compliance.words import CHECKS, CHOICES, GROUPS, Told
from engine.domain.roles import Permission


def tools(page: Any) -> rx.Component:
    """Which edition holds, and the rules as a file."""
    return rx.fragment(
        chip(page.edition, "quiet"),
        button("Download", on_click=page.download),
    )


def form(page: Any) -> rx.Component:
    """Every rule, saved together."""
    return rx.form(
        rx.cond(
            page.doubts,
            rx.el.div(
                rx.icon("triangle-alert", size=14, aria_hidden="true"),
                rx.el.ul(rx.foreach(page.doubts, rx.el.li), class_name="dc-plain-list"),
                class_name="dc-note",
                custom_attrs={"data-tone": "warn"},
            ),
        ),
        rx.el.fieldset(
            *[_group(page, *group) for group in GROUPS],
            _severities(page),
            disabled=~may(Permission.COMPLIANCE_WRITE),
            class_name="dc-fieldset dc-rules",
        ),
        rx.cond(may(Permission.COMPLIANCE_WRITE), _save(page)),
        on_submit=page.save,
        key=page.form_number,
        class_name="dc-settings",
    )


def history(page: Any) -> rx.Component:
    """Every edition, the newest first."""
    return card(
        rx.cond(
            page.history,
            rx.foreach(page.history, _edition),
            rx.el.p(
                "Nobody has changed anything yet: the rules are those the product comes with. Have "
                "your counsel confirm the wordings.",
                class_name="dc-muted",
            ),
        ),
        title="History",
    )


def _group(page: Any, title: str, help_: str, group: tuple[Told, ...]) -> rx.Component:
    return card(
        rx.el.p(help_, class_name="dc-muted dc-small"),
        rx.el.div(
            *[_field(page, title, told) for told in group],
            class_name=f"dc-grid dc-grid-{3 if len(group) == 3 else 2}",
        ),
        title=title,
    )


def _field(page: Any, title: str, told: Told) -> rx.Component:
    value = page.values[told.field]
    named = f"{title}, {told.label}" if "." in told.field else told.label
    return rx.el.label(
        rx.el.span(told.label),
        rx.el.textarea(name=told.field, default_value=value, rows=told.rows, aria_label=named)
        if told.rows
        else rx.el.input(
            name=told.field, default_value=value, input_mode="numeric", class_name="dc-short"
        ),
        rx.el.span(told.help, class_name="dc-muted dc-small") if told.help else rx.fragment(),
        class_name="dc-field",
    )


def _severities(page: Any) -> rx.Component:
    return card(
        rx.el.p(
            "A failed check that blocks keeps content from being submitted and approved; one that "
            "warns is shown to the approver, who decides. What WhatsApp itself would refuse always "
            "blocks.",
            class_name="dc-muted dc-small",
        ),
        rx.el.div(
            *[
                rx.el.label(
                    rx.el.span(words),
                    rx.el.select(
                        *[rx.el.option(said, value=key) for key, said in CHOICES.items()],
                        name=f"severity.{name}",
                        default_value=page.values[f"severity.{name}"],
                    ),
                    class_name="dc-field",
                )
                for name, words in CHECKS.items()
            ],
            class_name="dc-severities",
        ),
        title="What a failed check does",
    )


def _save(page: Any) -> rx.Component:
    return rx.fragment(
        problems(page.problems),
        card(
            rx.el.label(
                rx.el.span("Why (the history and the audit trail keep it)"),
                rx.el.input(name="note", max_length=500, placeholder="Counsel’s advice of 24 Nov"),
                class_name="dc-field",
            ),
            rx.el.div(
                button("Save as a new edition", kind="primary", type="submit"),
                button("Fill in the usual ones", on_click=page.fill_in_usual),
                class_name="dc-row dc-form-actions",
            ),
        ),
    )


def _edition(edition: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            rx.el.b(edition.title),
            " · ",
            edition.who,
            rx.el.div(edition.note, class_name="dc-muted"),
        ),
        rx.el.dl(
            rx.foreach(
                edition.changes,
                lambda change: rx.fragment(
                    rx.el.dt(change.label),
                    rx.el.dd(change.change, class_name="dc-pieces"),
                ),
            ),
            class_name="dc-facts",
        ),
        class_name="dc-edition",
    )
