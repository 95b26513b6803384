"""Webhooks on their way into the inbox: stored together when they come together, and never more of
them in memory than there is room for (spec R3).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from app.doors import Store
from engine.commands.take_webhook import CANNOT_STORE, Pile, SignedWebhook, take_webhooks

STORE_SECONDS = 10


@dataclass(slots=True)
class Room:
    """What may be in memory at once; whoever finds none is told to call again."""

    bytes_left: int
    webhooks_left: int

    def take(self, size: int, *, webhooks: int = 0) -> bool:
        """So much more; False when there is no room for it."""
        if size > self.bytes_left or webhooks > self.webhooks_left:
            return False
        self.bytes_left -= size
        self.webhooks_left -= webhooks
        return True

    def give(self, size: int, *, webhooks: int = 0) -> None:
        """So much less."""
        self.bytes_left += size
        self.webhooks_left += webhooks


@dataclass(slots=True)
class Letterbox:
    """Stores webhooks together that arrive together: the first of a pile sees to it, the others
    wait.
    """

    store: Store
    now: Callable[[], datetime]
    _pile: Pile = field(default_factory=Pile)
    _waiting: list["asyncio.Future[None]"] | None = None
    """Those who wait for the open pile; None when no pile is open."""

    async def post(self, webhook: SignedWebhook) -> None:
        """Return once it is durable. Raises what the database raised, or TimeoutError."""
        if self._waiting is not None and self._pile.add(webhook):
            mine = asyncio.get_running_loop().create_future()
            self._waiting.append(mine)
            await mine
            return
        pile, waiting = self._pile, self._waiting = Pile(), []
        pile.add(webhook)
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await self.store.transact(take_webhooks, pile, self.now)
        except BaseException as error:
            if self._pile is pile:
                self._waiting = None  # it may never be taken: nobody is to add to it any more
            _fail(waiting, error)
            raise
        for one in waiting:
            if not one.done():
                one.set_result(None)


def _fail(waiting: list["asyncio.Future[None]"], error: BaseException) -> None:
    """Tell those who wait; whoever was cancelled is not to cancel the others, who can call
    again.
    """
    known = isinstance(error, (*CANNOT_STORE, TimeoutError))
    broken = error if known else TimeoutError("not stored in time")
    for one in waiting:
        if not one.done():
            one.set_exception(broken)
