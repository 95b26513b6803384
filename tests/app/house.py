"""A tenant with one user of each role, and the whole server on a free port of this machine."""

import asyncio
import contextvars
import socket
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

from passlib import hash as schemes  # pyright: ignore[reportMissingTypeStubs] - libpass has none
from sqlmodel import Session
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route

from app import live
from app.doors import open_doors
from app.front_door import Site
from app.serve import build_asgi, own_origins, run
from engine.commands.add_user import add_user
from engine.domain.ids import TenantId, UserId
from engine.domain.roles import CLI, Role
from engine.store.database import Database
from engine.store.tables import Tenant

PASSWORD = "a long enough word"


@dataclass
class HandClock:
    """A clock that a test moves: real time, and as much more as it likes."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class House:
    """A running server and what it runs on."""

    port: int
    database: Database
    clock: HandClock
    tenant: TenantId
    users: dict[Role, UserId]
    board: Any = None
    stopped: bool = field(default=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@cache
def password_hash() -> str:
    """As quick to check as argon2 can be made: many tests sign in, few are about how."""
    quick = cast("Any", schemes).argon2.using(type="ID", time_cost=1, memory_cost=8, parallelism=1)
    return quick.hash(PASSWORD)


def furnish(session: Session, now: datetime) -> tuple[TenantId, dict[Role, UserId]]:
    """A sandbox tenant and `<role>@example.test` for every role."""
    tenant = Tenant(name="Sample Advisors", sandbox=True, created_at=now)
    session.add(tenant)
    session.flush()
    assert tenant.id is not None
    users: dict[Role, UserId] = {}
    for role in Role:
        added = add_user(
            session,
            TenantId(tenant.id),
            email=f"{role}@example.test",
            name=f"{role.value.title()} Person",
            role=role,
            password_hash=password_hash(),
            must_change=False,
            by=CLI,
            now=now,
        )
        assert isinstance(added, int), added
        users[role] = UserId(added)
    return TenantId(tenant.id), users


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def _pong(_request: Any) -> PlainTextResponse:
    return PlainTextResponse("well")


@contextmanager
def open_house(
    url: str, *, pages: bool, machine_routes: Sequence[BaseRoute] = ()
) -> Generator[House]:
    """Furnish the database at `url`, serve it until the block ends."""
    database, clock = Database(url), HandClock()
    tenant, users = database.transact_now(furnish, clock.now())
    house = House(free_port(), database, clock, tenant, users)
    open_doors(database, clock)
    live.open_board(lambda _session, _tenant, _now: house.board)
    routes = machine_routes or [Route("/health", _pong)]
    asgi = build_asgi(
        Site(origins=own_origins("127.0.0.1", house.port)), machine_routes=routes, pages=pages
    )
    started, loops = threading.Event(), list[asyncio.AbstractEventLoop]()
    stop = asyncio.Event()

    async def serving() -> None:
        loops.append(asyncio.get_running_loop())
        await run(asgi, host="127.0.0.1", port=house.port, ready=started.set, stop=stop)

    context = contextvars.copy_context()
    thread = threading.Thread(target=lambda: context.run(asyncio.run, serving()), name="house")
    thread.start()
    try:
        assert started.wait(20), "the server did not start within 20 s"
        yield house
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join(20)
        database.close()
        assert not thread.is_alive(), "the server did not stop within 20 s"
