"""Nothing is sent twice on a guess: each part of the proof is needed, and none is enough."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.evidence import Facts, HoldForPerson, NotAccepted, Wait, hold_at, judge

BEGAN = datetime(2026, 11, 22, 0, 30, 5, tzinfo=UTC)
PROVEN = Facts(
    began=BEGAN,
    now=BEGAN + timedelta(minutes=4),
    intake_unbroken_since=BEGAN - timedelta(hours=1),
    intake_broke=False,
    later_receipted=20,
    later_posts=3,
    latest_unreceipted=0,
    largest_lag=timedelta(seconds=60),
)


def test_it_goes_again_when_all_of_the_proof_is_there() -> None:
    verdict = judge(PROVEN)
    assert isinstance(verdict, NotAccepted)
    assert verdict.reason == (
        "No receipt after 4 min, while 20 later messages through the same sender got theirs"
        " in 3 webhooks."
    )


@pytest.mark.parametrize(
    ("without", "word"),
    [
        (replace(PROVEN, later_receipted=19), "19 of 20"),
        (replace(PROVEN, later_posts=2), "2 of 3"),
        (replace(PROVEN, latest_unreceipted=1), "latest messages"),
        (replace(PROVEN, largest_lag=timedelta(seconds=80)), "older than"),
        (replace(PROVEN, now=BEGAN + timedelta(seconds=180)), "older than"),
        (replace(PROVEN, intake_unbroken_since=BEGAN + timedelta(seconds=1)), "could not come in"),
        (replace(PROVEN, intake_broke=True, intake_unbroken_since=PROVEN.now), "could not come in"),
    ],
)
def test_it_waits_while_any_part_of_the_proof_is_missing(without: Facts, word: str) -> None:
    verdict = judge(without)
    assert isinstance(verdict, Wait)
    assert word in verdict.reason


def test_quick_receipts_do_not_make_it_hasty() -> None:
    quick = replace(PROVEN, largest_lag=timedelta(seconds=1))
    assert isinstance(judge(replace(quick, now=BEGAN + timedelta(seconds=30))), Wait)
    assert isinstance(judge(replace(quick, now=BEGAN + timedelta(seconds=31))), NotAccepted)


def test_after_a_break_of_ours_it_takes_twenty_unbroken_minutes() -> None:
    back = BEGAN + timedelta(minutes=3)
    broken = replace(PROVEN, intake_broke=True, intake_unbroken_since=back, later_receipted=500)
    assert isinstance(judge(replace(broken, now=back + timedelta(seconds=1199))), Wait)
    assert isinstance(judge(replace(broken, now=back + timedelta(minutes=20))), NotAccepted)


def test_a_person_gets_it_after_half_an_hour_without_proof() -> None:
    quiet = replace(PROVEN, later_receipted=4, later_posts=1)
    assert isinstance(judge(replace(quiet, now=BEGAN + timedelta(seconds=1799))), Wait)
    verdict = judge(replace(quiet, now=BEGAN + timedelta(minutes=30)))
    assert isinstance(verdict, HoldForPerson)
    assert "4 of 20" in verdict.reason


def test_a_day_of_darkness_does_not_hold_it_before_the_retried_webhooks_had_their_chance() -> None:
    back = BEGAN + timedelta(days=1)
    dark = replace(PROVEN, intake_broke=True, intake_unbroken_since=back, later_receipted=0)
    assert isinstance(judge(replace(dark, now=back + timedelta(minutes=29))), Wait)
    assert isinstance(judge(replace(dark, now=back + timedelta(minutes=30))), HoldForPerson)


def test_a_clock_set_back_proves_nothing() -> None:
    assert isinstance(judge(replace(PROVEN, now=BEGAN - timedelta(minutes=5))), Wait)


SPANS = st.integers(-600, 7200).map(lambda seconds: timedelta(seconds=seconds))


@given(st.integers(0, 60), st.integers(0, 9), st.integers(0, 2), SPANS, SPANS, SPANS)
def test_nothing_goes_again_without_every_part_of_the_proof(
    receipted: int,
    posts: int,
    latest: int,
    age: timedelta,
    unbroken: timedelta,
    lag: timedelta,
) -> None:
    now = BEGAN + age
    facts = Facts(
        began=BEGAN,
        now=now,
        intake_unbroken_since=now - unbroken,
        intake_broke=unbroken < age,
        later_receipted=receipted,
        later_posts=posts,
        latest_unreceipted=latest,
        largest_lag=lag,
    )
    proven = (
        receipted >= 20
        and posts >= 3
        and latest == 0
        and age > 3 * lag
        and age > timedelta(seconds=30)
        and (unbroken >= age or unbroken >= timedelta(minutes=20))
    )
    verdict = judge(facts)
    assert isinstance(verdict, NotAccepted) == proven
    if not proven:
        assert isinstance(verdict, HoldForPerson) == (now >= hold_at(facts))
