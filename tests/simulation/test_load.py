"""The crowd of webhooks: all of it arrives, late answers are late, and what is refused is told."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.trials.load import LoadOptions, LoadResult, run_load
from engine.trials.statuses import status_body
from engine.trials.trial_senders import APP_SECRET
from engine.whatsapp.signature import is_signed
from engine.whatsapp.updates import StatusUpdate
from engine.whatsapp.webhooks import parse
from tests.app.serving import serving

Handler = Callable[[Request], Awaitable[Response]]


def flood(handler: Handler, **options: float | int | str) -> LoadResult:
    async def run() -> LoadResult:
        async with serving([Route("/in", handler, methods=["POST"])]) as url:
            port = int(url.rsplit(":", 1)[1])
            asked = LoadOptions(port=port, path="/in", **options)  # pyright: ignore[reportArgumentType]
            async with asyncio.timeout(60):
                return await run_load(asked)

    return asyncio.run(run())


def test_every_post_arrives_signed_and_each_is_another() -> None:
    bodies: list[bytes] = []

    async def take(request: Request) -> Response:
        body = await request.body()
        assert is_signed(body, request.headers["x-hub-signature-256"], [APP_SECRET])
        bodies.append(body)
        return Response("thanks")

    result = flood(take, rate=400, seconds=0.5, messages=50, series=7, limit_ms=20_000.0)

    assert len(set(bodies)) == len(bodies) == 200
    assert (result.kept, result.best.refused) == (True, 0)


def test_a_server_that_falls_behind_cannot_hide_it() -> None:
    """One answer in 50 ms where one in 10 is due: the last of twenty is nearly a second late."""
    lock = asyncio.Lock()

    async def slow(request: Request) -> Response:
        del request
        async with lock:
            await asyncio.sleep(0.05)
        return Response()

    result = flood(slow, rate=100, seconds=0.2, connections=1)

    assert not result.kept
    assert result.best.p99_ms > 500


def test_what_is_refused_is_not_counted_as_done() -> None:
    async def refuse(request: Request) -> Response:
        await request.body()
        return Response("no", 503)

    result = flood(refuse, rate=100, seconds=0.2)

    assert (result.kept, result.best.refused, result.best.per_second) == (False, 20, 0.0)


def test_the_search_ends_at_a_rate_that_was_kept() -> None:
    async def take(request: Request) -> Response:
        await request.body()
        return Response()

    result = flood(take, seconds=0.3, warm_seconds=0.3, start=300.0, limit_ms=1_000.0)

    assert result.kept
    assert result.best.asked_per_second <= 300.0


def test_a_status_is_one_that_the_engine_reads() -> None:
    [update] = parse(status_body("wamid.earlier.3", "read", 9))

    assert isinstance(update, StatusUpdate)
    assert (update.message_id, update.status.value) == ("wamid.earlier.3", "read")
    assert status_body("wamid.1", "read", 1) != status_body("wamid.1", "read", 2)
    assert json.loads(status_body("wamid.1", "sent", 1))["entry"]
