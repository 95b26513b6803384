"""A simulated machine: its clocks, and the name of its boot. What runs on it may be killed; it may
be rebooted, and somebody may set its wall clock.
"""

import asyncio
from datetime import datetime, timedelta


class Machine:
    """Satisfies `Clock`. Built on a loop that jumps; only the wall clock can be set."""

    def __init__(self, *, starts_at: datetime) -> None:
        self._loop = asyncio.get_running_loop()
        self._starts_at = starts_at
        self._loop_start = self._loop.time()
        self._set_by = timedelta(0)
        self._boots = 0
        self._booted_at = self._loop_start

    def now(self) -> datetime:
        """What its wall clock shows."""
        return self.true_now() + self._set_by

    def true_now(self) -> datetime:
        """What it would show if nobody had ever set it: what WhatsApp's clock shows."""
        return self._starts_at + timedelta(seconds=self._loop.time() - self._loop_start)

    def loop_time(self) -> float:
        """Seconds of simulated time."""
        return self._loop.time()

    def boot_time(self) -> float:
        """Seconds since its last boot."""
        return self._loop.time() - self._booted_at

    def boot_id(self) -> str:
        """Another one after each boot."""
        return f"boot {self._boots}"

    def set_clock(self, by: timedelta) -> None:
        """Somebody, or a time server, moves the wall clock."""
        self._set_by += by

    def reboot(self) -> None:
        """All that ran on it must have been killed."""
        self._boots += 1
        self._booted_at = self._loop.time()


class WhatsAppClock:
    """Satisfies `Clock`: the time as WhatsApp has it, whatever happens to our machines."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def now(self) -> datetime:
        """The true wall-clock instant."""
        return self._machine.true_now()

    def loop_time(self) -> float:
        """Seconds of simulated time."""
        return self._machine.loop_time()

    def boot_time(self) -> float:
        """WhatsApp never reboots."""
        return self._machine.loop_time()

    def boot_id(self) -> str:
        """One for ever."""
        return "whatsapp"


class Elsewhere(Machine):
    """Another machine with the same time, which has been running for long."""

    def boot_id(self) -> str:
        """Not that of the first one."""
        return f"elsewhere, {super().boot_id()}"
