"""What a broadcast leaves to a person: held ones, dead letters, and those who got two."""

from typing import Any

import reflex as rx

from app.components.actions import button, confirm, link_button
from app.frame import may
from app.pages.live import held
from engine.domain.roles import Permission


def left_to_a_person(page: Any) -> rx.Component:
    """What is held, what failed and what went twice, each with what can be done about it."""
    shown = page.shown
    return rx.fragment(
        held.banner(shown.held, held.resend_button(page.resend_held), _close_held(page)),
        rx.cond(shown.failed, _failed(page)),
        rx.cond(
            shown.doubled,
            rx.el.div(
                rx.icon("copy", size=16, aria_hidden="true"),
                rx.el.span(shown.doubled),
                class_name="dc-banner",
                role="status",
                custom_attrs={"data-tone": "warn"},
            ),
        ),
        rx.cond(
            page.working,
            rx.el.p(
                rx.spinner(size="1"), page.working, class_name="dc-row dc-muted", role="status"
            ),
        ),
    )


def _close_held(page: Any) -> rx.Component:
    return rx.cond(
        may(Permission.DELIVERIES_SETTLE),
        confirm(
            button("Close them…"),
            title="Close all held ones?",
            words_="Nothing more is sent for them. This cannot be undone; receipts that still come "
            "show what arrived.",
            extra=rx.el.label(
                rx.el.span("Why (stays with each of them)"),
                rx.debounce_input(
                    rx.el.input(value=page.reason, on_change=page.type_reason),
                    debounce_timeout=150,
                ),
                class_name="dc-field",
            ),
            verb="Close them",
            on_confirm=page.close_held,
        ),
    )


def _failed(page: Any) -> rx.Component:
    shown = page.shown
    return rx.el.div(
        rx.icon("mail-x", size=16, aria_hidden="true"),
        rx.el.span(shown.failed),
        rx.cond(
            may(Permission.BROADCAST_CONTROL) & (shown.retry_words != ""),
            confirm(
                button("Retry failed only…", disabled=page.working != ""),
                title="Retry what failed?",
                words_=shown.retry_words,
                verb="Retry them",
                kind="primary",
                on_confirm=page.retry_failed,
            ),
        ),
        link_button("Dead letters", shown.letters_href),
        class_name="dc-banner",
        role="status",
        custom_attrs={"data-tone": "bad"},
    )
