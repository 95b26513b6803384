"""Plays the mornings of seeds until one fails, in the sources it is started in; says so in JSON."""

import json
import os
import signal
import sys
from pathlib import Path

import engine
from engine.trials.seeds import run_one

MORNING_CPU_SECONDS = 20.0


def main(first: int, seeds: int) -> None:
    """Seed after seed; says which one failed, after how many, and with what words."""
    assert Path(engine.__file__).is_relative_to(Path.cwd()), "these are not the mutated sources"
    for seed in range(first, first + seeds):
        _give_up_after(seed, seed - first + 1)
        misses = run_one(seed, smallest=False).misses
        if misses:
            _say(seed, seed - first + 1, misses[0])
            return
    sys.stdout.write("{}\n")


def _give_up_after(seed: int, nth: int) -> None:
    """Some mutations turn in circles, also where nothing that is raised would end them."""

    def give_up(number: int, frame: object) -> None:
        del number, frame
        _say(seed, nth, "the morning does not end")
        sys.stdout.flush()
        os._exit(0)

    signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, MORNING_CPU_SECONDS)


def _say(seed: int, nth: int, words: str) -> None:
    sys.stdout.write(json.dumps({"seed": seed, "after": nth, "words": words}) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
