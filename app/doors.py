"""The two ways into the engine: `ask` a read model, `tell` a command. Pages know no others."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Concatenate, Protocol, TypeVar

from sqlmodel import Session

from engine.domain.anchor import AnchorFile
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


class Anchors(Protocol):
    """What the doors need of the audit trail's anchors: `engine.store.anchors.AnchorFolder`."""

    def all(self) -> Sequence[AnchorFile]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What pages may know of the machine: its anchors, and which secrets it has, by name.

    Never a secret itself: what is not handed over cannot be shown.
    """

    anchors: Anchors | None = None
    reserve: float = 0.1
    """The part of each sender's rate that broadcasts leave to replies."""
    secrets: tuple[tuple[str, bool], ...] = ()
    evidence_folder: Path | None = None
    """Where evidence packs lie."""
    evidence_public_key: Callable[[], tuple[str, str] | None] = lambda: None
    """The id and the line of the public key that packs are signed for now."""
    backups_told: str = ""
    """When and where backups are taken, as sentences."""


@dataclass(slots=True)
class _House:
    store: Store | None = None
    watch: Watch | None = None
    installation: Installation = field(default_factory=Installation)


_house = _House()


def open_doors(store: Store, watch: Watch, installation: Installation | None = None) -> None:
    """Connect the pages to a database and a clock; once, when the server starts."""
    _house.store = store
    _house.watch = watch
    _house.installation = installation or Installation()


async def kept_anchors() -> Sequence[AnchorFile]:
    """The anchors of the audit trail on this machine. Raises OSError, and ValueError, in words."""
    anchors = _house.installation.anchors
    return () if anchors is None else await asyncio.to_thread(anchors.all)


def secrets_set() -> tuple[tuple[str, bool], ...]:
    """Which secrets there are, and whether each is set."""
    return _house.installation.secrets


def evidence_folder() -> Path | None:
    """Where evidence packs lie."""
    return _house.installation.evidence_folder


def evidence_public_key() -> tuple[str, str] | None:
    """The id and the line of the public key; None when there is no key yet."""
    return _house.installation.evidence_public_key()


def backups_told() -> str:
    """When and where backups are taken, as sentences."""
    return _house.installation.backups_told


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


def reserve() -> float:
    """The part of each sender's rate that broadcasts leave to replies: plans are made with it."""
    return _house.installation.reserve


def now() -> datetime:
    """The present instant, aware, in UTC."""
    assert _house.watch is not None, "open_doors was not called"
    return _house.watch.now()
