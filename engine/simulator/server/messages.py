"""`POST /{version}/{phone number id}/messages`: the one route that is called by the thousand."""

import asyncio
import json
import socket
import struct
from typing import Any, cast

from aiohttp import web

from engine.simulator.server.face import FACE
from engine.simulator.server.graph import answer, bearer_token
from engine.simulator.world import Reply

DRIPS = 10
"""In how many pieces an answer trickles in."""
_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER for no seconds: closing sends a reset instead of an orderly end."""


async def post_message(request: web.Request) -> web.StreamResponse:
    """Accepts or refuses on arrival, before any wait: who hangs up was heard all the same."""
    face = request.app[FACE]
    body = _json(await request.read())
    if body is not None and body.get("status") == "read":
        return answer({"success": True})  # a read mark for an inbound message
    phone_number_id = request.match_info["object_id"]
    reply = face.world.post_message(phone_number_id, body, bearer_token(request), face.now())
    face.pump.wake()
    if reply.after > 0:
        await asyncio.sleep(reply.after)
    if not reply.answered:
        return _break(request)
    return await _drip(request, reply) if reply.drip > 0 else answer(reply.body, reply.status)


def _json(raw: bytes) -> dict[str, Any] | None:
    """The JSON object in the body; None, which the world refuses, when there is none."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", body) if isinstance(body, dict) else None


def _break(request: web.Request) -> web.Response:
    """Drop the connection without a word."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        transport.abort()
    return web.Response()  # goes nowhere


async def _drip(request: web.Request, reply: Reply) -> web.StreamResponse:
    content = json.dumps(reply.body).encode()
    response = web.StreamResponse(status=reply.status)
    response.content_type = "application/json"
    response.content_length = len(content)
    await response.prepare(request)
    size = max(1, len(content) // DRIPS)
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    for piece in pieces:
        await asyncio.sleep(reply.drip / len(pieces))
        try:
            await response.write(piece)
        except ConnectionError:
            break  # the client gave up; what it posted was decided long ago
    return response
