"""One snapshot of the board a second, taken once, serves every viewer (spec L1, R3).

While nobody looks, none is taken. A viewer waits for the next snapshot; who is slow misses some,
and never holds up the others.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from app.doors import ask, now
from engine.domain.broadcast import Moment
from engine.domain.ids import TenantId
from engine.domain.roles import Actor
from engine.read.board import Board

EVERY_SECONDS = 0.7
"""Less than a second: with the way into the database and the way to the screen, what a viewer sees
is hardly ever older than one (spec L1).
"""
FRESH_FOR = timedelta(seconds=1)
WAIT_SECONDS = 5.0
"""A viewer is woken at least this often, so that it can notice that it is gone."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Window:
    """The window that matters next, for the countdown in the header."""

    opens_at: datetime
    closes_at: datetime | None


@dataclass(slots=True)
class _Show:
    """One tenant's board: its latest snapshot, and those who wait for the next."""

    board: Board | None = None
    taken_at: datetime | None = None
    number: int = 0
    viewers: int = 0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)


@dataclass(slots=True)
class _Studio:
    question: Callable[..., Any] | None = None
    shows: dict[TenantId, _Show] = field(default_factory=dict)


_studio = _Studio()


def open_board(question: Callable[..., Any]) -> None:
    """Name the read model, `engine.read.board.board(session, tenant, now)`; once, at the start."""
    _studio.question = question
    _studio.shows.clear()


async def take_snapshots() -> None:
    """Runs beside the server until it is cancelled."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        # By the clock, not by the pause: looking takes time, too.
        due = max(due + EVERY_SECONDS, loop.time())
        await asyncio.sleep(due - loop.time())
        for tenant, show in list(_studio.shows.items()):
            if show.viewers:
                await _take(tenant, show)


async def latest(tenant: TenantId) -> Board | None:
    """The board, at most a second old; None when there is no read model."""
    show = _studio.shows.setdefault(tenant, _Show())
    if show.taken_at is None or now() - show.taken_at > FRESH_FOR:
        await _take(tenant, show)
    return show.board


async def watch(tenant: TenantId) -> AsyncGenerator[Board | None]:
    """The board, again and again: each new snapshot, or None when none came for a few seconds."""
    show = _studio.shows.setdefault(tenant, _Show())
    show.viewers += 1
    try:
        seen = 0
        while True:
            try:
                async with asyncio.timeout(WAIT_SECONDS), show.news:
                    await show.news.wait_for(lambda seen=seen: show.number > seen)
            except TimeoutError:
                yield None
                continue
            seen = show.number
            yield show.board
    finally:
        show.viewers -= 1


async def window(by: Actor) -> Window | None:
    """The window that is open or opens next; None when there is none ahead."""
    if by.tenant is None:
        return None
    board = await latest(by.tenant)
    return None if board is None else window_of(board, now())


def window_of(board: Board, at: datetime) -> Window | None:
    """The window a board speaks of: its broadcast's, or when that is over, the next one's."""
    over = board.closes_at is not None and at > board.closes_at
    if board.opens_at is None or over or board.moment is Moment.AFTER:
        return Window(board.ahead.opens_at, None) if board.ahead.opens_at else None
    return Window(board.opens_at, board.closes_at)


async def _take(tenant: TenantId, show: _Show) -> None:
    if _studio.question is None:
        return
    at = now()
    try:
        board = await ask(_studio.question, tenant, at)
    except Exception:  # a failed look must not end the looking
        log.exception("board.not_taken", tenant=tenant)
        return
    async with show.news:
        show.board, show.taken_at = board, at
        show.number += 1
        show.news.notify_all()
