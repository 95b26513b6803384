"""Mornings in virtual time with everything that may befall them, from a seed: whatever happens,
nobody is lost, nobody doubled without evidence, and what was promised is kept (R1, R2).

The same script is the same morning, POST for POST: a seed that fails fails again.
"""

import asyncio
import gc
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from engine.store import inbox, parked
from engine.trials import troubles
from engine.trials.deeds import Script, SetClock
from engine.trials.disk import Drowsiness
from engine.trials.image import image
from engine.trials.judge import Judged, Log, judge, still_working
from engine.trials.mortal import FreezingLoop
from engine.trials.stage import Stage

Rule = Callable[[Judged], tuple[str, ...]]
"""One more invariant: what it finds wrong in a morning that was judged."""

CALM_SECONDS = 3.0
"""After the last deed somebody puts right what is left wrong, and the world behaves."""
SETTLED_WITHIN = timedelta(minutes=36)
"""By then all that is unknown is settled or held (E3), counted from the calm."""
CLOCK_SET = timedelta(minutes=10)
"""And so much more for each time that somebody set the clock: set back, it has that much to go
again.
"""
LADDER_ENDS = timedelta(minutes=150)
"""By then the late ladder has ended, too."""
LAST_RECEIPTS_SECONDS = 50.0
READ_SECONDS = 30
LOG_LEVEL = 50


def run_seed(seed: int, *, full: bool = False) -> Judged:
    """The morning of this seed, judged. full: to the end of the late ladder."""
    return run_script(troubles.draw(seed), full=full)


def no_rule(judged: Judged) -> tuple[str, ...]:
    """The invariants that every morning is held to are enough."""
    del judged
    return ()


def run_script(script: Script, *, full: bool = False, rule: Rule = no_rule) -> Judged:
    """Play a morning and judge it; `rule` is asked, too. Says nothing on the way: thousands of
    mornings are run.
    """
    judged = _run(script, full=full)
    return replace(judged, misses=(*judged.misses, *rule(judged)))


def _run(script: Script, *, full: bool) -> Judged:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(LOG_LEVEL))
    image()
    # The last morning's garbage goes at once, and what is left is never looked at again: a third
    # of a morning would go on looking for garbage in what is still needed.
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        with asyncio.Runner(loop_factory=FreezingLoop) as runner:
            return runner.run(_play(script, full=full))
    finally:
        gc.enable()


async def _play(script: Script, *, full: bool) -> Judged:
    stage = Stage(script)
    async with asyncio.TaskGroup() as tasks:
        carrying = tasks.create_task(stage.office.run(tasks))
        stage.start(tasks)
        async with asyncio.TaskGroup() as deeds:
            for second, deed in script.deeds:
                deeds.create_task(stage.do(second, deed, tasks))
        await asyncio.sleep(CALM_SECONDS)
        carried_until = await _settle(stage, carrying, full=full)
        for process in list(stage.alive()):
            await process.end()
    log = Log(ended_at=stage.machine.now(), carried_until=carried_until, full=full)
    judged = stage.database.read_now(judge, stage.world.truth(), log, stage.witness, script)
    stage.disk.close()
    return judged


async def _settle(stage: Stage, carrying: asyncio.Task[None], *, full: bool) -> datetime:
    """Until the engine has nothing left to do, or has had all the time it may take; then nothing
    more is carried to it, and what has come is read. Returns until when calls were carried.
    """
    set_clocks = sum(isinstance(deed, SetClock) for _, deed in stage.script.deeds)
    most = LADDER_ENDS if full else SETTLED_WITHIN
    give_up_at = stage.machine.true_now() + most + CLOCK_SET * set_clocks
    look_again = Drowsiness(stage.disk)
    stage.outside.put_right()
    while stage.machine.true_now() < give_up_at:
        await look_again(5.0)
        stage.outside.put_right()
        if stage.world.withholds_webhooks(stage.machine.true_now().timestamp()):
            continue
        if not stage.database.read_now(still_working, stage.machine.now(), full=full):
            break
    await asyncio.sleep(LAST_RECEIPTS_SECONDS)
    carrying.cancel()
    until = stage.machine.true_now()
    for _ in range(READ_SECONDS):
        await asyncio.sleep(1.0)
        if not stage.database.read_now(_unread):
            break
    return until


def _unread(session: Session) -> bool:
    """Whether something came in just now that nobody has had the time to read."""
    return inbox.any_waiting(session) or parked.any_known(session)
