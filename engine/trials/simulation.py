"""Mornings in virtual time with everything that may befall them, from a seed: the engine is killed
and started anew at any step of the loop, and in the end nobody is lost and nobody doubled (R1, R2).

`python -m engine.trials.simulation 100 --first 1` runs a hundred seeds; one that fails says what
was wrong, and fails the same way again.
"""

import argparse
import asyncio
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import assert_never

import structlog
from sqlmodel import SQLModel

from engine.clock import LoopClock
from engine.simulator.loop import JumpingLoop
from engine.simulator.scenarios import SCENARIOS
from engine.simulator.world import World
from engine.store.database import Database
from engine.store.journal import MemoryJournals
from engine.trials import simulated, troubles
from engine.trials.judge import Judged, Log, judge
from engine.trials.mortal import Process, Weather, refuse_all
from engine.trials.options import MorningOptions
from engine.trials.outside import Outside
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET, WABA_ID
from engine.trials.troubles import Deed, Script
from engine.workers.equipment import Tuning

LEAD = timedelta(seconds=5)
QUICK = timedelta(minutes=4)
"""After the last deed. By then all is settled but what only time proves, or a late retry awaits."""
FULL = timedelta(minutes=150)
"""Until then nothing at all may be open: the late ladder ends, and the unknown are held."""
CALM_SECONDS = 3.0
"""After the last deed somebody puts right what is left wrong, and the world behaves."""
LAST_RECEIPTS_SECONDS = 50.0
LOG_LEVEL = 50


