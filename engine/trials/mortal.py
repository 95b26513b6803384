"""What a simulated process reaches the world through, and loses when it dies.

A process is only felt through a few doors: what it commits, notes in its journal, posts, and
answers. It is killed at any of them, before or after what it does there, which is as good as
between any two of its steps: what it did in between nobody saw.
"""

import asyncio
from collections.abc import Callable, Collection
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlmodel import Session

from engine.domain.ids import AttemptId, PhoneNumberId, Tracker
from engine.domain.message import Message, Recipient
from engine.domain.outcome import Outcome
from engine.simulator.loop import JumpingLoop
from engine.store import leases, outbox
from engine.store.journal import Journal, Journals
from engine.trials.disk import Disk, DiskDatabase
from engine.whatsapp.gateway import Gateway, MayGo, always

P = ParamSpec("P")
T = TypeVar("T")

RUNS_IN: ContextVar["Life | None"] = ContextVar("runs_in", default=None)
"""The process whose code runs."""
_Timer = list[asyncio.TimerHandle]
_Parked = tuple[Callable[..., object], tuple[Any, ...], Any, _Timer]


@dataclass(slots=True)
class Life:
    """Whether a process lives, and whether it is frozen; all its doors ask."""

    name: str
    over: bool = False
    frozen: bool = False
    dies_after: int | None = None
    """How many more doors it passes before it is killed."""
    freezes_amid: str = ""
    """Not now, but as it has asked for its next `mark`, or noted the next `line` in its journal."""
    dead: asyncio.Event = field(default_factory=asyncio.Event)
    on_death: Callable[[], object] = field(default=lambda: None)
    _parked: list[_Parked] = field(default_factory=lambda: list[_Parked]())

    def passes(self) -> bool:
        """Whether it is still alive as it passes a door."""
        if not self.over and self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after <= 0:
                self.end()
        return not self.over

    def end(self) -> None:
        """Dies here and now."""
        if not self.over:
            self.over = True
            self.thaw()
            self.dead.set()
            self.on_death()

    def run(
        self, callback: Callable[..., object], args: tuple[Any, ...], timer: _Timer | None = None
    ) -> None:
        """Run a callback of the process, or keep it while the process is frozen."""
        if self.frozen:
            self._parked.append((callback, args, copy_context(), timer or []))
        else:
            callback(*args)

    def freeze(self) -> None:
        """Not one step more, until it thaws; the clocks go on."""
        self.frozen, self.freezes_amid = True, ""

    def is_amid(self, what: str) -> None:
        """Freezes here if it was to."""
        if self.freezes_amid == what:
            self.freeze()

    def thaw(self) -> None:
        """All that came due meanwhile runs now, in its order."""
        self.frozen, self.freezes_amid = False, ""
        loop = asyncio.get_running_loop()
        parked, self._parked = self._parked, []
        for callback, args, context, timer in parked:
            loop.call_soon(_unless_cancelled, timer, callback, args, context=context)


def _unless_cancelled(
    timer: _Timer, callback: Callable[..., object], args: tuple[Any, ...]
) -> None:
    """What came due in the freeze may be cancelled by what came due before it."""
    if not any(one.cancelled() for one in timer):
        callback(*args)


class FreezingLoop(JumpingLoop):
    """A loop that jumps, on which a single process can be frozen."""

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:
        """As the loop's own."""
        life = RUNS_IN.get() if context is None else context.get(RUNS_IN)
        if life is None:
            return super().call_soon(callback, *args, context=context)
        return super().call_soon(life.run, callback, args, context=context)

    def call_at(
        self, when: float, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        """As the loop's own."""
        life = RUNS_IN.get() if context is None else context.get(RUNS_IN)
        if life is None:
            return super().call_at(when, callback, *args, context=context)
        timer: _Timer = []
        timer.append(super().call_at(when, life.run, callback, args, timer, context=context))
        return timer[0]


class MortalDatabase(DiskDatabase):
    """One process's way to the database: what is not committed when it dies never is, and of what
    is committed that moment it never hears.
    """

    def __init__(self, disk: Disk, life: Life) -> None:
        super().__init__(disk, exposed=True)
        self._life = life

    async def transact(
        self, fn: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As the database's own; a renewal of the lease wakes nobody."""
        if fn is outbox.mark_due:
            self._life.is_amid("mark")
        if fn is leases.renew:
            return await super().transact(self._quietly(fn), *args, **kwargs)
        return await super().transact(fn, *args, **kwargs)

    def _quietly(
        self, fn: Callable[Concatenate[Session, P], T]
    ) -> Callable[Concatenate[Session, P], T]:
        def renew(session: Session, *args: P.args, **kwargs: P.kwargs) -> T:
            ours = fn(session, *args, **kwargs)
            self._disk.renewals += bool(ours)
            return ours

        return renew

    def _execute(self, batch: Any) -> Any:
        if not self._life.passes():
            return []
        outcomes = super()._execute(batch)
        return outcomes if self._life.passes() else []


class Watcher(Protocol):
    """Who sees each POST as it leaves, and as WhatsApp has it."""

    def leaves(
        self, life: Life, sender: PhoneNumberId, to: Recipient, message: Message, tracker: Tracker
    ) -> None:
        """A request is on its way."""
        ...


@dataclass(slots=True)
class MortalGateway:
    """Satisfies `Gateway`. The dead send nothing and hear nothing."""

    whatsapp: Gateway
    life: Life
    watcher: Watcher

    async def send(
        self,
        sender: PhoneNumberId,
        to: Recipient,
        message: Message,
        tracker: Tracker,
        may_go: MayGo = always,
    ) -> Outcome:
        """One POST, seen as it leaves."""
        if not self.life.passes():
            return await _never()

        def leaves() -> bool:
            if not may_go():
                return False
            self.watcher.leaves(self.life, sender, to, message, tracker)
            return True

        outcome = await self.whatsapp.send(sender, to, message, tracker, leaves)
        return outcome if self.life.passes() else await _never()

    async def warm(self, connections: int) -> int:
        """Nothing to open."""
        return connections

    async def aclose(self) -> None:
        """Nothing to close."""


@dataclass(slots=True)
class MortalJournals:
    """One process's way to the journals: the dead write nothing, and a full disk takes nothing."""

    kept: Journals
    life: Life
    disk: Disk

    def open(self, name: str) -> Journal:
        """A new journal that ends with this process."""
        return _MortalJournal(self.kept.open(name), self.life, self.disk)

    def started(
        self, name: str, among: Collection[AttemptId] | None = None
    ) -> frozenset[AttemptId] | None:
        """The attempts in it."""
        return self.kept.started(name, among)

    def remove(self, name: str) -> None:
        """Forget it."""
        if self.life.passes():
            self.kept.remove(name)


@dataclass(slots=True)
class _MortalJournal:
    kept: Journal
    life: Life
    disk: Disk

    def append(self, attempt: AttemptId) -> None:
        if self.disk.weather.full:
            raise OSError(28, "No space left on device")
        if self.life.passes():
            self.kept.append(attempt)
            self.life.is_amid("line")
        self.life.passes()

    def close(self) -> None:
        return None


async def _never() -> Any:
    await asyncio.Event().wait()
