"""Single messages for programs of the organisation (spec I1).

POST   /v1/notifications        201 taken, 200 taken before; 400, 401, 403, 409, 422, 429
GET    /v1/notifications        the newest; `?limit=&before=`
GET    /v1/notifications/{id}   how it stands
DELETE /v1/notifications/{id}   200 cancelled; 409 too late

Each request carries `Authorization: Bearer dck_…`. Errors are `{"error": {code, message, field,
trace_id}}`.
"""

import json
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.api.asked import BadRequestError, read_request
from app.api.forms import ip_of
from app.api.guesses import Guesses
from app.doors import ask, now, tell
from engine.commands.api_keys import key_hash, note_use
from engine.commands.cancel_notification import cancel_notification
from engine.commands.request_notification import NotTaken, request_notification
from engine.domain.api_access import KEY_START, Allowance, Caller, Scope, Tally
from engine.domain.delivery import State
from engine.domain.ids import TenantId
from engine.domain.roles import ENGINE
from engine.read import api_access as read

BODY_MAX = 64 * 1024
TRACE_MAX = 100
LIMIT_MAX = 100
STAMP_EVERY = timedelta(minutes=1)
STATUS_WORDS = {
    State.PLANNED: "queued",
    State.SENDING: "sending",
    State.RETRYING: "retrying",
    State.UNKNOWN: "unknown",
    State.PACED: "held_for_quality",
    State.ACCEPTED: "accepted",
    State.SENT: "sent",
    State.DELIVERED: "delivered",
    State.READ: "read",
    State.HELD: "held",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
    State.DISCARDED: "failed",
}
HTTP = {
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "ALREADY_SENT": 409,
    "CONFLICT": 409,
    "IDEMPOTENCY_KEY_REUSED": 422,
    "RECIPIENT_RATE_LIMITED": 429,
    "NO_SENDER": 503,
}
"""What is not here is 422: well formed, and not to be done."""

log = structlog.get_logger()
Handler = Callable[["_Desk", Request, Caller, str], Awaitable[Response]]


def notification_routes() -> list[Route]:
    """The routes of this module."""
    desk = _Desk()
    return [
        Route("/v1/notifications", desk.admitted(_post), methods=["POST"]),
        Route("/v1/notifications", desk.admitted(_list), methods=["GET"]),
        Route("/v1/notifications/{public_id}", desk.admitted(_get), methods=["GET"]),
        Route("/v1/notifications/{public_id}", desk.admitted(_delete), methods=["DELETE"]),
    ]


