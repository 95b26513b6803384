"""When 99 % will have it: by what is on its way, what is left to send, and how phones answer."""

import math
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.forecast import Forecast, by_lane, forecast, is_for_people, is_late, look
from engine.domain.forecast_words import because
from engine.domain.lag_curve import fit
from engine.domain.levers import Lever, helpful
from engine.domain.sends_ahead import Trouble, sends_ahead
from engine.domain.signs import LaneSigns, Signs

OPENS = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
NOW = OPENS + timedelta(seconds=60)
CLOSES = OPENS + timedelta(seconds=300)
QUICK = {0: 100.0, 1: 500.0, 2: 250.0, 3: 80.0, 4: 40.0, 6: 20.0, 9: 10.0}
"""Phones that answer within ten seconds."""


def lane(left: int = 0, rate: float = 10.0, *, seconds: int = 60, **more: object) -> LaneSigns:
    """A lane with so many due evenly over the coming seconds."""
    due = dict.fromkeys(range(1, seconds + 1), left / seconds) if left else {}
    values = {"lane": 1, "sender": 1, "name": "·· 4101", "sends": True, "rate": rate, "due": due}
    return LaneSigns(**{**values, **more})  # pyright: ignore[reportArgumentType]


def signs(
    *lanes: LaneSigns, delivered: int = 1_000, targeted: int = 2_000, **more: object
) -> Signs:
    values = {
        "now": NOW,
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "targeted": targeted,
        "delivered": delivered,
        "heard": 1.0,
        "arrived": QUICK,
        "lanes": lanes,
    }
    return Signs(**{**values, **more})  # pyright: ignore[reportArgumentType]


def told(looked: Signs) -> Forecast:
    model = look(looked)
    assert model is not None
    return forecast(model)


def after(at: datetime | None) -> float:
    assert at is not None
    return (at - NOW).total_seconds()


def test_what_is_left_of_the_plan_decides_when_phones_are_quick():
    foretold = told(signs(lane(1_000, rate=80.0, seconds=90)))

    assert 88 <= after(foretold.at) <= 100
    assert after(foretold.low) <= after(foretold.at) <= after(foretold.high)
    assert foretold.late < 0.1


def test_a_slow_lane_is_late_and_a_faster_one_is_not():
    slow = told(signs(lane(1_000, rate=3.0, seconds=60)))
    fast = told(signs(lane(1_000, rate=30.0, seconds=60)))

    assert slow.late > 0.9
    assert after(fast.at) < 120


def test_what_is_reached_is_foretold_for_now():
    assert told(signs(delivered=1_980)) == Forecast(NOW, NOW, NOW, 0.0, 0.0)


def test_one_person_short_of_99_percent_is_not_there():
    assert told(signs(delivered=1_979, on_way={1: 21.0})).at != NOW


def test_nobody_targeted_is_not_foretold():
    assert look(signs(targeted=0)) is None


def test_never_is_a_forecast_too():
    foretold = told(signs(delivered=1_950, on_way={200: 50.0}))

    assert (foretold.at, foretold.high) == (None, None)
    assert foretold.never > 0.9
    assert foretold.late >= foretold.never


def test_a_pause_is_never_until_somebody_ends_it():
    paused = signs(lane(1_000), paused=True)

    assert told(paused).at is None
    assert because(look(paused)) == "It is paused: nothing new is sent."  # pyright: ignore[reportArgumentType]


def test_what_stands_in_a_stopped_lane_is_sent_by_the_others():
    stopped = lane(500, sends=False, lane=1)
    at_work = lane(100, rate=80.0, lane=2, sender=2)

    assert sum(
        count for _, count in sends_ahead([stopped, at_work], Trouble(5.0))
    ) == pytest.approx(600)
    assert sends_ahead([stopped], Trouble(5.0)) == []


def test_a_lane_that_comes_back_begins_only_then():
    resting = lane(100, rate=80.0, sends=False, back_in=30.0)

    assert min(at for at, _ in sends_ahead([resting], Trouble(0.0))) >= 30


def test_a_lane_that_is_behind_limps_on_as_long_as_the_trouble_lasts():
    behind = replace(lane(0, rate=50.0, accepted=20, refused=60), due={-10: 500.0})

    soon = [at for at, _ in sends_ahead([behind], Trouble(0.0))]
    later = [at for at, _ in sends_ahead([behind], Trouble(60.0))]

    assert max(soon) < 12
    assert max(later) > 60


