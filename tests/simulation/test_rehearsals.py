"""What is rehearsed is what then happens, as far as luck allows."""

import pytest

from engine.trials.rehearsals.morning import SEEDS, compare


@pytest.mark.slow
def test_a_rehearsed_morning_is_near_what_then_happens() -> None:
    found = compare(SEEDS[0])
    assert found.truth is not None
    assert found.off(found.rehearsed) < 0.25
    assert found.off(found.knowing) < 0.25
