"""An event loop that jumps instead of waiting: a whole morning in a second, the same every time.

`sleep`, timeouts and rate limiters all read loop time, so they need no change. Every turn of the
loop costs one tick: a library that re-arms its timer until the clock moves would otherwise spin for
ever.
"""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any, cast

TICK_SECONDS = 1e-6


class StandstillError(Exception):
    """Nothing is ready and no timer is set: whatever the simulation waits for will never come."""


class JumpingLoop(asyncio.SelectorEventLoop):
    """Runs callbacks in the usual order; `time()` starts at zero and jumps from timer to timer."""

    def __init__(self) -> None:
        self._virtual_seconds = 0.0
        self.on_jump: list[Callable[[], None]] = []
        """Told when the loop has jumped to its next timer, before that one is run."""
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        """Seconds of simulated time since the loop was made."""
        return self._virtual_seconds

    def jump(self, seconds: float) -> None:
        """Let simulated time pass; called by the selector in place of waiting."""
        self._virtual_seconds += max(seconds, TICK_SECONDS)

    def next_but(self, one: asyncio.TimerHandle) -> float | None:
        """When the next timer is due, but for this one; None when there is no other."""
        timers = cast("list[asyncio.TimerHandle]", cast("Any", self)._scheduled)
        due = (timer.when() for timer in timers if timer is not one and not timer.cancelled())
        return min(due, default=None)


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, loop: JumpingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout == 0:
            # Something is ready already: a thread's word can wait for the next look.
            self._loop.jump(0)
            return _NOTHING
        ready = super().select(0)
        if ready:
            self._loop.jump(0)
            return ready
        if timeout is None:
            raise StandstillError("the simulation waits for something that no timer brings about")
        self._loop.jump(timeout)
        for tell in self._loop.on_jump:
            tell()
        return ready


_NOTHING: list[Any] = []
