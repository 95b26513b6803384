"""How the day's timeline looks: when, what, how far, and the button that has it done again."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.cards import card
from app.components.marks import chip
from app.frame import may
from app.words.speech import spoken
from engine.domain.roles import Permission


def timeline(live: Any) -> rx.Component:
    """The steps of the morning, one below the other."""
    return rx.cond(
        live.day.length() > 0,
        card(
            rx.el.ol(
                rx.foreach(live.day, lambda step: _step(live, step)),
                class_name="dc-checks dc-day-steps",
            ),
            title="The day, step by step",
            actions=rx.el.span(spoken("All times IST"), class_name="dc-muted dc-small"),
            id="day",
        ),
    )


def _step(live: Any, step: Any) -> rx.Component:
    return rx.el.li(
        rx.el.time(step.time, class_name="dc-muted"),
        rx.el.div(
            rx.cond(
                step.href != "",
                rx.link(step.title, href=step.href, class_name="dc-strong-link"),
                rx.el.b(step.title),
            ),
            rx.cond(step.words != "", rx.el.div(step.words, class_name="dc-muted dc-small")),
        ),
        rx.el.div(
            rx.cond(
                (step.retry != "") & may(Permission.BROADCAST_CONTROL),
                button(step.retry, on_click=live.retry(step.step)),
            ),
            rx.el.div(
                chip(
                    rx.fragment(
                        rx.match(
                            step.tone,
                            ("good", "✓ "),
                            ("bad", "✗ "),
                            ("busy", "● "),
                            "",
                        ),
                        step.word,
                    ),
                    tone=step.tone,
                ),
                rx.cond(step.done != "", rx.el.div(step.done, class_name="dc-muted dc-small")),
                class_name="dc-right",
            ),
            class_name="dc-row dc-step-end",
        ),
        custom_attrs={"data-tone": step.tone, "data-step": step.step},
    )
