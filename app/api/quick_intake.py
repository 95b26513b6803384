"""A shorter way for webhooks that come as Meta sends them: taken in as soon as they are read from
the socket, without a task, a scope and two messages for each.

There are thousands a second at worst, in the minutes in which the same loop sends, and all of that
costs three times what checking and keeping one does. Whatever is unusual (in pieces, unsigned, too
many, half a connection) goes on as if this were not here: to the route, which has every answer.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.api.letterbox import Letterbox
from app.api.webhooks import PATH, Intake, signature_among
from engine.commands.take_webhook import check

if TYPE_CHECKING:
    import asyncio

START = f"POST {PATH} HTTP/1.1\r\n".encode()

log = structlog.get_logger()


def quick_intake(intake: Intake) -> type[HttpToolsProtocol]:
    """What uvicorn is to speak HTTP with (its `http`): its own, but for webhooks."""

    class QuickIntake(_QuickIntake):
        _intake = intake
        _letterbox = Letterbox(intake.store, intake.now)

    return QuickIntake


class _Nobody:
    """Whom nobody has to wake: there is no task."""

    def set(self) -> None:
        pass


class _Taken:
    """A request that is being stored, as far as its connection asks about a request under way."""

    __slots__ = ("disconnected", "keep_alive", "response_complete")
    message_event = _Nobody()

    def __init__(self) -> None:
        self.keep_alive = True
        self.response_complete = False
        self.disconnected = False


class _QuickIntake(HttpToolsProtocol):
    """One connection."""

    _intake: ClassVar[Intake]
    _letterbox: ClassVar[Letterbox]

    _may_be_short = False
    _short: "list[bytes] | None" = None
    """What of a body is here, while a request may yet take the short way."""

    def data_received(self, data: bytes) -> None:
        """Bytes came. Only what begins with them, and is whole with them, may take the short
        way.
        """
        self._may_be_short = data.startswith(START)
        super().data_received(data)
        if self._short is not None:
            body, self._short = self._short, None
            if not self.transport.is_closing():
                self._go_on(body)

    def on_headers_complete(self) -> None:
        """The parser has read the headers."""
        parser = self.parser
        if (
            self._may_be_short
            and parser is not None
            and (self.cycle is None or self.cycle.response_complete)
            and not self.expect_100_continue
            and parser.should_keep_alive()
            and not parser.should_upgrade()
        ):
            self._short = []
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """The parser has read of the body."""
        if self._short is None:
            super().on_body(body)
        else:
            self._short.append(body)

    def on_message_complete(self) -> None:
        """The parser has read all of a request."""
        if self._short is None:
            super().on_message_complete()
            return
        body, self._short = self._short, None
        if not self._take(b"".join(body)):
            self._go_on(body)
            super().on_message_complete()

    def _go_on(self, body: Sequence[bytes]) -> None:
        """The long way, from the headers on."""
        super().on_headers_complete()
        for part in body:
            super().on_body(part)

    def _take(self, body: bytes) -> bool:
        """Take it in; False where that is not all there is to it."""
        intake, size = self._intake, len(body)
        webhook = check(body, signature_among(self.headers), intake.secrets())
        if webhook is None or not intake.waiting.take(size, webhooks=1):
            return False
        taken: Any = _Taken()
        self.cycle = taken

        def stored(what: "asyncio.Future[None]") -> None:
            intake.waiting.give(size, webhooks=1)
            self._answer(taken, what.exception())

        self._letterbox.hand_in(webhook).add_done_callback(stored)
        return True

    def _answer(self, taken: _Taken, error: BaseException | None) -> None:
        status = b"200 OK"
        if error is not None:
            # The name only: the text of a database error may repeat the body.
            log.error("webhook.not_stored", error=type(error).__name__)
            self._intake.turned_away()
            status = b"503 Service Unavailable"
        taken.response_complete = True
        if taken.disconnected or self.transport.is_closing():
            return
        lines = [b"%s: %s\r\n" % header for header in self.server_state.default_headers]
        if not taken.keep_alive:
            lines.append(b"connection: close\r\n")
        self.transport.write(
            b"HTTP/1.1 %s\r\n%scontent-length: 0\r\n\r\n" % (status, b"".join(lines))
        )
        if not taken.keep_alive:
            self.transport.close()
        self.on_response_complete()
