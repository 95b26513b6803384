"""Webhooks that were turned away ("call again"), written down as soon as the database takes it:
they come again when WhatsApp pleases, and a receipt may be among them.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from app.doors import Store
from engine.commands.take_webhook import CANNOT_STORE, Gap, note_gap

AGAIN_SECONDS = 0.25
CALL_AGAIN = (408, 503)
"""Answers to what may well have been WhatsApp's, and is not stored."""


@dataclass(slots=True)
class Missed:
    """What is not written down yet.

    What a process forgets as it dies lies between two of its runs, which are a gap as well.
    """

    _gap: Gap | None = None
    _writing: "asyncio.Task[None] | None" = None

    def note(self, store: Store, at: datetime) -> None:
        """One more was turned away."""
        gap = self._gap
        self._gap = Gap(at, at, 1) if gap is None else Gap(gap.since, at, gap.webhooks + 1)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write_down(store))

    async def _write_down(self, store: Store) -> None:
        while (gap := self._gap) is not None:
            with suppress(*CANNOT_STORE):
                await store.transact(note_gap, gap)
                self._gap = self._since(gap)
            await asyncio.sleep(AGAIN_SECONDS)

    def _since(self, written: Gap) -> Gap | None:
        """What came to it while so much was being written."""
        now = self._gap
        if now is None or now == written:
            return None
        return Gap(written.until, now.until, now.webhooks - written.webhooks)
