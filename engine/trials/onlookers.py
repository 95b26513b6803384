"""People who look at Live while a trial morning goes out, and how old what they saw was.

What they see is noted by a process of their own, which speaks to the server as browsers do; here it
is started, and what it noted is held against the database.
"""

import asyncio
import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.ids import BroadcastId
from engine.domain.roles import Role
from engine.store.dialects import table
from engine.store.tables import Attempt, Delivery
from engine.trials.companion import CompanionError
from engine.trials.options import MorningResult
from engine.trials.visitor import Scene

SAMPLED_EVERY_SECONDS = 0.05
LOOK_ON_SECONDS = 5.0
"""After the last send: the board still has to come."""
COUNTED_ON_SECONDS = 1.0

Seen = Sequence[tuple[float, int]]
"""What one of them saw: from which unix second on how many were shown as waiting to be sent."""


@dataclass(slots=True, kw_only=True)
class Onlookers:
    """A visitor that brings so many websocket clients and browsers.

    command: starts the process that looks. sending: how long the broadcast sends. After the morning
    `staleness` has the age of what each saw, sampled, in seconds; `lateness` how late each first
    send left, in seconds; `browsers` how many browsers there were (Chromium may be absent).
    """

    command: Sequence[str]
    clients: int
    windows: int
    sending: timedelta
    staleness: list[float] = field(default_factory=lambda: list[float]())
    lateness: list[float] = field(default_factory=lambda: list[float]())
    browsers: int = 0
    _noted: Mapping[str, Any] = field(default_factory=lambda: dict[str, Any]())

    async def during(self, scene: Scene) -> None:
        """Look on until all is sent, and a little longer. Raises CompanionError when it cannot."""
        until = scene.opens_at + self.sending + timedelta(seconds=LOOK_ON_SECONDS)
        told = {
            "url": scene.url,
            "database_url": scene.database.url,
            "user": scene.seeded.users[Role.VIEWER],
            "clients": self.clients,
            "windows": self.windows,
            "until": until.timestamp(),
        }
        process = await asyncio.create_subprocess_exec(
            *self.command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        try:
            said, _ = await process.communicate(json.dumps(told).encode() + b"\n")
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode or not said.strip():
            raise CompanionError(f"Those who look on ended with {process.returncode}.")
        self._noted = json.loads(said.strip().splitlines()[-1])

    def after(self, session: Session, broadcast: BroadcastId, result: MorningResult) -> None:
        """Hold what was seen against what was so."""
        times = list(_times(session, broadcast))
        self.lateness = sorted((started - planned).total_seconds() for planned, started, _ in times)
        over = sorted(ended.timestamp() for _, _, ended in times)
        self.browsers = int(self._noted.get("browsers", 0))
        for seen in self._noted.get("seen", ()):
            self.staleness += staleness(seen, over)
        self.staleness.sort()


def staleness(seen: Seen, over: Sequence[float]) -> list[float]:
    """How old what somebody saw was, every SAMPLED_EVERY_SECONDS from the first send to a little
    after the last.

    over: when each delivery stopped waiting, sorted. A board is as old as the first change that it
    does not show yet; who saw nothing at all saw a board as old as the broadcast.
    """
    ages: list[float] = []
    begins = [at for at, _ in seen]
    at = over[0] if over else 0.0
    while over and at <= over[-1] + COUNTED_ON_SECONDS:
        place = bisect_right(begins, at) - 1
        shown = seen[place][1] if place >= 0 else len(over)
        missing = len(over) - shown
        is_behind = missing < len(over) and over[missing] <= at
        ages.append(at - over[missing] if is_behind else 0.0)
        at += SAMPLED_EVERY_SECONDS
    return ages


def share(ordered: Sequence[float], of_all: float) -> float:
    """The value that so large a share does not exceed; 0 of none."""
    return ordered[min(len(ordered) - 1, int(of_all * len(ordered)))] if ordered else 0.0


Times = tuple[datetime, datetime, datetime]


def _times(session: Session, broadcast: BroadcastId) -> Iterator[Times]:
    """Of each first attempt: when it was planned, when it left, when it was answered."""
    d, a = table(Delivery).c, table(Attempt).c
    wanted = (
        sa.select(d.planned_at, a.started_at, a.ended_at)
        .where(d.broadcast_id == broadcast, a.delivery_id == d.id, a.number == 1)
        .where(d.planned_at.is_not(None), a.ended_at.is_not(None))
    )
    return (row.tuple() for row in session.connection().execute(wanted))
