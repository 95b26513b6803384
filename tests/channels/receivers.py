"""Receivers of each kind on this machine: HTTP as Slack and the others answer, and SMTP."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True)
class Posted:
    """One POST as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass(slots=True)
class Receiver:
    """Remembers what came; `answer` gives the status of the nth POST."""

    url: str
    answer: Callable[[int], int] = lambda _: 200
    delay: float = 0.0
    came: list[Posted] = field(default_factory=lambda: list[Posted]())

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        nth = len(self.came)
        self.came.append(Posted(request.path, dict(request.headers), body))
        await asyncio.sleep(self.delay)
        headers = {"Location": self.url + "/elsewhere"} if self.answer(nth) == 307 else {}
        return web.Response(status=self.answer(nth), text="ok", headers=headers)


@asynccontextmanager
async def receiver() -> AsyncGenerator[Receiver]:
    """An HTTP server on a port of its own."""
    made = Receiver("")
    app = web.Application()
    app.router.add_post("/{path:.*}", made.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await runner.cleanup()


@dataclass(slots=True)
class PostOffice:
    """A real SMTP server's box. refuse: what it says instead of taking a message."""

    refuse: str = ""
    mails: list[EmailMessage] = field(default_factory=lambda: list[EmailMessage]())
    to: list[list[str]] = field(default_factory=lambda: list[list[str]]())

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # pyright: ignore[reportArgumentType]
        self.to.append(list(envelope.rcpt_tos))
        return "250 OK"


@asynccontextmanager
async def post_office() -> AsyncGenerator[tuple[PostOffice, int]]:
    """aiosmtpd in a thread of its own, and its port."""
    box = PostOffice()
    with socket.socket() as probe:  # the controller knocks at the port it was given, never at 0
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    await asyncio.to_thread(controller.start)
    try:
        yield box, port
    finally:
        await asyncio.to_thread(controller.stop)
