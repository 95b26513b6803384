"""How the API & webhooks page looks."""

from typing import Any

import reflex as rx

from app import formats
from app.components.actions import button, confirm
from app.components.cards import card, stat
from app.components.forms import field, problems
from app.components.marks import chip
from app.components.tables import column, data_table, row_of
from app.pages.api_access.shown import Key
from engine.domain.api_access import TENANT_LIMITS, WORDS, Scope

EXAMPLE = """\
  -H "Authorization: Bearer $DAWNCAST_KEY" \\
  -H "Idempotency-Key: order-4711" \\
  -H "Content-Type: application/json" \\
  -d '{
    "event_type": "portfolio.alert",
    "recipient": {"phone_number": "+919812345610"},
    "template": {
      "name": "morning_market_note",
      "language": "en",
      "parameters": [
        {"type": "text", "value": "Asha"},
        {"type": "text", "value": "INA000000000"},
        {"type": "text", "value": "Your note is ready"},
        {"type": "text", "value": "support 24,180"}
      ]
    },
    "priority": "high"
  }'"""


def webhooks(page: Any) -> rx.Component:
    """The address Meta calls, and how what it says comes in."""
    one = page.intake
    return card(
        rx.el.p(one.why, class_name="dc-muted dc-small"),
        rx.el.div(
            _address("Webhook address (enter it at Meta)", page.webhook_url),
            rx.el.dl(
                rx.el.dt("Verify token"),
                rx.el.dd(_is_set(page.verify_set)),
                rx.el.dt("App secret, which signs each webhook"),
                rx.el.dd(_is_set(page.secret_set)),
                class_name="dc-facts dc-secrets",
            ),
            class_name="dc-grid dc-grid-2 dc-own-facts",
        ),
        rx.el.p(
            "Both are set on the machine (WHATSAPP_VERIFY_TOKEN, WHATSAPP_APP_SECRET) and are "
            "never shown.",
            class_name="dc-muted dc-small",
        ),
        rx.el.div(
            stat("Last webhook", one.last, one.last_at),
            stat("In the last hour", one.hour),
            stat("In 24 hours", one.day),
            stat("Waiting to be read", one.waiting),
            stat("Slowest to be read", one.slowest, "in the last hour"),
            stat("Not readable", one.unreadable, "kept as they came"),
            stat("Of unknown messages", one.parked, "receipts, kept"),
            class_name="dc-figures dc-intake",
        ),
        title="Webhooks from WhatsApp",
        actions=rx.el.div(
            chip(one.verdict, one.tone),
            button("Look again", on_click=page.look_again),
            class_name="dc-row",
        ),
    )


def keys(page: Any) -> rx.Component:
    """The keys, and the way to another one."""
    return card(
        rx.cond(
            page.keys,
            data_table(
                [
                    column("Name"),
                    column("Begins with"),
                    column("May"),
                    column("Made"),
                    column("Last used"),
                    column("", right=True),
                ],
                rx.foreach(page.keys, lambda row: _key(page, row)),
                label="API keys",
            ),
            rx.el.p(
                "No program has a key yet. Make one for each, so that you can take one back.",
                class_name="dc-muted",
            ),
        ),
        title="API keys",
        actions=button("Make a key…", kind="primary", on_click=page.begin),
    )


