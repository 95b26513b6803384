"""How the Senders page looks: the pool's sentence above, a card for each number below."""

from typing import Any

import reflex as rx

from app.components.actions import button, confirm
from app.components.cards import card, empty, grid, rate_bar
from app.components.marks import chip
from app.frame import may
from app.pages.senders.shown import Shown
from app.pages.senders.strip import strip_of
from engine.domain.roles import Permission


def pool(page: Any) -> rx.Component:
    return rx.fragment(
        card(
            rx.el.div(
                rx.icon("gauge", size=20, aria_hidden="true"),
                rx.el.div(
                    rx.el.p(page.sentence, class_name="dc-lead"),
                    rx.el.p(page.note, class_name="dc-muted dc-small"),
                ),
                class_name="dc-pool",
                custom_attrs={"data-tone": page.tone},
            ),
        ),
        grid(rx.foreach(page.cards, lambda sender: _sender(page, sender)), columns=3),
    )


def no_senders() -> rx.Component:
    return empty(
        "No senders yet",
        "Add the phone number ids of your WhatsApp account to the settings "
        "(WHATSAPP_PHONE_NUMBER_ID_1 and so on) and start again.",
        icon="radio-tower",
    )


def _sender(page: Any, sender: Shown) -> rx.Component:
    return card(
        rx.el.div(
            *_about(sender),
            rx.cond(may(Permission.SENDERS_WRITE), _actions(page, sender)),
            class_name="dc-sender",
        )
    )


def _about(sender: Shown) -> tuple[rx.Component, ...]:
    return (
        rx.el.div(
            rx.el.div(
                rx.el.h2(
                    rx.link(sender.phone, href=sender.href, class_name="dc-strong-link"),
                    class_name="dc-sender-phone",
                ),
                rx.el.p(sender.label, class_name="dc-muted dc-small"),
            ),
            chip(sender.state, sender.state_tone),
            class_name="dc-card-head",
        ),
        rx.cond(sender.reason, rx.el.p(sender.reason, class_name="dc-small dc-reason")),
        rx.el.div(
            chip(sender.role, rx.cond(sender.backup, "held", "quiet")),
            chip(sender.quality, sender.quality_tone),
            chip(sender.status, sender.status_tone),
            class_name="dc-row",
        ),
        rx.link(
            strip_of(sender.strip, sender.strip_words),
            href=sender.href,
            title="History and recovery plan",
            class_name="dc-strip-link",
        ),
        rx.el.div(
            rx.el.div(rate_bar(sender.rate_width), sender.rate, class_name="dc-sender-rate"),
            rx.cond(sender.rate_note, rx.el.p(sender.rate_note, class_name="dc-muted dc-small")),
        ),
        rx.el.dl(
            *_fact("Answers", sender.latency, hint=sender.latency_of),
            *_fact("Last 24 h", sender.sent),
            *_fact("Account limit", sender.limit),
            *_fact("Own cap", sender.cap_words),
            *_fact("Checked", sender.checked, hint=sender.checked_at),
            class_name="dc-facts",
        ),
        rx.cond(
            sender.error,
            rx.el.p(
                rx.icon("triangle-alert", size=14, aria_hidden="true"),
                rx.el.span(sender.error),
                class_name="dc-note",
                custom_attrs={"data-tone": "bad"},
            ),
        ),
    )


def _fact(name: str, value: Any, hint: Any = "") -> tuple[rx.Component, ...]:
    return (rx.el.dt(name), rx.el.dd(value, title=hint))


def _actions(page: Any, sender: Shown) -> rx.Component:
    return rx.el.div(
        rx.cond(sender.active, _rest(page, sender), _resume(page, sender)),
        _pace(page, sender),
        _cap(page, sender),
        _swap(page, sender),
        class_name="dc-row dc-sender-actions",
    )


def _rest(page: Any, sender: Shown) -> rx.Component:
    return confirm(
        button("Rest…"),
        title=f"Rest {sender.phone}?",
        words_="It stops at once and stays out of the pool until somebody resumes it. What it "
        "would have sent goes by the other senders. Nothing is lost.",
        extra=_field("Why (people will read this)", page.reason, page.type_reason),
        verb="Rest the sender",
        on_confirm=page.rest(sender.id),
    )


def _resume(page: Any, sender: Shown) -> rx.Component:
    return confirm(
        button("Resume…", kind="primary"),
        title=f"Resume {sender.phone}?",
        words_="It may send again at once, at the pace its quality allows.",
        verb="Resume the sender",
        kind="primary",
        on_confirm=page.resume(sender.id),
    )


def _pace(page: Any, sender: Shown) -> rx.Component:
    return confirm(
        button("Pace…"),
        title=f"How fast may {sender.phone} send?",
        words_=f"Now {sender.pace} messages a second at most. The change holds at once, also in a "
        "broadcast that is running.",
        extra=_field("Messages a second", page.pace, page.type_pace, numeric=True),
        verb="Change the pace",
        kind="primary",
        on_confirm=page.change_pace(sender.id),
    )


def _cap(page: Any, sender: Shown) -> rx.Component:
    return confirm(
        button("Cap…"),
        title=f"How many people may {sender.phone} reach in 24 hours?",
        words_="Each person counts once. What is beyond the cap goes by the other senders, or not "
        "at all. Leave it empty for no cap.",
        extra=_field("People in 24 hours", page.cap, page.type_cap, numeric=True),
        verb="Change the cap",
        kind="primary",
        on_confirm=page.change_cap(sender.id),
    )


def _swap(page: Any, sender: Shown) -> rx.Component:
    return rx.cond(
        sender.backup,
        confirm(
            button("Make primary…"),
            title=f"Make {sender.phone} a primary?",
            words_="From the next plan on it sends its part of every broadcast.",
            verb="Make it a primary",
            kind="primary",
            on_confirm=page.make(sender.id, "primary"),
        ),
        confirm(
            button("Make backup…"),
            title=f"Make {sender.phone} a backup?",
            words_="From the next plan on it sends only when a primary fails. Its recipients get "
            "their messages from other numbers, as new chats on their phones.",
            verb="Make it a backup",
            on_confirm=page.make(sender.id, "backup"),
        ),
    )


def _field(label: str, value: Any, on_change: Any, *, numeric: bool = False) -> rx.Component:
    return rx.el.label(
        rx.el.span(label),
        rx.debounce_input(
            rx.el.input(
                value=value, on_change=on_change, input_mode="decimal" if numeric else "text"
            ),
            debounce_timeout=150,
        ),
        class_name="dc-field",
    )
