"""Graph's nodes: phone numbers, the account, subscriptions, and whatever else an id may name."""

from typing import Any

from aiohttp import web

from engine.simulator.api_errors import Refusal, no_such_object
from engine.simulator.server import media
from engine.simulator.server.face import Face
from engine.simulator.server.graph import (
    accounts_of,
    answer,
    json_object,
    only_fields,
    page,
    refuse,
)
from engine.whatsapp.transport import ForbiddenHostError


async def get_node(face: Face, request: web.Request) -> web.Response:
    """`GET /{id}?fields=…`: a number, the account, a template or a media file."""
    object_id = request.match_info["object_id"]
    uploaded = face.world.account.media.get(object_id, face.now())
    if uploaded is not None:
        return media.describe(request, uploaded)
    node = _node(face, object_id)
    if node is None:
        return refuse(no_such_object(object_id, "get"))
    return answer(only_fields(node, request))


async def list_numbers(face: Face, request: web.Request) -> web.Response:
    """`GET /{waba}/phone_numbers`."""
    waba_id = request.match_info["object_id"]
    states = face.world.account.numbers.values()
    rows = [only_fields(s.node(), request) for s in states if s.number.waba_id == waba_id]
    return page(rows, request)


async def subscribed_apps(face: Face, request: web.Request) -> web.Response:
    """`GET|POST|DELETE /{waba}/subscribed_apps`; a POST may move the webhooks to another address.

    As at Meta, `override_callback_uri` must first answer the handshake with `verify_token`.
    """
    if request.method == "GET":
        app = {"id": "1", "name": "Dawncast", "link": face.pump.url or ""}
        return answer({"data": [{"whatsapp_business_api_data": app}]})
    body = await json_object(request)
    url = (body or {}).get("override_callback_uri")
    if request.method == "POST" and body and isinstance(url, str):
        try:
            echoed = await face.pump.handshake(url, str(body.get("verify_token", "")))
        except ForbiddenHostError as error:
            return refuse(Refusal(100, f"override_callback_uri: {error}"))
        if not echoed:
            return refuse(Refusal(100, "override_callback_uri did not answer the handshake."))
        face.pump.set_url(url)
    return answer({"success": True})


def _node(face: Face, object_id: str) -> dict[str, Any] | None:
    account = face.world.account
    state = account.numbers.get(object_id)
    if state is not None:
        return state.node()
    if object_id in accounts_of(face):
        return _account_node(object_id)
    return next((node for node in account.templates.nodes() if node["id"] == object_id), None)


def _account_node(waba_id: str) -> dict[str, Any]:
    entity = {"entity_type": "WABA", "id": waba_id, "can_send_message": "AVAILABLE"}
    return {
        "id": waba_id,
        "name": "Dawncast Sandbox",
        "currency": "INR",
        "timezone_id": "71",
        "account_review_status": "APPROVED",
        "message_template_namespace": "sandbox",
        "health_status": {"can_send_message": "AVAILABLE", "entities": [entity]},
    }
