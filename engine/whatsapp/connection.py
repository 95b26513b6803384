"""One kept HTTP/1.1 connection: one request at a time, and its answer.

Ours, because what matters here is what no client library tells: whether any byte of a request may
have left this machine (spec E3). Parsing is llhttp's, through httptools (decision 0002).
"""

import asyncio
from typing import NamedTuple, cast

import httptools

ANSWER_MAX = 1_000_000
"""Bytes. No answer of the Cloud API is near this long."""


class Answer(NamedTuple):
    """An HTTP status and the whole body under it."""

    status: int
    body: bytes


class LostAnswerError(Exception):
    """The request left, at least in part, and no whole answer came: nobody knows what it did.

    status: of the answer's beginning, where that much was read.
    """

    def __init__(self, why: str, status: int | None = None) -> None:
        super().__init__(why)
        self.status = status


class Connection(asyncio.Protocol):
    """A connection to one host. Made by `Connections`, which keeps it between requests."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._waiting: asyncio.Future[Answer] | None = None
        self._body: list[bytes] = []
        self._size = 0
        self._status: int | None = None
        self._framed = False
        self._at_end = False
        self.idle_since = 0.0
        """On the loop's clock; whoever keeps it sets it."""

    @property
    def is_open(self) -> bool:
        """Whether a request may be written; false as soon as the peer has closed."""
        transport = self._transport
        return transport is not None and not self._at_end and not transport.is_closing()

    async def ask(self, request: bytes, within: float) -> Answer:
        """Write a request and wait for its whole answer, at most `within` seconds.

        Call it only while the connection is open and idle. Raises LostAnswerError. Cancelling it
        closes the connection: an answer could come for somebody else.
        """
        transport = self._transport
        assert transport is not None
        assert self._waiting is None
        self._body, self._size, self._status = [], 0, None
        waiting = self._waiting = self._loop.create_future()
        timer = self._loop.call_later(within, self._lose, "no answer in time")
        transport.write(request)
        try:
            return await waiting
        except asyncio.CancelledError:
            self._waiting = None
            transport.abort()
            raise
        finally:
            timer.cancel()

    def close(self) -> None:
        """Close at once. Whoever waits gets a LostAnswerError."""
        self._lose("the connection was closed")

    # --- what the transport tells -----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._waiting is None:  # nobody asked: what would come next could not be told apart
            self._abort()
            return
        self._size += len(data)
        if self._size > ANSWER_MAX:
            self._lose("the answer was too long")
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._lose("the answer could not be read")

    def eof_received(self) -> None:
        self._at_end = True  # under TLS the transport itself tells only a little later
        # Without a length, the end of the connection is the end of the body (RFC 9112, 6.3).
        if self._waiting is not None and self._status is not None and not self._framed:
            self._complete(self._status)

    def connection_lost(self, exc: Exception | None) -> None:
        kind = "closed" if exc is None else type(exc).__name__
        self._transport = None
        self._lose(f"the connection broke while waiting ({kind})")

    # --- what the parser tells --------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._framed = False
        if self._waiting is None:  # behind an answer another one begins, to nobody's request
            self._abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        del value
        if name.lower() in {b"content-length", b"transfer-encoding"}:
            self._framed = True

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:  # an interim word; the answer follows
            self._status = None
            return
        keep = self._waiting is not None and self._parser.should_keep_alive()
        self._complete(status)
        if not keep:
            self._abort()

    # --- how it ends ------------------------------------------------------------------------------

    def _complete(self, status: int) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(Answer(status, b"".join(self._body)))

    def _lose(self, why: str) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(LostAnswerError(why, self._status))
        self._abort()

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()
