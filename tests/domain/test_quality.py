"""What a sender's quality is worth in messages per second."""

import pytest

from engine.domain.pacing import usable_rate
from engine.domain.quality import Quality, effective_rate, read_quality


@pytest.mark.parametrize(
    ("quality", "rate"), [("GREEN", 80), ("UNKNOWN", 80), ("NA", 80), ("YELLOW", 50), ("RED", 0)]
)
def test_quality_lowers_the_ceiling(quality: str, rate: float) -> None:
    assert effective_rate(1000.0, quality, 0.0) == rate


@pytest.mark.parametrize("quality", Quality)
def test_it_never_raises_what_we_gave_it(quality: Quality) -> None:
    assert effective_rate(10.0, quality, 0.0) <= 10.0
    assert effective_rate(10.0, quality, 0.0, throughput="HIGH") <= 10.0


def test_the_reserve_is_kept_for_replies() -> None:
    assert usable_rate(effective_rate(80.0, "GREEN", 0.1)) == 72
    assert usable_rate(effective_rate(80.0, "YELLOW", 0.1)) == 45


def test_an_upgraded_number_may_do_a_thousand_and_less_when_yellow() -> None:
    assert effective_rate(2000.0, "GREEN", 0.0, throughput="HIGH") == pytest.approx(1000)
    assert effective_rate(2000.0, "YELLOW", 0.0, throughput="HIGH") == pytest.approx(625)


def test_a_red_sender_crawls_only_where_nobody_else_is_left() -> None:
    assert effective_rate(80.0, "RED", 0.0, throughput="HIGH") == 0
    assert effective_rate(80.0, "RED", 0.0, last_resort=True) == 20
    assert effective_rate(80.0, "GREEN", 0.0, last_resort=True) == 80


def test_words_nobody_told_us_of_are_unknown_quality() -> None:
    assert read_quality("PURPLE") is Quality.UNKNOWN
    assert read_quality("YELLOW") is Quality.YELLOW