def how_to_call(page: Any) -> rx.Component:
    """An example to copy, and what the answers mean."""
    minute, hour, day = (most for _, most in TENANT_LIMITS)
    return card(
        rx.el.p(
            "Ask for one message to one subscriber. It goes once for each Idempotency-Key within "
            "24 hours, however often the request comes.",
            class_name="dc-muted",
        ),
        rx.el.pre(f"curl -X POST {page.api_url} \\\n", EXAMPLE, class_name="dc-code", tab_index=0),
        rx.el.div("Then see how it stands:", class_name="dc-muted dc-own-facts"),
        rx.el.pre(
            f"curl {page.api_url}",
            '/notif_… -H "Authorization: Bearer $DAWNCAST_KEY"',
            class_name="dc-code",
            tab_index=0,
        ),
        rx.el.ul(
            rx.el.li(
                "Answers are 201 when it was taken, 200 when it was taken before, and otherwise "
                "an error with a code, a sentence and the field it is about."
            ),
            rx.el.li(
                f"At most {minute} a minute, {formats.number(hour)} an hour and "
                f"{formats.number(day)} a day for your organisation, and 10 an hour for one "
                "person; beyond that the answer is 429 with Retry-After."
            ),
            rx.el.li(
                "Only subscribers who consented get one. Free text goes only within 24 hours of "
                "their last message; a template at any time."
            ),
            class_name="dc-small dc-own-facts",
        ),
        title="How to call it",
    )


def making(page: Any) -> rx.Component:
    """The form, and afterwards the key: shown once."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Make an API key", size="4"),
            rx.cond(page.made, _made(page), _form(page)),
            max_width="560px",
        ),
        open=page.making,
        on_open_change=page.set_open,
    )


def _address(label: str, value: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span(label),
        rx.el.span(
            rx.el.input(value=value, read_only=True),
            button("Copy", on_click=rx.set_clipboard(value)),
            class_name="dc-row dc-with-unit",
        ),
        class_name="dc-field",
    )


def _is_set(value: Any) -> rx.Component:
    return rx.cond(value, chip("Set", "good"), chip("Not set", "bad"))


def _key(page: Any, row: Key) -> rx.Component:
    return row_of(
        rx.el.td(rx.el.b(row.name), class_name="dc-nowrap"),
        rx.el.td(rx.el.code(row.start), class_name="dc-nowrap"),
        row.scopes,
        rx.el.td(row.made, class_name="dc-nowrap"),
        rx.el.td(row.used, class_name="dc-nowrap", title=row.used_at),
        rx.el.td(
            rx.cond(
                row.active,
                confirm(
                    button("Revoke…"),
                    title=f"Revoke the key of {row.name}?",
                    words_="Every request with it is refused from then on. This cannot be undone; "
                    "make another key for a program that still needs one.",
                    verb="Revoke it",
                    on_confirm=page.revoke(row.id),
                ),
                chip(row.revoked, "quiet"),
            ),
            class_name="dc-right",
        ),
        key=row.id,
    )


def _form(page: Any) -> rx.Component:
    return rx.fragment(
        rx.dialog.description(
            "One for each program, with no more than it needs.", size="2", class_name="dc-muted"
        ),
        rx.form(
            field("Name of the program", "name", "", hint="Portfolio alerts", max_length=60),
            rx.el.fieldset(
                rx.el.legend("It may"),
                *[
                    rx.el.label(
                        rx.el.input(
                            type="checkbox",
                            name=scope.value,
                            default_checked=scope is not Scope.DELETE,
                        ),
                        rx.el.span(
                            WORDS[scope], " ", rx.el.code(scope.value, class_name="dc-muted")
                        ),
                        class_name="dc-radio",
                    )
                    for scope in Scope
                ],
                class_name="dc-choices dc-own-facts",
            ),
            problems(page.problems),
            rx.el.div(
                rx.dialog.close(button("Cancel")),
                button("Make the key", kind="primary", type="submit"),
                class_name="dc-dialog-actions",
            ),
            on_submit=page.create,
        ),
    )


def _made(page: Any) -> rx.Component:
    return rx.fragment(
        rx.dialog.description(
            "Copy it now: it is not shown again, and nobody can find it out. Keep it where your "
            "program keeps secrets, never in its source.",
            size="2",
        ),
        rx.el.label(
            rx.el.span("Key"),
            rx.el.input(value=page.made, read_only=True, name="key"),
            class_name="dc-field dc-field-wide",
        ),
        rx.el.div(
            button("Copy the key", kind="primary", on_click=rx.set_clipboard(page.made)),
            rx.dialog.close(button("Done")),
            class_name="dc-dialog-actions",
        ),
    )
