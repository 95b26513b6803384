"""Serves the dashboard, the machines' routes and the engine from one process on one port.

What a production run of Reflex does before its own server starts is done here, in this process: one
pid, so that killing it kills all of it, and no Node, no second worker, no fork.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal, Protocol

import structlog
import uvicorn
from reflex_base import constants
from reflex_base.environment import environment
from starlette.routing import BaseRoute, Router

from app import build, errands, live
from app.api.auth import auth_routes
from app.api.evidence import evidence_routes
from app.api.exports import export_routes
from app.doors import Installation, Store, Watch, open_doors
from app.front_door import AsgiApp, FrontDoor, Site
from app.listening import KEEP_ALIVE_SECONDS

GRACE_SECONDS = 3
SOCKET_MESSAGE_LIMIT_BYTES = 4 * 1024 * 1024
Http = type[asyncio.Protocol] | Literal["httptools"]

log = structlog.get_logger()


class Engine(Protocol):
    """What is started beside the pages: `engine.runtime.EngineRuntime` is one."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


def own_origins(host: str, port: int, *others: str) -> frozenset[str]:
    """How browsers spell the address we listen on, and the public ones we were told of."""
    names = {"127.0.0.1", "localhost", "[::1]"}
    if host not in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        names.add(f"[{host}]" if ":" in host else host)
    return frozenset({f"http://{name}:{port}" for name in names} | set(others))


def build_asgi(
    site: Site, *, machine_routes: Sequence[BaseRoute] = (), pages: bool = True
) -> AsgiApp:
    """The whole HTTP face. Call `open_doors` first.

    machine_routes: plain Starlette routes with their own checks (health, webhooks, API).
    pages: False leaves the built front end out, for tests of everything behind it.
    """
    built = build.ensure() if pages else None
    if built is not None:
        site = replace(site, scripts=built.scripts)
    dashboard = _reflex(site, built)
    return FrontDoor(
        dashboard,
        desk=Router(
            [*auth_routes(secure_cookies=site.https), *evidence_routes(), *export_routes()]
        ),
        machines=Router(list(machine_routes)),
        machine_paths=tuple(sorted({_start(route) for route in machine_routes})),
        site=site,
    )


async def run(
    asgi: AsgiApp,
    *,
    host: str,
    port: int,
    engine: Engine | None = None,
    trusted_proxies: Sequence[str] = (),
    http: Http = "httptools",
    ready: Callable[[], None] = lambda: None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until SIGINT, SIGTERM or `stop`; the engine runs as long as the server does.

    trusted_proxies: addresses whose X-Forwarded-For is believed. http: what speaks it. ready:
    called once pages answer.
    """
    server = uvicorn.Server(
        uvicorn.Config(
            asgi,  # pyright: ignore[reportArgumentType] - the ASGI types of two libraries
            host=host,
            port=port,
            loop="uvloop",
            http=http,
            ws="websockets-sansio",
            ws_max_size=SOCKET_MESSAGE_LIMIT_BYTES,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(trusted_proxies),
            forwarded_allow_ips=list(trusted_proxies),
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    if engine is not None:
        engine.start()
    try:
        async with asyncio.TaskGroup() as beside:
            helpers = [
                beside.create_task(live.take_snapshots(), name="board"),
                beside.create_task(errands.run(), name="errands"),
                beside.create_task(_when_started(server, ready), name="ready"),
                beside.create_task(_when_stopped(server, stop or asyncio.Event()), name="stop"),
            ]
            await server.serve()
            for helper in helpers:
                helper.cancel()
    finally:
        if engine is not None:
            await asyncio.to_thread(engine.stop)


def serve(
    asgi: AsgiApp,
    *,
    store: Store,
    watch: Watch,
    board: Callable[..., Any],
    host: str,
    port: int,
    engine: Engine | None = None,
    trusted_proxies: Sequence[str] = (),
    http: Http = "httptools",
    ready: Callable[[], None] = lambda: None,
    installation: Installation | None = None,
) -> None:
    """`run` on a loop of its own, with the doors opened; returns when the server has stopped."""
    open_doors(store, watch, installation)
    live.open_board(board)
    serving = run(
        asgi,
        host=host,
        port=port,
        engine=engine,
        trusted_proxies=trusted_proxies,
        http=http,
        ready=ready,
    )
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serving)


def _reflex(site: Site, built: build.Build | None) -> AsgiApp:
    environment.REFLEX_ENV_MODE.set(constants.Env.PROD)
    environment.REFLEX_COMPILE_CONTEXT.set(constants.CompileContext.RUN)
    environment.REFLEX_BACKEND_ONLY.set(True)
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(built is not None)
    if built is not None:
        environment.REFLEX_WEB_WORKDIR.set(built.folder)
    environment.REFLEX_DIR.set(build.ROOT / ".reflex")
    # Imported here: the module builds the Reflex app, which reads what was set above.
    from app.app import app

    assert app.sio is not None
    app.sio.eio.cors_allowed_origins = sorted(site.origins)
    return _without_detours(app(), built.addresses() if built else frozenset())


def _without_detours(dashboard: AsgiApp, folders: frozenset[str]) -> AsgiApp:
    """A page lies in a folder; asked for without a slash it is served, not redirected.

    The redirect would lose the query, and show another address than the sidebar's.
    """

    async def served(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] in folders:
            scope = {**scope, "path": scope["path"] + "/", "raw_path": scope["raw_path"] + b"/"}
        await dashboard(scope, receive, send)

    return served


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:  # not on Windows
        return asyncio.new_event_loop
    return uvloop.new_event_loop


def _start(route: BaseRoute) -> str:
    path = str(getattr(route, "path", ""))
    return "/" + path.strip("/").split("/", 1)[0]


async def _when_started(server: uvicorn.Server, ready: Callable[[], None]) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn has a flag for it, and no event
        await asyncio.sleep(0.02)
    ready()


async def _when_stopped(server: uvicorn.Server, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True
