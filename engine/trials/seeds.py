"""Runs the mornings of many seeds on several processes, and tells what came of them."""

import signal
import time
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from multiprocessing import active_children, get_context
from typing import Any

from engine.clock import MachineClock
from engine.trials import troubles
from engine.trials.deeds import Script
from engine.trials.shrink import shrink
from engine.trials.simulation import run_script

FULL_EVERY = 25
"""Each so many-th seed is waited for until the late ladder has ended."""
LONGEST_CPU_SECONDS = 60.0
"""A morning takes two seconds at most; one that takes so long never ends."""
AT_ONCE = 4
"""Mornings handed to each process ahead, so that none waits for the next."""


ENDLESS = f"the morning had not ended after {LONGEST_CPU_SECONDS:.0f} s of CPU"


class EndlessError(KeyboardInterrupt):
    """A morning takes far too long. No other kind of error gets out of a loop at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one seed; no misses when all invariants held."""

    seed: int
    misses: tuple[str, ...] = ()
    deeds: tuple[str, ...] = ()
    """Those that are enough to make it fail, when it failed and was shrunk."""
    words: str = ""
    targeted: int = 0
    posts: int = 0
    unknown: int = 0
    held: int = 0
    held_though_taken: int = 0
    doubled_on_evidence: int = 0
    cpu_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class Tally:
    """The seeds of one run together."""

    first: int
    seeds: int
    failed: list[int] = field(default_factory=lambda: list[int]())
    done: int = 0
    targeted: int = 0
    posts: int = 0
    unknown: int = 0
    held: int = 0
    held_though_taken: int = 0
    doubled_on_evidence: int = 0
    cpu_s: float = 0.0
    slowest_cpu_s: float = 0.0
    wall_s: float = 0.0

    def add(self, outcome: Outcome) -> None:
        """Count one more."""
        self.done += 1
        if outcome.misses:
            self.failed.append(outcome.seed)
        self.targeted += outcome.targeted
        self.posts += outcome.posts
        self.unknown += outcome.unknown
        self.held += outcome.held
        self.held_though_taken += outcome.held_though_taken
        self.doubled_on_evidence += outcome.doubled_on_evidence
        self.cpu_s = round(self.cpu_s + outcome.cpu_s, 2)
        self.slowest_cpu_s = round(max(self.slowest_cpu_s, outcome.cpu_s), 2)

    def as_json(self) -> dict[str, Any]:
        """One flat object."""
        return asdict(self)


def run_one(seed: int, *, smallest: bool) -> Outcome:
    """One seed; smallest: find the fewest deeds when it fails."""
    script, full = troubles.draw(seed), seed % FULL_EVERY == 0
    began = time.process_time()
    try:
        with bounded():
            judged = run_script(script, full=full)
    except EndlessError:
        return Outcome(seed=seed, misses=(ENDLESS,), deeds=words_of(script))
    except Exception as error:  # noqa: BLE001 - a morning that breaks off is a finding, too
        lines = traceback.format_exception(error)
        return Outcome(seed=seed, misses=("the morning broke off: " + lines[-1].strip(), *lines))
    return Outcome(
        seed=seed,
        misses=judged.misses,
        deeds=_fewest(script, full=full) if judged.misses and smallest else (),
        words=judged.words,
        targeted=judged.targeted,
        posts=len(judged.posts),
        unknown=judged.unknown,
        held=judged.held,
        held_though_taken=judged.held_though_taken,
        doubled_on_evidence=judged.doubled,
        cpu_s=round(time.process_time() - began, 3),
    )


def run_seeds(
    seeds: Sequence[int], *, jobs: int, smallest: bool, tell: Callable[[Outcome], None]
) -> Tally:
    """All of them on `jobs` processes; `tell` hears of each as it ends, in no order."""
    tally = Tally(first=seeds[0], seeds=len(seeds))
    began = MachineClock().loop_time()
    for outcome in _outcomes(seeds, jobs, smallest=smallest):
        tally.add(outcome)
        tally.wall_s = round(MachineClock().loop_time() - began, 2)
        tell(outcome)
    tally.failed.sort()
    return tally


def words_of(script: Script) -> tuple[str, ...]:
    """A script's deeds as people read them."""
    return tuple(f"{second:8.3f} s  {deed}" for second, deed in script.deeds)


def _outcomes(seeds: Sequence[int], jobs: int, *, smallest: bool) -> Iterator[Outcome]:
    if jobs == 1:
        for seed in seeds:
            yield run_one(seed, smallest=smallest)
        return
    with _pool(jobs) as pool:
        left = iter(seeds)
        running: set[Future[Outcome]] = set()
        while True:
            for seed in left:
                running.add(pool.submit(run_one, seed, smallest=smallest))
                if len(running) >= jobs * AT_ONCE:
                    break
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()


@contextmanager
def _pool(jobs: int) -> Generator[ProcessPoolExecutor]:
    # Spawned: a copy of this process would inherit its threads' locks without the threads.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_be_quiet) as pool:
        try:
            yield pool
        except BaseException:
            # Who is told to end does not wait for mornings that may take their time.
            pool.shutdown(wait=False, cancel_futures=True)
            for child in active_children():
                child.terminate()
            raise


@contextmanager
def bounded(seconds: float = LONGEST_CPU_SECONDS) -> Generator[None]:
    """Raises EndlessError in what takes more CPU, and again in whatever clears up after it."""

    def stop(_number: int, _frame: object) -> None:
        raise EndlessError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, 5.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def _fewest(script: Script, *, full: bool) -> tuple[str, ...]:
    def fails(candidate: Script) -> bool:
        try:
            with bounded():
                return bool(run_script(candidate, full=full).misses)
        except EndlessError:
            return True

    return words_of(shrink(script, fails))


def _be_quiet() -> None:
    """Ctrl-C is the parent's to hear: it ends the pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
