"""How compliance checks look, to the author and to the approver."""

from typing import Any

import reflex as rx

from app.components.cards import card
from app.components.marks import chip
from app.pages.content.checks_shown import CheckShown


def checks_card(checks: Any, summary: Any, tone: Any) -> rx.Component:
    """All checks with a verdict each, those that failed on top."""
    return card(
        rx.el.ul(rx.foreach(checks, _check), class_name="dc-checks dc-checks-two"),
        title="Compliance checks",
        actions=chip(summary, tone),
    )


def _check(check: CheckShown) -> rx.Component:
    return rx.el.li(
        rx.match(
            check.icon,
            ("circle-check", rx.icon("circle-check", size=16, aria_hidden="true")),
            ("triangle-alert", rx.icon("triangle-alert", size=16, aria_hidden="true")),
            rx.icon("circle-x", size=16, aria_hidden="true"),
        ),
        rx.el.div(
            rx.el.b(check.title),
            rx.el.p(check.words, class_name="dc-muted dc-small"),
        ),
        rx.el.span(check.verdict, class_name="dc-small dc-verdict"),
        custom_attrs={"data-tone": check.tone},
    )
