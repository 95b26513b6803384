"""One POST to Meta: what is said, and what is made of every way it can end."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from engine.domain.ids import MessageId, Phone, PhoneNumberId, Tracker
from engine.domain.message import Recipient, TextMessage
from engine.domain.outcome import Accepted, Blame, Failure, Outcome, Unknown
from engine.whatsapp.cloud_api import CloudApi
from engine.whatsapp.gateway import Gateway
from engine.whatsapp.transport import ForbiddenHostError, Timeouts
from tests.whatsapp.meta import ACCEPTED, Reply, Request, always, answer, meta, play, reset

SENDER = PhoneNumberId("1000")
ASHA = Recipient(phone=Phone("+919812345610"))
TRACKER = Tracker("dc.1.1.abababababababab")
SHORT = Timeouts(connect=timedelta(seconds=0.3), response=timedelta(seconds=0.5))
LOOPS = pytest.mark.parametrize("loop", ["asyncio", "uvloop"])


@asynccontextmanager
async def cloud_api(url: str, timeouts: Timeouts | None = None) -> AsyncGenerator[CloudApi]:
    api = CloudApi(api_url=url, token=lambda _: "t0ken", sandbox=True, timeouts=timeouts)
    try:
        yield api
    finally:
        await api.aclose()


async def hello(gateway: Gateway) -> Outcome:
    return await gateway.send(SENDER, ASHA, TextMessage("hello"), TRACKER)


def outcome_of(reply: Reply, loop: str, *, timeouts: Timeouts = SHORT) -> Outcome:
    """What one send makes of this behaviour of the other side."""
    outcomes: list[Outcome] = []

    async def story() -> None:
        async with meta(reply) as heard, cloud_api(heard.url, timeouts) as api:
            outcomes.append(await hello(api))
            assert len(heard.requests) == 1, "sent twice"

    play(story, loop)
    return outcomes[0]


# --- what is said -----------------------------------------------------------------------------


@LOOPS
def test_a_send_is_one_post_with_our_token_version_and_tracker(loop: str) -> None:
    async def story() -> None:
        async with meta(always(answer(ACCEPTED))) as heard, cloud_api(heard.url) as api:
            assert await hello(api) == Accepted(MessageId("wamid.HBgM1"))
        [request] = heard.requests
        assert request.line == "POST /v25.0/1000/messages HTTP/1.1"
        assert request.headers["authorization"] == "Bearer t0ken"
        assert request.headers["content-type"] == "application/json"
        assert json.loads(request.body)["biz_opaque_callback_data"] == TRACKER

    play(story, loop)


def test_a_rotated_token_is_used_from_the_next_send_on() -> None:
    tokens = {SENDER: "old"}

    async def story() -> None:
        async with meta(always(answer(ACCEPTED))) as heard:
            api = CloudApi(api_url=heard.url, token=lambda sender: tokens[sender], sandbox=True)
            await hello(api)
            tokens[SENDER] = "new"
            await hello(api)
            await api.aclose()
        assert [r.headers["authorization"] for r in heard.requests] == ["Bearer old", "Bearer new"]

    play(story, "asyncio")


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "ключ"])
def test_without_a_usable_token_nothing_leaves(token: str) -> None:
    async def story() -> None:
        async with meta(always(answer(ACCEPTED))) as heard:
            api = CloudApi(api_url=heard.url, token=lambda _: token, sandbox=True)
            outcome = await hello(api)
            await api.aclose()
        assert isinstance(outcome, Failure)
        assert (outcome.blame, outcome.retryable) == (Blame.ACCOUNT, False)
        assert heard.requests == []

    play(story, "asyncio")


def test_a_message_to_nobody_does_not_leave() -> None:
    async def story() -> None:
        async with meta(always(answer(ACCEPTED))) as heard, cloud_api(heard.url) as api:
            outcome = await api.send(SENDER, Recipient(), TextMessage("hello"), TRACKER)
        assert isinstance(outcome, Failure)
        assert (outcome.blame, heard.requests) == (Blame.US, [])

    play(story, "asyncio")


def test_a_redirect_is_never_followed() -> None:
    elsewhere = answer(b"", "307 Temporary Redirect", "Location: /elsewhere\r\n")

    outcome = outcome_of(always(elsewhere), "asyncio")

    assert isinstance(outcome, Failure)


def test_proxies_of_the_environment_play_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert isinstance(outcome_of(always(answer(ACCEPTED)), "asyncio"), Accepted)


@LOOPS
def test_warm_connections_are_the_ones_the_sends_use(loop: str) -> None:
    async def reply(_request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        writer.write(answer(ACCEPTED))

    async def story() -> None:
        async with meta(reply) as heard, cloud_api(heard.url) as api:
            await api.warm(10)
            assert heard.connections == 10
            outcomes = await asyncio.gather(*(hello(api) for _ in range(10)))
            assert all(isinstance(outcome, Accepted) for outcome in outcomes)
            assert heard.connections == 10

    play(story, loop)


def test_warming_up_against_a_dead_api_is_not_an_error() -> None:
    async def story() -> None:
        async with cloud_api(f"http://127.0.0.1:{_closed_port()}") as api:
            await api.warm(3)

    play(story, "asyncio")


# --- what provably never left: a failure, to be tried again -------------------------------------


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def assert_never_left(outcome: Outcome) -> None:
    assert isinstance(outcome, Failure)
    assert (outcome.blame, outcome.code, outcome.retryable) == (Blame.PLATFORM, None, True)


@LOOPS
def test_a_refused_connection_is_a_failure(loop: str) -> None:
    async def story() -> None:
        async with cloud_api(f"http://127.0.0.1:{_closed_port()}") as api:
            assert_never_left(await hello(api))

    play(story, loop)


@LOOPS
def test_a_connection_that_is_never_taken_is_a_failure(loop: str) -> None:
    async def story() -> None:
        with socket.socket() as deaf, contextlib.ExitStack() as waiting:
            deaf.bind(("127.0.0.1", 0))
            deaf.listen(0)
            for _ in range(4):  # fill the backlog, so that the next one waits for ever
                other = waiting.enter_context(socket.socket())
                other.setblocking(False)
                other.connect_ex(deaf.getsockname())
            async with cloud_api(f"http://127.0.0.1:{deaf.getsockname()[1]}", SHORT) as api:
                assert_never_left(await hello(api))

    play(story, loop)


@LOOPS
def test_a_failed_tls_handshake_is_a_failure(loop: str) -> None:
    async def story() -> None:
        async with meta(always(b"nothing of the kind\r\n\r\n")) as heard:
            async with cloud_api(heard.url.replace("http://", "https://"), SHORT) as api:
                assert_never_left(await hello(api))
            assert heard.requests == []

    play(story, loop)


@LOOPS
def test_a_kept_connection_that_was_closed_meanwhile_is_replaced(loop: str) -> None:
    async def reply(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(ACCEPTED))
        await writer.drain()
        writer.close()

    async def story() -> None:
        async with meta(reply) as heard, cloud_api(heard.url) as api:
            assert isinstance(await hello(api), Accepted)
            await asyncio.sleep(0.1)
            assert isinstance(await hello(api), Accepted)
            assert (heard.connections, len(heard.requests)) == (2, 2)

    play(story, loop)


# --- what may have arrived: unknown, never guessed -----------------------------------------------


async def _close(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _reset(_request: Request, writer: asyncio.StreamWriter) -> None:
    reset(writer)


async def _be_silent(_request: Request, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def _talk_rubbish(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
    await writer.drain()


async def _stop_half_way(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(answer(ACCEPTED)[:-20])
    await writer.drain()
    writer.close()


async def _drip(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(40):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.1)


@LOOPS
@pytest.mark.parametrize(
    "behaviour", [_close, _reset, _be_silent, _talk_rubbish, _stop_half_way, _drip]
)
def test_whatever_ends_after_the_request_left_is_unknown(behaviour: Reply, loop: str) -> None:
    assert isinstance(outcome_of(behaviour, loop), Unknown)


@LOOPS
def test_a_kept_connection_that_breaks_under_the_send_is_unknown(loop: str) -> None:
    """The peer read our request on a reused connection and went away: it may have taken it."""
    taken: list[bytes] = []

    async def reply(request: Request, writer: asyncio.StreamWriter) -> None:
        taken.append(request.body)
        if len(taken) == 1:
            writer.write(answer(ACCEPTED))
        else:
            writer.close()

    async def story() -> None:
        async with meta(reply) as heard, cloud_api(heard.url) as api:
            assert isinstance(await hello(api), Accepted)
            assert isinstance(await hello(api), Unknown)
            assert (heard.connections, len(taken)) == (1, 2)

    play(story, loop)


@LOOPS
def test_a_refusal_whose_reason_was_lost_is_still_a_refusal(loop: str) -> None:
    async def reply(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b'{"error":{"code":1304', "400 Bad Request")[:-5])
        await writer.drain()
        writer.close()

    outcome = outcome_of(reply, loop)

    assert isinstance(outcome, Failure)
    assert outcome.retryable


@LOOPS
def test_a_send_can_be_cancelled(loop: str) -> None:
    async def story() -> None:
        async with meta(_be_silent) as heard, cloud_api(heard.url) as api:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await hello(api)

    play(story, loop)


# --- where it may go (spec X5) --------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.facebook.com",
        "http://10.0.0.1:8001",
        "http://0.0.0.0:8001",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@graph.facebook.com",
        "http://2130706433",
        "http://[2001:db8::1]",
        "http://localhost.example.com",
        "ftp://127.0.0.1",
        "127.0.0.1:8001",
        "",
    ],
)
def test_a_sandbox_never_reaches_people(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHATSAPP_API_URL", url)

    with pytest.raises(ForbiddenHostError):
        CloudApi(api_url=url, token=lambda _: "t", sandbox=True)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8001", "http://localhost:1", "http://[::1]:1", "http://127.8.8.8"]
)
def test_a_sandbox_reaches_its_own_machine(url: str) -> None:
    CloudApi(api_url=url, token=lambda _: "t", sandbox=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.facebook.com",
        "https://127.0.0.1:8443",
        "https://[::1]",
        "https://[::ffff:127.0.0.1]",
        "https://localhost",
        "https://LOCALHOST.",
        "https://simulator.localhost",
        "https://10.1.2.3",
        "https://192.168.1.5",
        "https://169.254.169.254",
        "https://0.0.0.0",
        "https://user:secret@graph.facebook.com",
    ],
)
def test_production_refuses_a_simulator(url: str) -> None:
    with pytest.raises(ForbiddenHostError) as refused:
        CloudApi(api_url=url, token=lambda _: "t", sandbox=False)

    assert "secret" not in str(refused.value)


def test_production_reaches_meta() -> None:
    CloudApi(api_url="https://graph.facebook.com", token=lambda _: "t", sandbox=False)
