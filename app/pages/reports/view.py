"""How a report looks: what was promised, the days, the breakdowns, what it cost, what to do."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.cards import card, empty, grid, stat
from app.components.chart import chart
from app.components.marks import chip
from app.components.tables import column, data_table, right, row_of
from app.frame import NativeForm
from app.pages.reports import wordings
from app.pages.reports.shown import AdviceLine, DayLine, ErrorLine, GroupLine, Square, TargetLine

PRESETS = (("latest", "Latest day"), ("7", "7 days"), ("30", "30 days"), ("365", "A year"))


def report(page: Any) -> rx.Component:
    """The whole page below its heading."""
    shown = page.shown
    return rx.fragment(
        chooser(page),
        rx.cond(
            shown.days,
            rx.fragment(
                _figures(shown),
                grid(_targets(shown), _advice(shown)),
                rx.cond(shown.tests, wordings.tests_card(shown.tests)),
                _calendar(page),
                grid(
                    _chart(page.over_days, rx.cond(shown.is_day, "Minute by minute", "In time")),
                    _chart(page.reading, "When people read"),
                ),
                _days(page),
                _groups("Senders", shown.senders),
                grid(_groups("Tiers", shown.tiers), _groups("Languages", shown.languages)),
                grid(_groups("Regions", shown.regions), _engagement(page)),
                _groups("Templates", shown.templates),
                grid(_errors(shown), _cost(shown)),
            ),
            empty(
                "No figures for these days",
                "A day is counted ten minutes after its window closes. Choose other days, or look "
                "at Live while a broadcast goes out.",
                icon="calendar-range",
            ),
        ),
    )


def chooser(page: Any) -> rx.Component:
    """Which days, and the files of them."""
    return card(
        rx.el.div(
            _date("From", page.first, page.choose_first),
            _date("To", page.last, page.choose_last),
            rx.el.div(
                *[button(words, on_click=page.choose_range(name)) for name, words in PRESETS],
                class_name="dc-row",
                role="group",
                aria_label="Ranges",
            ),
            class_name="dc-form",
        ),
        NativeForm.create(
            rx.el.input(type="hidden", name="from", value=page.first, read_only=True),
            rx.el.input(type="hidden", name="to", value=page.last, read_only=True),
            *[
                rx.el.button(
                    words,
                    type="submit",
                    name="format",
                    value=value,
                    class_name="dc-button dc-plain",
                )
                for value, words in (("csv", "CSV"), ("xlsx", "Excel"), ("pdf", "PDF"))
            ],
            rx.el.span(
                "The PDF has a page for each day, of up to 31 days.", class_name="dc-muted dc-small"
            ),
            class_name="dc-row",
            custom_attrs={"action": "/export/report", "method": "get"},
        ),
    )


def _date(label: str, value: Any, on_change: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span(label),
        rx.el.input(type="date", value=value, on_change=on_change),
        class_name="dc-field",
    )


def _figures(shown: Any) -> rx.Component:
    return card(
        rx.el.div(
            stat(
                "Delivered in time",
                rx.el.span(
                    shown.on_time,
                    class_name="dc-tone",
                    custom_attrs={"data-tone": shown.on_time_tone},
                ),
                shown.on_time_note,
                large=True,
            ),
            stat("Delivered", shown.delivered, shown.delivered_note),
            stat("Read", shown.read, shown.read_note),
            stat("99 % within", shown.within, shown.within_note),
            stat("Cost without tax", shown.cost, shown.cost_note),
            class_name="dc-figures",
        ),
        rx.el.p(shown.days_words, " · counted ", shown.made, class_name="dc-muted dc-small"),
        title=shown.title,
    )


def _targets(shown: Any) -> rx.Component:
    def line(one: TargetLine) -> rx.Component:
        return row_of(
            one.name,
            right(one.goal),
            right(rx.el.b(one.value), " ", rx.el.span(one.note, class_name="dc-muted dc-small")),
            chip(one.verdict, one.tone),
        )

    heads = [column("Promise"), column("Goal", right=True), column("Came to", right=True)]
    return card(
        data_table([*heads, column("")], rx.foreach(shown.targets, line), label="Targets"),
        title="What was promised",
    )


def _advice(shown: Any) -> rx.Component:
    def line(one: AdviceLine) -> rx.Component:
        return rx.el.li(
            rx.el.div(one.words), rx.el.div(one.evidence, class_name="dc-muted dc-small")
        )

    return card(
        rx.cond(
            shown.advice,
            rx.el.ul(rx.foreach(shown.advice, line), class_name="dc-advice"),
            rx.el.p("Nothing stands out in these days.", class_name="dc-muted"),
        ),
        title="Recommended",
    )


def _calendar(page: Any) -> rx.Component:
    def square(one: Square) -> rx.Component:
        # A dictionary each: Reflex puts the labels of an element into its own.
        return rx.cond(
            one.day != "",
            rx.el.button(
                type="button",
                title=one.words,
                aria_label=one.words,
                on_click=page.choose_day(one.day),
                custom_attrs={"data-tone": one.tone},
            ),
            rx.el.i(title=one.words, aria_hidden="true", custom_attrs={"data-tone": one.tone}),
        )

    return rx.cond(
        page.shown.is_day,
        rx.fragment(),
        card(
            rx.el.div(rx.foreach(page.shown.squares, square), class_name="dc-heat"),
            rx.el.p(
                "A column is a week, Monday on top. Green: more than 99 % in time; red: not; grey: "
                "nothing was sent. Press a day to see it alone.",
                class_name="dc-muted dc-small",
            ),
            title="Day by day",
        ),
    )


def _chart(figure: Any, title: Any) -> rx.Component:
    return card(
        chart(figure.data, figure.light, figure.dark, label=figure.words),
        rx.el.p(figure.words, class_name="dc-muted dc-small"),
        title=title,
    )


def _days(page: Any) -> rx.Component:
    def line(one: DayLine) -> rx.Component:
        return row_of(
            rx.el.button(
                one.day, type="button", class_name="dc-sort", on_click=page.choose_day(one.iso)
            ),
            right(one.targeted),
            right(
                rx.el.span(one.on_time, class_name="dc-tone", custom_attrs={"data-tone": one.tone})
            ),
            right(one.delivered),
            right(one.read),
            right(one.failed),
            right(one.p95),
            right(one.cost),
        )

    names = ("Targeted", "In time", "Delivered", "Read", "Given up", "95 % within", "Cost")
    heads = [column("Day"), *[column(name, right=True) for name in names]]
    table = data_table(heads, rx.foreach(page.shown.days, line), label="Days")
    return rx.cond(
        page.shown.is_day,
        rx.fragment(),
        card(rx.el.div(table, class_name="dc-tall"), title="Days"),
    )


def _groups(title: str, lines: Any) -> rx.Component:
    def line(one: GroupLine) -> rx.Component:
        return row_of(
            one.name,
            right(one.targeted),
            right(one.on_time),
            right(one.delivered),
            right(one.read),
            right(one.failed),
            right(one.p50),
            right(one.p95),
            right(one.p99),
        )

    names = (
        *("Targeted", "In time", "Delivered", "Read", "Given up"),
        *("Half within", "95 %", "99 %"),
    )
    heads = [column(""), *[column(name, right=True) for name in names]]
    table = data_table(heads, rx.foreach(lines, line), label=title)
    return card(rx.el.div(table, class_name="dc-tall"), title=title)


def _engagement(page: Any) -> rx.Component:
    return card(
        chart(
            page.by_region.data,
            page.by_region.light,
            page.by_region.dark,
            label=page.by_region.words,
        ),
        rx.el.p(page.by_region.words, class_name="dc-muted dc-small"),
        rx.el.h3("Whose reading falls"),
        rx.el.p(page.shown.fading),
        title="Who reads",
    )


def _errors(shown: Any) -> rx.Component:
    def line(one: ErrorLine) -> rx.Component:
        return row_of(
            rx.el.div(
                rx.el.b(one.title),
                " ",
                rx.el.span(one.code, class_name="dc-muted dc-small"),
                rx.el.div(one.words, class_name="dc-muted dc-small"),
            ),
            right(one.failed),
            right(one.attempts),
        )

    heads = [
        column("Cause"),
        column("Given up on", right=True),
        column("Attempts refused", right=True),
    ]
    return card(
        rx.cond(
            shown.errors,
            data_table(heads, rx.foreach(shown.errors, line), label="Errors"),
            rx.el.p("Nothing went wrong.", class_name="dc-muted"),
        ),
        title="Errors by cause",
    )


def _cost(shown: Any) -> rx.Component:
    heads = [column(""), column("Delivered", right=True), column("Amount", right=True)]
    rows = rx.foreach(
        shown.costs, lambda one: row_of(one.kind, right(one.delivered), right(one.amount))
    )
    return card(
        data_table(heads, rows, label="Cost"),
        rx.el.p(
            "Budget: ",
            rx.el.span(
                shown.budget, class_name="dc-tone", custom_attrs={"data-tone": shown.budget_tone}
            ),
        ),
        rx.el.p(shown.rates, class_name="dc-muted dc-small"),
        title="Cost by WhatsApp’s rate card",
    )
