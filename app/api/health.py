"""Whether the process lives, and whether it is ready for its work (spec I5).

GET /health     200 as long as the process answers: a failure means restart me GET /ready
200 when the database answers, has this code's shape, and the engine's heart beats;
                503 otherwise: a failure means send me nothing, and look at the checks
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.doors import Store
from engine.read.readiness import CANNOT_READ, schema

HEARTBEAT_MAX_SECONDS = 30
CHECK_SECONDS = 5

HEALTHY = "healthy"
UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What the checks look at.

    `heartbeat_age`: seconds since the engine last showed that it is at work, None before its first
    sign of life (`engine.supervise.Heartbeat.oldest_seconds`).
    """

    store: Store
    now: Callable[[], datetime]
    heartbeat_age: Callable[[], float | None]
    version: str


def health_routes(vitals: Vitals) -> list[Route]:
    """The routes of this module."""
    desk = _Desk(vitals)
    return [
        Route("/health", desk.health, methods=["GET"]),
        Route("/ready", desk.ready, methods=["GET"]),
    ]


class _Desk:
    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals

    async def health(self, _request: Request) -> Response:
        return self._answer({})

    async def ready(self, _request: Request) -> Response:
        database = await self._timed(self._database)
        return self._answer({"database": database, "engine": self._engine()})

    def _answer(self, checks: dict[str, dict[str, Any]]) -> Response:
        well = all(check["status"] == HEALTHY for check in checks.values())
        body: dict[str, Any] = {
            "status": HEALTHY if well else UNHEALTHY,
            "timestamp": self._vitals.now().astimezone(UTC).isoformat(timespec="seconds"),
            "version": self._vitals.version,
        }
        if checks:
            body["checks"] = checks
        headers = {"Cache-Control": "no-store"}
        return JSONResponse(body, status_code=200 if well else 503, headers=headers)

    async def _timed(self, check: Callable[[], Awaitable[str]]) -> dict[str, Any]:
        """The check's complaint, if any, and how long it took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                complaint = await check()
        except TimeoutError:
            complaint = f"No answer within {CHECK_SECONDS} s."
        except CANNOT_READ as error:
            complaint = f"It cannot be asked ({type(error).__name__})."
        return _verdict(complaint, latency_ms=round((loop.time() - began) * 1_000, 1))

    async def _database(self) -> str:
        found = await self._vitals.store.read(schema)
        if found.is_current:
            return ""
        return (
            f"Its shape is {found.current}, this version expects {found.expected}: "
            "run `dawncast migrate`."
        )

    def _engine(self) -> dict[str, Any]:
        age = self._vitals.heartbeat_age()
        if age is None:
            return _verdict("No engine has started yet.")
        late = age > HEARTBEAT_MAX_SECONDS
        complaint = f"Its heart has not beaten for {age:.0f} s." if late else ""
        return _verdict(complaint, heartbeat_age_s=round(age, 1))


def _verdict(complaint: str, **figures: float) -> dict[str, Any]:
    verdict: dict[str, Any] = {"status": UNHEALTHY if complaint else HEALTHY, **figures}
    if complaint:
        verdict["why"] = complaint
    return verdict
