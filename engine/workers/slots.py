"""How many requests may be on their way at once, app-wide, whatever broadcasts run (spec P3)."""

import asyncio
from collections import deque

LEAST_IN_FLIGHT = 100
IN_FLIGHT_SECONDS = 0.5
"""An answer takes about half of that: twice what the rates keep on their way."""


class Slots:
    """As a semaphore, whose number follows the rates that are at work.

    fixed: the number a person set; None: max(100, total rate x 0.5 s).
    """

    def __init__(self, fixed: int | None = None) -> None:
        self._fixed = fixed
        self._rates: dict[int, float] = {}
        self._most = fixed or LEAST_IN_FLIGHT
        self._taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def most(self) -> int:
        """How many there are at present."""
        return self._most

    def at_work(self, whose: int, rate: float) -> None:
        """A broadcast's lanes send this many messages a second together; 0: none any more."""
        if self._rates.get(whose, 0.0) == rate:
            return
        self._rates[whose] = rate
        if not self._fixed:
            wanted = round(sum(self._rates.values()) * IN_FLIGHT_SECONDS)
            self._most = max(LEAST_IN_FLIGHT, wanted)
            self._let_in()

    async def acquire(self) -> bool:
        """Take one, when there is one; who waits longest is first. Whether it had to wait."""
        if self._taken < self._most and not self._waiting:
            self._taken += 1
            return False
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.release()  # it was handed over in this very step
            else:
                self._waiting.remove(turn)
            raise
        return True

    def release(self) -> None:
        """Give one back."""
        self._taken -= 1
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self._taken < self._most:
            turn = self._waiting.popleft()
            if not turn.done():
                self._taken += 1
                turn.set_result(None)
