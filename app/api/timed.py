"""How long our API takes for its callers, and whether it fails them: alerts are judged by it."""

import asyncio
from collections.abc import Callable, Sequence

from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Note = Callable[[float, bool], None]
"""Hears of one call: seconds until its answer was whole, and whether that was our fault (5xx)."""


def timed(routes: Sequence[Route], note: Note) -> list[Route]:
    """The same routes, each call of them noted."""
    for route in routes:
        route.app = _Timed(route.app, note)
    return list(routes)


class _Timed:
    def __init__(self, inner: ASGIApp, note: Note) -> None:
        self._inner = inner
        self._note = note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        began, failed = loop.time(), True

        async def listening(message: Message) -> None:
            nonlocal failed
            if message["type"] == "http.response.start":
                failed = message["status"] >= 500
            await send(message)

        try:
            await self._inner(scope, receive, listening)
        finally:
            self._note(loop.time() - began, failed)
