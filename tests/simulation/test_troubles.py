"""Random mornings: killed and frozen engines, lost answers, refusing disks, lost webhooks, clocks
that are set, people with buttons (R1, R2).

A seed that fails fails again: `dawncast simulate --seeds 1 --first SEED`. SIM_SEEDS sets how many
are run here; `.ci/run` runs 200 fresh ones.
"""

import os
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pytest

from engine.simulator.faults import WithholdWebhooks
from engine.trials.deeds import Abort, Freeze, Kill, Lock, OptOut, Pause, Script, Second, Strike
from engine.trials.judge import Judged
from engine.trials.seeds import EndlessError, bounded, run_one, run_seeds
from engine.trials.shrink import shrink
from engine.trials.simulation import run_script, run_seed
from engine.trials.texts import TEMPLATE
from engine.trials.troubles import draw
from engine.trials.two_wordings import TEMPLATE_B

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
SEEDS = int(os.environ.get("SIM_SEEDS", "24"))
CALM = replace(
    draw(1),
    subscribers=60,
    senders=2,
    backups=1,
    rate=6.0,
    scenario="normal_load",
    pacing="fastest",
    canary=False,
    deeds=(),
)
"""Five seconds of sending, and nothing happens."""


FOUND_SOMETHING = (44, 1029, 2048, 1_795_700_422, 1_795_700_430)
"""Seeds that failed once: each found a fault of the engine's, or of the judge's."""
FOUND_BY_PLOTS = (
    46,
    1_795_714_645,
    1_795_800_000,
    1_795_900_035,
    1_795_722_052,
    1_795_920_286,
    1_795_940_109,
    960_321,
    970_180,
    970_264,
    980_212,
)
"""And these did since there are plots among the troubles."""


@pytest.mark.parametrize("seed", [*range(1, SEEDS + 1), *FOUND_BY_PLOTS])
def test_whatever_befalls_a_morning_nobody_is_lost_and_nobody_doubled(seed: int) -> None:
    assert run_seed(seed).misses == ()


@pytest.mark.parametrize("seed", FOUND_SOMETHING)
def test_what_a_morning_found_once_is_not_found_again(seed: int) -> None:
    assert run_script(draw(seed, plots=False)).misses == ()


def test_what_was_marked_as_a_person_ended_it_is_settled_though_the_database_was_locked() -> None:
    for locked, ended in ((-0.1, 0.6), (1.0, 3.0)):
        script = replace(CALM, deeds=((locked, Lock(9.5)), (ended, Abort())))
        assert run_script(script).misses == ()


def test_receipts_that_come_only_after_the_end_are_waited_for() -> None:
    withheld = Strike(WithholdWebhooks(seconds=250.0))

    assert run_script(replace(CALM, deeds=((0.8, withheld),))).misses == ()


def test_a_morning_of_two_wordings_sends_each_to_its_share() -> None:
    people = replace(CALM, subscribers=200, rate=20.0, canary=True)
    one, two = (run_script(replace(people, two_wordings=both)) for both in (False, True))

    assert (one.misses, two.misses) == ((), ())
    assert Counter(post.template for post in one.posts) == {TEMPLATE: 200}
    sent = Counter(post.template for post in two.posts)
    assert sent.total() == 200
    assert 60 < sent[TEMPLATE_B] < 100
    assert sent[TEMPLATE] == 200 - sent[TEMPLATE_B]


def test_the_same_seed_is_the_same_morning_post_for_post() -> None:
    seed = next(
        seed
        for seed in range(1, 300)
        if {Kill, Freeze} <= {type(deed) for _, deed in draw(seed).deeds}
    )
    once, again = run_seed(seed), run_seed(seed)

    assert once.digest == again.digest
    assert (once.words, once.misses) == (again.words, again.misses)


def test_another_seed_is_another_morning() -> None:
    first, second = run_script(CALM), run_script(replace(CALM, seed=2))

    assert len(first.posts) == len(second.posts) == 60
    assert first.digest != second.digest


def nobody_waits(judged: Judged) -> tuple[str, ...]:
    """A rule that a pause breaks."""
    stamps = [post.at for post in judged.posts]
    gaps = [(after - before).total_seconds() for before, after in pairwise(stamps)]
    return ("nothing was sent for two seconds",) if max(gaps) > 2 else ()


def test_a_failing_morning_is_shrunk_to_the_trouble_that_makes_it_fail() -> None:
    cause = (1.5, Pause(3.0))
    script = replace(
        CALM, deeds=((0.5, OptOut(50)), (1.0, Lock(0.4)), cause, (2.0, Second()), (4.0, OptOut(3)))
    )
    assert run_script(script, rule=nobody_waits).misses == ("nothing was sent for two seconds",)

    def fails(candidate: Script) -> bool:
        return bool(run_script(candidate, rule=nobody_waits).misses)

    assert shrink(script, fails).deeds == (cause,)


def test_what_fails_without_any_trouble_is_shrunk_to_none() -> None:
    script = replace(CALM, deeds=((0.5, OptOut(1)), (1.0, Lock(1.0)), (2.0, Pause(1.0))))

    assert shrink(script, lambda candidate: True).deeds == ()


def test_shrinking_stops_when_it_has_tried_enough() -> None:
    script = draw(next(seed for seed in range(1, 300) if len(draw(seed).deeds) > 6))
    tried: list[Script] = []

    def fails(candidate: Script) -> bool:
        tried.append(candidate)
        return False

    assert shrink(script, fails, tries=3) == script
    assert len(tried) == 3


def test_a_seed_draws_fifty_to_five_hundred_people_and_one_to_six_senders() -> None:
    scripts = [draw(seed) for seed in range(1, 400)]

    assert {script.senders for script in scripts} == {1, 2, 3, 4, 5, 6}
    assert min(script.subscribers for script in scripts) >= 50
    assert 400 < max(script.subscribers for script in scripts) <= 500
    kinds = {type(deed) for script in scripts for _, deed in script.deeds}
    assert {Kill, Freeze, Lock, OptOut, Pause, Second, Strike} <= kinds


def test_a_morning_that_never_ends_is_ended_whatever_it_catches() -> None:
    def never_ends() -> None:
        while True:
            with suppress(Exception):  # as a worker's keeper does
                sum(range(1_000))

    with pytest.raises(EndlessError), bounded(0.05):
        never_ends()


def test_the_tally_counts_what_came_of_the_seeds() -> None:
    heard: list[int] = []

    tally = run_seeds(
        range(5, 7), jobs=1, smallest=False, tell=lambda outcome: heard.append(outcome.seed)
    )

    assert heard == [5, 6]
    assert (tally.first, tally.seeds, tally.done, tally.failed) == (5, 2, 2, [])
    assert tally.posts >= tally.targeted > 0


def test_in_the_end_nothing_is_open_and_only_what_cannot_be_known_is_held() -> None:
    seed = next(
        seed
        for seed in range(1, 300)
        if any(isinstance(deed, Kill) and deed.machine for _, deed in draw(seed).deeds)
    )
    judged = run_seed(seed, full=True)

    assert judged.misses == ()
    assert judged.held_though_taken == 0
    assert "unknown" not in judged.words
    assert run_one(seed, smallest=True).misses == ()
