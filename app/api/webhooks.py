"""Where Meta calls: the handshake, and webhooks, stored durably before they are answered (spec W1).

GET  /webhooks/whatsapp     200 and the challenge, for whoever knows the verify token; else 403
POST /webhooks/whatsapp     200 when stored, or stored before; 413 too large; 401 not signed by
                            Meta; 400 cut off; 408 too slow; 503 not stored, so that Meta calls
                            again
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.api.letterbox import Letterbox, Room
from app.api.missed import CALL_AGAIN, Missed
from app.api.patience import AtMost
from app.doors import Store
from engine.commands.take_webhook import (
    BODY_MAX,
    CANNOT_STORE,
    SignedWebhook,
    check,
)

PATH = "/webhooks/whatsapp"
CHALLENGE_MAX = 1_000
BODY_SECONDS = 20
WAITING_WEBHOOKS = 2_000
WAITING_BYTES = 64 * 1024 * 1024
"""Signed, and not stored yet: two seconds of a thousand each, should the database stand still."""
COMING_BYTES = 64 * 1024 * 1024
"""Bodies of which a part is here. Nobody knows yet who sends them, so they take no room from those
above; nearly every webhook is here at once, and takes none of this either.
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What taking in webhooks needs. `secrets`: the app's secrets, asked for each call, so that
    they rotate without a restart; several are good at once.
    """

    store: Store
    now: Callable[[], datetime]
    secrets: Callable[[], Sequence[str]]
    verify_token: Callable[[], str]
    waiting: Room = field(default_factory=lambda: Room(WAITING_BYTES, WAITING_WEBHOOKS))
    coming: Room = field(default_factory=lambda: Room(COMING_BYTES, 0))
    missed: Missed = field(default_factory=Missed, init=False)

    def turned_away(self) -> None:
        """A webhook was, and is to come again."""
        self.missed.note(self.store, self.now())


def webhook_routes(intake: Intake) -> list[Route]:
    """The routes of this module."""
    return [Route(PATH, _Slot(intake), methods=["GET", "POST"])]


class _RefusedError(Exception):
    """The answer to a body that cannot be had."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


class _Slot:
    """Where webhooks are thrown in: checked, stored, answered; nothing is done about them here.

    An ASGI app and no endpoint: there may be thousands a second, and a Request and a Response for
    each would cost as much as all the rest. Most never come so far: see `quick_intake`.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._letterbox = Letterbox(intake.store, intake.now)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] != "POST":
            await _handshake(self._intake, Request(scope))(scope, receive, send)
            return
        refusal = await self._take(scope["headers"], receive)
        if refusal is not None:
            if refusal.status_code in CALL_AGAIN:
                self._intake.turned_away()
            await refusal(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": [_EMPTY]})
        await send({"type": "http.response.body", "body": b""})

    async def _take(self, headers: Sequence[tuple[bytes, bytes]], receive: Any) -> Response | None:
        """Take one in; None when it is stored, or was before."""
        length = next((value for name, value in headers if name == b"content-length"), b"")
        try:
            body = await _read(receive, length, self._intake.coming)
        except _RefusedError as refused:
            return refused.answer
        except TimeoutError:
            return _refuse(408, "The body did not arrive in time.")
        webhook = check(body, signature_among(headers), self._intake.secrets())
        if webhook is None:
            return _refuse(401, "The signature is missing or wrong.")
        return await self._store(webhook)

    async def _store(self, webhook: SignedWebhook) -> Response | None:
        room, size = self._intake.waiting, len(webhook.body)
        if not room.take(size, webhooks=1):
            return _try_again("too many at once")
        try:
            await self._letterbox.post(webhook)
        except (*CANNOT_STORE, TimeoutError) as error:
            # The name only: the text of a database error may repeat the body, with people's
            # numbers.
            return _try_again(type(error).__name__)
        finally:
            room.give(size, webhooks=1)
        return None


_EMPTY = (b"content-length", b"0")


def signature_among(headers: Sequence[tuple[bytes, bytes]]) -> str | None:
    """What Meta signed it with, as far as the headers (their names in small letters) tell."""
    for name, value in headers:
        if name == b"x-hub-signature-256":
            return value.decode("latin-1")
    return None


def _handshake(intake: Intake, request: Request) -> Response:
    """Meta asks whether this address is ours, when the webhook is set up."""
    asked = request.query_params
    token = intake.verify_token()
    known = bool(token) and hmac.compare_digest(
        asked.get("hub.verify_token", "").encode(), token.encode()
    )
    challenge = asked.get("hub.challenge", "")
    if not known or asked.get("hub.mode") != "subscribe" or len(challenge) > CHALLENGE_MAX:
        return _refuse(403, "The verify token is not ours.")
    return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})


async def _read(receive: Any, length: bytes, room: Room) -> bytes:
    """The raw body. Raises _RefusedError, when it is too large as soon as that is known, and
    TimeoutError.
    """
    if length.isdigit() and int(length[:20]) > BODY_MAX:
        raise _RefusedError(_too_large())
    return await AtMost(BODY_SECONDS, _read_all(receive, room))


async def _read_all(receive: Any, room: Room) -> bytes:
    """All that comes; until it is whole it takes room."""
    message = await receive()
    if not message.get("more_body"):
        return _chunk(message)
    chunks, size = [_chunk(message)], 0
    try:
        while True:
            more = len(chunks[-1])
            if size + more > BODY_MAX:
                raise _RefusedError(_too_large())
            if not room.take(more):
                raise _RefusedError(_try_again("too much at once"))
            size += more
            if not message.get("more_body"):
                return b"".join(chunks)
            message = await receive()
            chunks.append(_chunk(message))
    finally:
        room.give(size)


def _chunk(message: Any) -> bytes:
    if message["type"] == "http.disconnect":
        raise _RefusedError(_refuse(400, "The body was cut off."))
    return message.get("body", b"")


def _too_large() -> Response:
    return _refuse(413, f"A webhook has at most {BODY_MAX} bytes.")


def _refuse(status: int, why: str) -> Response:
    log.warning("webhook.refused", status=status, why=why)
    # What is left of a body is not read: the connection goes with it.
    return PlainTextResponse(why, status, headers={"Connection": "close"})


def _try_again(why: str) -> Response:
    """For what is not stored: Meta calls again, for days."""
    log.error("webhook.not_stored", error=why)
    return PlainTextResponse("Not stored; please call again.", 503)
