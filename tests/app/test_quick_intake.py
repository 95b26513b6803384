"""The short way: webhooks that come in one piece, as Meta's do. Where a test serves no route at
all, what is not taken the short way finds nothing.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from structlog.testing import capture_logs

from app.api.letterbox import Room
from app.api.quick_intake import quick_intake
from app.api.webhooks import PATH, Intake, webhook_routes
from engine.store.database import Database
from engine.whatsapp.signature import sign
from tests.app.serving import serving
from tests.app.turned_away import written_down
from tests.whatsapp.said import messages, status

SECRET = "app-secret"
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
BODY = messages(statuses=[status()])


def on_a_loop(story: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """The test as pytest wants it: one that returns when its story has been told, within bounds."""

    @wraps(story)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(asyncio.wait_for(story(*args, **kwargs), 30))

    return run


class Held:
    """A database that lets nothing in until it is told to, and may fail meanwhile."""

    def __init__(self, database: Database, *, go: bool = True) -> None:
        self._database = database
        self.asked = asyncio.Event()
        self.go = asyncio.Event()
        self.fails = False
        if go:
            self.go.set()

    async def transact(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.asked.set()
        await self.go.wait()
        if self.fails:
            raise ConnectionError("no way to the database, said of 919812345610")
        return await self._database.transact(fn, *args, **kwargs)

    async def read(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self._database.read(fn, *args, **kwargs)


class Line:
    """A connection, on which what is sent goes out in one piece."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, *pieces: bytes) -> None:
        for place, piece in enumerate(pieces):
            if place:
                await asyncio.sleep(0.05)  # so that they are read apart
            self._writer.write(piece)
            await self._writer.drain()

    async def answer(self) -> tuple[int, bytes]:
        head = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), 10)
        length = next(
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        )
        await self._reader.readexactly(length)
        return int(head.split(b" ")[1]), head

    async def ended(self) -> bool:
        return await asyncio.wait_for(self._reader.read(), 10) == b""

    def hang_up(self) -> None:
        self._writer.transport.abort()


def post(
    body: bytes = BODY, *headers: str, signature: str | None = None, path: str = PATH
) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: dawncast",
        f"Content-Length: {len(body)}",
        f"X-Hub-Signature-256: {sign(body, SECRET) if signature is None else signature}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def bodies(count: int) -> list[bytes]:
    return [messages(statuses=[status(id=f"wamid.{n}")]) for n in range(count)]


@asynccontextmanager
async def line(store: Any, *, routes: bool = False, **rooms: Room) -> AsyncGenerator[Line]:
    intake = Intake(
        store=store, now=lambda: NOW, secrets=lambda: (SECRET,), verify_token=lambda: "", **rooms
    )
    async with serving(webhook_routes(intake) if routes else [], quick_intake(intake)) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
        try:
            yield Line(reader, writer)
        finally:
            writer.close()


def waiting(database: Database) -> list[bytes]:
    def question(session: Session) -> list[bytes]:
        rows = session.connection().execute(
            sa.text("SELECT body FROM webhooks WHERE state = 'waiting' ORDER BY id")
        )
        return [bytes(row.body) for row in rows]

    return database.read_now(question)


@pytest.fixture
def sqlite(sqlite_url: str) -> Any:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@on_a_loop
async def test_one_in_one_piece_is_stored_before_the_200_and_the_next_follows(
    sqlite: Database,
) -> None:
    async with line(sqlite) as meta:
        for count, body in enumerate(bodies(3), start=1):
            await meta.send(post(body))
            status_code, head = await meta.answer()
            assert status_code == 200
            assert b"date: " in head
            assert len(waiting(sqlite)) == count


@on_a_loop
async def test_those_that_come_together_are_answered_in_their_order(sqlite: Database) -> None:
    """The first goes the short way, those behind it on the same connection the long one."""
    held = Held(sqlite, go=False)
    async with line(held, routes=True) as meta:
        await meta.send(post(BODY) + post(BODY, signature="sha256=00") + post(bodies(2)[1]))
        await held.asked.wait()
        held.go.set()
        with capture_logs():
            assert [(await meta.answer())[0], (await meta.answer())[0]] == [200, 401]
            assert await meta.ended(), "whoever signs wrongly is hung up on"
    assert waiting(sqlite) == [BODY]


@pytest.mark.parametrize("cut", [30, 120, -40])
@on_a_loop
async def test_one_that_comes_in_pieces_goes_the_long_way(sqlite: Database, cut: int) -> None:
    async with line(sqlite, routes=True) as meta:
        for body in bodies(2):
            whole = post(body)
            await meta.send(whole[:cut], whole[cut:])
            assert (await meta.answer())[0] == 200
    assert waiting(sqlite) == bodies(2)

    async with line(sqlite) as meta:
        await meta.send(post()[:cut], post()[cut:])
        assert (await meta.answer())[0] == 404


