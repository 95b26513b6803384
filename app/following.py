"""A page that follows what changes behind it: looks again and again while its tab is open.

Its session is asked for again every few seconds, as by every loop that outlives its event.
"""

import asyncio
from collections.abc import AsyncGenerator

import reflex as rx

from app.session import RECHECK_SECONDS, is_open, who
from app.tab import send_away

LOOK_SECONDS = 1.5


async def turns(state: rx.State, path: str) -> AsyncGenerator[None]:
    """One turn at a time, until the tab closes, leaves `path`, or its session is over.

    For a background handler: `async for _ in turns(self, "/replies"): …`.
    """
    loop = asyncio.get_running_loop()
    checked = loop.time()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if not is_open(state) or state.router.url.path.rstrip("/") != path:
            return
        if loop.time() - checked >= RECHECK_SECONDS:
            checked = loop.time()
            if await who(state) is None:
                async with state:
                    await send_away(state, "/sign-in")
                return
        yield
