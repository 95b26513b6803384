"""Sends one message over the Cloud API and says what came of it (Meta: Cloud API > Messages).

This one call is made by the thousand, so it stands on an aiohttp session itself: httpx, even over
the same transport, costs half as much again or more (decision 0002). Nothing here tries again.
"""

import asyncio
import json
from collections.abc import Callable

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from engine.domain.ids import PhoneNumberId, Tracker
from engine.domain.message import Message, Recipient
from engine.domain.outcome import Blame, Failure, Outcome
from engine.whatsapp.requests import UnsendableError, message_body
from engine.whatsapp.responses import read_response
from engine.whatsapp.transport import (
    DEFAULT_VERSION,
    Timeouts,
    check_host,
    open_session,
    read_broken,
)

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
        self._session: aiohttp.ClientSession | None = None
        self._urls: dict[PhoneNumberId, URL] = {}
        self._headers: dict[PhoneNumberId, tuple[str, CIMultiDict[str]]] = {}

    async def send(
        self, sender: PhoneNumberId, to: Recipient, message: Message, tracker: Tracker
    ) -> Outcome:
        """One POST, no second try. Cancelling it leaves the outcome unknown to everyone."""
        try:
            body = json.dumps(message_body(to, message, tracker)).encode()
        except UnsendableError as error:
            return Failure(blame=Blame.US, code=None, title="Unsendable", detail=str(error))
        headers = self._headers_for(sender)
        if headers is None:
            return Failure(blame=Blame.ACCOUNT, code=None, title="No usable access token")
        status = None
        try:
            async with self._open().post(
                self._url(sender), data=body, headers=headers, allow_redirects=False
            ) as response:
                status = response.status
                answer = await response.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            if status is not None and 400 <= status < 500:
                return _refused_unread(status)
            return read_broken(error)
        return read_response(status, answer)

    async def warm(self, connections: int) -> None:
        """Open this many connections ahead of the window; what fails is left for the sends to find.

        Each makes one small request that any answer satisfies, since servers drop a connection that
        has never spoken sooner than one that has.
        """
        session = self._open()
        url = self._base / self._version
        async with asyncio.TaskGroup() as group:
            for _ in range(min(connections, WARM_MAX)):
                group.create_task(_touch(session, url))

    async def aclose(self) -> None:
        """Close all connections; what is in flight ends as Unknown."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = open_session(self._timeouts, sandbox=self._sandbox)
        return self._session

    def _url(self, sender: PhoneNumberId) -> URL:
        url = self._urls.get(sender)
        if url is None:
            url = self._urls[sender] = self._base / self._version / sender / "messages"
        return url

    def _headers_for(self, sender: PhoneNumberId) -> CIMultiDict[str] | None:
        token = self._token(sender)
        known = self._headers.get(sender)
        if known is not None and known[0] == token:
            return known[1]
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            return None
        headers = CIMultiDict(
            {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "User-Agent": "dawncast",
            }
        )
        self._headers[sender] = (token, headers)
        return headers


async def _touch(session: aiohttp.ClientSession, url: URL) -> None:
    try:
        async with session.get(url, allow_redirects=False) as response:
            await response.read()
    except (aiohttp.ClientError, OSError, TimeoutError):
        return


def _refused_unread(status: int) -> Failure:
    """A 4xx whose body was lost: WhatsApp refused the message, why is gone with the connection."""
    return Failure(
        blame=Blame.PLATFORM,
        code=None,
        title=f"HTTP {status}, the reason was lost on the way",
        retryable=True,
    )
