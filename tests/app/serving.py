"""Serves routes on a real socket of this machine, in the test's own event loop."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Literal

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@asynccontextmanager
async def serving(
    routes: Sequence[BaseRoute],
    http: "type[asyncio.Protocol] | Literal['auto']" = "auto",
    *,
    force: bool = True,
) -> AsyncGenerator[str]:
    """The address under which the routes can be reached. force: nobody is waited for at the
    end.
    """
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            Starlette(routes=list(routes)),
            http=http,
            log_config=None,
            lifespan="off",
            access_log=False,
        )
        server = _Server(config)
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[listening]))
            await server.up.wait()
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                server.should_exit = True
                server.force_exit = force
