"""Engine and webhook intake in a process of their own, as they are served, for a trial that
measures them and nothing else.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from engine.trials.companion import Companion, CompanionError
from engine.trials.options import MorningOptions
from engine.trials.usage import PATH, Usage

READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ServedProcess:
    """The running process."""

    url: str
    session: aiohttp.ClientSession
    gone: threading.Event

    async def usage(self) -> Usage:
        """What it has used so far. Raises CompanionError when it is no more."""
        try:
            async with self.session.get(f"{self.url}{PATH}") as response:
                return Usage(**await response.json())
        except aiohttp.ClientError as error:
            raise CompanionError("The engine's process does not answer.") from error

    def must_live(self) -> None:
        """Raises CompanionError when it is no more."""
        if self.gone.is_set():
            raise CompanionError("The engine's process ended in the middle of the morning.")


@asynccontextmanager
async def served_process(
    command: Sequence[str],
    options: MorningOptions,
    *,
    database_url: str,
    journals: Path,
    api_url: str,
    port: int,
) -> AsyncGenerator[ServedProcess]:
    """The process that `command` starts, for as long as the block lasts."""
    companion = Companion(
        command,
        told={
            "database_url": database_url,
            "journals": str(journals),
            "api_url": api_url,
            "port": port,
            "seed": options.seed,
            "unthrottled": options.rate <= 0,
            "in_flight": options.in_flight,
            "log_level": "warning",
        },
    )
    gone = threading.Event()
    companion.when_gone(lambda _code: gone.set())
    try:
        await asyncio.to_thread(companion.ready, READY_SECONDS)
        async with aiohttp.ClientSession() as session:
            yield ServedProcess(f"http://127.0.0.1:{port}", session, gone)
    finally:
        await asyncio.to_thread(companion.stop)
