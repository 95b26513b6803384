"""The floor that a morning's time is held against is that of all lanes together."""

import pytest

from engine.trials.findings import least_seconds


@pytest.mark.parametrize(
    ("sends", "rates", "seconds"),
    [
        (2_000, [80.0], 1_999 / 80),
        (2_000, [80.0] * 4, 499 / 80),
        (500, [20.0] * 3, 166 / 20),
        (3, [80.0] * 4, 0.0),
        (300, [80.0, 40.0, 20.0], 170 / 80),
        (10, [71.5], 9 / 71),
    ],
)
def test_it_is_the_least_time_the_rates_allow_together(
    sends: int, rates: list[float], seconds: float
) -> None:
    assert least_seconds(sends, rates) == pytest.approx(seconds, abs=1e-6)
