"""The questions of the Dead letters page: what will happen, to how many, what cannot be undone."""

from typing import Any

import reflex as rx

from app.components.actions import Kind, button


def questions(page: Any, dialog: Any) -> rx.Component:
    """One dialog; which question it asks is the state's."""
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.match(
                dialog.asked,
                ("requeue", _requeue(dialog)),
                ("close", _close(dialog)),
                ("requeue_all", _requeue_all(page, dialog)),
                ("close_all", _close_all(page, dialog)),
                rx.fragment(rx.alert_dialog.title(""), rx.alert_dialog.description("")),
            ),
            max_width="480px",
        ),
        open=dialog.asked != "",
        on_open_change=dialog.set_open,
    )


def _requeue(dialog: Any) -> rx.Component:
    return rx.fragment(
        rx.alert_dialog.title("Send to ", dialog.name, " again?", size="4"),
        rx.alert_dialog.description(
            "It goes at once, through a sender that may send. Whoever said stop since, and what is "
            "not approved any more, stays here.",
            size="2",
        ),
        _buttons(dialog, "Put it back", "primary", dialog.requeue),
    )


def _requeue_all(page: Any, dialog: Any) -> rx.Component:
    return rx.fragment(
        rx.alert_dialog.title("Put ", page.matching, " dead letters back?", size="4"),
        rx.alert_dialog.description(
            "All that match the filters go again at once, as far as they may: never to somebody "
            "who said stop, never without a valid approval, never twice. You are told how many "
            "stay, and why.",
            size="2",
        ),
        _buttons(dialog, "Put them back", "primary", dialog.requeue_all),
    )


def _close(dialog: Any) -> rx.Component:
    return rx.fragment(
        rx.alert_dialog.title("Close the delivery to ", dialog.name, "?", size="4"),
        rx.alert_dialog.description(
            "Nothing more is sent for it. This cannot be undone; a receipt that still comes shows "
            "that it arrived.",
            size="2",
        ),
        _reason_form(dialog, "Close it", dialog.close),
    )


def _close_all(page: Any, dialog: Any) -> rx.Component:
    return rx.fragment(
        rx.alert_dialog.title("Close ", page.matching, " deliveries?", size="4"),
        rx.alert_dialog.description(
            "Nothing more is sent for any of those that match the filters. This cannot be undone; "
            "receipts that still come show what arrived.",
            size="2",
        ),
        _reason_form(dialog, "Close them", dialog.close_all),
    )


def _buttons(dialog: Any, verb: str, kind: Kind, on_confirm: Any) -> rx.Component:
    return rx.el.div(
        rx.alert_dialog.cancel(button("Cancel")),
        button(verb, kind=kind, on_click=on_confirm),
        class_name="dc-dialog-actions",
    )


def _reason_form(dialog: Any, verb: str, on_submit: Any) -> rx.Component:
    return rx.form(
        rx.el.label(
            rx.el.span("Why (stays with the delivery)"),
            rx.el.input(name="reason", max_length=300),
            class_name="dc-field",
        ),
        rx.cond(
            dialog.problem != "",
            rx.el.p(
                dialog.problem,
                class_name="dc-small dc-tone",
                role="alert",
                custom_attrs={"data-tone": "bad"},
            ),
        ),
        rx.el.div(
            rx.alert_dialog.cancel(button("Cancel")),
            button(verb, kind="danger", type="submit"),
            class_name="dc-dialog-actions",
        ),
        on_submit=on_submit,
    )
