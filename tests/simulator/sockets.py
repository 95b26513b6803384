"""A stand-in and a webhook receiver on real sockets, and a client between them."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from aiohttp import web

from engine.simulator.server import RunningSimulator, SimulatorOptions, running
from engine.simulator.world import SimulatedTemplate
from tests.simulator.cast import NUMBERS, SECRET, TOKEN, WABA

PATIENCE = 10.0


@dataclass
class Receiver:
    """Where webhooks arrive. Answers `status`, after what `answers` says for the first few."""

    url: str = ""
    status: int = 200
    answers: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    delay: float = 0.0
    came: asyncio.Event = field(default_factory=asyncio.Event)
    verify_token: str = "verify-me"

    def signed(self, n: int) -> bool:
        digest = hmac.new(SECRET.encode(), self.bodies[n], hashlib.sha256).hexdigest()
        return self.headers[n]["X-Hub-Signature-256"] == f"sha256={digest}"

    def changes(self) -> list[dict[str, Any]]:
        entries = [entry for body in self.bodies for entry in json.loads(body)["entry"]]
        return [change for entry in entries for change in entry["changes"]]

    def statuses(self) -> list[dict[str, Any]]:
        return [s for change in self.changes() for s in change["value"].get("statuses", [])]

    async def until(self, enough: Callable[["Receiver"], bool]) -> None:
        """Wait until enough has come; TimeoutError after ten seconds."""
        async with asyncio.timeout(PATIENCE):
            while not enough(self):
                self.came.clear()
                await self.came.wait()

    async def take(self, request: web.Request) -> web.Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.bodies.append(await request.read())
        self.headers.append(dict(request.headers))
        self.came.set()
        await asyncio.sleep(self.delay)
        self.at_once -= 1
        return web.Response(status=self.answers.pop(0) if self.answers else self.status)

    async def greet(self, request: web.Request) -> web.Response:
        if request.query.get("hub.verify_token") != self.verify_token:
            return web.Response(status=403)
        return web.Response(text=request.query["hub.challenge"])


@dataclass
class Stage:
    """Everything a server test needs. `call` answers (HTTP status, JSON)."""

    simulator: RunningSimulator
    receiver: Receiver
    client: aiohttp.ClientSession

    async def call(
        self, method: str, path: str, body: Any = None, *, token: str | None = TOKEN, **more: Any
    ) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            more["json"] = body
        url = self.simulator.url + path
        async with self.client.request(method, url, headers=headers, **more) as response:
            return response.status, await response.json()


@asynccontextmanager
async def stage(
    scenario: str = "instant",
    *,
    webhooks: bool = True,
    rate: float = 0.0,
    templates: Sequence[SimulatedTemplate] | None = None,
) -> AsyncGenerator[Stage]:
    receiver = Receiver()
    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_post("/hook", receiver.take)
    app.router.add_get("/hook", receiver.greet)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    options = SimulatorOptions(
        numbers=[replace(number, rate_per_second=rate) for number in NUMBERS],
        access_token=TOKEN,
        app_secret=SECRET,
        waba_id=WABA,
        webhook_url=receiver.url if webhooks else None,
        scenario=scenario,
        templates=templates,
    )
    try:
        async with (
            running(options) as simulator,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client,
        ):
            yield Stage(simulator, receiver, client)
    finally:
        await runner.cleanup()


def on_stage(
    story: Callable[[Stage], Awaitable[None]],
    scenario: str = "instant",
    **options: Any,
) -> None:
    """Run one story on a stage of its own."""

    async def run() -> None:
        async with stage(scenario, **options) as built:
            await story(built)

    asyncio.run(run())
