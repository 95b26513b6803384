"""How the keeper of a lease waits in a simulated morning: through the renewals that nobody sees.

A morning that waits half an hour for an outcome would renew its lease a thousand times, a third of
its work. When the loop has jumped to a renewal, nothing else is ready; and while the next timer of
anybody else is further off than two renewals, all that comes in between is known: on a disk that
takes everything, a process that lives, holds the lease and is not to die at its next door renews it
again and again, and nobody looks. So all but the last two are left out, and whoever wakes next
finds lease, database and clock as they would have been.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.simulator.loop import TICK_SECONDS, JumpingLoop
from engine.trials.disk import Disk
from engine.trials.mortal import Life
from engine.workers.equipment import doze

LEFT = 2
"""Renewals that are made all the same before anybody else wakes: the lease is fresh then."""


@dataclass(slots=True)
class Renewals:
    """Satisfies `Doze`, for the keeper of one process's lease."""

    life: Life
    disk: Disk

    async def __call__(self, seconds: float, until: asyncio.Event | None = None) -> None:
        """Return after `seconds`, or later where nobody can see the difference."""
        loop = asyncio.get_running_loop()
        if until is not None or not isinstance(loop, JumpingLoop):
            await doze(seconds, until)
            return
        nap = Nap(loop, seconds, self._known)
        loop.on_jump.append(nap.lengthen)
        try:
            await nap.over
        finally:
            nap.handle.cancel()
            loop.on_jump.remove(nap.lengthen)

    def _known(self) -> bool:
        """Whether a renewal could not but succeed, and nobody dies of it."""
        life = self.life
        return (
            not (life.over or life.frozen)
            and life.dies_after is None
            and self.disk.weather.is_fair
            and self.disk.lease_owner() == life.name
        )


@dataclass(slots=True)
class Nap:
    """One wait of a keeper's."""

    loop: JumpingLoop
    seconds: float
    is_known: Callable[[], bool]
    over: "asyncio.Future[None]" = field(init=False)
    handle: asyncio.TimerHandle = field(init=False)

    def __post_init__(self) -> None:
        self.over = self.loop.create_future()
        self.handle = self.loop.call_later(self.seconds, self._end)

    def lengthen(self) -> None:
        """The loop has jumped: wait for more renewals' time if this is what it jumped to."""
        due = self.handle.when()
        if due > self.loop.time() + TICK_SECONDS:
            return
        others = self.loop.next_but(self.handle)
        unseen = 0 if others is None else int((others - due) / self.seconds) + 1 - LEFT
        if unseen > 0 and self.is_known():
            self.handle.cancel()
            self.handle = self.loop.call_at(due + unseen * self.seconds, self._end)

    def _end(self) -> None:
        if not self.over.done():
            self.over.set_result(None)
