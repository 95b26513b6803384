"""Schedules, plans, comparisons and recovery in words, and pictures that add up."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.pages.comparison.shown import counted
from app.pages.plan.chart import BARS_MAX, BOTTOM, TOP, WIDTH, draw
from app.pages.plan.shown import show
from app.pages.schedule.shown import NEW, shown, typed
from app.pages.schedule.words import LABELS, complaint
from app.pages.senders.routing import use_words
from app.pages.senders.strip import bars, said
from app.pages.senders.words import (
    MEASURES,
    PROGRESS,
    QUALITIES,
    ROUTING_NOTES,
    ROUTINGS,
    plain,
)
from engine.domain.content import Category
from engine.domain.failover import Measure
from engine.domain.ids import ScheduleId, SenderId
from engine.domain.limits import PEOPLE
from engine.domain.planning import Pacing, Routing
from engine.domain.pool import Idle
from engine.domain.quality import Quality
from engine.domain.recovery import Progress, strip
from engine.domain.schedule import IST, Kind, window_for
from engine.domain.schedule_draft import FIELDS, ScheduleDraft, read_draft
from engine.domain.subscriber import Exclusion
from engine.read.plan import Basis, PlanView, SenderPart
from engine.read.schedules import ScheduleRow
from engine.read.sender_history import Use

SIX = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
OPENS = SIX - timedelta(seconds=30)
WINDOW = window_for(date(2026, 11, 23), IST, time(6), Category.UTILITY)

ROW = ScheduleRow(
    id=ScheduleId(1),
    version=3,
    name="Daily",
    kind=Kind.DAILY,
    at="06:00",
    zone=IST,
    once_at=None,
    weekdays="12345",
    content=None,
    content_title="",
    pacing="jittered",
    window_seconds=None,
    late_policy="ask",
    late_after_seconds=600,
    canary=True,
    canary_wait_seconds=10,
    canary_failures=1,
    canary_failure_percent=10,
    active=True,
    next=WINDOW,
    moved=False,
    last=None,
    last_day=None,
    last_state="",
)


def test_a_schedule_is_told_in_sentences() -> None:
    card = shown(ROW)
    assert card.when == "Mon to Fri at 06:00"
    assert card.next == "Opens Mon 23 Nov 2026, 05:59:30 IST"
    assert card.next_note == "Frozen at 05:30, on time until 06:05 IST."
    assert card.late == "More than 10 min late: a person is asked"
    assert "halts above 1 failure and 10 %" in card.first
    assert card.plan_href == "/broadcasts/plan?schedule=1"


def test_a_one_off_elsewhere_is_told_in_both_zones() -> None:
    once = replace(ROW, kind=Kind.ONCE, once_at=SIX, zone="Europe/London")
    assert shown(once).when == "Once: Mon 23 Nov 2026, 00:30 Europe/London (06:00 IST)"
    assert "quiet hours moved it" in shown(replace(once, moved=True)).next_note


def test_a_form_starts_with_what_holds_and_gives_it_back_unchanged() -> None:
    """What is shown and saved without a touch is the same schedule."""
    for row in (ROW, replace(ROW, kind=Kind.ONCE, once_at=SIX, window_seconds=240)):
        form = typed(row)
        assert set(form) == set(NEW)
        draft = read_draft(form | {"kind": row.kind}, SIX - timedelta(days=1))
        assert isinstance(draft, ScheduleDraft), draft
        assert (draft.once_at, draft.name) == (row.once_at, row.name)
        assert draft.window == (row.window_seconds and timedelta(seconds=row.window_seconds))
        assert draft.late_after == timedelta(seconds=row.late_after_seconds)


def test_every_field_of_the_form_has_a_name_for_its_complaint() -> None:
    assert set(LABELS) == set(FIELDS) - {"kind", "canary"}
    assert complaint("at: A time of day; one looks like 06:00.").startswith("Time: ")
    assert complaint("odd thing") == "odd thing"


def part(number: int, seconds: list[int], **given: object) -> SenderPart:
    values: dict[str, object] = {
        "sender": SenderId(number),
        "display_phone": f"+91 80 4000 41{number:02d}",
        "role": "primary",
        "rate": 72.0,
        "people": sum(seconds),
        "first_at": OPENS,
        "last_at": OPENS + timedelta(seconds=max(len(seconds) - 1, 0)),
        "seconds": tuple(seconds),
    }
    return SenderPart(**(values | given))  # pyright: ignore[reportArgumentType]


def view(*parts: SenderPart, **given: object) -> PlanView:
    values: dict[str, object] = {
        "basis": Basis.TODAY,
        "broadcast": None,
        "title": "Daily",
        "day": date(2026, 11, 23),
        "window": WINDOW,
        "pacing": Pacing.FASTEST,
        "routing": Routing.STICKY,
        "has_content": True,
        "senders": parts,
        "left_out": {},
        "no_room": 0,
        "no_room_words": "",
        "first_ones": 0,
    }
    return PlanView(**(values | given))  # pyright: ignore[reportArgumentType]


def test_a_plan_that_fits_says_when_the_last_one_leaves() -> None:
    told = show(view(part(1, [72, 72, 10], turned_away=0), part(2, [50])))
    assert (told.tone, told.sentence) == (
        "good",
        "The last of 204 leaves at 05:59:32 IST, inside the window.",
    )
    assert [one.people for one in told.parts] == ["154", "50"]
    assert told.parts[0].rate == "72/s of 72/s"
    assert [one.cannot for one in told.parts] == ["Takes all who are its own.", ""]
    assert told.total == "204"


@pytest.mark.parametrize(("seconds", "tone"), [(180, "good"), (200, "warn"), (400, "bad")])
def test_a_plan_that_runs_over_says_how_many_come_too_late(seconds: int, tone: str) -> None:
    told = show(view(part(1, [1] * seconds)))
    assert told.tone == tone
    if tone == "warn":
        assert "19 come after the window, before the close at 06:05" in told.sentence
    if tone == "bad":
        assert "69 come after the close at 06:05" in told.sentence


def test_who_is_not_taken_is_told_with_the_reason() -> None:
    idle = part(3, [], idle=Idle.RED, people=0, first_at=None, last_at=None)
    capped = part(1, [10], most=10, turned_away=62)
    told = show(
        view(
            *(capped, part(2, [5], turned_away=3), idle),
            left_out={Exclusion.PAUSED: 2, Exclusion.NO_CONSENT: 7},
            no_room=4,
            no_room_words="the daily caps of the senders have no room for them.",
        )
    )
    assert [one.cannot for one in told.parts] == [
        "62 who are its own go by others: its cap of the day is full.",
        "3 who are its own go by others: it is full: its share of the pace is taken.",
        "Takes nobody: its quality is red, or WhatsApp flagged it.",
    ]
    assert [one.people for one in told.left_out] == [
        "4 subscribers",
        "7 subscribers",
        "2 subscribers",
    ]
    assert told.left_out[0].words.startswith("The daily caps")


def heights(path: str) -> list[float]:
    return [float(point.split()[1]) for point in path.strip("MZ").split("L")]


def test_the_stack_adds_up_to_its_whole() -> None:
    chart = draw([[10, 20], [30, 0]], OPENS, OPENS + timedelta(seconds=2), SIX)
    low, high = (heights(layer.path) for layer in chart.layers)
    assert chart.top == "40/s"
    assert min(high) == TOP
    assert max(low) == BOTTOM
    # The upper layer stands on the lower one: its feet are the other's tops.
    assert sorted(high[len(high) // 2 :]) == sorted(low[: len(low) // 2])


def test_a_long_plan_is_drawn_in_no_more_bars_than_can_be_seen() -> None:
    chart = draw([[2] * 3_600], OPENS, WINDOW.primary_ends_at, WINDOW.closes_at)
    assert len(chart.layers[0].path.split("L")) <= 4 * BARS_MAX
    assert chart.bar == "Each bar is the mean of 24 s."
    assert chart.top == "2/s"
    assert float(chart.close.removeprefix("M").split()[0]) < WIDTH


def test_nobody_draws_nothing() -> None:
    assert draw([], OPENS, SIX, SIX).layers == []
    assert show(view()).sentence == "Nobody is to be sent to."


@pytest.mark.parametrize(
    ("a", "b", "more_is_good", "difference", "tone"),
    [
        (1, 3, True, "+2", "good"),
        (3, 1, True, "−2", "bad"),
        (1, 3, False, "+2", "bad"),
        (2, 2, True, "", "quiet"),
        (1, 3, None, "+2", "quiet"),
    ],
)
def test_a_difference_says_which_day_was_the_better_one(
    a: int, b: int, more_is_good: bool | None, difference: str, tone: str
) -> None:
    line = counted("x", a, b, more_is_good=more_is_good)
    assert (line.difference, line.tone) == (difference, tone)


def test_everything_that_can_be_has_its_words() -> None:
    assert set(ROUTINGS) == set(ROUTING_NOTES) == set(Routing)
    assert set(MEASURES) == set(Measure)
    assert set(PROGRESS) == set(Progress)
    assert set(QUALITIES) == set(Quality)
    for word in (*PEOPLE, "TIER_NOT_SET", "TIER_UNLIMITED", "STANDARD", "CONNECTED", ""):
        assert "_" not in plain(word)
        assert plain(word)


def test_a_strip_says_what_it_shows() -> None:
    days = strip([(SIX - timedelta(days=2), "GREEN", "RED")], "RED", SIX, days=5)
    assert [bar.tone for bar in bars(days)] == ["good", "good", "bad", "bad", "bad"]
    assert said(days) == "5 days: 2 green, 3 red"


@pytest.mark.parametrize(
    ("limit", "people", "tone", "words"),
    [
        (None, 5, "quiet", "5 people written to in the last 24 hours."),
        (1_000, 100, "good", "room for 900 more."),
        (1_000, 900, "warn", "room for 100 more."),
        (1_000, 1_200, "bad", "room for 0 more."),
    ],
)
def test_the_use_of_the_limit_is_told_with_the_room_that_is_left(
    limit: int | None, people: int, tone: str, words: str
) -> None:
    told = use_words(Use(limit, ((SIX.replace(minute=0), people),)))
    assert told[0] == tone
    assert words in told[1]
    assert "05:30 and 06:30 IST" in told[2]
