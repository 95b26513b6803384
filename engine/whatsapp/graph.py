"""The few calls about the account itself: numbers, templates, media (Meta: Graph API).

They are limited by the hour, apart from messages, so they wait here for their turn; nothing is
tried again. Unlike the one hot call they go through httpx, over the same kind of session (decision
0002).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import httpx
from aiolimiter import AsyncLimiter
from httpx_aiohttp import AiohttpTransport

from engine.domain.ids import PhoneNumberId
from engine.domain.outcome import Blame, Failure
from engine.whatsapp.lenient import Object, as_object
from engine.whatsapp.responses import error_of
from engine.whatsapp.transport import (
    DEFAULT_VERSION,
    Timeouts,
    check_host,
    open_session,
    read_unreached,
)

CALLS_PER_MINUTE = 75
"""Meta allows 5,000 an hour for an account with a registered number: 4,500 of them are ours to
use.
"""

Token = Callable[[PhoneNumberId | None], str]
"""The token for a sender, or for the account when there is none."""


@dataclass(frozen=True, slots=True)
class _Open:
    client: httpx.AsyncClient
    limiter: AsyncLimiter


class Graph:
    """Reads and writes nodes of the Graph API. Belongs to the event loop that first calls it."""

    def __init__(
        self,
        *,
        api_url: str,
        token: Token,
        sandbox: bool,
        version: str = DEFAULT_VERSION,
        timeouts: Timeouts | None = None,
    ) -> None:
        """Raises ForbiddenHostError for an address that a sandbox, or production, may not reach."""
        self._base = str(check_host(api_url, sandbox=sandbox) / version)
        self._sandbox = sandbox
        self._token = token
        self._timeouts = timeouts or Timeouts()
        self._opened: _Open | None = None

    async def get(
        self,
        path: str,
        query: Mapping[str, str | int] | None = None,
        *,
        sender: PhoneNumberId | None = None,
    ) -> Object | Failure:
        """The node, or why it cannot be had."""
        request = self._open().client.build_request("GET", f"{self._base}/{path}", params=query)
        return await self._call(request, sender)

    async def upload(
        self,
        path: str,
        fields: Mapping[str, str],
        file: tuple[str, bytes, str],
        *,
        sender: PhoneNumberId,
    ) -> Object | Failure:
        """POST `fields` and a file (name, bytes, type) as a form; uploading twice does no harm."""
        request = self._open().client.build_request(
            "POST", f"{self._base}/{path}", data=dict(fields), files={"file": file}
        )
        await request.aread()  # in one piece, with its length announced
        return await self._call(request, sender)

    async def post(self, path: str, body: Mapping[str, Any]) -> Object | Failure:
        """POST a JSON object about the account itself."""
        request = self._open().client.build_request("POST", f"{self._base}/{path}", json=dict(body))
        return await self._call(request, None)

    async def delete(self, path: str, query: Mapping[str, str]) -> Object | Failure:
        """DELETE something of the account."""
        request = self._open().client.build_request("DELETE", f"{self._base}/{path}", params=query)
        return await self._call(request, None)

    async def aclose(self) -> None:
        """Close all connections."""
        if self._opened is not None:
            await self._opened.client.aclose()
            self._opened = None

    async def _call(self, request: httpx.Request, sender: PhoneNumberId | None) -> Object | Failure:
        token = self._token(sender)
        if not token or not token.isascii() or not token.isprintable():
            return Failure(blame=Blame.ACCOUNT, code=None, title="No usable access token")
        request.headers["Authorization"] = f"Bearer {token}"
        opened = self._open()
        try:
            async with opened.limiter:
                response = await opened.client.send(request)
        except (httpx.HTTPError, aiohttp.ClientError, OSError) as error:  # not all are translated
            return read_unreached(error)
        if not response.is_success:
            return error_of(response.status_code, response.content)
        answer = _read(response.content)
        return answer or Failure(
            blame=Blame.PLATFORM,
            code=None,
            title="An answer that is no JSON object",
            retryable=True,
        )

    def _open(self) -> _Open:
        if self._opened is None:
            session = open_session(self._timeouts, sandbox=self._sandbox)
            client = httpx.AsyncClient(
                transport=AiohttpTransport(client=session),
                timeout=httpx.Timeout(
                    self._timeouts.response.total_seconds(),
                    connect=self._timeouts.connect.total_seconds(),
                    pool=self._timeouts.connect.total_seconds(),
                ),
                headers={"User-Agent": "dawncast"},
                trust_env=False,
            )
            self._opened = _Open(client, AsyncLimiter(CALLS_PER_MINUTE, 60))
        return self._opened


def _read(body: bytes) -> Object:
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return as_object(found)
