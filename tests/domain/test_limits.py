"""Limits of a day count people, each once in a moving 24 hours."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.domain.ids import SenderId
from engine.domain.limits import Quota, portfolio_limit, without_room
from engine.domain.routing import PlanLane, lane_room
from engine.domain.subscriber import TIER_ORDER, Tier

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
DAY = timedelta(hours=24)
BASIC, PRO, PREMIUM = (TIER_ORDER[tier] for tier in (Tier.BASIC, Tier.PRO, Tier.PREMIUM))
MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("words", "most"),
    [
        (["TIER_2K", "TIER_2K"], 2_000),
        (["TIER_UNLIMITED"], None),
        (["TIER_NOT_SET", "TIER_250"], 250),
        (["TIER_10K", "TIER_2K"], 2_000),
        (["A word of tomorrow"], None),
        ([], None),
    ],
)
def test_the_smallest_known_limit_of_a_portfolio_holds(words: list[str], most: int | None) -> None:
    assert portfolio_limit(words) == most


def test_who_was_written_to_counts_once_and_may_be_written_to_again() -> None:
    quota = Quota(2, [(1, NOW - timedelta(hours=1))])
    quota.take(2, NOW)
    assert quota.may(1, NOW)
    assert quota.may(2, NOW)
    assert not quota.may(3, NOW)
    quota.take(1, NOW)
    assert (quota.used(NOW), quota.room(NOW)) == (2, 0)


def test_after_24_hours_to_the_microsecond_a_person_counts_no_more() -> None:
    quota = Quota(1, [(1, NOW - DAY + MICROSECOND)])
    assert not quota.may(2, NOW)
    assert quota.may(2, NOW + MICROSECOND)


def test_writing_again_makes_a_person_count_from_then_on() -> None:
    quota = Quota(2, [(1, NOW - timedelta(hours=23)), (2, NOW - timedelta(hours=22))])
    quota.take(1, NOW)
    assert quota.people(NOW + timedelta(hours=3)) == {1}


def test_whom_whatsapp_refused_counts_as_before_and_whom_it_took_stays() -> None:
    yesterday = NOW - timedelta(hours=23)
    quota = Quota(3, [(1, yesterday), (2, NOW)], under_way=[2])
    for person in (1, 3):
        quota.take(person, NOW)
    assert quota.used(NOW) == 3
    for person in (1, 2, 3):
        quota.give_back(person)
    assert quota.people(NOW) == {1}

    quota.take(3, NOW)
    quota.reach(3)
    quota.give_back(3)
    assert quota.people(NOW) == {1, 3}


def test_yesterdays_readers_cost_nothing_today() -> None:
    people = [(number, BASIC) for number in range(10)]
    assert without_room(people, most=10, reached=set(range(10))) == frozenset()
    # Three others were written to as well: they count, and nobody of today's is new.
    assert without_room(people, most=10, reached=set(range(13))) == frozenset()
    assert without_room(people, most=10, reached={*range(8), 20}) == {9}


def test_the_tier_decides_who_finds_room() -> None:
    people = [(1, BASIC), (2, PRO), (3, PREMIUM), (4, BASIC), (5, PREMIUM)]
    assert without_room(people, most=3, reached=frozenset[int]()) == {1, 4}
    assert without_room(people, most=1, reached=frozenset[int]()) == {1, 2, 4, 5}
    assert without_room(people, most=None, reached=frozenset[int]()) == frozenset()


def lanes(*most: int | None) -> list[PlanLane]:
    return [PlanLane(SenderId(at), 80.0, cap) for at, cap in enumerate(most, start=1)]


def test_a_capped_lane_gets_its_cap_and_the_others_share_the_rest() -> None:
    assert lane_room(300, lanes(None, None, None)) == [100, 100, 100]
    assert lane_room(300, lanes(50, None, None)) == [50, 125, 125]
    assert lane_room(300, lanes(50, 110, None)) == [50, 110, 140]
    assert lane_room(300, lanes(100, 100, 100)) == [100, 100, 100]
    assert lane_room(10, lanes(0, None)) == [0, 10]
