"""How the emergency of a broadcast looks: the proposal, the question, the progress."""

from typing import Any

import reflex as rx

from app.components.actions import button, confirm
from app.components.cards import card
from app.components.forms import field
from app.components.marks import chip
from app.frame import may
from app.words.speech import spoken
from engine.domain.roles import Permission

CONTROLS = may(Permission.BROADCAST_CONTROL)


def emergency(page: Any) -> rx.Component:
    """What there is of it; nothing where none may be declared."""
    shown = page.shown
    return rx.fragment(
        rx.cond(shown.declared, _progress(page), rx.cond(shown.may & CONTROLS, _offer(page))),
        _question(page),
    )


def _offer(page: Any) -> rx.Component:
    return rx.el.div(
        rx.icon("siren", size=16, aria_hidden="true"),
        rx.el.span(
            rx.cond(
                page.shown.proposed,
                spoken("Fewer than 90 % have it after the close. Should the others get it now?"),
                spoken("If WhatsApp fails, who agreed to it can get the message otherwise."),
            )
        ),
        button("Declare an emergency…", kind="danger", on_click=page.begin),
        class_name="dc-banner",
        role="status",
        custom_attrs={"data-tone": rx.cond(page.shown.proposed, "bad", "quiet")},
    )


def _question(page: Any) -> rx.Component:
    facts = (
        ("Have not got it", page.missing),
        ("By SMS", page.by_sms),
        ("By e-mail", page.by_mail),
    )
    lines = [part for name, value in facts for part in (rx.el.dt(spoken(name)), rx.el.dd(value))]
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(spoken("Declare an emergency?"), size="4"),
            rx.alert_dialog.description(
                spoken(
                    "The approved message goes to them by SMS or e-mail, to each once. WhatsApp "
                    "may still deliver it, too. There is one emergency for a broadcast, and what "
                    "has left cannot be taken back."
                ),
                size="2",
            ),
            rx.el.dl(*lines, class_name="dc-facts"),
            rx.form(
                rx.cond(
                    page.problem,
                    rx.el.p(page.problem, role="alert", class_name="dc-problems"),
                ),
                field("Type the number of people to confirm it", "people", "", hint="0"),
                rx.el.p(rx.el.b(page.people), class_name="dc-muted dc-small"),
                field("Why (stays in the audit trail)", "reason", "", wide=True),
                rx.el.div(
                    rx.alert_dialog.cancel(button("Cancel")),
                    button("Declare it", kind="danger", type="submit"),
                    class_name="dc-dialog-actions",
                ),
                on_submit=page.declare,
            ),
            max_width="480px",
        ),
        open=page.asking,
        on_open_change=page.set_asking,
    )


def _progress(page: Any) -> rx.Component:
    shown = page.shown
    return card(
        rx.el.div(
            chip(shown.state, shown.tone),
            rx.el.span(shown.by, " · ", shown.at, class_name="dc-muted dc-small"),
            class_name="dc-row",
        ),
        rx.el.p(shown.reason),
        rx.el.div(
            rx.el.div(style={"width": shown.width}, class_name="dc-progress-part"),
            class_name="dc-progress",
            role="progressbar",
            aria_label="How far it is",
            aria_valuetext=shown.done,
        ),
        rx.el.p(shown.done, class_name="dc-muted"),
        rx.el.ul(
            rx.foreach(
                shown.lines,
                lambda one: rx.el.li(
                    rx.el.b(one.number),
                    rx.el.span(one.channel),
                    chip(one.word, one.tone),
                    class_name="dc-row",
                ),
            ),
            class_name="dc-plain-list",
        ),
        rx.cond(
            shown.under_way & CONTROLS,
            confirm(
                button("End it…", kind="danger"),
                title="End the emergency?",
                words_="What has not left does not leave. It cannot be declared again for this "
                "broadcast.",
                verb="End the emergency",
                on_confirm=page.stop,
            ),
        ),
        title="Emergency",
    )
