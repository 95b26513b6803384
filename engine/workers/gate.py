"""The gate of a lane: what the watch opens and closes, and the lane waits at."""

import asyncio


class Gate:
    """Whether lanes may send, as the broadcast's watch last saw it. Closing it is felt at once."""

    def __init__(self, *, is_open: bool) -> None:
        self._is_open = is_open
        self.changed = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Sending, neither paused nor ended."""
        return self._is_open

    def set(self, is_open: bool) -> None:
        """Open or close; whoever waits on `changed` wakes."""
        if is_open != self._is_open:
            self._is_open = is_open
            self.poke()

    def poke(self) -> None:
        """Wake who waits, to look again."""
        self.changed.set()
        self.changed = asyncio.Event()
