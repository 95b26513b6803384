"""How the page of one delivery looks."""

from typing import Any

import reflex as rx

from app.components.actions import button, confirm
from app.components.cards import card, page_head
from app.components.marks import chip
from app.components.phone import phone_preview
from app.frame import may
from engine.domain.roles import Permission


def delivery(page: Any) -> rx.Component:
    """The answer, then the story beside what was sent."""
    shown = page.shown
    return rx.fragment(
        page_head(
            shown.name,
            rx.fragment(shown.phone, " · ", shown.language, " · ", shown.tier),
            rx.cond(
                shown.broadcast_href,
                rx.link(
                    shown.broadcast,
                    href=shown.broadcast_href,
                    class_name="dc-button",
                    underline="none",
                ),
            ),
            answers="Whether this one message arrived, and what may be done",
        ),
        card(
            rx.el.div(
                rx.el.div(
                    rx.el.p(shown.headline, class_name="dc-answer-line"),
                    rx.cond(
                        shown.next,
                        rx.el.p(rx.el.b("Next: "), shown.next, class_name="dc-answer-next"),
                    ),
                ),
                chip(shown.state, shown.tone),
                class_name="dc-answer",
                custom_attrs={"data-tone": shown.tone},
            ),
            rx.cond(
                shown.doubled,
                rx.el.p(
                    "They got it twice: a message that was sent again had arrived the first time.",
                    class_name="dc-small dc-tone",
                    custom_attrs={"data-tone": "warn"},
                ),
            ),
            rx.cond(
                (shown.held | shown.can_requeue | shown.can_close)
                & may(Permission.DELIVERIES_SETTLE),
                _settle(page),
            ),
        ),
        rx.el.div(
            card(
                rx.el.ol(rx.foreach(page.entries, _entry), class_name="dc-timeline"),
                title="What happened",
            ),
            _sent(shown),
            class_name="dc-story",
        ),
    )


MAY_BE_TWO = (
    "Nobody can say whether WhatsApp has the first one. If it has, this person gets the message "
    "twice. It cannot be called back."
)


def _settle(page: Any) -> rx.Component:
    shown = page.shown
    return rx.el.div(
        rx.cond(
            shown.held,
            confirm(
                button("Send again knowingly…", kind="primary"),
                title="Send it again?",
                words_=MAY_BE_TWO,
                verb="Send it again",
                on_confirm=page.send_again,
            ),
        ),
        rx.cond(shown.can_requeue, _put_back(page)),
        rx.cond(
            shown.can_close,
            confirm(
                button("Close with a reason…"),
                title="Close this delivery?",
                words_="Nothing more is sent for it. A receipt that still comes shows that it "
                "arrived.",
                extra=rx.el.label(
                    rx.el.span("Why (stays with the delivery)"),
                    rx.debounce_input(
                        rx.el.input(value=page.reason, on_change=page.type_reason),
                        debounce_timeout=150,
                    ),
                    class_name="dc-field",
                ),
                verb="Close it",
                on_confirm=page.close,
            ),
        ),
        class_name="dc-row dc-settle",
    )


def _put_back(page: Any) -> rx.Component:
    return rx.cond(
        page.shown.doubtful,
        confirm(
            button("Put back knowingly…", kind="primary"),
            title="Send it again?",
            words_="One of its tries was never answered. " + MAY_BE_TWO,
            verb="Send it again",
            on_confirm=page.put_back(True),
        ),
        confirm(
            button("Put back…", kind="primary"),
            title="Send it again?",
            words_="It goes at once, through a sender that may send. It is refused when the person "
            "said stop since, or when its approval does not hold any more.",
            verb="Put it back",
            kind="primary",
            on_confirm=page.put_back(False),
        ),
    )


def _entry(entry: Any) -> rx.Component:
    return rx.el.li(
        rx.el.time(entry.time, title=entry.moment),
        rx.el.span(
            rx.el.i(custom_attrs={"data-tone": entry.tone}),
            class_name="dc-timeline-mark",
            aria_hidden="true",
        ),
        rx.el.div(
            rx.el.div(
                entry.title,
                rx.cond(entry.code, rx.el.span(" ", entry.code, class_name="dc-grey dc-small")),
            ),
            rx.cond(entry.words, rx.el.div(entry.words, class_name="dc-muted dc-small")),
            rx.cond(
                entry.raw,
                rx.el.details(
                    rx.el.summary("Raw", class_name="dc-grey dc-small"),
                    rx.el.pre(entry.raw, class_name="dc-code", tab_index=0),
                    class_name="dc-raw",
                ),
            ),
            class_name="dc-timeline-entry",
        ),
    )


def _sent(shown: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(
            shown.text,
            card(phone_preview(shown.text, sender="The message", time=""), title="What was sent"),
        ),
        card(
            rx.el.dl(
                rx.el.dt("Content"),
                rx.el.dd(shown.hash),
                rx.el.dt("WhatsApp's id"),
                rx.el.dd(shown.message_id, class_name="dc-break"),
                class_name="dc-facts",
            ),
            title="For the record",
        ),
        class_name="dc-stack-16",
    )
