"""The only module that asks the machine the time."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Where the engine gets its time from; a simulated morning brings its own."""

    def now(self) -> datetime:
        """The wall-clock instant, aware, in UTC."""
        ...

    def loop_time(self) -> float:
        """Seconds on the event loop's clock: monotonic, for pacing and waiting."""
        ...

    def boot_time(self) -> float:
        """Seconds since the machine booted, counting the time it slept: for leases (spec R6)."""
        ...

    def boot_id(self) -> str:
        """Changes when the machine restarts, so that a dead process can be told from a dead
        machine.
        """
        ...


class MachineClock:
    """The real one."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def loop_time(self) -> float:
        return time.monotonic()

    def boot_time(self) -> float:
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        return time.monotonic()

    def boot_id(self) -> str:
        path = Path("/proc/sys/kernel/random/boot_id")
        # Without the kernel's word each start counts as a new boot, which only makes us more
        # careful.
        return path.read_text().strip() if path.exists() else f"unknown-{time.time_ns()}"


class LoopClock:
    """Wall time derived from the running loop's time: on a loop that jumps, the whole day jumps
    with it.
    """

    def __init__(self, *, starts_at: datetime, boot_id: str = "simulated") -> None:
        self._starts_at = starts_at
        self._loop_start = asyncio.get_running_loop().time()
        self._boot_id = boot_id

    def now(self) -> datetime:
        return self._starts_at + timedelta(seconds=self.loop_time() - self._loop_start)

    def loop_time(self) -> float:
        return asyncio.get_running_loop().time()

    def boot_time(self) -> float:
        return self.loop_time()

    def boot_id(self) -> str:
        return self._boot_id
