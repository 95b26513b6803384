"""Addresses behind names, and errors that are too rare to be made with a socket."""

import asyncio
import socket

import aiohttp
import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.http_writer import StreamWriter
from multidict import CIMultiDict

from engine.domain.outcome import Failure, Unknown
from engine.whatsapp.transport import guarded_sockets, read_broken

KEY = ConnectionKey("graph.facebook.com", 443, True, True, None, None, None)


def address(host: str) -> tuple[object, ...]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, 443))


@pytest.mark.parametrize("host", ["93.184.216.34", "10.0.0.1", "2001:db8::1"])
def test_a_name_bent_outwards_does_not_lead_a_sandbox_out(host: str) -> None:
    with pytest.raises(OSError, match="sandbox"):
        guarded_sockets(sandbox=True)(address(host))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_name_bent_inwards_does_not_lead_production_to_a_simulator(host: str) -> None:
    with pytest.raises(OSError, match="production"):
        guarded_sockets(sandbox=False)(address(host))


def test_idle_connections_are_probed_so_that_dead_ones_are_found_before_a_send() -> None:
    with guarded_sockets(sandbox=True)(address("127.0.0.1")) as made:
        assert made.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1


@pytest.mark.parametrize(
    "error",
    [
        aiohttp.ClientConnectorDNSError(KEY, OSError(-2, "Name or service not known")),
        aiohttp.ClientConnectorError(KEY, OSError(101, "Network is unreachable")),
        aiohttp.ConnectionTimeoutError("Connection timeout to host"),
        aiohttp.ClientConnectionResetError("Cannot write to closing transport"),
        aiohttp.InvalidUrlClientError("nonsense"),
    ],
)
def test_what_never_left_is_a_failure(error: Exception) -> None:
    broken = read_broken(error)

    assert isinstance(broken, Failure)
    assert broken.retryable


def test_a_connection_found_closed_before_the_first_byte_is_a_failure() -> None:
    """As aiohttp reports it: the refusal to write, wrapped once."""
    wrapped = aiohttp.ClientOSError(None, "Can not write request body for https://graph")
    wrapped.__cause__ = aiohttp.ClientConnectionResetError("Cannot write to closing transport")

    assert isinstance(read_broken(wrapped), Failure)


def test_aiohttp_still_says_so_in_the_words_we_know() -> None:
    """Our proof that nothing was written rests on these words: they must survive an upgrade."""

    async def story() -> None:
        loop = asyncio.get_running_loop()
        writer = StreamWriter(BaseProtocol(loop), loop)  # a protocol whose connection is gone
        await writer.write_headers("POST / HTTP/1.1", CIMultiDict({"Content-Length": "5"}))
        writer.length = 5
        with pytest.raises(aiohttp.ClientConnectionResetError) as refused:
            await writer.write(b"hello")
        assert isinstance(read_broken(refused.value), Failure)

    asyncio.run(story())


@pytest.mark.parametrize(
    "error",
    [
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientConnectionResetError("Connection lost"),
        aiohttp.SocketTimeoutError("Timeout on reading data from socket"),
        aiohttp.ClientOSError(104, "Connection reset by peer"),
        aiohttp.ClientOSError(32, "Broken pipe"),
        aiohttp.ClientPayloadError("Response payload is not completed"),
        aiohttp.ClientConnectionError("Connection closed"),
        TimeoutError(),
        ConnectionResetError(104, "Connection reset by peer"),
        OSError("something else"),
    ],
)
def test_what_may_have_left_is_unknown(error: Exception) -> None:
    assert isinstance(read_broken(error), Unknown)
