"""The Live page in words: what it shows at each moment, and how a snapshot reaches its viewers."""

import asyncio
import re
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import live
from app.pages.live import Live, rows
from app.pages.live.chart import BOTTOM, POINTS_MAX, TOP, WIDTH, draw
from app.pages.live.shown import PARTS, STATE_WORDS, Shown, show, stopped_words
from app.pages.live.telling import told
from app.words.speech import ENGLISH, HINDI
from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.domain.ids import TenantId
from engine.domain.roles import Role
from engine.domain.sla import Standing
from tests.app import boards
from tests.app.browserless import Tab, sign_in
from tests.app.house import House

LIVE = Live.get_full_name()


def test_every_state_of_a_broadcast_has_its_word_and_every_delivery_its_part() -> None:
    assert set(STATE_WORDS) == set(BroadcastState)
    counted = [state for _, _, states, _ in PARTS for state in states]
    assert sorted(counted) == sorted(State)


def test_nothing_scheduled_says_what_is_needed() -> None:
    shown = show(boards.nothing())
    assert shown.moment == "none"
    assert "needs a schedule and an approved content" in shown.head.subtitle
    assert show(None).moment == "none"


def test_before_the_opening_the_checklist_says_what_is_missing() -> None:
    ready, not_ready = show(boards.before()), show(boards.before(ready=False))
    assert (ready.moment, ready.head.state) == ("before", "Ready")
    assert (not_ready.head.state, not_ready.head.state_tone) == ("Not ready yet", "warn")
    assert [check.word for check in not_ready.checks] == ["Not yet", "Ready", "Ready"]
    assert "Sun 22 Nov 2026, 05:59:30 IST" in ready.head.subtitle


def test_a_snapshot_is_put_into_words_once_for_all_who_look_at_it() -> None:
    board = boards.during()
    shown = told(TenantId(1), board, ENGLISH)
    assert shown == show(board)
    assert told(TenantId(1), board, ENGLISH) is shown
    hindi = told(TenantId(1), board, HINDI)
    assert hindi.head.state not in {shown.head.state, ""}
    assert told(TenantId(1), board, HINDI) is hindi
    assert told(TenantId(2), boards.nothing(), ENGLISH).moment == "none"
    assert told(TenantId(1), board, ENGLISH) is shown
    assert told(TenantId(1), boards.nothing(), ENGLISH).moment == "none"


def test_during_the_run_the_first_line_answers_whether_it_goes_out() -> None:
    shown = show(boards.during())
    assert shown.moment == "during"
    assert shown.hero.on_time == "92.3"
    assert shown.hero.forecast == "99 % at 06:03:40"
    assert (shown.hero.forecast_word, shown.hero.forecast_tone) == ("inside 06:05", "good")
    assert shown.head.can_pause
    assert shown.head.can_abort
    assert not shown.head.can_resume
    assert shown.head.abort_words.startswith("39 subscribers who have not been sent to")
    assert shown.head.subtitle == (
        "Sun 22 Nov · opens 05:59:30 · approved 04:52 · content 9f3c…a1 · "
        "2,000 subscribers in 3 languages · 12 left out"
    )


def test_a_forecast_beyond_the_close_is_red() -> None:
    board = boards.during()
    assert board.forecast is not None
    late = replace(board.forecast, at=boards.CLOSES + timedelta(seconds=1))
    hero = show(replace(board, forecast=late)).hero
    assert (hero.forecast_word, hero.forecast_tone) == ("after 06:05", "bad")


def test_the_bar_shows_everybody_once() -> None:
    shown = show(boards.during())
    numbers = {part.word: int(part.number.replace(",", "")) for part in shown.parts}
    assert sum(numbers.values()) == 2_000
    assert numbers == {
        "delivered": 1_847,
        "sent": 96,
        "retrying": 9,
        "unknown": 5,
        "failed": 4,
        "waiting": 39,
    }
    assert sum(float(part.width.rstrip("%")) for part in shown.parts) == pytest.approx(100)


def test_held_ones_are_said_and_lead_to_their_broadcast() -> None:
    shown = show(boards.paused())
    assert shown.held.startswith("3 held: nobody can say")
    assert shown.head.href == "/broadcasts/7"
    assert shown.head.can_resume
    assert not shown.head.can_pause
    assert {lane.state for lane in shown.lanes} == {"Paused", "Stopped"}


def test_after_the_close_the_verdicts_say_kept_or_missed_and_by_how_many() -> None:
    kept, missed = show(boards.after()), show(boards.after(met=False))
    assert [verdict.word for verdict in kept.verdicts] == ["Kept", "Kept"]
    assert missed.verdicts[1].word == "Missed"
    assert "41 more would have kept it" in missed.verdicts[1].words
    assert kept.hero.forecast_label == "Reached"
    assert missed.hero.forecast == "Not reached"
    provisional = replace(boards.after().verdicts[0], standing=Standing.PROVISIONAL)
    assert rows.verdict(provisional, boards.after()).word == "Kept, provisional"


