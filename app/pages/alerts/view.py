"""How the Alerts page looks."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.cards import card, empty, page_head, skeleton
from app.components.forms import problems
from app.components.marks import chip
from app.components.tables import column, data_table, pager, row_of
from app.components.timeline import timeline
from app.frame import may, page
from app.navigation import Group
from app.pages.alerts.listing import ROUTE, Alerts
from app.pages.alerts.places import Places
from app.pages.alerts.places_view import channels, form_of_channel, log
from app.pages.alerts.rules import Rules
from app.pages.alerts.rules_view import form_of_rule, rules
from engine.domain.roles import Permission

SEES_TO = may(Permission.ALERTS_ACKNOWLEDGE)


@page(
    ROUTE,
    "Alerts",
    group=Group.DELIVERY,
    icon="bell",
    on_load=[Alerts.load, Rules.load, Places.load],
)
def alerts_page() -> rx.Component:
    """What is wrong, what was, what is watched, and who is told."""
    return rx.fragment(
        page_head(
            "Alerts",
            "What is wrong now, who sees to it, and who is told",
            rx.cond(SEES_TO, button("Keep quiet", on_click=Alerts.begin_silence(""))),
        ),
        rx.cond(
            Alerts.loaded,
            rx.fragment(
                _silences(),
                _standing(),
                _resolved(),
                rules(Rules),
                channels(Places),
                log(Places),
            ),
            rx.fragment(skeleton(3), skeleton(6)),
        ),
        _quieting(),
        form_of_rule(Rules),
        form_of_channel(Places),
    )


def _standing() -> rx.Component:
    return card(
        rx.cond(
            Alerts.standing,
            rx.foreach(Alerts.standing, _alert),
            empty(
                "Nothing is wrong",
                "What the rules below watch is well. It is looked at every second in the window.",
                icon="circle-check",
            ),
        ),
        title="Now",
    )


def _alert(one: Any) -> rx.Component:
    return rx.el.article(
        rx.el.div(
            chip(one.severity, one.tone),
            rx.el.b(one.title),
            rx.el.span(class_name="dc-spring"),
            rx.el.span(one.since, class_name="dc-muted dc-small", title=one.since_at),
            class_name="dc-row",
        ),
        rx.el.p(one.words),
        rx.el.div(
            rx.el.span(one.state, class_name="dc-muted dc-small"),
            rx.el.span(class_name="dc-spring"),
            button(
                rx.cond(Alerts.opened == one.id, "Hide history", "History"),
                on_click=Alerts.look_into(one.id),
                aria_expanded=Alerts.opened == one.id,
            ),
            rx.cond(SEES_TO, button("Keep quiet", on_click=Alerts.begin_silence(one.rule))),
            rx.cond(
                SEES_TO & one.open,
                button("Acknowledge", kind="primary", on_click=Alerts.acknowledge(one.id)),
            ),
            class_name="dc-row",
        ),
        rx.cond(Alerts.opened == one.id, timeline(Alerts.history)),
        class_name="dc-alert",
        custom_attrs={"data-alert": one.rule, "data-tone": one.tone},
    )


def _resolved() -> rx.Component:
    return card(
        rx.cond(
            Alerts.resolved,
            rx.fragment(
                rx.foreach(Alerts.resolved, _past),
                pager(
                    "",
                    on_back=Alerts.newer,
                    on_next=Alerts.older,
                    has_back=Alerts.has_back,
                    has_next=Alerts.has_next,
                ),
            ),
            rx.el.p("Nothing has been resolved yet.", class_name="dc-muted"),
        ),
        title="Resolved",
    )


def _past(one: Any) -> rx.Component:
    return rx.el.article(
        rx.el.div(
            chip(one.severity, "quiet"),
            rx.el.span(one.title),
            rx.el.span(class_name="dc-spring"),
            rx.el.span(one.state, class_name="dc-muted dc-small"),
            rx.el.span(one.since, class_name="dc-muted dc-small", title=one.since_at),
            button(
                rx.cond(Alerts.opened == one.id, "Hide history", "History"),
                on_click=Alerts.look_into(one.id),
                aria_expanded=Alerts.opened == one.id,
            ),
            class_name="dc-row",
        ),
        rx.cond(Alerts.opened == one.id, timeline(Alerts.history)),
        class_name="dc-alert",
        custom_attrs={"data-past": one.rule},
    )


def _silences() -> rx.Component:
    return rx.cond(
        Alerts.silences,
        card(
            data_table(
                [column("Quiet"), column("Until"), column("Why"), column("")],
                rx.foreach(
                    Alerts.silences,
                    lambda one: row_of(
                        one.title,
                        one.until,
                        one.reason,
                        rx.cond(SEES_TO, button("End it", on_click=Alerts.end_silence(one.id))),
                    ),
                ),
                label="Silences",
            ),
            title="Nobody is told of",
        ),
    )


def _quieting() -> rx.Component:
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Keep alerts quiet", size="4"),
            rx.dialog.description(
                "They open and end as ever and stand on this page; channels are told nothing. What "
                "still stands at the end is told then.",
                size="2",
            ),
            rx.form(
                problems(Alerts.problems),
                rx.el.label(
                    rx.el.span("What"),
                    rx.el.select(
                        rx.el.option("All rules", value=""),
                        rx.foreach(Rules.rules, lambda one: rx.el.option(one.title, value=one.key)),
                        name="rule",
                        default_value=Alerts.quiet_rule,
                    ),
                    class_name="dc-field",
                ),
                rx.el.label(
                    rx.el.span("For how many minutes"),
                    rx.el.input(name="minutes", default_value="60", input_mode="numeric"),
                    class_name="dc-field",
                ),
                rx.el.label(
                    rx.el.span("Why (the audit trail keeps it)"),
                    rx.el.input(name="reason", max_length=200),
                    class_name="dc-field",
                ),
                rx.el.div(
                    rx.dialog.close(button("Cancel")),
                    button("Keep quiet", kind="primary", type="submit"),
                    class_name="dc-dialog-actions",
                ),
                on_submit=Alerts.silence,
            ),
            max_width="440px",
        ),
        open=Alerts.quieting,
        on_open_change=Alerts.set_quieting,
    )
