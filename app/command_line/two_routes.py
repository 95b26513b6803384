"""`python -m app.command_line.two_routes`: the webhook route of the product, and beside it one that
only checks the signature and answers, behind the same front door. What `dawncast bench` compares.

Told on its input where the database is, it says on its output where it listens, and ends with the
bench. No engine runs in it: what is taken in is not read.
"""

import asyncio
import json
import socket
import sys
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from app.api.quick_intake import quick_intake
from app.api.webhooks import PATH, Intake, webhook_routes
from app.front_door import FrontDoor, Site
from app.listening import KEEP_ALIVE_SECONDS
from engine import telemetry
from engine.clock import MachineClock
from engine.loops import calm_collector, fast_loop, hand_over_soon
from engine.store.database import Database
from engine.trials.companion import leave_with_parent, read_told
from engine.trials.trial_senders import APP_SECRET
from engine.whatsapp.signature import HEADER, is_signed

BARE = "/webhooks/bare"


def serve() -> None:
    """Serve both until the bench ends."""
    told = read_told()
    leave_with_parent()
    telemetry.configure(level="critical")
    database = Database(str(told["database_url"]))
    intake = Intake(
        store=database,
        now=MachineClock().now,
        secrets=lambda: (APP_SECRET,),
        verify_token=lambda: "",
    )
    routes = [*webhook_routes(intake), Route(BARE, _bare, methods=["POST"])]
    asgi = FrontDoor(
        _nothing,
        desk=_nothing,
        machines=Router(routes),
        machine_paths=("/webhooks",),
        site=Site(origins=frozenset()),
    )
    listening = socket.create_server(("127.0.0.1", 0))
    # As `app.serve` has it.
    server = uvicorn.Server(
        uvicorn.Config(
            asgi,  # pyright: ignore[reportArgumentType] - the ASGI types of two libraries
            http=quick_intake(intake),
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
    )
    hand_over_soon()
    calm_collector()
    ready = {"port": listening.getsockname()[1], "webhook": PATH, "bare": BARE}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    with asyncio.Runner(loop_factory=fast_loop) as runner:
        runner.run(server.serve(sockets=[listening]))


async def _bare(request: Request) -> Response:
    body = await request.body()
    signed = is_signed(body, request.headers.get(HEADER), (APP_SECRET,))
    return Response(status_code=200 if signed else 401)


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    await Response(status_code=404)(scope, receive, send)


if __name__ == "__main__":
    serve()
