"""The second factor on the Profile page: begun by a QR code, confirmed by a code, kept by codes."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.cards import card
from app.components.forms import field, problems
from app.components.marks import chip
from app.words.speech import spoken

OFF_WORDS = (
    "With an authenticator app on your phone, a stolen password alone opens nothing here: "
    "at each sign-in a code from the app is asked for, too."
)
DROP_WORDS = (
    "Whoever knows your password can then come in. Type a code from the app, or a recovery code."
)
RENEW_WORDS = (
    "Your old recovery codes are worth nothing afterwards. Type a code from the app, or one of "
    "them."
)
CODES_WORDS = (
    "Your recovery codes. Each lets you in once, if you lose your phone. They are shown only now: "
    "print them, or put them into your password manager."
)


def second_factor(page: Any) -> rx.Component:
    """What stands: off, being set up, or on; and the recovery codes, once."""
    return card(
        rx.cond(
            page.codes,
            _codes(page),
            rx.cond(page.qr, _setting_up(page), rx.cond(page.guarded_since, _on(page), _off(page))),
        ),
        title="Second factor",
        actions=rx.cond(page.guarded_since, chip("On", "good"), chip("Off", "quiet")),
    )


def code_dialog(page: Any) -> rx.Component:
    """A code is asked for before the codes are renewed or the second factor goes."""
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(
                rx.cond(
                    page.asked == "drop",
                    spoken("Remove the second factor?"),
                    spoken("Renew the codes?"),
                ),
                size="4",
            ),
            rx.alert_dialog.description(
                rx.cond(
                    page.asked == "drop",
                    spoken(DROP_WORDS),
                    spoken(RENEW_WORDS),
                ),
                size="2",
            ),
            rx.form(
                _code_field(),
                problems(page.problems),
                rx.el.div(
                    rx.alert_dialog.cancel(button("Cancel")),
                    rx.cond(
                        page.asked == "drop",
                        button("Remove it", kind="danger", type="submit"),
                        button("Renew them", kind="primary", type="submit"),
                    ),
                    class_name="dc-dialog-actions",
                ),
                on_submit=page.answer,
            ),
            max_width="440px",
        ),
        open=page.asked != "",
        on_open_change=page.set_open,
    )


def _off(page: Any) -> rx.Component:
    return rx.fragment(
        rx.el.p(
            spoken(OFF_WORDS),
            class_name="dc-muted",
        ),
        rx.el.div(
            button("Set it up", kind="primary", on_click=page.begin),
            class_name="dc-row dc-form-actions",
        ),
    )


def _setting_up(page: Any) -> rx.Component:
    return rx.fragment(
        rx.el.p(spoken("Scan this with your authenticator app, or type the key into it.")),
        rx.el.div(
            rx.el.img(
                src=page.qr, alt=spoken("QR code for the authenticator app"), class_name="dc-qr"
            ),
            rx.el.div(
                rx.el.span(spoken("Key"), class_name="dc-muted dc-small"),
                rx.el.code(page.secret, class_name="dc-break"),
                class_name="dc-qr-key",
            ),
            class_name="dc-row dc-qr-row",
        ),
        rx.form(
            _code_field("The code the app shows now"),
            problems(page.problems),
            rx.el.div(
                button("Confirm", kind="primary", type="submit"),
                class_name="dc-row dc-form-actions",
            ),
            on_submit=page.confirm,
        ),
    )


def _on(page: Any) -> rx.Component:
    return rx.fragment(
        rx.el.p(
            spoken("A code from your app is asked for at each sign-in, since "),
            page.guarded_since,
            ".",
        ),
        rx.el.p(
            rx.cond(
                page.codes_left == 0,
                spoken("You have no recovery code left: renew them before you lose your phone."),
                rx.fragment(spoken("Recovery codes left: "), page.codes_left, "."),
            ),
            class_name="dc-muted",
        ),
        rx.el.div(
            button("Renew the recovery codes…", on_click=page.ask_for("renew")),
            button("Remove it…", on_click=page.ask_for("drop")),
            class_name="dc-row dc-form-actions",
        ),
    )


def _codes(page: Any) -> rx.Component:
    return rx.fragment(
        rx.el.p(spoken(CODES_WORDS)),
        rx.el.ul(
            rx.foreach(page.codes, lambda code: rx.el.li(rx.el.code(code))), class_name="dc-codes"
        ),
        rx.el.div(
            button("Copy them", on_click=rx.set_clipboard(page.codes.join("\n"))),
            button("I have kept them", kind="primary", on_click=page.put_codes_away),
            class_name="dc-row dc-form-actions",
        ),
    )


def _code_field(label: str = "Code") -> rx.Component:
    return field(
        label, "code", "", auto_complete="one-time-code", auto_capitalize="none", required=True
    )
