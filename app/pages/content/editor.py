"""How the desk looks: language tabs and fields, the phone beside them, the checks below."""

from typing import Any

import reflex as rx

from app.components.actions import button, confirm
from app.components.cards import card, page_head
from app.components.marks import chip
from app.components.phone import phone_preview
from app.frame import Frame, may
from app.pages.content.above import above
from app.pages.content.checks import checks_card
from app.pages.content.shown import FieldShown, OptionShown, TabShown
from app.pages.content.wordings import share, wordings_card
from app.words.speech import spoken
from engine.domain.roles import Permission

DEBOUNCE_MS = 350
"""The phone follows this long after the last key."""


def desk(page: Any) -> rx.Component:
    """The whole page."""
    return rx.fragment(
        page_head(
            rx.cond(page.title, page.title, spoken("New content")),
            "Write here what the morning's message says, and send it to be approved",
            rx.cond(page.wordings.is_second, chip("Wording B", "busy")),
            chip(page.standing.state, page.standing.tone),
            rx.cond(page.unsaved, chip("Not saved yet", "warn")),
            _actions(page),
        ),
        rx.cond(
            page.standing.banner,
            rx.el.p(
                page.standing.banner,
                class_name="dc-note",
                custom_attrs={"data-tone": page.standing.banner_tone},
            ),
        ),
        rx.el.div(_form(page), _phone(page), class_name="dc-desk"),
        checks_card(page.checks, page.summary, page.summary_tone),
        wordings_card(page),
    )


def _actions(page: Any) -> rx.Component:
    return rx.cond(
        may(Permission.CONTENT_WRITE) & page.standing.editable,
        rx.el.div(
            button("Save draft", on_click=page.save, disabled=~page.unsaved),
            rx.cond(
                page.standing.submittable | page.unsaved,
                confirm(
                    button("Submit…", kind="primary"),
                    title="Submit for approval?",
                    words_="It is saved and goes to the approvers. Somebody else has to read and "
                    "approve it before it can be sent; a change after that starts over.",
                    verb="Submit",
                    kind="primary",
                    on_confirm=page.submit,
                ),
            ),
            class_name="dc-row",
        ),
    )


def _form(page: Any) -> rx.Component:
    return card(
        _fields(
            page,
            _title(page),
            rx.cond(page.wordings.is_second, share(page), _day(page)),
            look="dc-desk-head",
        ),
        rx.cond(page.wordings.is_second, None, _fields(page, _evergreen(page), look="dc-stack")),
        rx.el.div(
            rx.foreach(page.tabs, lambda tab: _tab(page, tab)),
            role="tablist",
            aria_label="Languages",
            class_name="dc-tabs",
        ),
        rx.el.div(
            _fields(
                page,
                _template(page),
                above(page),
                rx.foreach(page.fields, lambda field: _field(page, field)),
                rx.cond(page.fields, _hint()),
                look="dc-stack",
            ),
            role="tabpanel",
        ),
    )


def _fields(page: Any, *fields: Any, look: str) -> rx.Component:
    # Who may not write, or no longer, reads; the tabs stay outside, so that they read everything.
    return rx.el.fieldset(
        *fields,
        disabled=~(may(Permission.CONTENT_WRITE) & page.standing.editable),
        class_name=f"dc-fieldset {look}",
    )


def _title(page: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span("Title (for your team; subscribers do not see it)"),
        rx.el.input(
            key=page.key,
            default_value=page.title,
            placeholder="Nifty outlook, week 48",
            max_length=120,
            on_change=page.type_title.debounce(DEBOUNCE_MS),
            on_blur=page.type_title,
        ),
        class_name="dc-field",
    )


def _day(page: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span("For the morning of"),
        rx.el.input(key=page.key, type="date", default_value=page.day, on_change=page.choose_day),
        class_name="dc-field",
    )


def _evergreen(page: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", checked=page.evergreen, on_change=page.choose_evergreen),
        rx.el.span(
            "Evergreen: stands in on any morning for which nothing was approved in time",
            class_name="dc-small",
        ),
        class_name="dc-check-box",
    )


def _tab(page: Any, tab: TabShown) -> rx.Component:
    return rx.el.button(
        tab.name,
        rx.el.span(tab.readers, " readers", class_name="dc-muted dc-small"),
        rx.cond(tab.written, None, rx.icon("circle-dashed", size=14, aria_label="not written")),
        type="button",
        role="tab",
        aria_selected=page.language == tab.language,
        on_click=page.choose_language(tab.language),
        class_name="dc-tab",
    )


def _template(page: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span("Template"),
        rx.el.select(
            rx.foreach(page.options, _option),
            value=page.template,
            on_change=page.choose_template,
        ),
        class_name="dc-field",
    )


def _option(option: OptionShown) -> rx.Component:
    return rx.el.option(option.label, value=option.key)


def _field(page: Any, field: FieldShown) -> rx.Component:
    return rx.el.label(
        rx.el.span(
            f"Parameter {field.place} ", rx.el.span(field.hint, class_name="dc-muted dc-small")
        ),
        rx.el.textarea(
            key=field.key,
            default_value=field.value,
            rows=2,
            on_change=page.type_value(field.place).debounce(DEBOUNCE_MS),
            on_blur=page.type_value(field.place),
        ),
        class_name="dc-field",
    )


def _hint() -> rx.Component:
    return rx.el.p(
        "Write ",
        rx.el.code("{name}"),
        " or ",
        rx.el.code("{registration_no}"),
        " where the reader’s own name or registration number belongs.",
        class_name="dc-muted dc-small",
    )


def _phone(page: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(
            page.preview.text,
            rx.fragment(
                phone_preview(
                    page.preview.text,
                    sender=Frame.organisation,
                    footer=page.preview.footer,
                    image=page.image,
                    document=page.preview.document,
                    buttons=page.preview.buttons,
                ),
                rx.el.p(page.preview.caption, class_name="dc-muted dc-small"),
            ),
            rx.el.div(
                rx.icon("smartphone", size=24, aria_hidden="true"),
                rx.el.p(rx.el.b(f"No message in {page.preview.name}")),
                rx.el.p(
                    f"{page.preview.readers} subscribers read it. Choose a template to write one.",
                    class_name="dc-muted",
                ),
                class_name="dc-empty",
            ),
        ),
        class_name="dc-desk-phone",
        aria_live="polite",
    )
