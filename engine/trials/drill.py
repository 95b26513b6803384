"""The crash drill: real mornings whose process is killed with SIGKILL at random instants, started
again, and held against the simulator's truth, person by person (spec R1, E3).

Each morning has a database, journals, and a simulator process of its own. It runs in real time
until everything is sent and every refused webhook has come in again, which takes a minute or two;
the half hour that proof or a person would need after that passes in virtual time (`aftermath`).
"""

import asyncio
import shutil
import tempfile
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

import sqlalchemy as sa

from engine.clock import MachineClock
from engine.loops import fast_loop
from engine.store import migrations
from engine.store.database import Database
from engine.trials import aftermath
from engine.trials.findings import casualties, find
from engine.trials.killed_morning import DrillError, KilledMorning, Told, killed_morning
from engine.trials.kills import DrillOptions, DrillResult, Kill, PlannedKill, plan_mornings
from engine.trials.options import MorningResult
from engine.trials.private_postgres import cluster
from engine.trials.reckoning import keep_evidence, reckon
from engine.trials.simulator_process import read_truth

TEMPLATE = "drill_template"


class Databases(Protocol):
    """Where the mornings' databases come from."""

    @property
    def kind(self) -> str:
        """`sqlite` or `postgres`."""
        ...

    def fresh(self, home: Path, morning: int) -> str:
        """The URL of a migrated, empty database. The last morning's need not be kept."""
        ...


class SqliteDatabases:
    """A file for each morning, in its folder."""

    kind = "sqlite"

    def fresh(self, home: Path, morning: int) -> str:
        url = f"sqlite:///{home / 'drill.db'}"
        migrations.upgrade(url)
        return url


class PrivatePostgres:
    """A private server, and on it a database for each morning. Closed when `files` are."""

    kind = "postgres"

    def __init__(self, files: ExitStack) -> None:
        self._cluster = files.enter_context(cluster())
        migrations.upgrade(self._cluster.create(TEMPLATE))

    def fresh(self, home: Path, morning: int) -> str:
        return self._cluster.create(f"drill_{morning}", template=TEMPLATE)


class GivenDatabase:
    """One database for all mornings, emptied before each. Raises DrillError when it is not empty
    at the start: a drill destroys nothing that it did not make.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        with _connected(url) as connection:
            tables = sa.inspect(connection).get_table_names()
        if tables:
            raise DrillError(
                f"The database given is not empty: it has {len(tables)} tables. "
                "A drill needs one with nothing in it."
            )

    @property
    def kind(self) -> str:
        return "sqlite" if self._url.startswith("sqlite") else "postgres"

    def fresh(self, home: Path, morning: int) -> str:
        if morning > 1:
            migrations.downgrade(self._url, "base")
        migrations.upgrade(self._url)
        return self._url


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
    evidence: str | None = None

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
    rng = Random(options.seed)
    found = _Sum()
    folder = Path(tempfile.mkdtemp(prefix="dawncast-drill-"))
    try:
        for number, plan in enumerate(plan_mornings(options, rng), 1):
            home = folder / f"morning-{number}"
            home.mkdir()
            _morning(number, plan, options, databases, command, home, rng, tell, found)
    except BaseException:
        found.evidence = str(folder)
        tell(f"what the drill left is in {folder}")
        raise
    finally:
        if found.evidence is None:
            shutil.rmtree(folder, ignore_errors=True)
    return DrillResult(
        kills=found.kills,
        mornings=found.mornings,
        lost=found.lost,
        doubled=found.doubled,
        held=found.held,
        targeted=found.targeted,
        max_per_second=found.max_per_second,
        wall_s=MachineClock().loop_time() - began,
        seed=options.seed,
        database=databases.kind,
        evidence=found.evidence,
    )


def _morning(
    number: int,
    plan: list[PlannedKill],
    options: DrillOptions,
    databases: Databases,
    command: Sequence[str],
    home: Path,
    rng: Random,
    tell: Told,
    found: _Sum,
) -> None:
    url = databases.fresh(home, number)
    database = Database(url)
    try:
        with asyncio.Runner(loop_factory=fast_loop) as runner:
            morning = runner.run(
                killed_morning(
                    number,
                    plan,
                    options,
                    command=command,
                    database=database,
                    home=home,
                    rng=rng,
                    tell=tell,
                )
            )
        tell(f"morning {number}: half an hour in virtual time")
        later = aftermath.wait_out(
            url,
            journals=morning.crew.journals,
            options=morning.options,
            numbers=morning.numbers,
            broadcast=morning.broadcast,
        )
        truth = aftermath.together(read_truth(morning.truth), later)
        result = database.read_now(
            find, morning.broadcast, truth, rate=options.rate, seed=options.seed
        )
        hurt = database.read_now(casualties, morning.broadcast, truth)
        database.read_now(reckon, morning, hurt)
        found.add(morning, result)
        if found.lost or found.doubled:
            found.evidence = str(home.parent)
            database.read_now(keep_evidence, home, morning, hurt)
        else:
            shutil.rmtree(home, ignore_errors=True)
    finally:
        database.close()


@contextmanager
def databases_of(kind: str, url: str | None) -> Generator[Databases]:
    """What `--database` and `--database-url` ask for. Raises DrillError, MissingError."""
    with ExitStack() as files:
        if url:
            yield GivenDatabase(url)
        elif kind == "postgres":
            yield PrivatePostgres(files)
        else:
            yield SqliteDatabases()


@contextmanager
def _connected(url: str) -> Generator[sa.Connection]:
    db_engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with db_engine.connect() as connection:
            yield connection
    finally:
        db_engine.dispose()
