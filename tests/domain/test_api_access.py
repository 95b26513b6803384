"""How often an organisation's programs may ask."""

from datetime import UTC, datetime, timedelta

from engine.domain.api_access import Tally

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def test_no_minute_holds_more_than_its_limit_wherever_it_begins() -> None:
    tally = Tally()
    let_in = [
        NOW + timedelta(seconds=second / 2)
        for second in range(600)
        if tally.take(NOW + timedelta(seconds=second / 2)).wait == timedelta(0)
    ]
    assert len(let_in) == 500
    for at in let_in:
        assert sum(at <= other < at + timedelta(minutes=1) for other in let_in) <= 100


def test_who_must_wait_is_told_how_long_and_is_let_in_then() -> None:
    tally = Tally(limits=((timedelta(minutes=1), 2),))
    assert tally.take(NOW).left == 1
    assert tally.take(NOW + timedelta(seconds=10)).left == 0
    refused = tally.take(NOW + timedelta(seconds=20))
    assert refused.wait == timedelta(seconds=40)
    assert tally.take(NOW + timedelta(seconds=59)).wait > timedelta(0)
    assert tally.take(NOW + timedelta(seconds=60)).wait == timedelta(0)


def test_several_at_once_are_let_in_together_or_not_at_all() -> None:
    tally = Tally(limits=((timedelta(minutes=1), 5),))
    assert tally.take(NOW, 4).left == 1
    assert tally.take(NOW, 2).wait > timedelta(0)
    assert tally.take(NOW, 1).left == 0


def test_the_longer_spans_bind_too() -> None:
    tally = Tally(limits=((timedelta(minutes=1), 10), (timedelta(hours=1), 15)))
    assert tally.take(NOW, 10).wait == timedelta(0)
    assert tally.take(NOW + timedelta(minutes=2), 5).left == 0
    assert tally.take(NOW + timedelta(minutes=4)).wait == timedelta(minutes=56)
