"""How the Live page looks before, during and after, and on a day without a broadcast."""

from typing import Any

import reflex as rx

from app.components.actions import button, confirm, link_button
from app.components.cards import (
    card,
    empty,
    grid,
    legend,
    page_head,
    rate_bar,
    skeleton,
    stacked_bar,
    stat,
)
from app.components.marks import chip, dot
from app.components.tables import column, data_table, right, row_of
from app.frame import Frame, may
from app.pages.live.chart import BOTTOM, TOP, WIDTH
from engine.domain.roles import Permission


def before(live: Any) -> rx.Component:
    """Will it go out? A checklist and the countdown."""
    return rx.fragment(
        _head(live),
        grid(
            card(_checks(live), title="Ready for the morning?"),
            rx.el.div(
                card(
                    rx.el.div(
                        class_name="dc-figure-large dc-countdown-large",
                        custom_attrs={"data-opens": Frame.opens_at, "data-closes": Frame.closes_at},
                    ),
                    title="Countdown",
                ),
                _log(live),
                class_name="dc-stack-16",
            ),
        ),
    )


def during(live: Any) -> rx.Component:
    """Is it going out, and if not, what do I press?"""
    return rx.fragment(
        _head(live),
        _held(live),
        _hero(live),
        grid(_chart(live), _lanes(live)),
        grid(_problems(live), _log(live)),
    )


def after(live: Any) -> rx.Component:
    """Who did not get it, and why?"""
    return rx.fragment(
        _head(live),
        _held(live),
        grid(rx.foreach(live.verdicts, _verdict)),
        _hero(live),
        grid(_problems(live), _log(live)),
        grid(_chart(live), _lanes(live)),
    )


def nothing(live: Any) -> rx.Component:
    """A day without: why, and what comes next."""
    return rx.fragment(
        page_head("Live"),
        empty(
            "No broadcast today",
            live.head.subtitle,
            link_button("Write the next content", "/content"),
            _start(live),
            icon="sunrise",
        ),
    )


def loading() -> rx.Component:
    """The page's shape before the board has come."""
    return rx.fragment(skeleton(2), grid(skeleton(5), skeleton(5)))


def _head(live: Any) -> rx.Component:
    control = may(Permission.BROADCAST_CONTROL)
    return page_head(
        live.head.title,
        live.head.subtitle,
        chip(
            rx.fragment(rx.cond(live.moment == "during", "● ", ""), live.head.state),
            live.head.state_tone,
            title=live.head.reason,
        ),
        rx.cond(
            control & live.head.can_pause & (live.moment == "during"),
            button("Pause", on_click=live.pause),
        ),
        rx.cond(
            control & live.head.can_resume, button("Resume", kind="primary", on_click=live.resume)
        ),
        rx.cond(control & live.head.can_abort, _abort(live)),
        rx.cond(live.moment != "during", _start(live)),
    )


def _abort(live: Any) -> rx.Component:
    return confirm(
        button("Abort…", kind="danger"),
        title="Abort this broadcast?",
        words_=live.head.abort_words,
        verb="Abort the broadcast",
        on_confirm=live.abort,
    )


def _start(live: Any) -> rx.Component:
    allowed = may(Permission.BROADCAST_CONTROL) & Frame.sandbox & live.can_start
    return rx.cond(allowed, button("Start a morning now", on_click=live.start))


def _held(live: Any) -> rx.Component:
    return rx.cond(
        live.held != "",
        rx.el.div(
            rx.icon("circle-help", size=16, aria_hidden="true"),
            rx.el.span(live.held),
            rx.link("Look at them", href=live.head.href, class_name="dc-banner-link"),
            class_name="dc-banner",
            role="status",
            custom_attrs={"data-tone": "held"},
        ),
    )


def _hero(live: Any) -> rx.Component:
    hero = live.hero
    return card(
        rx.el.div(
            stat(hero.label, rx.fragment(hero.on_time, rx.el.small("%")), large=True),
            stat(
                hero.forecast_label,
                rx.el.span(
                    hero.forecast,
                    " ",
                    rx.cond(
                        hero.forecast_word != "",
                        _judged(hero.forecast_word, hero.forecast_tone),
                    ),
                    class_name="dc-row",
                ),
                hero.forecast_note,
            ),
            stat(
                rx.el.span("Time to delivered"),
                rx.el.span(
                    *["p50 ", rx.el.b(hero.p50), " · p95 ", rx.el.b(hero.p95)],
                    *[" · p99 ", rx.el.b(hero.p99)],
                    class_name="dc-times",
                ),
            ),
            class_name="dc-hero",
        ),
        stacked_bar(live.parts, hero.bar_words),
        rx.el.div(legend(live.parts), class_name="dc-hero-legend"),
    )


