"""What HTTP/1.1 allows the other side to do, and when a connection may carry another request."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from yarl import URL

from engine.whatsapp.connection import ANSWER_MAX, Answer, LostAnswerError
from engine.whatsapp.connections import Connections, NotReachedError
from engine.whatsapp.transport import Timeouts
from tests.whatsapp.meta import Reply, Request, always, answer, meta, play

SHORT = Timeouts(connect=timedelta(seconds=0.5), response=timedelta(seconds=0.5))
LOOPS = pytest.mark.parametrize("loop", ["asyncio", "uvloop"])


def request(path: str = "/") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode()


@asynccontextmanager
async def connections(url: str) -> AsyncGenerator[Connections]:
    made = Connections(URL(url), SHORT, sandbox=True)
    try:
        yield made
    finally:
        made.close()


def answers(reply: Reply, loop: str, *, times: int = 1) -> tuple[list[Answer], int]:
    """What so many requests, one after the other, are answered, and over how many connections."""
    found: list[Answer] = []
    counted: list[int] = []

    async def story() -> None:
        async with meta(reply) as heard, connections(heard.url) as opened:
            for _ in range(times):
                found.append(await opened.ask(request()))
                await asyncio.sleep(0.02)
            counted.append(heard.connections)

    play(story, loop)
    return found, counted[0]


def lost(reply: Reply, loop: str) -> LostAnswerError:
    with pytest.raises(LostAnswerError) as caught:
        answers(reply, loop)
    return caught.value


@LOOPS
def test_one_connection_carries_one_request_after_the_other(loop: str) -> None:
    found, opened = answers(always(answer(b"{}")), loop, times=3)

    assert found == [Answer(200, b"{}")] * 3
    assert opened == 1


@LOOPS
def test_a_request_whose_right_ended_while_connecting_never_leaves(loop: str) -> None:
    seen: list[int] = []

    async def story() -> None:
        async with meta(always(answer(b"{}"))) as heard, connections(heard.url) as opened:

            def may_go() -> bool:
                seen.append(heard.connections)
                return False

            with pytest.raises(NotReachedError, match="right to send"):
                await opened.ask(request(), may_go)
            await asyncio.sleep(0.02)
            seen.append(len(heard.requests))
            await opened.ask(request())  # the connection is kept: it said nothing yet
            seen.append(heard.connections)

    play(story, loop)
    assert seen[-2:] == [0, 1]


@LOOPS
def test_a_body_in_chunks_is_put_together(loop: str) -> None:
    async def reply(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for chunk in (b'3\r\n{"a\r\n', b'4\r\n": 1\r\n', b"1\r\n}\r\n", b"0\r\n\r\n"):
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0.01)

    found, opened = answers(reply, loop, times=2)

    assert found == [Answer(200, b'{"a": 1}')] * 2
    assert opened == 1


@LOOPS
def test_an_interim_word_is_no_answer(loop: str) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"

    found, _ = answers(always(early + answer(b"{}", "201 Created")), loop, times=2)

    assert found == [Answer(201, b"{}")] * 2


@LOOPS
def test_a_body_without_a_length_ends_with_its_connection(loop: str) -> None:
    async def reply(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\nhalf a word ")
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.write(b"and the rest")
        await writer.drain()
        writer.close()

    found, opened = answers(reply, loop, times=2)

    assert found == [Answer(200, b"half a word and the rest")] * 2
    assert opened == 2


@LOOPS
@pytest.mark.parametrize("headers", ["Connection: close\r\n", ""])
def test_a_connection_that_will_not_be_kept_is_not_used_again(loop: str, headers: str) -> None:
    one = answer(b"{}", headers=headers)
    if not headers:  # HTTP/1.0 keeps nothing unless it says so
        one = one.replace(b"HTTP/1.1", b"HTTP/1.0")

    found, opened = answers(always(one), loop, times=2)

    assert found == [Answer(200, b"{}")] * 2
    assert opened == 2


@LOOPS
def test_what_comes_unasked_ends_the_connection(loop: str) -> None:
    """A late 408, or the second half of nobody's answer: the next one could be taken for ours."""

    async def reply(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b"{}"))
        await writer.drain()
        await asyncio.sleep(0.005)
        writer.write(answer(b"", "408 Request Timeout"))

    found, opened = answers(reply, loop, times=2)

    assert [one.status for one in found] == [200, 200]
    assert opened == 2


@LOOPS
def test_two_answers_to_one_request_end_the_connection(loop: str) -> None:
    found, opened = answers(always(answer(b"{}") + answer(b"[]")), loop, times=2)

    assert found == [Answer(200, b"{}")] * 2
    assert opened == 2


@LOOPS
def test_the_beginning_of_another_answer_is_nobodys(loop: str) -> None:
    """Its rest would come as the answer to the next request."""

    async def reply(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b"{}") + b"HTTP/1.1 40")
        await writer.drain()
        await asyncio.sleep(0.005)
        writer.write(b"8 Request Timeout\r\nContent-Length: 0\r\n\r\n")

    found, opened = answers(reply, loop, times=3)

    assert found == [Answer(200, b"{}")] * 3
    assert opened == 3


@LOOPS
def test_an_answer_without_end_is_lost(loop: str) -> None:
    async def reply(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        for _ in range(2 * ANSWER_MAX // 0x10000):
            writer.write(chunk)
            await writer.drain()

    assert "too long" in str(lost(reply, loop))


@LOOPS
def test_another_protocol_is_no_answer(loop: str) -> None:
    switch = answer(b"", "101 Switching Protocols", "Upgrade: websocket\r\nConnection: upgrade\r\n")

    assert "read" in str(lost(always(switch), loop))


@LOOPS
def test_how_far_an_answer_came_is_known(loop: str) -> None:
    async def reply(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b"no more than this", "400 Bad Request")[:-4])
        await writer.drain()
        writer.close()

    assert lost(reply, loop).status == 400


@LOOPS
def test_who_waits_when_all_is_closed_loses_the_answer(loop: str) -> None:
    async def silence(_request: Request, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    async def story() -> None:
        async with meta(silence) as heard:
            opened = Connections(URL(heard.url), SHORT, sandbox=True)
            asking = asyncio.ensure_future(opened.ask(request()))
            await asyncio.sleep(0.1)
            opened.close()
            with pytest.raises(LostAnswerError):
                await asking

    play(story, loop)


@LOOPS
def test_the_answer_to_a_cancelled_request_is_nobody_elses(loop: str) -> None:
    async def reply(asked: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15 if "slow" in asked.line else 0)
        writer.write(answer(asked.line.encode()))

    async def story() -> None:
        async with meta(reply) as heard, connections(heard.url) as opened:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await opened.ask(request("/slow"))
            assert b"/quick" in (await opened.ask(request("/quick"))).body
            await asyncio.sleep(0.2)
            assert b"/quick" in (await opened.ask(request("/quick"))).body

    play(story, loop)


@LOOPS
def test_a_certificate_of_nobody_we_trust_is_not_spoken_to(loop: str, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 2"
        f" -keyout {key} -out {certificate}".split(),
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1))
        writer.close()

    async def story() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        async with connections(f"https://localhost:{port}") as opened:
            with pytest.raises(NotReachedError):
                await opened.ask(request())
        server.close()

    asyncio.run(story())  # uvloop's server complains aloud of a client that hangs up
    assert heard == []
