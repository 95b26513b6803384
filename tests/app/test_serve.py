"""What is served together: our own addresses, the machines' paths, the engine beside the pages."""

import asyncio

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.front_door import Site, security_headers
from app.serve import own_origins, run
from tests.app.house import free_port


@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("127.0.0.1", {"127.0.0.1", "localhost", "[::1]"}),
        ("0.0.0.0", {"127.0.0.1", "localhost", "[::1]"}),
        ("10.0.0.5", {"127.0.0.1", "localhost", "[::1]", "10.0.0.5"}),
        ("fd00::5", {"127.0.0.1", "localhost", "[::1]", "[fd00::5]"}),
    ],
)
def test_our_own_addresses_are_spelled_as_browsers_spell_them(host: str, named: set[str]) -> None:
    assert own_origins(host, 8000) == {f"http://{name}:8000" for name in named}
    public = "https://dawn.example"
    assert public in own_origins(host, 8000, public)


def test_the_policy_opens_websockets_to_ourselves_and_to_nobody_else() -> None:
    site = Site(origins=frozenset({"https://dawn.example", "http://[::1]:8000"}), https=True)
    headers = security_headers(site)
    assert "connect-src 'self' wss://dawn.example;" in headers["Content-Security-Policy"]
    assert headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in security_headers(Site(origins=site.origins))


class Engine:
    def __init__(self) -> None:
        self.told: list[str] = []

    def start(self) -> None:
        self.told.append("start")

    def stop(self) -> None:
        self.told.append("stop")


@pytest.mark.anyio
async def test_the_engine_runs_exactly_as_long_as_the_server() -> None:
    engine, stop = Engine(), asyncio.Event()

    async def asgi(scope: dict[str, str], receive: object, send: object) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)

    def ready() -> None:
        engine.told.append("ready")
        stop.set()

    async with asyncio.timeout(20):
        await run(
            asgi,  # pyright: ignore[reportArgumentType]
            host="127.0.0.1",
            port=free_port(),
            engine=engine,
            ready=ready,
            stop=stop,
        )
    assert engine.told == ["start", "ready", "stop"]


async def _lifespan(receive: object, send: object) -> None:
    for answer in ("startup", "shutdown"):
        await receive()  # pyright: ignore[reportCallIssue, reportGeneralTypeIssues]
        await send({"type": f"lifespan.{answer}.complete"})  # pyright: ignore[reportCallIssue, reportGeneralTypeIssues]


def test_a_machines_route_is_known_by_its_first_part() -> None:
    from app.serve import _start

    async def well(_request: object) -> PlainTextResponse:
        return PlainTextResponse("well")

    assert _start(Route("/webhooks/whatsapp", well)) == "/webhooks"
    assert _start(Route("/health", well)) == "/health"
