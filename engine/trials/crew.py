"""The processes a drill kills: engine and webhook intake, as served, and perhaps one that waits.

With a standby two processes listen at one address; the engine of the second waits for the lease.
"""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from engine.clock import MachineClock
from engine.domain.ids import AttemptId
from engine.store import leases
from engine.store.database import Database
from engine.store.journal import FileJournals
from engine.store.tables import EngineRun
from engine.trials.companion import Companion

READY_SECONDS = 60.0
JOURNALS, KEPT = "journal", "journals-kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """A process that was killed: when, the token of its last engine run (0 when it had none), and
    the newest token of all until then.
    """

    at: datetime
    token: int
    newest: int


@dataclass(slots=True, kw_only=True)
class Crew:
    """The serving processes of one morning. `home` keeps their journals and logs."""

    command: Sequence[str]
    told: dict[str, Any]
    home: Path
    database: Database
    standby: bool = False
    _processes: list[Companion] = field(default_factory=lambda: list[Companion]())
    _started: int = 0

    @property
    def journals(self) -> Path:
        """Where the engines keep their journals."""
        return self.home / JOURNALS

    async def start(self) -> None:
        """Start the first process, and the one that waits; return when they are ready."""
        self.journals.mkdir(exist_ok=True)
        (self.home / KEPT).mkdir(exist_ok=True)
        await self.add()
        if self.standby:
            await self._until_held()
            await self.add()

    async def add(self) -> datetime:
        """Start one more process; returns when its start began, once it is ready."""
        self._started += 1
        began = MachineClock().now()
        process = Companion(
            self.command,
            told=self.told | {"journals": str(self.journals)},
            log=self.home / f"served-{self._started}.log",
        )
        self._processes.append(process)
        await asyncio.to_thread(process.ready, READY_SECONDS)
        return began

    async def kill(self) -> Death:
        """Kill -9 the process whose engine holds the lease."""
        owner, _ = await self.database.read(leases.holder)
        victim = next(
            (one for one in self._processes if _pid(owner) == one.pid), self._processes[0]
        )
        self._keep_journals()
        at = MachineClock().now()
        await asyncio.to_thread(victim.kill)
        self._processes.remove(victim)
        self._keep_journals()
        tokens = await self.database.read(_tokens)
        token = max((token for token, pid in tokens if pid == victim.pid), default=0)
        # Its own is the newest, though the one that waited may have taken over by now.
        return Death(
            at=at, token=token, newest=token or max((other for other, _ in tokens), default=0)
        )

    def stop(self) -> None:
        """End all of them."""
        while self._processes:
            self._processes.pop().stop()

    def started(self, token: int) -> frozenset[AttemptId]:
        """What the journal of a run shows as begun, also after the next run settled it."""
        return FileJournals(self.home / KEPT).started(f"journal-{token}") or frozenset()

    async def _until_held(self) -> None:
        async with asyncio.timeout(READY_SECONDS):
            while not (await self.database.read(leases.holder))[1]:  # noqa: ASYNC110 - theirs
                await asyncio.sleep(0.05)

    def _keep_journals(self) -> None:
        # A second name for the same file: it grows on, and stays when the next run removes it.
        for path in self.journals.iterdir():
            with suppress(FileExistsError, FileNotFoundError):
                os.link(path, self.home / KEPT / path.name)


def _tokens(session: Session) -> list[tuple[int, int | None]]:
    """Every engine run's token, and whose it was."""
    runs = session.exec(select(EngineRun.token, EngineRun.owner))
    return [(token, _pid(owner)) for token, owner in runs]


def _pid(owner: str) -> int | None:
    """The process id in an owner's name (see `lease.owner_name`)."""
    parts = owner.split("/")
    return int(parts[2]) if len(parts) == 4 and parts[2].isdigit() else None
