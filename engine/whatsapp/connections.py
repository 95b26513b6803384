"""The connections to one host: kept, reused last in first out, opened when all are busy.

There is no limit here: the lanes bound what is in flight. Whatever fails before a request was
written is told apart from whatever fails after it, since only the first may be tried again (spec
E3).
"""

import asyncio
import socket
import ssl
from collections import deque
from functools import partial
from typing import Any

import aiohappyeyeballs
from yarl import URL

from engine.whatsapp.connection import Answer, Connection
from engine.whatsapp.gateway import MayGo, always
from engine.whatsapp.transport import KEEPALIVE, Timeouts, guarded_sockets

OTHER_FAMILY_AFTER_SECONDS = 0.25
"""How long one address may hesitate before the next is tried beside it (RFC 8305)."""
ADDRESSES_GOOD_FOR_SECONDS = 60.0


class NotReachedError(Exception):
    """There was no connection, or the request might not go: nothing of it left this machine."""


class Connections:
    """All connections to the host of `base`, on the loop that first asks."""

    def __init__(self, base: URL, timeouts: Timeouts, *, sandbox: bool) -> None:
        self._host = base.raw_host or ""
        self._port = base.port or (443 if base.scheme == "https" else 80)
        self._tls = _tls() if base.scheme == "https" else None
        self._connect = timeouts.connect.total_seconds()
        self._response = timeouts.response.total_seconds()
        self._keep_for = KEEPALIVE.total_seconds()
        self._make_socket = guarded_sockets(sandbox=sandbox)
        self._idle: deque[Connection] = deque()
        self._busy: set[Connection] = set()
        self._addresses: list[Any] = []
        self._addresses_at = 0.0

    async def ask(self, request: bytes, may_go: MayGo = always) -> Answer:
        """Send one request and return its answer; never a second try.

        may_go: asked once there is a connection, since a new one may take seconds; after a yes the
        request is written without another turn of the loop. Raises NotReachedError when nothing
        left, LostAnswerError when something may have.
        """
        connection = self._kept() or await self._open()
        if not may_go():
            self._keep(connection)
            raise NotReachedError("the right to send ended before the request left")
        self._busy.add(connection)
        try:
            answer = await connection.ask(request, self._response)
        finally:
            self._busy.discard(connection)
        self._keep(connection)
        return answer

    def close(self) -> None:
        """Close all; who waits for an answer loses it."""
        for connection in (*self._idle, *self._busy):
            connection.close()
        self._idle.clear()

    def _kept(self) -> Connection | None:
        now = self._now()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and not self._is_stale(connection, now):
                return connection
            connection.close()
        return None

    def _keep(self, connection: Connection) -> None:
        if not connection.is_open:
            return
        now = connection.idle_since = self._now()
        self._idle.append(connection)
        while self._is_stale(self._idle[0], now):
            self._idle.popleft().close()

    def _is_stale(self, connection: Connection, now: float) -> bool:
        """Idle for so long that the peer may be about to close it under the next request."""
        return now - connection.idle_since > self._keep_for

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _open(self) -> Connection:
        try:
            async with asyncio.timeout(self._connect):
                return await self._connected(await self._resolved())
        except TimeoutError as error:
            raise NotReachedError("no connection in time") from error
        except (OSError, UnicodeError, RuntimeError) as error:
            # TLS's errors are OSErrors, and uvloop raises RuntimeError for some of them.
            raise NotReachedError(f"{type(error).__name__}: {error}") from error

    async def _connected(self, addresses: list[Any]) -> Connection:
        loop = asyncio.get_running_loop()
        made = await aiohappyeyeballs.start_connection(  # pyright: ignore[reportUnknownMemberType]
            addresses,
            happy_eyeballs_delay=OTHER_FAMILY_AFTER_SECONDS,
            interleave=1,
            loop=loop,
            socket_factory=self._make_socket,
        )
        try:
            _, connection = await loop.create_connection(
                partial(Connection, loop),
                sock=made,
                ssl=self._tls,
                server_hostname=self._host if self._tls is not None else None,
            )
        except BaseException:
            made.close()
            raise
        return connection

    async def _resolved(self) -> list[Any]:
        """The host's addresses, asked for once a minute and not for each connection."""
        loop = asyncio.get_running_loop()
        if not self._addresses or loop.time() - self._addresses_at > ADDRESSES_GOOD_FOR_SECONDS:
            self._addresses = await loop.getaddrinfo(
                self._host, self._port, type=socket.SOCK_STREAM
            )
            self._addresses_at = loop.time()
        return self._addresses


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
