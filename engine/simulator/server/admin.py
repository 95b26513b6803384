"""`/_sim`: read the truth, inject faults, begin anew. For tests and drills; it needs no token."""

from typing import Any, cast

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from engine.simulator.fault_forms import BadFaultError, read_fault
from engine.simulator.scenarios import SCENARIOS, scenario_named
from engine.simulator.server.face import FACE, Face
from engine.simulator.server.graph import answer, json_object
from engine.simulator.truth import truth_json
from engine.simulator.world import SimulatedNumber
from engine.whatsapp.transport import ForbiddenHostError

_NUMBERS = TypeAdapter(list[SimulatedNumber])
_RESETTABLE = frozenset(
    {"seed", "scenario", "receipts", "numbers", "webhook_url", "access_token", "app_secret"}
)


async def get_health(request: web.Request) -> web.Response:
    """`GET /_sim/health`: that it runs, and with what."""
    return answer(_summary(request.app[FACE]))


async def get_truth(request: web.Request) -> web.Response:
    """`GET /_sim/truth`: who got what, how often, when; `?messages=0` gives the counts alone."""
    truth = request.app[FACE].world.truth()
    return answer(truth_json(truth, messages=request.query.get("messages") != "0"))


async def post_faults(request: web.Request) -> web.Response:
    """`POST /_sim/faults`: `{"kind": "set_status", "number": …}`, or `{"faults": [ … ]}`."""
    face = request.app[FACE]
    body = await json_object(request)
    if body is None:
        return _bad("the body must be a JSON object")
    rows = body.get("faults", [body])
    if not isinstance(rows, list):
        return _bad("faults must be a list")
    try:
        faults = [read_fault(row, face.world.account.numbers) for row in cast("list[Any]", rows)]
    except BadFaultError as error:
        return _bad(str(error))
    now = face.now()
    for fault in faults:
        face.world.inject(fault, now)
    face.pump.wake()
    return answer({"ok": True, "faults": len(faults)})


async def post_reset(request: web.Request) -> web.Response:
    """`POST /_sim/reset`: a new world; what the body does not name stays as it was."""
    face = request.app[FACE]
    body = await json_object(request)
    if body is None:
        return _bad("the body must be a JSON object")
    strange = body.keys() - _RESETTABLE
    if strange:
        return _bad(
            f"unknown: {', '.join(sorted(strange))}; known: {', '.join(sorted(_RESETTABLE))}"
        )
    try:
        _reset(face, body)
    except _BadResetError as error:
        return _bad(str(error))
    return answer(_summary(face))


class _BadResetError(Exception):
    """Nothing was reset."""


def _reset(face: Face, body: dict[str, Any]) -> None:
    """Check all of it, then do all of it."""
    world = face.world
    seed, name = body.get("seed", world.seed), body.get("scenario", world.scenario.name)
    receipts = body.get("receipts", world.scenario.receipts)
    if not isinstance(seed, int) or not isinstance(receipts, bool):
        raise _BadResetError("seed must be a whole number, receipts true or false")
    if name not in SCENARIOS:
        raise _BadResetError(f"no scenario {name!r}; there are {', '.join(SCENARIOS)}")
    for key in ("access_token", "app_secret"):
        if not isinstance(body.get(key, ""), str):
            raise _BadResetError(f"{key} must be text")
    try:
        numbers = _NUMBERS.validate_python(body["numbers"]) if "numbers" in body else None
        if "webhook_url" in body:
            face.pump.set_url(body["webhook_url"])
    except ValidationError as error:
        raise _BadResetError(f"numbers: {error.errors()[0]['msg']}") from error
    except (ForbiddenHostError, TypeError) as error:
        raise _BadResetError(f"webhook_url: {error}") from error
    world.access_token = body.get("access_token", world.access_token)
    world.app_secret = body.get("app_secret", world.app_secret)
    world.reset(seed=seed, scenario=scenario_named(name, receipts=receipts), numbers=numbers)
    face.pump.wake()


def _summary(face: Face) -> dict[str, Any]:
    world = face.world
    totals = world.truth().totals
    return {
        "ok": True,
        "scenario": world.scenario.name,
        "seed": world.seed,
        "receipts": world.scenario.receipts,
        "webhook_url": face.pump.url,
        "numbers": list(world.account.numbers),
        "accepted": totals.accepted,
        "webhooks_waiting": totals.webhooks_waiting,
    }


def _bad(why: str) -> web.Response:
    return answer({"ok": False, "error": why}, 400)