def test_the_curve_is_read_off_who_has_it_and_who_has_not():
    rng = Random(7)
    arrived: dict[int, float] = {}
    waiting: dict[float, float] = {}
    for age in (60, 50, 40, 30, 20, 10) * 200:
        lag = rng.lognormvariate(1.1, 1.2) if rng.random() > 0.02 else 9_999.0
        if lag < age:
            arrived[round(lag)] = arrived.get(round(lag), 0) + 1
        else:
            waiting[age] = waiting.get(age, 0) + 1

    curve = fit(arrived, waiting).curve

    assert curve.median_ln == pytest.approx(1.1, abs=0.25)
    assert curve.spread == pytest.approx(1.2, abs=0.25)
    assert 0.005 < curve.never < 0.04


def test_the_search_for_the_curve_of_very_slow_phones_comes_to_its_end():
    """Half of them within five seconds, and one in eight not within a minute."""
    slow, arrived, waits = NormalDist(math.log(5.3), 1.96), Counter[int](), Counter[float]()
    for place in range(640):
        sent = 125.0 * place / 640
        lag = math.exp(slow.inv_cdf((place * GOLDEN + 0.0005) % 1.0))
        if sent + lag <= 125.0:
            arrived[round(lag)] += 1
        else:
            waits[float(round(125.0 - sent))] += 1

    curve = fit(arrived, waits).curve

    assert curve.spread == pytest.approx(1.96, abs=0.1)
    assert curve.never < 0.002


GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
"""Its multiples lie evenly between whole numbers: luck without dice."""


def test_old_news_is_not_taken_for_no_arrivals():
    """Webhooks that do not come: those on their way have probably arrived."""
    waits = dict.fromkeys(range(5, 45), 20.0)
    withheld = told(signs(delivered=1_190, on_way=waits, heard=40.0))
    heard = told(signs(delivered=1_190, on_way=waits, heard=1.0))

    assert withheld.never < 0.5
    assert heard.never > 0.9


def test_lateness_is_told_from_one_chance_and_taken_back_from_a_lower_one():
    unsure = Forecast(CLOSES, CLOSES, None, 0.5, 0.1)

    assert not is_late(unsure, before=False)
    assert is_late(unsure, before=True)
    assert is_late(replace(unsure, late=0.7), before=False)


def test_people_are_called_early_for_what_is_sure_and_late_for_what_is_probable():
    assert is_for_people(1.0, timedelta(seconds=240))
    assert not is_for_people(0.9, timedelta(seconds=240))
    assert is_for_people(0.7, timedelta(seconds=75))
    assert not is_for_people(0.5, timedelta(seconds=75))


def test_a_backup_is_called_in_only_where_it_helps():
    crowded = signs(lane(1_000, rate=3.0))
    deaf = signs(delivered=1_950, on_way={200: 50.0})

    assert helpful(crowded, told(crowded), spares={9: 80.0}, ceilings={}) == (Lever.BACKUP, 9)
    assert helpful(crowded, told(crowded), spares={}, ceilings={1: 80.0}) == (Lever.CEILING, 1)
    assert helpful(crowded, told(crowded), spares={}, ceilings={}) is None
    assert helpful(deaf, told(deaf), spares={9: 80.0}, ceilings={1: 80.0}) is None


def test_each_lane_has_a_time_of_its_own():
    quick = lane(100, rate=80.0, seconds=10, lane=1)
    slow = lane(100, rate=1.0, seconds=10, lane=2, sender=2)
    model = look(signs(quick, slow))
    assert model is not None

    times = by_lane(model)

    assert after(times[1]) < after(times[2])


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 1_500),
    st.integers(0, 300),
    st.floats(1.0, 80.0),
    st.dictionaries(st.integers(0, 60), st.floats(1, 20), max_size=10),
)
def test_the_band_holds_the_forecast(
    left: int, delivered: int, rate: float, on_way: dict[int, float]
):
    foretold = told(signs(lane(left, rate=rate), delivered=delivered, on_way=on_way))

    instants = [
        timedelta(days=1) if at is None else at - NOW
        for at in (foretold.low, foretold.at, foretold.high)
    ]
    assert instants == sorted(instants)
    assert 0 <= foretold.never <= foretold.late <= 1