def run_seed(seed: int, *, full: bool = False) -> Judged:
    """The morning of this seed, judged. full: to the very end, not to the last send and a little.

    Says nothing on the way: thousands of mornings are run.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(LOG_LEVEL))
    with (
        tempfile.TemporaryDirectory(prefix="dawncast-") as folder,
        asyncio.Runner(loop_factory=JumpingLoop) as runner,
    ):
        return runner.run(run_script(troubles.draw(seed), Path(folder), full=full))


async def run_script(script: Script, folder: Path, *, full: bool = False) -> Judged:
    """Play a morning and judge it."""
    stage = _Stage(script, f"sqlite:///{folder / 'dawncast.db'}")
    async with asyncio.TaskGroup() as tasks:
        await stage.play(tasks, full=full)
    judged = stage.database.read_now(judge, stage.world.truth(), stage.log)
    stage.database.close()
    return judged


class _Stage:
    """The world, the process in it, and the people outside; five seconds before the opening."""

    def __init__(self, script: Script, url: str) -> None:
        self.script = script
        self.log = Log(rate=script.rate)
        self.database = Database(url, inline=True, durable=False)
        self._url = url
        self._clock = LoopClock(starts_at=simulated.STARTS_AT)
        self._opens_at = self._clock.now() + LEAD
        self.world = self._furnish()
        self._outside = Outside(self.database, self.world, self._clock, self.log)
        self._journals = MemoryJournals()
        self._weather = Weather()
        self._process: Process | None = None
        self._lives = 0

    def _furnish(self) -> World:
        script, database, now = self.script, self.database, self._clock.now()
        database.transact_now(lambda session: SQLModel.metadata.create_all(session.connection()))
        options = MorningOptions(
            subscribers=script.subscribers,
            senders=script.senders,
            backups=script.backups,
            rate=script.rate,
            scenario=script.scenario,
            seed=script.seed,
        )
        seeded = database.transact_now(simulated.seed, options, now)
        database.transact_now(simulated.add_one_off, seeded, script.pacing, self._opens_at, now)
        return World(
            script.seed,
            SCENARIOS[script.scenario],
            database.read_now(simulated.numbers_of, seeded),
            ACCESS_TOKEN,
            APP_SECRET,
            WABA_ID,
        )

    async def play(self, tasks: asyncio.TaskGroup, *, full: bool) -> None:
        """From the first start of the process to its end in good order."""
        self._start(tasks)
        for second, deed in self.script.deeds:
            instant = self._opens_at + timedelta(seconds=second)
            await asyncio.sleep(max(0.0, (instant - self._clock.now()).total_seconds()))
            await self._do(deed, tasks)
        await asyncio.sleep(CALM_SECONDS)
        self._outside.put_right()
        give_up_at = self._clock.now() + (FULL if full else QUICK)
        while self._clock.now() < give_up_at and not self._is_done(full=full):
            await asyncio.sleep(5.0)
            self._outside.put_right()
        await asyncio.sleep(LAST_RECEIPTS_SECONDS)
        self.log.ended_at, self.log.full = self._clock.now(), full
        if any(isinstance(deed, troubles.Kill | troubles.Refuse) for _, deed in self.script.deeds):
            self.log.stopped.clear()  # nobody could read it at once
        assert self._process is not None
        await self._process.end()

    def _is_done(self, *, full: bool) -> bool:
        return self._outside.is_over() or (not full and not self._outside.open_states())

    def _start(self, tasks: asyncio.TaskGroup) -> None:
        self._lives += 1
        self._process = Process(
            url=self._url,
            world=self.world,
            journals=self._journals,
            clock=self._clock,
            rng=Random(self.script.seed * 1_000 + self._lives),
            tuning=Tuning(
                reserve=0.0,
                settle_every=timedelta(seconds=2),
                receive_every=timedelta(milliseconds=250),
                sample=False,
            ),
            name=f"life {self._lives}",
            posts=self.log.posts,
            weather=self._weather,
        )
        self._process.start(tasks)

    async def _do(self, deed: Deed, tasks: asyncio.TaskGroup) -> None:
        outside = self._outside
        match deed:
            case troubles.Strike(fault):
                self.world.inject(fault, self._clock.now().timestamp())
            case troubles.Kill():
                await self._kill(deed, tasks)
            case troubles.Refuse(seconds):
                self._weather.refuses = True
                await asyncio.sleep(seconds)
                self._weather.refuses = False
            case troubles.Pause(seconds):
                outside.pause()
                await asyncio.sleep(seconds)
                outside.put_right()
            case troubles.Rest(nth, seconds):
                outside.rest(nth)
                await asyncio.sleep(seconds)
                outside.put_right()
            case troubles.Grade() | troubles.OptOut() | troubles.Abort():
                await self._do_outside(deed)
            case _:
                assert_never(deed)

    async def _do_outside(self, deed: troubles.Grade | troubles.OptOut | troubles.Abort) -> None:
        match deed:
            case troubles.Grade(nth, quality, seconds):
                self._outside.grade(nth, quality)
                await asyncio.sleep(seconds)
                self._outside.grade(nth, "GREEN")
            case troubles.OptOut(nth):
                self._outside.say_stop(nth)
            case troubles.Abort():
                self._outside.abort()

    async def _kill(self, deed: troubles.Kill, tasks: asyncio.TaskGroup) -> None:
        assert self._process is not None
        self._process.kill()
        back_at = self._clock.now() + timedelta(seconds=deed.down)
        if deed.machine:
            self._journals = MemoryJournals()
            self._clock = LoopClock(starts_at=self._clock.now(), boot_id=f"boot {self._lives}")
            self._outside.clock = self._clock
        if deed.down > 0:
            await refuse_all(self.world, self._clock, lambda: self._clock.now() >= back_at)
        self._start(tasks)


def main() -> int:
    """Run seeds from the command line; returns how many failed."""
    parser = argparse.ArgumentParser(description="Random mornings in virtual time.")
    parser.add_argument("seeds", type=int, nargs="?", default=10)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--full", action="store_true", help="to the end of the late ladder")
    options = parser.parse_args()
    failed = 0
    for seed in range(options.first, options.first + options.seeds):
        judged = run_seed(seed, full=options.full)
        failed += bool(judged.misses)
        sys.stdout.write("\n  ".join([f"seed {seed}: {judged.words}", *judged.misses]) + "\n")
        sys.stdout.flush()
    return min(failed, 125)


if __name__ == "__main__":
    sys.exit(main())
