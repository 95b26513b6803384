"""How the emergency channels of a subscriber look."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.cards import card
from app.components.forms import choice, problems
from app.components.timeline import timeline
from app.frame import may
from app.pages.subscribers.dialog_views import consent_fields, field
from app.words.speech import spoken
from engine.domain.roles import Permission


def emergency_channels(page: Any, shown: Any) -> rx.Component:
    """What they agreed to beside WhatsApp, how it came to that, and a form for news of it."""
    return card(
        rx.el.dl(
            rx.el.dt("SMS"),
            rx.el.dd(
                rx.cond(
                    page.sms,
                    rx.fragment(spoken("agreed"), " ", _withdraw(page, "sms")),
                    spoken("not agreed"),
                )
            ),
            rx.el.dt(spoken("E-mail")),
            rx.el.dd(
                rx.cond(
                    page.email,
                    rx.fragment(page.email, " ", _withdraw(page, "email")),
                    spoken("not agreed"),
                )
            ),
            class_name="dc-facts",
        ),
        rx.cond(page.history, timeline(page.history)),
        rx.cond(
            may(Permission.SUBSCRIBERS_WRITE) & ~shown.erased,
            rx.el.details(
                rx.el.summary(spoken("They agreed to one more")),
                rx.form(
                    rx.el.div(
                        choice("By", "channel", "sms", {"sms": "SMS", "email": "E-mail"}),
                        field("E-mail", "email", "", hint="asha@example.com"),
                        *consent_fields(),
                        class_name="dc-form",
                    ),
                    problems(page.problems),
                    button("Note it", kind="primary", type="submit"),
                    on_submit=page.agree,
                    key="channels-" + page.form_number.to_string(),
                ),
            ),
        ),
        title="In an emergency, also by",
    )


def _withdraw(page: Any, channel: str) -> rx.Component:
    return rx.cond(
        may(Permission.SUBSCRIBERS_WRITE),
        button("They took it back", on_click=page.withdraw(channel)),
    )
