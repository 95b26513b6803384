"""Troubles that mean something only together, or at one moment: seldom met by chance alone."""

from random import Random

from engine.simulator.faults import DropAnswers, FailLater, RefuseAll, SlowAnswers
from engine.trials.deeds import (
    Abort,
    Babble,
    Deafen,
    Deed,
    Freeze,
    Kill,
    Lock,
    OptOut,
    Pause,
    Second,
    SpoilCommits,
    Strike,
)

BIRTH = -5.0
"""When the first process starts: seconds from the opening."""


def draw_plots(rng: Random, lasts: float) -> list[tuple[float, Deed]]:
    """Some of them, with their seconds after the opening. lasts: seconds of sending."""
    plots: list[tuple[float, Deed]] = []
    for share, plot in PLOTS:
        if rng.random() < share:
            plots += plot(rng, lasts)
    return plots


def _stillborn(rng: Random, _lasts: float) -> list[tuple[float, Deed]]:
    """Killed while the audience is frozen, which is soon after the first process starts."""
    return [(BIRTH, Kill(rng.choice((0.0, 2.0)), rng.randint(19, 28)))]


def _jumble(rng: Random, lasts: float) -> list[tuple[float, Deed]]:
    """Receipts come in any order, and most without our word."""
    return [(rng.uniform(0.0, lasts), Babble(rng.uniform(5.0, 60.0), "jumble"))]


def _darkness(rng: Random, lasts: float) -> list[tuple[float, Deed]]:
    """Nobody is there for so long that WhatsApp calls again only now and then."""
    return [(lasts * rng.uniform(0.1, 0.5), Kill(rng.uniform(40.0, 250.0)))]


def _lies(rng: Random, lasts: float) -> list[tuple[float, Deed]]:
    """What was written and reported as failed is written again."""
    return [(rng.uniform(0.0, lasts * 0.7), SpoilCommits(rng.uniform(3, 12), 0.0, 0.5))]


def _cut_both_ways(rng: Random, lasts: float) -> list[tuple[float, Deed]]:
    """Neither answers nor receipts come through, a person pauses, and all is well when it goes on:
    but WhatsApp calls again about the first ones only much later.
    """
    at, seconds = rng.uniform(0.1, lasts * 0.3), rng.uniform(33.0, 42.0)
    lost = DropAnswers(accepted=True, how="either", probability=1.0, seconds=1.5)
    return [
        (at, Strike(lost)),
        (at, Deafen(seconds, rng.choice(("refuse", "lose")))),
        (at + 0.3, Pause(seconds)),
    ]


def _failures_before_answers(rng: Random, lasts: float) -> list[tuple[float, Deed]]:
    """What WhatsApp takes back again it has told before it answers."""
    at, seconds = rng.uniform(0.0, lasts * 0.7), rng.uniform(2.0, 10.0)
    slow = SlowAnswers(low=8.0, high=25.0, drip=rng.random() < 0.5, seconds=seconds)
    code = 131000 if seconds < 5.0 else 131026  # it passes, or never does
    fails = FailLater(code=code, probability=0.5, seconds=seconds)
    return [(at, Strike(slow)), (at, Strike(fails))]


def _ghost(rng: Random, lasts: float) -> list[tuple[float, Deed]]:
    """An engine freezes at a bad moment, another one takes over, and it thaws."""
    at = rng.uniform(0.0, lasts * 0.7)
    dies_after, another = rng.choice((None, 2, 2, 3)), Second(elsewhere=rng.random() < 0.3)
    # What it marks and dies over hurts before the other one is at work; else a little later.
    seconds = rng.uniform(0.3, 3.0) if dies_after is None else rng.uniform(0.1, 1.5)
    amid = rng.choice(("mark", "line")) if dies_after is None else "mark"
    ghost: list[tuple[float, Deed]] = [
        (BIRTH / 2, another),
        (at, Freeze(seconds, amid=amid, dies_after=dies_after)),
    ]
    if dies_after is None:
        # What it gives back as it thaws is under way again by then, and stays so for a while.
        ghost.append((at, Strike(SlowAnswers(low=2.0, high=6.0, drip=False, seconds=30.0))))
    return ghost


def _change_of_mind(rng: Random, lasts: float) -> list[tuple[float, Deed]]:
    """Somebody wants no more while a request to them is under way, and that is refused."""
    at = rng.uniform(0.0, lasts * 0.7)
    # For what is each person's own affair: no circuit opens, and each try waits for longer.
    refused = RefuseAll(code=131056, probability=1.0, seconds=rng.uniform(4.0, 8.0))
    stop = OptOut(rng.randrange(60), by_page=rng.random() < 0.7, under_way=True)
    return [(at, Strike(refused)), (at + rng.uniform(0.0, 1.5), stop)]


def _ended_unheard(rng: Random, lasts: float) -> list[tuple[float, Deed]]:
    """A person ends it while the database takes nothing: the conductor crashes over the one, and
    meets the other when it is back.
    """
    at = rng.uniform(0.0, lasts * 0.7)
    return [(at, Lock(rng.uniform(6.0, 12.0))), (at + rng.uniform(0.0, 5.0), Abort())]


PLOTS = (
    (0.1, _stillborn),
    (0.2, _ghost),
    (0.2, _change_of_mind),
    (0.15, _jumble),
    (0.1, _darkness),
    (0.2, _failures_before_answers),
    (0.1, _lies),
    (0.2, _cut_both_ways),
    (0.05, _ended_unheard),
)
"""Each with the share of the mornings that have it."""