def test_after_the_close_nothing_failed_is_not_everybody_has_it() -> None:
    board = replace(boards.after(), problems=(), counts={State.READ: 1_998, State.SENT: 2})
    assert show(board).no_problems == "Nothing failed. 2 phones have not shown the message yet."
    assert show(replace(board, counts={State.READ: 2_000})).no_problems == "Nothing failed."
    assert {lane.state for lane in show(boards.after()).lanes} == {"Done"}


def test_a_stop_tells_how_long_it_took_and_what_could_not_be_stopped() -> None:
    assert stopped_words("Aborted", 0.42, 14, 0) == (
        "Aborted in 0.4 s. 14 had already left for WhatsApp."
    )
    assert stopped_words("Paused", 0.1, 0, 0) == "Paused in 0.1 s. Nothing was on its way."
    assert "2 are still without an answer" in stopped_words("Paused", 10, 14, 2)


def points_of(path: str) -> list[tuple[float, float]]:
    pairs = re.findall(r"([\d.]+) ([\d.]+)", path)
    return [(float(x), float(y)) for x, y in pairs]


@given(
    st.lists(st.integers(0, 60), max_size=400),
    st.integers(1, 100_000),
)
def test_a_curve_stays_inside_its_chart_and_never_falls(steps: list[int], targeted: int) -> None:
    total, curve = 0, list[tuple[int, int]]()
    for second, step in enumerate(steps):
        total += step
        curve.append((second * 2, total))
    chart = draw(replace(boards.during(), delivered_points=tuple(curve), targeted=targeted))
    points = points_of(chart.delivered)
    assert len(points) <= POINTS_MAX + 1
    assert all(0 <= x <= WIDTH and TOP <= y <= BOTTOM for x, y in points)
    assert points == sorted(points, key=lambda point: (point[0], -point[1]))


def test_the_chart_has_its_numbers_in_words_too() -> None:
    chart = draw(boards.during())
    assert chart.words == "1,793 of 2,000 delivered 2 min 44 s after the opening."
    assert chart.close_label == "06:05"
    assert [tick.label for tick in chart.ticks] == [
        "05:59:30",
        "06:01",
        "06:02",
        "06:03",
        "06:04",
    ]
    assert chart.band
    assert draw(boards.before()).delivered == ""


def test_what_a_tab_is_sent_fits_what_is_shown() -> None:
    assert set(Shown.__dataclass_fields__) <= set(Live.get_fields())


@pytest.mark.anyio
async def test_one_look_a_second_serves_every_viewer(house: House) -> None:
    looks: list[Any] = []

    def question(_session: Any, _tenant: Any, _now: Any) -> Any:
        looks.append(_now)
        return boards.during()

    live.open_board(question)
    seen: list[int] = []

    async def view() -> None:
        async with aclosing(live.watch(house.tenant)) as snapshots:
            count = 0
            async for board in snapshots:
                assert board is not None
                count += 1
                if count == 2:
                    seen.append(count)
                    return

    try:
        async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
            taking = tasks.create_task(live.take_snapshots())
            viewers = [tasks.create_task(view()) for _ in range(20)]
            await asyncio.gather(*viewers)
            taking.cancel()
    finally:
        live.open_board(lambda _session, _tenant, _now: house.board)
    assert seen == [2] * 20
    assert len(looks) <= 4


@pytest.mark.anyio
async def test_a_tab_follows_the_board_without_asking(house: House) -> None:
    house.board = boards.during()
    async with Tab(house, await sign_in(house, Role.VIEWER)) as tab:
        await tab.call(f"{LIVE}.load")
        assert await tab.hear(LIVE, "moment", want="during")
        house.board = boards.after()
        assert await tab.hear(LIVE, "moment", want="after") == "after"
        verdicts = await tab.hear(LIVE, "verdicts")
    assert [verdict["word"] for verdict in verdicts] == ["Kept", "Kept"]
    house.board = None


@pytest.mark.anyio
async def test_only_who_runs_the_morning_may_stop_it(house: House) -> None:
    house.board = boards.during()
    for role in (Role.VIEWER, Role.AUTHOR, Role.APPROVER):
        async with Tab(house, await sign_in(house, role)) as tab:
            for handler in ("pause", "resume", "abort", "start"):
                await tab.call(f"{LIVE}.{handler}")
            notices = await tab.hear("app___tab____tab", "notices")
            assert notices[-1]["tone"] == "bad"
            assert "ask an administrator or an operator" in notices[-1]["text"]
    async with Tab(house, await sign_in(house, Role.OPERATOR)) as tab:
        await tab.call(f"{LIVE}.load")
        assert await tab.hear(LIVE, "broadcast", want=7)
        await tab.call(f"{LIVE}.abort")
        notices = await tab.hear("app___tab____tab", "notices")
        assert notices[-1]["text"] == "There is no such broadcast."
    house.board = None
