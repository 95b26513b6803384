"""How the rules look, and the form of the one that is edited."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.cards import card
from app.components.forms import problems
from app.components.marks import chip
from app.components.tables import column, data_table, row_of
from app.frame import may
from app.words.speech import spoken_of
from engine.domain.roles import Permission

WRITES = may(Permission.ALERTS_WRITE)


def rules(page: Any) -> rx.Component:
    """Every rule, and what fires it."""
    return card(
        data_table(
            [column("Rule"), column("Fires"), column("How"), column("")],
            rx.foreach(page.rules, lambda one: _row(page, one)),
            label="Rules",
        ),
        title="Rules",
    )


def _row(page: Any, one: Any) -> rx.Component:
    return row_of(
        rx.el.div(
            one.title,
            rx.cond(~one.active, chip("Off", "quiet")),
            rx.cond(one.changed & one.active, chip("Changed", "busy")),
            class_name="dc-row",
        ),
        one.when,
        rx.el.span(one.how, class_name="dc-muted dc-small"),
        rx.cond(
            WRITES,
            button("Edit", on_click=page.edit(one.key), aria_label=spoken_of("Edit", one.title)),
        ),
        custom_attrs={"data-rule": one.key},
    )


def form_of_rule(page: Any) -> rx.Component:
    """What may be set about a rule."""
    rule = page.edited
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(rule.title, size="4"),
            rx.dialog.description(
                "It holds from the next look on. The audit trail keeps what it was.", size="2"
            ),
            rx.form(
                problems(page.problems),
                rx.foreach(
                    rule.thresholds,
                    lambda one: _field(one.label, one.name, one.value, one.hint),
                ),
                _field("Must last", "hold", rule.hold, "seconds"),
                _field("Must be gone for", "calm", rule.calm, "seconds"),
                _field("Told again after", "cool_down", rule.cool_down, "seconds"),
                rx.el.label(
                    rx.el.input(type="checkbox", name="active", default_checked=rule.active),
                    " It is watched",
                    class_name="dc-check",
                ),
                rx.el.div(
                    rx.dialog.close(button("Cancel")),
                    button("Save", kind="primary", type="submit"),
                    class_name="dc-dialog-actions",
                ),
                on_submit=page.save,
                key=rule.key + "-" + rule.number.to_string(),
            ),
            max_width="440px",
        ),
        open=page.editing,
        on_open_change=page.set_editing,
    )


def _field(label: Any, name: Any, value: Any, unit: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, " ", rx.el.span(unit, class_name="dc-muted")),
        rx.el.input(name=name, default_value=value, input_mode="decimal"),
        class_name="dc-field",
    )
