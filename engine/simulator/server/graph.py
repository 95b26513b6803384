"""How Graph answers, whatever is asked: JSON, refusals, tokens, accounts, fields, pages."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, cast

from aiohttp import web

from engine.simulator.api_errors import Refusal, error_body, http_status, no_such_object
from engine.simulator.server.face import FACE, Face

PAGE = 25
"""How many entries a page of a list has when the request does not say."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FaceHandler = Callable[[Face, web.Request], Awaitable[web.StreamResponse]]


def answer(body: dict[str, Any], status: int = 200) -> web.Response:
    """A JSON answer as Graph gives it."""
    return web.Response(
        body=json.dumps(body).encode(), status=status, content_type="application/json"
    )


def refuse(refusal: Refusal) -> web.Response:
    """A refusal in Meta's shape."""
    return answer(error_body(refusal, "Asimulated"), http_status(refusal.code))


def bearer_token(request: web.BaseRequest) -> str | None:
    """The access token of a request: in the header, or in the query as Graph also allows."""
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return request.query.get("access_token") or None


def with_token(handler: FaceHandler) -> Handler:
    """A route that wants the access token."""

    async def checked(request: web.Request) -> web.StreamResponse:
        face = request.app[FACE]
        refusal = face.world.token_refusal(bearer_token(request))
        return await handler(face, request) if refusal is None else refuse(refusal)

    return checked


def with_account(handler: FaceHandler) -> Handler:
    """A route of an account: wants the token, and one of our accounts in the path."""

    async def checked(face: Face, request: web.Request) -> web.StreamResponse:
        waba_id = request.match_info["object_id"]
        if waba_id not in accounts_of(face):
            return refuse(no_such_object(waba_id, request.method.lower()))
        return await handler(face, request)

    return with_token(checked)


def accounts_of(face: Face) -> set[str]:
    """The ids of the WhatsApp Business accounts that there are."""
    states = face.world.account.numbers.values()
    return {face.world.waba_id} | {state.number.waba_id for state in states}


async def json_object(request: web.Request) -> dict[str, Any] | None:
    """The JSON object of a request; {} when the body is empty, None when it is anything else."""
    raw = await request.read()
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", body) if isinstance(body, dict) else None


def only_fields(node: dict[str, Any], request: web.Request) -> dict[str, Any]:
    """What `?fields=` asks for of a node, and its id. Sub-fields (`a{b}`) give the whole field."""
    wanted = request.query.get("fields")
    if not wanted:
        return node
    names = {name.partition("{")[0].partition(".")[0].strip() for name in wanted.split(",")}
    return {key: value for key, value in node.items() if key == "id" or key in names}


def page(
    rows: list[dict[str, Any]], request: web.Request, summary: dict[str, Any] | None = None
) -> web.Response:
    """One page of a list: `?limit=` and `?after=`, the cursor of the page before; `?summary=`."""
    limit = _natural(request.query.get("limit"), PAGE) or PAGE
    start = _natural(request.query.get("after"), 0)
    end = start + limit
    paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(end)}}
    if end < len(rows):
        paging["next"] = str(request.url.update_query(after=str(end)))
    answered: dict[str, Any] = {"data": rows[start:end], "paging": paging}
    if summary is not None and "summary" in request.query:
        answered["summary"] = summary
    return answer(answered)


def _natural(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise
