"""The crash drill: real mornings whose process is killed with SIGKILL at random instants, started
again, and held against the simulator's truth, person by person (spec R1, E3).

Each morning has a database, journals, and a simulator process of its own. It runs in real time
until everything is sent and every refused webhook has come in again, which takes a minute or two;
the half hour that proof or a person would need after that passes in virtual time (`aftermath`).
"""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from engine.clock import MachineClock
from engine.loops import fast_loop
from engine.store.database import Database
from engine.trials import aftermath
from engine.trials.drill_databases import Databases
from engine.trials.findings import SimulatorTruth, casualties, find
from engine.trials.killed_morning import KilledMorning, Told, killed_morning
from engine.trials.kills import DrillOptions, DrillResult, Kill, PlannedKill, plan_mornings
from engine.trials.options import MorningResult
from engine.trials.reckoning import keep_evidence, reckon
from engine.trials.simulator_process import read_truth


@dataclass(slots=True, kw_only=True)
class _Sum:
    """What the mornings came to so far."""

    kills: list[Kill] = field(default_factory=lambda: list[Kill]())
    mornings: int = 0
    targeted: int = 0
    lost: int = 0
    doubled: int = 0
    held: int = 0
    max_per_second: int = 0

    def add(self, morning: KilledMorning, result: MorningResult) -> None:
        self.kills += [struck.kill for struck in morning.struck]
        self.mornings += 1
        self.targeted += result.targeted
        # Whoever the freeze left out without a word has no delivery at all.
        self.lost += result.lost + morning.options.subscribers - result.targeted
        self.doubled += result.doubled
        self.held += result.held + result.unknown
        self.max_per_second = max(self.max_per_second, result.max_per_second)


def run_drill(
    options: DrillOptions, databases: Databases, command: Sequence[str], tell: Told
) -> DrillResult:
    """Run as many mornings as the kills need.

    command: starts a serving process (see `served`). tell: hears what is going on, a line at a
    time. Raises DrillError when a morning comes to a standstill. When somebody was lost or doubled
    the mornings' folders stay, with databases, journals, logs and what is known of those people.
    """
    began = MachineClock().loop_time()
    folder = Path(tempfile.mkdtemp(prefix="dawncast-drill-"))
    drill = _Drill(
        options=options,
        databases=databases,
        command=command,
        tell=tell,
        folder=folder,
        rng=Random(options.seed),
    )
    kept = True
    try:
        for number, plan in enumerate(plan_mornings(options, Random(options.seed)), 1):
            drill.morning(number, plan)
        kept = bool(drill.sum.lost or drill.sum.doubled)
        if not kept:
            databases.clear()
    except (KeyboardInterrupt, SystemExit):
        kept = False
        raise
    except BaseException as trouble:
        trouble.add_note(f"What it left is in {folder}.")
        raise
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)
    return DrillResult(
        kills=drill.sum.kills,
        mornings=drill.sum.mornings,
        lost=drill.sum.lost,
        doubled=drill.sum.doubled,
        held=drill.sum.held,
        targeted=drill.sum.targeted,
        max_per_second=drill.sum.max_per_second,
        wall_s=MachineClock().loop_time() - began,
        seed=options.seed,
        database=databases.kind,
        evidence=str(folder) if kept else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drill:
    """A drill under way."""

    options: DrillOptions
    databases: Databases
    command: Sequence[str]
    tell: Told
    folder: Path
    rng: Random
    sum: _Sum = field(default_factory=_Sum)

    def morning(self, number: int, plan: Sequence[PlannedKill]) -> None:
        """One morning: in real time, then the half hour after it, then the reckoning."""
        home = self.folder / f"morning-{number}"
        home.mkdir()
        url = self.databases.fresh(home, number)
        database = Database(url)
        try:
            morning = self._in_real_time(number, plan, database, home)
            self.tell(f"morning {number}: half an hour in virtual time")
            later = aftermath.wait_out(
                url,
                journals=morning.crew.journals,
                options=morning.options,
                numbers=morning.numbers,
                broadcast=morning.broadcast,
            )
            truth = aftermath.together(read_truth(morning.truth), later)
            self._reckon(database, morning, truth, home)
        finally:
            database.close()

    def _in_real_time(
        self, number: int, plan: Sequence[PlannedKill], database: Database, home: Path
    ) -> KilledMorning:
        with asyncio.Runner(loop_factory=fast_loop) as runner:
            return runner.run(
                killed_morning(
                    number,
                    plan,
                    self.options,
                    command=self.command,
                    database=database,
                    home=home,
                    rng=self.rng,
                    tell=self.tell,
                )
            )

    def _reckon(
        self, database: Database, morning: KilledMorning, truth: SimulatorTruth, home: Path
    ) -> None:
        result = database.read_now(
            find, morning.broadcast, truth, rate=self.options.rate, seed=morning.options.seed
        )
        hurt = database.read_now(casualties, morning.broadcast, truth)
        database.read_now(reckon, morning, hurt)
        self.sum.add(morning, result)
        if self.sum.lost or self.sum.doubled:
            database.read_now(keep_evidence, home, morning, hurt)
        else:
            shutil.rmtree(home, ignore_errors=True)
