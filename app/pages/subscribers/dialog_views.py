"""How the dialogs of the Subscribers page look."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.timeline import timeline
from app.frame import may
from app.pages.subscribers.questions import QUESTIONS, Question
from app.pages.subscribers.shown import LANGUAGE_WORDS, TIER_WORDS
from app.words.speech import spoken
from engine.domain.roles import Permission


def entry_and_question(state: Any) -> rx.Component:
    """Both dialogs; closed until their state says otherwise."""
    return rx.fragment(_entry_dialog(state), _question_dialog(state))


def consent_fields() -> tuple[rx.Component, ...]:
    """How, when and by what evidence somebody agreed."""
    return (
        field("How they agreed", "consent_source", "", hint="web form, signed form"),
        field("When", "consent_date", "", kind="date"),
        field("Evidence", "consent_evidence", "", hint="where the proof lies", wide=True),
    )


def channel_fields() -> tuple[rx.Component, ...]:
    """Whether they also agreed to SMS and to e-mail, for an emergency."""
    return (
        field("E-mail", "email", "", hint="asha@example.com"),
        tick("Agreed to e-mail in an emergency", "email_consent"),
        tick("Agreed to SMS in an emergency", "sms_consent"),
    )


def tick(label: str, name: str) -> rx.Component:
    """A box of a form that is empty at first."""
    return rx.el.label(
        rx.el.input(type="checkbox", name=name),
        rx.el.span(spoken(label)),
        class_name="dc-check-box",
    )


def field(
    label: str, name: str, value: Any, *, kind: Any = "text", hint: str = "", wide: bool = False
) -> rx.Component:
    """A labelled input of a form."""
    return rx.el.label(
        rx.el.span(label),
        rx.el.input(name=name, default_value=value, type=kind, placeholder=hint),
        class_name="dc-field dc-field-wide" if wide else "dc-field",
    )


def problems(lines: Any) -> rx.Component:
    """What is wrong with what was typed; nothing when nothing is."""
    return rx.cond(
        lines,
        rx.el.div(
            rx.icon("triangle-alert", size=14, aria_hidden="true"),
            rx.el.ul(rx.foreach(lines, rx.el.li), class_name="dc-plain-list"),
            class_name="dc-note dc-problems",
            custom_attrs={"data-tone": "bad"},
            role="alert",
        ),
    )


def _entry_dialog(state: Any) -> rx.Component:
    entry = state.entry
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(rx.cond(entry.id, entry.name, "Add a subscriber"), size="4"),
            rx.dialog.description(
                rx.cond(
                    entry.id,
                    "Corrections hold from the next morning's freeze on.",
                    "Nobody is written to without consent, so it is asked for here.",
                ),
                size="2",
                class_name="dc-muted",
            ),
            rx.form(
                rx.el.div(
                    field("Name", "name", entry.name),
                    field("Phone", "phone", entry.phone, kind="tel", hint="98123 45610"),
                    _choice("Language", "language", entry.language, LANGUAGE_WORDS),
                    _choice("Tier", "tier", entry.tier, TIER_WORDS),
                    field("State", "region", entry.region, hint="Maharashtra"),
                    field(
                        "SEBI or ARN registration",
                        "registration_no",
                        entry.registration_no,
                        hint="INH000012345",
                    ),
                    field("Tags", "tags", entry.tags, hint="separated by commas", wide=True),
                    rx.cond(
                        entry.id, rx.fragment(), rx.fragment(*consent_fields(), *channel_fields())
                    ),
                    class_name="dc-form",
                ),
                problems(state.problems),
                rx.cond(
                    state.history,
                    rx.el.div(
                        rx.el.h3("Consent", class_name="dc-small dc-muted"),
                        timeline(state.history),
                        class_name="dc-history",
                        tab_index=0,
                    ),
                ),
                rx.el.div(
                    rx.dialog.close(button("Close")),
                    rx.cond(
                        may(Permission.SUBSCRIBERS_WRITE),
                        button(
                            rx.cond(entry.id, "Save", "Add the subscriber"),
                            kind="primary",
                            type="submit",
                        ),
                    ),
                    class_name="dc-dialog-actions",
                ),
                on_submit=state.save,
            ),
            max_width="560px",
        ),
        open=state.is_open,
        on_open_change=state.set_open,
    )


def _question_dialog(state: Any) -> rx.Component:
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            *[
                rx.cond(state.asked == what, _question(state, question))
                for what, question in QUESTIONS.items()
            ],
            max_width="480px",
        ),
        open=state.asked != "",
        on_open_change=state.set_open,
    )


def _question(state: Any, question: Question) -> rx.Component:
    fields: tuple[rx.Component, ...] = ()
    if question.fields == "reason":
        fields = (field("Why (kept in the audit trail)", "reason", "", wide=True),)
    elif question.fields == "reference":
        fields = (
            field(
                "Where the request can be found",
                "reference",
                "",
                hint="Ticket 1207 (kept, so no name here)",
                wide=True,
            ),
        )
    elif question.fields == "consent":
        fields = consent_fields()
    return rx.fragment(
        rx.alert_dialog.title(f"{question.title} ", state.asked_name, "?", size="4"),
        rx.alert_dialog.description(question.words, size="2"),
        rx.form(
            rx.el.div(*fields, class_name="dc-form"),
            problems(state.problems),
            rx.el.div(
                rx.alert_dialog.cancel(button("Cancel")),
                button(question.verb, kind=question.kind, type="submit"),
                class_name="dc-dialog-actions",
            ),
            on_submit=state.answer,
        ),
    )


def _choice(label: str, name: str, value: Any, options: dict[str, str]) -> rx.Component:
    return rx.el.label(
        rx.el.span(label),
        rx.el.select(
            *[rx.el.option(words, value=key) for key, words in options.items()],
            name=name,
            default_value=value,
        ),
        class_name="dc-field",
    )
