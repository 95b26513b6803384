"""Keeps workers alive: a crash is logged and counted, then the worker starts again after a pause.

The only place that may catch everything. What a worker leaves half done is in the database, so
starting again is always safe.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from engine.clock import Clock

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_AFTER_SECONDS = 60.0
"""A worker that lived this long starts again with the shortest pause."""

log = structlog.get_logger()


@dataclass(slots=True)
class Heartbeat:
    """When each worker last showed a sign of life, in seconds of the loop's clock, and how often it
    crashed.
    """

    clock: Clock
    beats: dict[str, float] = field(default_factory=lambda: dict[str, float]())
    crashes: dict[str, int] = field(default_factory=lambda: dict[str, int]())

    def beat(self, name: str) -> None:
        """A sign of life."""
        self.beats[name] = self.clock.loop_time()

    def ages(self) -> dict[str, float]:
        """How long each worker has given no sign of life, in seconds."""
        now = self.clock.loop_time()
        return {name: now - at for name, at in list(self.beats.items())}

    def oldest_seconds(self) -> float | None:
        """Age of the stalest worker's last sign of life; None before the first."""
        if not self.beats:
            return None
        return self.clock.loop_time() - min(self.beats.values())


def heed_cancel() -> None:
    """Raise the CancelledError that is owed to this task.

    A group of tasks that fails just as it is cancelled tells of the failure alone, up to Python
    3.12; whoever deals with that and goes on would never end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def keep_alive(
    name: str, worker: Callable[[], Awaitable[None]], heartbeat: Heartbeat
) -> None:
    """Run `worker` until it returns; start it again after each crash, pausing longer each time."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        heartbeat.beat(name)
        began = heartbeat.clock.loop_time()
        try:
            await worker()
        except asyncio.CancelledError:
            raise
        except Exception:
            heartbeat.crashes[name] = heartbeat.crashes.get(name, 0) + 1
            log.exception("worker.crashed", worker=name, crashes=heartbeat.crashes[name])
            heed_cancel()
        else:
            heartbeat.beats.pop(name, None)
            return
        if heartbeat.clock.loop_time() - began > HEALTHY_AFTER_SECONDS:
            pause = FIRST_PAUSE_SECONDS
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
