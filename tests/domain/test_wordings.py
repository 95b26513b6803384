"""Who gets which of two wordings."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.wordings import (
    LEAST_PERCENT,
    MOST_PERCENT,
    Side,
    message_key,
    pair_problem,
    share_problem,
    wording_of,
)

IDS = st.integers(min_value=1, max_value=2**63 - 1)


@given(IDS, IDS, st.integers(LEAST_PERCENT, MOST_PERCENT))
def test_the_same_broadcast_and_person_always_give_the_same_wording(
    broadcast: int, person: int, percent: int
) -> None:
    assert wording_of(broadcast, person, percent) is wording_of(broadcast, person, percent)


@given(IDS, IDS, st.integers(LEAST_PERCENT, MOST_PERCENT - 1))
def test_a_larger_share_takes_nobody_from_b(broadcast: int, person: int, percent: int) -> None:
    if wording_of(broadcast, person, percent) is Side.B:
        assert wording_of(broadcast, person, percent + 1) is Side.B


def test_who_gets_which_is_written_down() -> None:
    """A change of the rule would give people the other wording in the middle of a morning."""
    drawn = "".join(wording_of(7, person, 50) for person in range(1, 21))
    assert drawn == "BBABBABBBAABBABBBAAA"


@pytest.mark.parametrize("percent", [10, 30, 50, 90])
def test_the_share_is_kept_within_what_chance_allows(percent: int) -> None:
    people = 20_000
    got = Counter(wording_of(3, person, percent) for person in range(1, people + 1))
    expected = people * percent / 100
    four_deviations = 4 * (expected * (1 - percent / 100)) ** 0.5
    assert abs(got[Side.B] - expected) < four_deviations


def test_another_morning_draws_anew() -> None:
    people = range(1, 4_001)
    again = sum(wording_of(1, one, 50) is wording_of(2, one, 50) for one in people)
    assert 1_800 < again < 2_200


def test_a_language_with_one_wording_has_its_own_name_as_key() -> None:
    assert message_key("EN") == "EN"
    assert len({message_key("EN"), *(message_key("EN", one) for one in Side)}) == 3


def test_a_share_that_proves_nothing_is_refused() -> None:
    assert [p for p in range(101) if share_problem(p) is None] == list(range(10, 91))


def test_b_goes_only_beside_an_a_in_the_same_language_and_category() -> None:
    assert pair_problem(["EN", "HI"], ["HI"], same_category=True) is None
    assert "MR" in (pair_problem(["EN", "HI"], ["HI", "MR"], same_category=True) or "")
    assert "category" in (pair_problem(["EN"], ["EN"], same_category=False) or "")
