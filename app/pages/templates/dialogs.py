"""The dialogs of the Templates page: the form with its phone, the group, the deletion."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.forms import problems
from app.components.marks import chip
from app.components.phone import phone_preview
from app.frame import Frame
from engine.domain.templates import BODY_MAX, LANGUAGES, PRICES, Category

DEBOUNCE_MS = 250


def editor(form: Any) -> rx.Component:
    """What is typed at the left, what a phone shows at the right."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(
                rx.cond(form.typed.template, "Change a template", "New template"), size="4"
            ),
            rx.dialog.description(
                "WhatsApp reviews it before it can be sent, mostly within minutes.",
                rx.cond(
                    form.typed.template,
                    " Until then the old words cannot be sent either, and contents that use it "
                    "have to be approved anew. An approved one may be changed once a day.",
                    "",
                ),
                size="2",
                class_name="dc-muted",
            ),
            rx.el.div(_fields(form), _phone(form), class_name="dc-desk"),
            problems(form.problems),
            rx.el.div(
                rx.dialog.close(button("Cancel")),
                button("Submit for review", kind="primary", on_click=form.submit),
                class_name="dc-dialog-actions",
            ),
            max_width="900px",
        ),
        open=form.is_open,
        on_open_change=form.set_open,
    )


def questions(dialog: Any) -> rx.Component:
    """One dialog; which question it asks is the state's."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.match(
                dialog.asked,
                ("delete", _delete(dialog)),
                ("group", _group(dialog)),
                rx.fragment(rx.dialog.title(""), rx.dialog.description("")),
            ),
            max_width="480px",
        ),
        open=dialog.asked != "",
        on_open_change=dialog.set_open,
    )


def _fields(form: Any) -> rx.Component:
    typed, fixed = form.typed, form.typed.template != 0
    return rx.el.div(
        rx.el.div(
            _line(form, "Name", "name", typed.name, "morning_market_note", disabled=fixed),
            _choice(form, "Language", "language", typed.language, LANGUAGES, disabled=fixed),
            class_name="dc-form",
        ),
        _choice(form, "Category", "category", typed.category, _categories()),
        _line(form, "Header (optional, one line)", "header", typed.header, "Good morning"),
        rx.el.label(
            rx.el.span("Body ", rx.el.span(typed.left, class_name="dc-muted dc-small")),
            rx.el.textarea(
                key=f"body-{form.number}",
                default_value=typed.body,
                rows=6,
                max_length=BODY_MAX,
                placeholder="Good morning {{1}}, your note is ready: {{2}}. Read it today.",
                on_change=form.type_in("body").debounce(DEBOUNCE_MS),
                on_blur=form.type_in("body"),
            ),
            class_name="dc-field",
        ),
        rx.foreach(typed.places, lambda place, n: _example(form, place, n)),
        _line(form, "Footer (optional)", "footer", typed.footer, "Reply STOP to stop this note"),
        rx.el.div(*[_button(form, place) for place in range(3)], class_name="dc-form dc-form-3"),
    )


def _line(
    form: Any, label: str, name: str, value: Any, hint: str, *, disabled: Any = False
) -> rx.Component:
    return rx.el.label(
        rx.el.span(label),
        rx.el.input(
            key=f"{name}-{form.number}",
            default_value=value,
            placeholder=hint,
            disabled=disabled,
            on_change=form.type_in(name).debounce(DEBOUNCE_MS),
            on_blur=form.type_in(name),
        ),
        class_name="dc-field",
    )


def _choice(
    form: Any,
    label: str,
    name: str,
    value: Any,
    options: dict[str, str],
    *,
    disabled: Any = False,
) -> rx.Component:
    return rx.el.label(
        rx.el.span(label),
        rx.el.select(
            *[rx.el.option(words, value=key) for key, words in options.items()],
            value=value,
            disabled=disabled,
            on_change=form.type_in(name),
        ),
        class_name="dc-field",
    )


def _categories() -> dict[str, str]:
    return {
        one.value: f"{one.value.capitalize()} · ₹{PRICES[one.value]:.4f} a message"
        for one in Category
    }


def _example(form: Any, place: Any, n: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span("Example for {{", place, "}}"),
        rx.el.input(
            key=f"example-{form.number}-{n}",
            default_value=form.typed.examples[n],
            on_change=form.type_example(n).debounce(DEBOUNCE_MS),
            on_blur=form.type_example(n),
        ),
        class_name="dc-field",
    )


def _button(form: Any, place: int) -> rx.Component:
    return rx.el.label(
        rx.el.span(f"Button {place + 1} (optional)"),
        rx.el.input(
            key=f"button-{form.number}-{place}",
            default_value=form.typed.buttons[place],
            max_length=25,
            on_change=form.type_button(place).debounce(DEBOUNCE_MS),
            on_blur=form.type_button(place),
        ),
        class_name="dc-field",
    )


def _phone(form: Any) -> rx.Component:
    typed = form.typed
    return rx.el.div(
        phone_preview(
            rx.fragment(rx.cond(typed.header, rx.el.b(typed.header, "\n")), typed.preview),
            sender=Frame.organisation,
            footer=typed.footer,
        ),
        rx.el.div(
            rx.foreach(typed.buttons, lambda words: rx.cond(words, chip(words, "busy"))),
            class_name="dc-row",
        ),
        class_name="dc-desk-phone",
        aria_live="polite",
    )


def _delete(dialog: Any) -> rx.Component:
    return rx.fragment(
        rx.dialog.title("Delete ", dialog.name, " in ", dialog.language, "?", size="4"),
        rx.dialog.description(
            "WhatsApp deletes it at once. This cannot be undone: an approved name cannot be used "
            "again for 30 days.",
            size="2",
        ),
        rx.cond(
            dialog.uses,
            rx.el.div(
                rx.el.div(
                    rx.el.b("It is used by"),
                    rx.el.ul(rx.foreach(dialog.uses, rx.el.li), class_name="dc-plain-list"),
                    rx.cond(
                        dialog.bound,
                        rx.el.p("What is approved would not go out: it stays until then."),
                    ),
                ),
                class_name="dc-note dc-problems",
                custom_attrs={"data-tone": rx.cond(dialog.bound, "bad", "warn")},
            ),
            rx.el.p(
                "No content of today or later, and no evergreen, uses it.", class_name="dc-muted"
            ),
        ),
        problems(dialog.problems),
        rx.el.div(
            rx.dialog.close(button("Cancel")),
            button("Delete it", kind="danger", on_click=dialog.delete, disabled=dialog.bound),
            class_name="dc-dialog-actions",
        ),
    )


def _group(dialog: Any) -> rx.Component:
    return rx.fragment(
        rx.dialog.title("Who stands in for ", dialog.name, "?", size="4"),
        rx.dialog.description(
            "Templates of one group stand in for each other, in this order: lower numbers first, "
            "fallbacks last. One that WhatsApp paused, or of which more than 2 % fail, comes after "
            "those that do well. A person makes the change: an approval is for one template.",
            size="2",
            class_name="dc-muted",
        ),
        rx.form(
            rx.el.div(
                rx.el.label(
                    rx.el.span("Group"),
                    rx.el.input(
                        name="group", default_value=dialog.group, placeholder="Morning note"
                    ),
                    class_name="dc-field",
                ),
                rx.el.label(
                    rx.el.span("Place in the order"),
                    rx.el.input(
                        name="position",
                        default_value=dialog.position.to_string(),
                        input_mode="numeric",
                    ),
                    class_name="dc-field",
                ),
                class_name="dc-form",
            ),
            _mark("fallback", "Fallback: when no other of the group may be sent", dialog.fallback),
            _mark(
                "conservative",
                "Conservative: for numbers that recover from bad quality",
                dialog.conservative,
            ),
            problems(dialog.problems),
            rx.el.div(
                rx.dialog.close(button("Cancel")),
                button("Save", kind="primary", type="submit"),
                class_name="dc-dialog-actions",
            ),
            on_submit=dialog.put_in_group,
        ),
    )


def _mark(name: str, words: str, value: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", name=name, default_checked=value),
        rx.el.span(words),
        class_name="dc-radio dc-mark",
    )