def _chart(live: Any) -> rx.Component:
    chart = live.chart
    levels = [TOP, TOP + (BOTTOM - TOP) // 3, TOP + 2 * (BOTTOM - TOP) // 3, BOTTOM]
    return card(
        rx.el.div(
            rx.el.svg(
                rx.el.path(
                    d="".join(f"M0 {y}H{WIDTH}" for y in levels), class_name="dc-chart-grid"
                ),
                rx.el.path(d=chart.plan, class_name="dc-chart-plan"),
                rx.el.path(d=chart.band, class_name="dc-chart-band"),
                rx.el.path(d=chart.delivered, class_name="dc-chart-delivered"),
                rx.el.path(d=chart.close, class_name="dc-chart-close"),
                view_box=f"0 0 {WIDTH} 190",
                custom_attrs={"preserveAspectRatio": "none"},
                aria_hidden="true",
            ),
            rx.el.span(
                "100 %", class_name="dc-chart-note dc-muted", style={"left": "0", "top": "4px"}
            ),
            rx.el.span(
                chart.close_label,
                class_name="dc-chart-note dc-chart-close-label",
                style={"left": chart.close_left},
            ),
            class_name="dc-chart",
            role="img",
            aria_label=chart.words,
        ),
        rx.el.div(
            rx.foreach(chart.ticks, lambda tick: rx.el.span(tick.label, style={"left": tick.left})),
            class_name="dc-ticks dc-muted dc-small",
        ),
        title="Delivered against the plan",
        actions=rx.el.span(
            rx.el.i(class_name="dc-line-delivered"),
            "delivered",
            rx.el.i(class_name="dc-line-plan"),
            "plan",
            class_name="dc-muted dc-small dc-lines",
        ),
    )


def _lanes(live: Any) -> rx.Component:
    return card(
        data_table(
            [
                column("Sender"),
                column("Rate now"),
                column("Left", right=True),
                column("p95", right=True),
                column("State", right=True),
            ],
            rx.foreach(live.lanes, _lane),
            label="Senders",
        ),
        title="Senders",
        id="lanes",
    )


def _lane(lane: Any) -> rx.Component:
    return row_of(
        rx.el.td(
            rx.el.b(lane.sender),
            " ",
            rx.cond(
                lane.backup,
                rx.el.span("backup ", class_name="dc-muted dc-small"),
                rx.fragment(),
            ),
            rx.cond(lane.quality != "", chip(lane.quality, tone=lane.quality_tone)),
            class_name="dc-nowrap",
        ),
        rx.el.td(rate_bar(lane.rate_width), lane.rate, class_name="dc-nowrap"),
        right(lane.left),
        right(lane.p95),
        right(chip(lane.state, lane.state_tone, title=lane.why)),
    )


def _problems(live: Any) -> rx.Component:
    return card(
        rx.cond(
            live.problems.length() > 0,
            rx.foreach(live.problems, _problem),
            rx.el.p(live.no_problems, class_name="dc-muted"),
        ),
        title="What went wrong, and what we do",
    )


def _problem(problem: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            dot(problem.tone),
            rx.el.b(problem.title),
            rx.el.div(problem.words, class_name="dc-muted dc-small"),
        ),
        link_button("Who", problem.href),
        class_name="dc-problem",
    )


def _log(live: Any) -> rx.Component:
    return card(
        rx.cond(
            live.log.length() > 0,
            rx.el.ol(
                rx.foreach(
                    live.log,
                    lambda entry: rx.el.li(
                        rx.el.time(entry.time, class_name="dc-muted"), rx.el.span(entry.words)
                    ),
                ),
                class_name="dc-log",
                tab_index=0,
                aria_label="Log, newest first",
            ),
            rx.el.p("Nothing has happened yet.", class_name="dc-muted"),
        ),
        title="Log",
    )


def _checks(live: Any) -> rx.Component:
    return rx.el.ul(rx.foreach(live.checks, _check), class_name="dc-checks")


def _check(check: Any) -> rx.Component:
    return rx.el.li(
        rx.match(
            check.tone,
            ("good", rx.icon("circle-check", size=18, aria_hidden="true")),
            ("bad", rx.icon("circle-x", size=18, aria_hidden="true")),
            ("warn", rx.icon("triangle-alert", size=18, aria_hidden="true")),
            rx.icon("circle-dashed", size=18, aria_hidden="true"),
        ),
        rx.el.div(
            rx.cond(
                check.href != "",
                rx.link(check.title, href=check.href, class_name="dc-strong-link"),
                rx.el.b(check.title),
            ),
            rx.el.div(check.words, class_name="dc-muted dc-small"),
        ),
        chip(check.word, tone=check.tone),
        custom_attrs={"data-tone": check.tone},
    )


def _verdict(verdict: Any) -> rx.Component:
    return card(
        rx.el.div(
            stat(verdict.title, verdict.percent, verdict.words, large=True),
            _judged(verdict.word, verdict.tone),
            class_name="dc-verdict",
        ),
    )


def _judged(word: Any, tone: Any) -> rx.Component:
    mark = rx.match(tone, ("good", "✓ "), ("bad", "✗ "), "")
    return chip(rx.fragment(mark, word), tone)
