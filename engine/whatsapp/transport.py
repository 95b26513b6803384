"""Connections to Meta: which hosts may be reached, and what a broken connection means."""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
from aiohttp.abc import AbstractCookieJar
from yarl import URL

from engine.domain.failure import classify
from engine.domain.outcome import Failure

DEFAULT_VERSION = "v25.0"
"""Of the Graph API; alive until July 2028 (Meta: Graph API changelog)."""
SANDBOX_ONLY = "a sandbox reaches this machine only"
PRODUCTION_ONLY = "production reaches Meta over https only"


class ForbiddenHostError(ValueError):
    """This address may not be sent to from here (spec X5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long a call may take before we stop waiting (spec E2)."""

    connect: timedelta = timedelta(seconds=3)
    response: timedelta = timedelta(seconds=30)


KEEPALIVE = timedelta(seconds=90)
"""How long an idle connection stays in the pool; long enough to be warm from the call to `warm`
on.
"""


def check_host(api_url: str, *, sandbox: bool) -> URL:
    """The API's address, when it may be reached from here.

    A sandbox may only speak to a loopback address, whatever the environment says; production only
    to an https address that is not this machine or its neighbours, so never to a simulator (spec
    X5). Raises ForbiddenHostError.
    """
    try:
        url = URL(api_url)
        host = (url.host or "").rstrip(".").lower()
    except ValueError as error:
        raise ForbiddenHostError("the API's address is not a URL") from error
    if url.scheme not in {"http", "https"} or not host or url.user is not None:
        raise ForbiddenHostError(f"not an http(s) address without credentials: {url.host!r}")
    if sandbox:
        if host != "localhost" and not _is_loopback(host):
            raise ForbiddenHostError(f"{SANDBOX_ONLY}; {host} is not a loopback address")
    elif url.scheme != "https" or _is_near(host):
        raise ForbiddenHostError(f"{PRODUCTION_ONLY}; {url.scheme}://{host} will not do")
    return url


def open_session(timeouts: Timeouts, *, sandbox: bool) -> aiohttp.ClientSession:
    """A client session without a limit of its own: the lanes bound what is in flight.

    Cookies, proxies and settings of the environment play no part. To be called on the running loop.
    """
    connect = timeouts.connect.total_seconds()
    response = timeouts.response.total_seconds()
    connector = aiohttp.TCPConnector(
        limit=0,
        keepalive_timeout=KEEPALIVE.total_seconds(),
        ttl_dns_cache=60,
        socket_factory=guarded_sockets(sandbox=sandbox),
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=_no_cookies(),
        timeout=aiohttp.ClientTimeout(
            total=connect + response,  # against an answer that drips for ever
            connect=connect,
            sock_connect=connect,
            sock_read=response,
        ),
    )


def guarded_sockets(*, sandbox: bool) -> Callable[[Any], socket.socket]:
    """Makes the sockets, and refuses addresses that the name of a good host was bent to (DNS,
    hosts).
    """

    def make(address: Any) -> socket.socket:
        family, kind, protocol, _, where = address
        loopback = _is_loopback(str(where[0]))
        if sandbox and not loopback:
            raise OSError(SANDBOX_ONLY)
        if not sandbox and loopback:
            raise OSError(PRODUCTION_ONLY)
        made = socket.socket(family, kind, protocol)
        # A warmed connection may idle behind a NAT that forgets it: found out here, not by a send.
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, seconds in (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
            if hasattr(socket, option):
                made.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), seconds)
        return made

    return make


def read_unreached(error: Exception) -> Failure:
    """What it means that a request was not made, or a management call broke: to be tried again
    later, since nothing has left, or asking twice does no harm.
    """
    return classify(None, None, f"{type(error).__name__}: {error}"[:200])


def _no_cookies() -> AbstractCookieJar:
    return aiohttp.DummyCookieJar()


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return address is not None and address.is_loopback


def _is_near(host: str) -> bool:
    """This machine, or one that the public internet does not know."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    address = _address(host)
    return address is not None and not address.is_global


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