class _Desk:
    """Lets in whoever has a key, as often as they may. Counted in memory: a restart forgives."""

    def __init__(self) -> None:
        self.guesses = Guesses()
        self.tallies: dict[TenantId, Tally] = {}

    def admitted(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """A route that wants a key."""

        async def checked(request: Request) -> Response:
            trace = _trace_of(request)
            caller = await self._caller(request)
            if isinstance(caller, Response):
                return caller
            answer = await handler(self, request, caller, trace)
            answer.headers["X-Trace-Id"] = trace
            return answer

        return checked

    async def _caller(self, request: Request) -> Caller | Response:
        trace, ip = _trace_of(request), ip_of(request)
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        found = None
        if scheme.lower() == "bearer" and key.startswith(KEY_START):
            found = await ask(read.caller, key_hash(key.strip()))
        if found is None:
            # Whoever has a key comes in all the same: a program that is set up wrongly must not
            # shut out its neighbours behind one address.
            if wait := self.guesses.wait(KEY_START + ip, ip, now()):
                return _error(429, "TOO_MANY_TRIES", "Too many wrong keys.", trace, wait=wait)
            self.guesses.failed(KEY_START + ip, ip, now())
            log.info("api.refused", why="key", ip=ip)
            refused = _error(401, "UNAUTHENTICATED", "This key opens nothing.", trace)
            refused.headers["WWW-Authenticate"] = "Bearer"
            return refused
        caller, used_at = found
        if used_at is None or now() - used_at > STAMP_EVERY:
            await tell(note_use, caller.key, by=ENGINE)
        return caller

    def allow(self, caller: Caller) -> Allowance:
        """One more message of the organisation's."""
        return self.tallies.setdefault(caller.tenant, Tally()).take(now())


async def _post(desk: _Desk, request: Request, caller: Caller, trace: str) -> Response:
    try:
        wanted = read_request(
            await _body_of(request),
            client_key=_client_key(request),
            public_id=f"notif_{secrets.token_hex(12)}",
            now=now(),
        )
    except BadRequestError as error:
        return _error(error.status, error.code, str(error), trace, field=error.field)
    allowance = desk.allow(caller)
    if allowance.wait > timedelta(0):
        why = f"Your organisation may ask for {allowance.limit} in this span. Wait."
        return _limited(_error(429, "RATE_LIMITED", why, trace, wait=allowance.wait), allowance)
    taken = await tell(request_notification, caller, wanted, by=ENGINE)
    if isinstance(taken, NotTaken):
        return _limited(_not_taken(taken, trace), allowance)
    log.info("api.taken", trace=trace, id=taken.row.public_id, tenant=caller.tenant)
    answer = JSONResponse(_shown(taken.row), 201 if taken.anew else 200)
    if not taken.anew:
        answer.headers["Idempotent-Replay"] = "true"
    return _limited(answer, allowance)


async def _get(desk: _Desk, request: Request, caller: Caller, trace: str) -> Response:
    del desk
    if Scope.READ not in caller.scopes:
        return _error(403, "FORBIDDEN", "This key may not read.", trace)
    row = await ask(read.notification, caller.tenant, request.path_params["public_id"])
    if row is None:
        return _error(404, "NOT_FOUND", "There is no such notification.", trace)
    return JSONResponse(_shown(row))


async def _list(desk: _Desk, request: Request, caller: Caller, trace: str) -> Response:
    del desk
    if Scope.READ not in caller.scopes:
        return _error(403, "FORBIDDEN", "This key may not read.", trace)
    limit = _natural(request.query_params.get("limit", ""), 20)
    before = _natural(request.query_params.get("before", ""), 0) or None
    rows = await ask(read.latest, caller.tenant, max(1, min(limit, LIMIT_MAX)), before)
    return JSONResponse(
        {
            "notifications": [_shown(row) for row in rows],
            "next_before": rows[-1].delivery if rows else None,
        }
    )


async def _delete(desk: _Desk, request: Request, caller: Caller, trace: str) -> Response:
    del desk
    public_id = request.path_params["public_id"]
    done = await tell(cancel_notification, caller, public_id, by=ENGINE)
    return _not_taken(done, trace) if isinstance(done, NotTaken) else JSONResponse(_shown(done))


def _shown(row: read.Row) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": row.public_id,
        "event_type": row.event_type,
        "recipient": row.phone,
        "status": STATUS_WORDS[row.state],
        "whatsapp_message_id": row.message_id,
        "created_at": row.created_at.isoformat(),
        "scheduled_for": row.due_at.isoformat()
        if row.state is State.PLANNED and row.due_at
        else None,
        "accepted_at": row.accepted_at.isoformat() if row.accepted_at else None,
        "sent_at": row.sent_at.isoformat() if row.sent_at else None,
        "delivered_at": row.delivered_at.isoformat() if row.delivered_at else None,
        "read_at": row.read_at.isoformat() if row.read_at else None,
        "delivery_attempts": row.attempts,
        "reason": row.reason or None,
        "error_code": row.error_code,
        "metadata": json.loads(row.details),
    }
    return {key: value for key, value in shown.items() if value is not None}


async def _body_of(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX:
            raise BadRequestError(
                "TOO_LARGE", f"A request has at most {BODY_MAX} bytes.", status=413
            )
    return body


def _client_key(request: Request) -> str | None:
    headers = request.headers
    return headers.get("idempotency-key") or headers.get("x-idempotency-key") or None


def _trace_of(request: Request) -> str:
    given = request.headers.get("x-trace-id", "")
    if given and len(given) <= TRACE_MAX and given.isascii() and given.isprintable():
        return given
    kept = request.scope.setdefault("dawncast.trace", secrets.token_hex(8))
    return str(kept)


def _natural(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _not_taken(why: NotTaken, trace: str) -> Response:
    status = HTTP.get(why.code, 422)
    return _error(status, why.code, why.why, trace, field=why.field, wait=why.wait)


def _error(
    status: int,
    code: str,
    words: str,
    trace: str,
    *,
    field: str = "",
    wait: timedelta = timedelta(0),
) -> Response:
    error = {"code": code, "message": words, "trace_id": trace}
    answer = JSONResponse({"error": error | ({"field": field} if field else {})}, status)
    answer.headers["X-Trace-Id"] = trace
    if wait > timedelta(0):
        answer.headers["Retry-After"] = str(max(1, round(wait.total_seconds())))
    return answer


def _limited(answer: Response, allowance: Allowance) -> Response:
    answer.headers["X-RateLimit-Limit"] = str(allowance.limit)
    answer.headers["X-RateLimit-Remaining"] = str(allowance.left)
    return answer
