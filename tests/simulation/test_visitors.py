"""Who comes to a trial morning: the hand at the pause button, and the one who counts the moves."""

from datetime import datetime, timedelta
from random import Random

import pytest
from sqlmodel import Session

from engine.domain.ids import BroadcastId
from engine.trials.moves import Moves
from engine.trials.options import MorningOptions, MorningResult
from engine.trials.pauses import Hand, Pause, PausesOptions, PausesResult, measure
from engine.trials.simulated import run_simulated

OPTIONS = PausesOptions(pauses=6, subscribers=300, senders=2, rate=20.0)


def morning_with_pauses(seed: int) -> tuple[Hand, MorningResult]:
    hand = Hand(number=1, real=False, count=6, options=OPTIONS, rng=Random(seed))
    morning = MorningOptions(subscribers=300, senders=2, rate=20.0, seed=seed)
    return hand, run_simulated(morning, [hand])[0]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_pausing_at_any_instant_loses_and_doubles_nobody_and_stops_within_a_second(
    seed: int,
) -> None:
    hand, result = morning_with_pauses(seed)

    assert (result.targeted, result.lost, result.doubled) == (300, 0, 0)
    assert result.handed_over == 300
    assert len(hand.pauses) >= 4
    for pause in hand.pauses:
        assert pause.stop_s <= 1.0
        assert pause.told.startswith("Stopped in 0.") or pause.lasted_s < 1.0
    assert any(pause.on_their_way for pause in hand.pauses)


@pytest.mark.slow
def test_a_pause_that_nobody_heeds_is_seen() -> None:
    hand, _ = morning_with_pauses(1)
    heeded = hand.pauses[0]
    # The same minute without a pause: as if the lanes had gone on until it was over.
    deaf = Pause(
        morning=1,
        real=False,
        asked_at=heeded.resumed_at + timedelta(seconds=0.5),
        resumed_at=heeded.resumed_at + timedelta(seconds=2.5),
        instant_s=0.0,
    )

    class Look:
        async def during(self, scene: object) -> None:
            del scene

        def after(self, session: Session, broadcast: BroadcastId, result: MorningResult) -> None:
            del result
            measure(session, broadcast, deaf)

    run_simulated(MorningOptions(subscribers=300, senders=2, rate=20.0, seed=1), [Look()])

    assert deaf.stop_s > 1.0
    assert deaf.begun_after > 20
    assert deaf.told == ""


def test_the_totals_of_the_pauses() -> None:
    now = datetime.fromisoformat("2026-11-23T06:00:00+05:30")
    pauses = [
        Pause(
            morning=1,
            real=n % 2 == 0,
            asked_at=now,
            resumed_at=now,
            instant_s=n,
            stop_s=n / 100,
            on_their_way=n,
        )
        for n in range(100)
    ]

    told = PausesResult(
        pauses=pauses, mornings=10, targeted=20_000, lost=0, doubled=0, wall_s=1.0, seed=1
    ).as_json()

    assert (told["pauses"], told["real"], told["simulated"]) == (100, 50, 50)
    assert (told["stop_p50_s"], told["stop_p99_s"], told["stop_max_s"]) == (0.495, 0.99, 0.99)
    assert (told["on_their_way_p50"], told["on_their_way_max"]) == (49.5, 99)


@pytest.mark.slow
def test_a_sender_that_fails_in_the_middle_stops_at_once_and_its_unsent_move() -> None:
    result, _ = run_simulated(
        MorningOptions(
            subscribers=400,
            senders=4,
            backups=1,
            scenario="phone_failure",
            pacing="jittered",
            fault_at=60.0,
            seed=2,
        )
    )

    assert (result.lost, result.doubled) == (0, 0)
    assert result.handed_over >= 0.99 * 400
    assert result.on_time >= 0.99 * 400
    assert result.stop_s is not None
    assert result.stop_s <= 1.0
    [first] = {move.from_sender for move in result.moves}
    assert {move.to_role for move in result.moves} == {"primary", "backup"}
    assert first not in {move.to_sender for move in result.moves}
    assert 0 < sum(move.moved for move in result.moves) < 100
    sent = {move.sent_before for move in result.moves}
    assert len(sent) == 1
    # Everybody planned for it was either sent before it failed, or moved.
    assert 90 <= sent.pop() + sum(move.moved for move in result.moves) <= 110


def test_without_trouble_nobody_moves() -> None:
    result, _ = run_simulated(MorningOptions(subscribers=60, senders=3, rate=20.0), [Moves()])

    assert (result.moves, result.stop_s) == ([], None)
