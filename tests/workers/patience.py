"""Waiting for what a worker does, with an end to it."""

import asyncio
from collections.abc import Callable


async def until(happened: Callable[[], bool], seconds: float = 60.0) -> None:
    """Return as soon as it has happened. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not happened():  # noqa: ASYNC110 - a worker in another thread tells nobody
            await asyncio.sleep(0.02)
