"""Sends one message over the Cloud API and says what came of it (Meta: Cloud API > Messages).

This one call is made by the thousand, so it has connections of its own: a client library costs
three times as much, and does not tell whether a request has left (decision 0002). Nothing here
tries again.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress

from engine.domain.ids import PhoneNumberId, Tracker
from engine.domain.message import Message, Recipient
from engine.domain.outcome import Blame, Failure, Outcome, Unknown
from engine.whatsapp.connection import LostAnswerError
from engine.whatsapp.connections import Connections, NotReachedError
from engine.whatsapp.gateway import MayGo, always
from engine.whatsapp.requests import UnsendableError, message_body
from engine.whatsapp.responses import read_response
from engine.whatsapp.transport import DEFAULT_VERSION, Timeouts, check_host, read_unreached

WARM_MAX = 1_000

AccessToken = Callable[[PhoneNumberId], str]
"""The token to use for a sender right now, so that tokens rotate without a restart; "" for none."""


class CloudApi:
    """The real Gateway. Belongs to the event loop that first sends through it."""

    def __init__(
        self,
        *,
        api_url: str,
        token: AccessToken,
        sandbox: bool,
        version: str = DEFAULT_VERSION,
        timeouts: Timeouts | None = None,
    ) -> None:
        """Raises ForbiddenHostError for an address that a sandbox, or production, may not reach."""
        self._base = check_host(api_url, sandbox=sandbox)
        self._sandbox = sandbox
        self._version = version
        self._token = token
        self._timeouts = timeouts or Timeouts()
        self._connections: Connections | None = None
        self._heads: dict[PhoneNumberId, tuple[str, bytes]] = {}

    async def send(
        self,
        sender: PhoneNumberId,
        to: Recipient,
        message: Message,
        tracker: Tracker,
        may_go: MayGo = always,
    ) -> Outcome:
        """One POST, no second try. Cancelling it leaves the outcome unknown to everyone."""
        try:
            body = json.dumps(message_body(to, message, tracker)).encode()
        except UnsendableError as error:
            return Failure(blame=Blame.US, code=None, title="Unsendable", detail=str(error))
        head = self._head_for(sender)
        if head is None:
            return Failure(blame=Blame.ACCOUNT, code=None, title="No usable access token")
        try:
            answer = await self._open().ask(head + b"%d\r\n\r\n" % len(body) + body, may_go)
        except NotReachedError as error:
            return read_unreached(error)
        except LostAnswerError as error:
            if error.status is not None and 400 <= error.status < 500:
                return _refused_unread(error.status)
            return Unknown(str(error))
        return read_response(answer.status, answer.body)

    async def warm(self, connections: int) -> int:
        """Open this many connections ahead of the window; what fails is left for the sends to find.
        How many got an answer.

        Each makes one small request that any answer satisfies, since servers drop a connection that
        has never spoken sooner than one that has.
        """
        path = (self._base / self._version).raw_path
        request = f"GET {path} HTTP/1.1\r\n{self._common()}\r\n".encode("ascii")
        opened = self._open()
        async with asyncio.TaskGroup() as group:
            touched = [
                group.create_task(_touch(opened, request))
                for _ in range(min(connections, WARM_MAX))
            ]
        return sum(one.result() for one in touched)

    async def aclose(self) -> None:
        """Close all connections; what is in flight ends as Unknown."""
        if self._connections is not None:
            self._connections.close()
            self._connections = None

    def _open(self) -> Connections:
        if self._connections is None:
            self._connections = Connections(self._base, self._timeouts, sandbox=self._sandbox)
        return self._connections

    def _head_for(self, sender: PhoneNumberId) -> bytes | None:
        """All of a request before its length, made once for a sender and its token."""
        token = self._token(sender)
        known = self._heads.get(sender)
        if known is not None and known[0] == token:
            return known[1]
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            return None
        path = (self._base / self._version / sender / "messages").raw_path
        head = (
            f"POST {path} HTTP/1.1\r\n"
            f"{self._common()}"
            f"Authorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: "
        ).encode("ascii")
        self._heads[sender] = (token, head)
        return head

    def _common(self) -> str:
        return (
            f"Host: {self._base.raw_authority}\r\n"
            "Accept: application/json\r\n"
            "Accept-Encoding: identity\r\n"
            "User-Agent: dawncast\r\n"
        )


async def _touch(connections: Connections, request: bytes) -> bool:
    with suppress(NotReachedError, LostAnswerError):
        await connections.ask(request)
        return True
    return False


def _refused_unread(status: int) -> Failure:
    """A 4xx whose body was lost: WhatsApp refused the message, why is gone with the connection."""
    return Failure(
        blame=Blame.PLATFORM,
        code=None,
        title=f"HTTP {status}, the reason was lost on the way",
        retryable=True,
    )
