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
    """Stores webhooks together that arrive together."""

    store: Store
    now: Callable[[], datetime]
    _pile: Pile = field(default_factory=Pile)
    _stored: "asyncio.Future[None] | None" = None
    """What those wait for who are on the open pile; None when no pile is open."""
    _seen_to: set["asyncio.Task[None]"] = field(default_factory=lambda: set[asyncio.Task[None]]())

    def hand_in(self, webhook: SignedWebhook) -> "asyncio.Future[None]":
        """Put it on the open pile. Returns what is done once the whole pile is durable, and fails
        with what the database raised, or a TimeoutError. Many wait for it: never to be cancelled.
        """
        if self._stored is not None and self._pile.add(webhook):
            return self._stored
        loop = asyncio.get_running_loop()
        self._pile, self._stored = Pile(), loop.create_future()
        self._pile.add(webhook)
        task = loop.create_task(self._see_to(self._pile, self._stored))
        self._seen_to.add(task)
        task.add_done_callback(self._seen_to.discard)
        return self._stored

    async def post(self, webhook: SignedWebhook) -> None:
        """Return once it is durable. Raises as what `hand_in` returns does."""
        await asyncio.shield(self.hand_in(webhook))

    async def _see_to(self, pile: Pile, stored: "asyncio.Future[None]") -> None:
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await self.store.transact(take_webhooks, pile, self.now)
        except BaseException as error:
            if self._pile is pile:
                self._stored = None  # it may never be taken: nobody is to add to it any more
            known = isinstance(error, (*CANNOT_STORE, TimeoutError))
            stored.set_exception(error if known else TimeoutError("not stored in time"))
            if not isinstance(error, Exception):
                raise
        else:
            stored.set_result(None)
