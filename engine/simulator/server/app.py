"""Puts the face together and keeps it running: routes, socket, webhook pump."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from engine.clock import Clock, MachineClock
from engine.simulator.api_errors import Refusal
from engine.simulator.server import admin, media, nodes, templates
from engine.simulator.server.face import FACE, Face, SimulatorOptions, make_face
from engine.simulator.server.graph import refuse, with_account, with_token
from engine.simulator.server.messages import post_message

BODY_MAX = 101 * 1024 * 1024
"""Bytes: Meta takes documents of 100 MB."""
KEEPALIVE_SECONDS = 120
"""Longer than clients keep an idle connection, so that none is closed as they write to it."""
BACKLOG = 4096
SHUTDOWN_SECONDS = 0.5
NODE = r"/{version:v\d+\.\d+}/{object_id}"


def build_app(face: Face) -> web.Application:
    """All routes. The webhook pump is not started: `running` does that."""
    app = web.Application(client_max_size=BODY_MAX)
    app[FACE] = face
    route = app.router.add_route
    route("POST", NODE + "/messages", post_message)  # first: routes are tried in order
    route("POST", NODE + "/media", with_token(media.upload))
    route("GET", "/_media/{object_id}", with_token(media.download))
    route("GET", NODE + "/phone_numbers", with_account(nodes.list_numbers))
    route("GET", NODE + "/message_templates", with_account(templates.list_templates))
    route("POST", NODE + "/message_templates", with_account(templates.create_template))
    route("DELETE", NODE + "/message_templates", with_account(templates.delete_template))
    for method in ("GET", "POST", "DELETE"):
        route(method, NODE + "/subscribed_apps", with_account(nodes.subscribed_apps))
    route("POST", NODE + "/unpause", with_token(templates.unpause_template))
    route("GET", NODE, with_token(nodes.get_node))
    route("POST", NODE, with_token(templates.edit_template))
    route("DELETE", NODE, with_token(media.delete))
    route("GET", "/_sim/health", admin.get_health)
    route("GET", "/_sim/truth", admin.get_truth)
    route("POST", "/_sim/faults", admin.post_faults)
    route("POST", "/_sim/reset", admin.post_reset)
    route("*", "/{tail:.*}", _nothing_here)
    return app


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """A stand-in that listens at `url` (`http://host:port`)."""

    url: str
    face: Face


@asynccontextmanager
async def running(
    options: SimulatorOptions,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    clock: Clock | None = None,
) -> AsyncGenerator[RunningSimulator]:
    """A stand-in for as long as the block lasts; port 0 takes a free one."""
    face = make_face(options, clock or MachineClock())
    runner = web.AppRunner(
        build_app(face),
        access_log=None,
        keepalive_timeout=KEEPALIVE_SECONDS,
        shutdown_timeout=SHUTDOWN_SECONDS,
        handler_cancellation=False,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, backlog=BACKLOG)
        await site.start()
        bound = runner.addresses[0][1]
        async with asyncio.TaskGroup() as tasks:
            pump = tasks.create_task(face.pump.run())
            yield RunningSimulator(f"http://{host}:{bound}", face)
            pump.cancel()
    except BaseExceptionGroup as errors:
        # What the block raised is the caller's: it should meet it as it was.
        if len(errors.exceptions) == 1:
            raise errors.exceptions[0] from None
        raise
    finally:
        await runner.cleanup()


async def serve(
    options: SimulatorOptions,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    ready: Callable[[RunningSimulator], None] | None = None,
) -> None:
    """Run until cancelled; `ready` is called once it listens."""
    async with running(options, host, port) as simulator:
        if ready is not None:
            ready(simulator)
        await asyncio.Event().wait()


async def _nothing_here(request: web.Request) -> web.Response:
    return refuse(Refusal(2500, f"Unknown path components: {request.path}"))
