"""The two ways into the engine: `ask` a read model, `tell` a command. Pages know no others."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, Protocol, TypeVar

from sqlmodel import Session

from engine.domain.roles import Actor

T = TypeVar("T")


class Store(Protocol):
    """What the doors need of the database: `engine.store.database.Database` has it."""

    async def transact(
        self, fn: Callable[Concatenate[Session, ...], T], *args: Any, **kwargs: Any
    ) -> T: ...

    async def read(
        self, fn: Callable[Concatenate[Session, ...], T], *args: Any, **kwargs: Any
    ) -> T: ...


class Watch(Protocol):
    """What the doors need of the clock."""

    def now(self) -> datetime: ...


@dataclass(slots=True)
class _House:
    store: Store | None = None
    watch: Watch | None = None


_house = _House()


def open_doors(store: Store, watch: Watch) -> None:
    """Connect the pages to a database and a clock; once, when the server starts."""
    _house.store = store
    _house.watch = watch


async def ask(question: Callable[Concatenate[Session, ...], T], *args: Any, **kwargs: Any) -> T:
    """The answer of a read model: `await ask(read.content.waiting, by.tenant)`."""
    assert _house.store is not None, "open_doors was not called"
    return await _house.store.read(question, *args, **kwargs)


async def tell(
    command: Callable[Concatenate[Session, ...], T], *args: Any, by: Actor, **kwargs: Any
) -> T:
    """The result of a command, once it is durable: `await tell(approve_content, id, by=by)`."""
    assert _house.store is not None, "open_doors was not called"
    return await _house.store.transact(command, *args, by=by, now=now(), **kwargs)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    assert _house.watch is not None, "open_doors was not called"
    return _house.watch.now()
