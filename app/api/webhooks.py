"""Where Meta calls: the handshake, and webhooks, stored durably before they are answered (spec W1).

GET  /webhooks/whatsapp     200 and the challenge, for whoever knows the verify token; else 403
POST /webhooks/whatsapp     200 when stored, or stored before; 413 too large; 401 not signed by
Meta;
                            400 not a webhook; 408 too slow; 503 not stored, so that Meta calls
                            again
"""

import asyncio
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.doors import Store
from engine.commands.take_webhook import (
    BODY_MAX,
    CANNOT_STORE,
    Pile,
    SignedWebhook,
    Unreadable,
    Unsigned,
    check,
    take_webhooks,
)

PATH = "/webhooks/whatsapp"
CHALLENGE_MAX = 1_000
BODY_SECONDS = 20
STORE_SECONDS = 10

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


def webhook_routes(intake: Intake) -> list[Route]:
    """The routes of this module."""
    desk = _Desk(intake)
    return [
        Route(PATH, desk.handshake, methods=["GET"]),
        Route(PATH, desk.take, methods=["POST"]),
    ]


class _TooLargeError(Exception):
    pass


class _Desk:
    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._letterbox = _Letterbox(intake)

    async def handshake(self, request: Request) -> Response:
        """Meta asks whether this address is ours, when the webhook is set up."""
        asked = request.query_params
        token = self._intake.verify_token()
        known = bool(token) and hmac.compare_digest(
            asked.get("hub.verify_token", "").encode(), token.encode()
        )
        challenge = asked.get("hub.challenge", "")
        if not known or asked.get("hub.mode") != "subscribe" or len(challenge) > CHALLENGE_MAX:
            return _refuse(403, "The verify token is not ours.")
        return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})

    async def take(self, request: Request) -> Response:
        """Check, store, answer; nothing is done about it here."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(request)
        except _TooLargeError:
            return _refuse(413, f"A webhook has at most {BODY_MAX} bytes.")
        except TimeoutError:
            return _refuse(408, "The body did not arrive in time.")
        except ClientDisconnect:
            return _refuse(400, "The body was cut off.")
        signature = request.headers.get("x-hub-signature-256")
        match check(body, signature, self._intake.secrets()):
            case Unsigned():
                return _refuse(401, "The signature is missing or wrong.")
            case Unreadable(why=why):
                return _refuse(400, why)
            case SignedWebhook() as webhook:
                return await self._store(webhook)

    async def _store(self, webhook: SignedWebhook) -> Response:
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await self._letterbox.post(webhook)
        except (*CANNOT_STORE, TimeoutError) as error:
            # The name only: the text of a database error may repeat the body, with people's
            # numbers.
            log.error("webhook.not_stored", error=type(error).__name__)  # noqa: TRY400
            return PlainTextResponse("Not stored; please call again.", 503)
        return Response(status_code=200)


class _Letterbox:
    """Stores webhooks together that arrive together: the first of a pile sees to it, the others
    wait.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._pile = Pile()
        self._stored: asyncio.Future[None] | None = None

    async def post(self, webhook: SignedWebhook) -> None:
        """Return once it is durable. Raises what the database raised."""
        now = self._intake.now()
        if self._stored is not None and self._pile.add(webhook, now):
            await asyncio.shield(self._stored)
            return
        pile = self._pile = Pile()
        stored = self._stored = asyncio.get_running_loop().create_future()
        pile.add(webhook, now)
        try:
            await self._intake.store.transact(take_webhooks, pile)
        except BaseException as error:
            if self._pile is pile:
                self._stored = None  # it may never have been taken: nobody is to add to it any more
            _fail(stored, error)
            raise
        stored.set_result(None)


def _fail(stored: asyncio.Future[None], error: BaseException) -> None:
    """Tell those who wait; whoever was cancelled is not to cancel the others, who can call
    again.
    """
    broken = error if isinstance(error, CANNOT_STORE) else TimeoutError("not stored in time")
    stored.set_exception(broken)
    stored.exception()  # looked at: it is no surprise when nobody else waited


async def _read(request: Request) -> bytes:
    """The raw body. Raises _TooLargeError as soon as it is known to be one."""
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > BODY_MAX:
        raise _TooLargeError
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_MAX:
            raise _TooLargeError
        chunks.append(chunk)
    return b"".join(chunks)


def _refuse(status: int, why: str) -> Response:
    log.warning("webhook.refused", status=status, why=why)
    # What is left of a body is not read: the connection goes with it.
    return PlainTextResponse(why, status, headers={"Connection": "close"})
