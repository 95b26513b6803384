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
    skeleton,
    stacked_bar,
    stat,
)
from app.components.marks import chip
from app.frame import Frame, may
from app.pages.live import day_view, held, parts
from app.pages.live.rehearsal import rehearsal_card
from app.words.speech import spoken
from engine.domain.roles import Permission

HELP = "Will it go out, is it going out, and who did not get it"


def before(live: Any) -> rx.Component:
    """Will it go out? A checklist and the countdown."""
    return rx.fragment(
        _head(live),
        _late(live),
        rehearsal_card(),
        grid(
            rx.el.div(
                card(_checks(live), title="Ready for the morning?"),
                day_view.timeline(live),
                class_name="dc-stack-16",
            ),
            rx.el.div(
                card(
                    rx.el.div(
                        class_name="dc-figure-large dc-countdown-large",
                        custom_attrs={"data-opens": Frame.opens_at, "data-closes": Frame.closes_at},
                    ),
                    title="Countdown",
                ),
                parts.log(live),
                class_name="dc-stack-16",
            ),
        ),
    )


def during(live: Any) -> rx.Component:
    """Is it going out, and if not, what do I press?"""
    return rx.fragment(
        _head(live),
        _banner(live),
        _foretold_late(live),
        _held(live),
        _hero(live),
        grid(parts.chart(live), parts.lanes(live)),
        grid(parts.problems(live), parts.log(live)),
        day_view.timeline(live),
    )


def after(live: Any) -> rx.Component:
    """Who did not get it, and why?"""
    return rx.fragment(
        _head(live),
        _held(live),
        grid(rx.foreach(live.verdicts, _verdict)),
        _hero(live),
        grid(parts.problems(live), parts.log(live)),
        grid(parts.chart(live), parts.lanes(live)),
        day_view.timeline(live),
    )


def nothing(live: Any) -> rx.Component:
    """A day without: why, and what comes next."""
    return rx.fragment(
        page_head("Live", HELP),
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
        answers=HELP,
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


def _banner(live: Any) -> rx.Component:
    """Why it stands still, or goes to a few only."""
    return rx.cond(
        live.head.banner != "",
        rx.el.div(
            rx.icon("info", size=16, aria_hidden="true"),
            rx.el.span(live.head.banner),
            class_name="dc-banner",
            role="status",
            custom_attrs={"data-tone": live.head.state_tone},
        ),
    )


def _foretold_late(live: Any) -> rx.Component:
    """Why the end is foretold late, and what was done about it."""
    return rx.cond(
        (live.hero.forecast_why != "") | (live.hero.levers.length() > 0),
        rx.el.div(
            rx.icon("hourglass", size=16, aria_hidden="true"),
            rx.el.div(
                rx.cond(live.hero.forecast_why != "", rx.el.div(live.hero.forecast_why)),
                rx.foreach(live.hero.levers, rx.el.div),
            ),
            class_name="dc-banner",
            role="status",
            custom_attrs={"data-tone": live.hero.forecast_tone},
        ),
    )


def _held(live: Any) -> rx.Component:
    return held.banner(
        live.held,
        rx.link(spoken("Look at them"), href=live.head.href, class_name="dc-banner-link"),
        held.resend_button(live.resend_held),
    )


def _late(live: Any) -> rx.Component:
    """The opening was missed: does it go out all the same? (spec C2)"""
    return rx.cond(
        live.head.late_question != "",
        rx.el.div(
            rx.icon("clock-alert", size=16, aria_hidden="true"),
            rx.el.span(live.head.late_question),
            rx.cond(
                may(Permission.BROADCAST_CONTROL),
                rx.fragment(
                    confirm(
                        button("Send it now…", kind="primary"),
                        title="Send it late?",
                        words_="The audience is frozen anew, with the consents of this minute, and "
                        "the window opens in ten seconds. Everybody in it gets the message late.",
                        verb="Send it now",
                        kind="primary",
                        on_confirm=live.send_anyway,
                    ),
                    confirm(
                        button("Leave this day out…"),
                        title="Leave this day out?",
                        words_="Nobody gets this day's message. This cannot be undone.",
                        verb="Leave it out",
                        on_confirm=live.skip_day,
                    ),
                ),
                rx.el.span(spoken("Ask an operator."), class_name="dc-banner-note"),
            ),
            class_name="dc-banner",
            role="alert",
            custom_attrs={"data-tone": "warn"},
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
                spoken("Time to delivered"),
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
