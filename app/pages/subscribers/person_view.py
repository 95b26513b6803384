"""How the page of one subscriber looks."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.cards import card, page_head
from app.components.marks import chip
from app.components.timeline import timeline
from app.frame import may
from app.pages.subscribers.channels_view import emergency_channels
from engine.domain.roles import Permission


def person(page: Any, dialog: Any, channels: Any) -> rx.Component:
    """The answer, then the line of their life beside who they are."""
    shown = page.shown
    return rx.fragment(
        page_head(
            shown.name,
            rx.fragment(shown.phone, " · ", shown.language, " · ", shown.tier),
            rx.cond(may(Permission.SUBSCRIBERS_WRITE) & ~shown.erased, _actions(shown, dialog)),
            answers="Who this person is, what they got, and why not",
        ),
        card(
            rx.el.div(
                rx.el.div(
                    rx.cond(shown.about, rx.el.p(shown.about, class_name="dc-muted dc-small")),
                    rx.el.p(shown.headline, class_name="dc-answer-line"),
                    rx.cond(
                        shown.next,
                        rx.el.p(rx.el.b("Next: "), shown.next, class_name="dc-answer-next"),
                    ),
                    rx.el.p(
                        rx.el.b(rx.cond(shown.is_targeted, "Tomorrow: ", "From now on: ")),
                        shown.from_now_on,
                        class_name="dc-answer-next",
                    ),
                ),
                chip(shown.status_word, shown.status_tone),
                class_name="dc-answer",
                custom_attrs={"data-tone": shown.tone},
            ),
        ),
        rx.el.div(
            card(
                rx.cond(
                    page.moments,
                    rx.el.ol(rx.foreach(page.moments, _moment), class_name="dc-timeline"),
                    rx.el.p("Nothing has happened yet.", class_name="dc-muted"),
                ),
                rx.cond(
                    page.has_older,
                    rx.el.div(
                        button("Older messages", on_click=page.load_older),
                        class_name="dc-dialog-actions",
                    ),
                ),
                title="What happened",
            ),
            rx.el.div(
                card(_facts(shown), title="Who they are"),
                card(
                    rx.cond(
                        shown.consents,
                        timeline(shown.consents),
                        rx.el.p(
                            "No consent on record: nothing is sent without one.",
                            class_name="dc-muted",
                        ),
                    ),
                    title="Consent",
                ),
                emergency_channels(channels, shown),
                class_name="dc-stack-16",
            ),
            class_name="dc-story",
        ),
    )


def _actions(shown: Any, dialog: Any) -> rx.Component:
    def ask(words: str, what: str, kind: Any = "plain") -> rx.Component:
        return button(words, kind=kind, on_click=dialog.ask_about(shown.id, shown.name, what))

    stop = ask("Opt out…", "stop")
    return rx.fragment(
        button("Edit…", on_click=dialog.open_entry(shown.id)),
        rx.match(
            shown.status,
            ("ACTIVE", rx.fragment(ask("Pause…", "pause"), stop)),
            ("OPTED_OUT", ask("New consent…", "restart")),
            rx.fragment(ask("Resume…", "resume"), stop),
        ),
        rx.cond(may(Permission.SUBSCRIBERS_ERASE), ask("Erase…", "erase", "danger")),
    )


def _moment(moment: Any) -> rx.Component:
    return rx.el.li(
        rx.el.time(moment.day, rx.el.br(), moment.time),
        rx.el.span(
            rx.el.i(custom_attrs={"data-tone": moment.tone}),
            class_name="dc-timeline-mark",
            aria_hidden="true",
        ),
        rx.el.div(
            rx.el.div(
                rx.cond(
                    moment.href,
                    rx.link(moment.title, href=moment.href, class_name="dc-name"),
                    moment.title,
                ),
            ),
            rx.cond(moment.words, rx.el.div(moment.words, class_name="dc-muted dc-small")),
            rx.cond(moment.steps, _steps(moment)),
            class_name="dc-timeline-entry",
        ),
    )


def _steps(moment: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary("Step by step", class_name="dc-grey dc-small"),
        rx.el.ol(rx.foreach(moment.steps, _step), class_name="dc-timeline dc-steps"),
        open=moment.is_open,
        class_name="dc-raw",
    )


def _step(step: Any) -> rx.Component:
    return rx.el.li(
        rx.el.time(step.time),
        rx.el.span(
            rx.el.i(custom_attrs={"data-tone": step.tone}),
            class_name="dc-timeline-mark",
            aria_hidden="true",
        ),
        rx.el.div(
            rx.el.div(step.title),
            rx.cond(step.words, rx.el.div(step.words, class_name="dc-muted dc-small")),
            class_name="dc-timeline-entry",
        ),
    )


def _facts(shown: Any) -> rx.Component:
    facts = (
        ("State", shown.region),
        ("Registration", shown.registration_no),
        ("Tags", shown.tags),
        ("Added", shown.added),
    )
    lines = [part for name, value in facts for part in (rx.el.dt(name), rx.el.dd(value))]
    return rx.el.dl(*lines, class_name="dc-facts")
