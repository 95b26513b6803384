"""What goes on whether or not the tab that began it stays open: it runs beside the server.

An event's own chain ends with its tab, or with its upload; an errand ends with the server alone.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

Errand = Callable[[], Awaitable[None]]

log = structlog.get_logger()


@dataclass(slots=True)
class _Office:
    errands: "asyncio.Queue[Errand] | None" = None


_office = _Office()


def send(errand: Errand) -> None:
    """Have it done, beginning now. Whoever waits for it is told by the errand itself."""
    assert _office.errands is not None, "errands run beside the server"
    _office.errands.put_nowait(errand)


async def run() -> None:
    """Do errands as they come, side by side, until cancelled."""
    errands: asyncio.Queue[Errand] = asyncio.Queue()
    _office.errands = errands
    async with asyncio.TaskGroup() as going:
        while True:
            going.create_task(_do(await errands.get()), name="errand")


async def _do(errand: Errand) -> None:
    # One that fails must not take the others, and the server, down with it.
    (failure,) = await asyncio.gather(errand(), return_exceptions=True)
    if isinstance(failure, Exception):
        log.error("errand.failed", error=type(failure).__name__, exc_info=failure)