@on_a_loop
async def test_a_piece_that_ends_where_the_headers_do_goes_the_long_way(sqlite: Database) -> None:
    whole = post()
    cut = whole.index(b"\r\n\r\n") + 4
    async with line(sqlite, routes=True) as meta:
        await meta.send(whole[:cut], whole[cut:])
        assert (await meta.answer())[0] == 200
    assert waiting(sqlite) == [BODY]


@pytest.mark.parametrize(
    "request_",
    [
        post(signature=""),
        post(signature=sign(BODY, "wrong")),
        post(BODY, "Connection: close"),
        post(BODY, "Expect: 100-continue"),
        post(path=PATH + "?a=b"),
        post(path="/elsewhere"),
        post().replace(b"HTTP/1.1", b"HTTP/1.0", 1),
        post().replace(b"POST", b"PUT", 1),
    ],
)
@on_a_loop
async def test_what_is_unusual_is_left_to_the_route(sqlite: Database, request_: bytes) -> None:
    async with line(sqlite) as meta:
        await meta.send(request_)
        assert (await meta.answer())[0] == 404
    assert waiting(sqlite) == []


@on_a_loop
async def test_what_is_no_http_is_told_so(sqlite: Database) -> None:
    async with line(sqlite) as meta:
        await meta.send(post().replace(b"Content-Length: ", b"Content-Length: x", 1))
        assert (await meta.answer())[0] == 400
        assert await meta.ended()
    assert waiting(sqlite) == []


@on_a_loop
async def test_what_could_not_be_stored_is_503_and_the_connection_stays(sqlite: Database) -> None:
    held = Held(sqlite)
    held.fails = True
    async with line(held) as meta:
        with capture_logs() as logged:
            await meta.send(post())
            assert (await meta.answer())[0] == 503
        held.fails = False
        await meta.send(post())
        assert (await meta.answer())[0] == 200
        await written_down(sqlite, 1)
    assert waiting(sqlite) == [BODY]
    assert [entry["event"] for entry in logged] == ["webhook.not_stored"]
    assert "9198" not in repr(logged)


@on_a_loop
async def test_who_finds_no_room_is_told_to_call_again_by_the_route(sqlite: Database) -> None:
    held = Held(sqlite, go=False)
    room = Room(1_000_000, 1)
    async with line(held, routes=True, waiting=room) as first:
        await first.send(post())
        await held.asked.wait()
        assert room.webhooks_left == 0
        with capture_logs():
            await first.send(post(bodies(2)[1]))
            held.go.set()
            assert (await first.answer())[0] == 200
            assert (await first.answer())[0] == 200, "the first made room before it was answered"
    assert room.webhooks_left == 1
    full = Room(10, 10)
    async with line(sqlite, routes=True, waiting=full) as meta:
        with capture_logs():
            await meta.send(post(bodies(3)[2]))
            assert (await meta.answer())[0] == 503
        await written_down(sqlite, 1)
    assert full.bytes_left == 10
    assert waiting(sqlite) == [BODY, bodies(2)[1]]


@on_a_loop
async def test_who_hangs_up_meanwhile_loses_nothing_and_breaks_nothing(sqlite: Database) -> None:
    held = Held(sqlite, go=False)
    room = Room(1_000_000, 5)
    async with line(held, waiting=room) as meta:
        await meta.send(post())
        await held.asked.wait()
        meta.hang_up()
        await asyncio.sleep(0.05)
        held.go.set()
        while room.webhooks_left < 5:  # noqa: ASYNC110 - the server notices
            await asyncio.sleep(0.01)
    assert waiting(sqlite) == [BODY]


@on_a_loop
async def test_a_server_that_stops_answers_what_it_has_taken(sqlite: Database) -> None:
    held = Held(sqlite, go=False)
    intake = Intake(store=held, now=lambda: NOW, secrets=lambda: (SECRET,), verify_token=lambda: "")
    stopping = serving([], quick_intake(intake), force=False)
    url = await stopping.__aenter__()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
    meta = Line(reader, writer)
    await meta.send(post())
    await held.asked.wait()
    ending = asyncio.create_task(stopping.__aexit__(None, None, None))
    await asyncio.sleep(0.3)
    held.go.set()
    status_code, head = await meta.answer()
    assert status_code == 200
    assert b"connection: close" in head
    assert await meta.ended()
    await ending
    writer.close()
    assert waiting(sqlite) == [BODY]
