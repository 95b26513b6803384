"""One POST to somebody else's address, and which addresses may be reached from here at all.

An administrator types an address, and a name may lead anywhere: a sandbox reaches this machine and
nothing else, production the public internet and never the machines beside it (spec X5).
"""

import ipaddress
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import aiohttp

from engine.domain.alert_channels import NotTold, Told, wrong_address

TIMEOUT_SECONDS = 10.0
ANSWER_LIMIT = 300
"""Bytes of an answer that are read: enough for the delivery log."""
AGAIN = frozenset({408, 425, 429})
"""Beside all of 5xx: answers that may be another one later."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other end said."""

    status: int
    text: str


class Doorway:
    """The client session of one kind of tenant. To be made and closed on the running loop."""

    def __init__(self, *, sandbox: bool) -> None:
        self.sandbox = sandbox
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> Answer | NotTold:
        """POST JSON; redirects are not followed, since they would lead past the check."""
        if why := wrong_address(url, sandbox=self.sandbox):
            return NotTold(why, again=False)
        if self._session is None:
            self._session = _open_session(sandbox=self.sandbox)
        sent = {"Content-Type": "application/json", "User-Agent": "dawncast"} | dict(headers or {})
        try:
            async with self._session.post(
                url, data=body, headers=sent, allow_redirects=False
            ) as answer:
                text = (await answer.content.read(ANSWER_LIMIT)).decode("utf-8", "replace")
                return Answer(answer.status, " ".join(text.split()))
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            # Who was never connected to has nothing; of anybody else nobody knows.
            left = not isinstance(error, aiohttp.ClientConnectorError | aiohttp.InvalidURL)
            words = f"It could not be reached ({type(error).__name__})."
            return NotTold(words, again=True, in_doubt=left)

    async def aclose(self) -> None:
        """Close what is open."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def judged(answer: Answer | NotTold) -> Told | NotTold:
    """What an answer means to whoever wanted to tell something."""
    if isinstance(answer, NotTold):
        return answer
    if 200 <= answer.status < 300:
        return Told()
    broken = answer.status >= 500
    words = f"It answered {answer.status}: {answer.text}"[:ANSWER_LIMIT]
    return NotTold(words, again=broken or answer.status in AGAIN, in_doubt=broken)


def may_reach(address: str, *, sandbox: bool) -> bool:
    """Whether an address, as the resolver gave it, may be connected to."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    plain = cast("ipaddress.IPv4Address | ipaddress.IPv6Address", mapped or found)
    return plain.is_loopback if sandbox else plain.is_global


def _open_session(*, sandbox: bool) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=8, socket_factory=_guarded(sandbox=sandbox))
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
    )


def _guarded(*, sandbox: bool) -> Callable[[Any], socket.socket]:
    def make(address: Any) -> socket.socket:
        family, kind, protocol, _, where = address
        if not may_reach(str(where[0]), sandbox=sandbox):
            raise OSError("this address may not be reached from here")
        return socket.socket(family, kind, protocol)

    return make
