"""The composition root: builds one engine run from its parts, and runs it while it holds the lease.

`Engine.run` is the whole engine on whatever event loop it is given: a real one, or one that jumps.
`EngineThread` gives it a thread and a loop of its own beside the web server.
"""

import asyncio
import threading
from collections.abc import Callable
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # pyright: ignore[reportMissingTypeStubs]

from engine.domain.ids import BroadcastId
from engine.loops import calm_collector, fast_loop, hand_over_soon, one_heap
from engine.roster import Parts, workers
from engine.store import broadcasts, leases
from engine.supervise import Heartbeat, heed_cancel, keep_alive
from engine.workers.conduct import conduct
from engine.workers.equipment import Equipment
from engine.workers.lease import LeaseLostError, keep_lease, take_lease
from engine.workers.record import Recorder
from engine.workers.recover import recover
from engine.workers.singles import send_singles
from engine.workers.slots import Slots

LOOK_EVERY_SECONDS = 1.0

log = structlog.get_logger()


class Engine:
    """Runs the workers while it holds the lease; asks for the lease again when it loses it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._stopping = asyncio.Event()
        self.clock = parts.clock()
        self.heartbeat = Heartbeat(self.clock)
        self.running = asyncio.Event()

    def stop(self) -> None:
        """End in good order: release what is marked, wait for what is in flight."""
        self._stopping.set()

    async def run(self) -> None:
        """Run until `stop`: a run that lost the lease or crashed is followed by another."""
        await keep_alive("engine", self._until_stopped, self.heartbeat)

    async def _until_stopped(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._run_once()
            except* LeaseLostError:
                log.warning("lease.lost")
                heed_cancel()

    async def _run_once(self) -> None:
        parts, clock = self._parts, self.clock
        lease = await take_lease(
            parts.database,
            clock,
            parts.owner,
            parts.is_dead,
            stopping=self._stopping,
            beat=partial(self.heartbeat.beat, "engine"),
            wait=parts.doze,
            is_alive=parts.is_alive,
        )
        if lease is None:
            return
        name = f"journal-{lease.token}"
        parts.journals.remove(name)
        journal = parts.journals.open(name)
        try:
            await parts.database.transact(
                leases.begin_run,
                token=lease.token,
                owner=parts.owner,
                boot_id=clock.boot_id(),
                journal=name,
                now=clock.now(),
            )
            equipment = Equipment(
                database=parts.database,
                gateway=parts.gateway,
                clock=clock,
                rng=parts.rng,
                lease=lease,
                journal=journal,
                started=partial(parts.journals.started, name),
                tuning=parts.tuning,
                beat=self.heartbeat.beat,
                draw_seed=parts.draw_seed,
                doze=parts.doze,
                slots=Slots(parts.tuning.in_flight),
            )
            await recover(equipment, parts.journals)
            await self._work(equipment)
        finally:
            journal.close()
        await parts.database.transact(
            leases.release, owner=lease.owner, token=lease.token, now=clock.now()
        )

    async def _work(self, equipment: Equipment) -> None:
        recorder = Recorder(equipment)
        alarm = AsyncIOScheduler(timezone="UTC") if self._parts.alarm else None
        if alarm is not None:
            alarm.start()
        try:
            async with asyncio.TaskGroup() as tasks:
                keeping = keep_lease(equipment.database, equipment.lease, self._parts.wait_to_renew)
                loops = [tasks.create_task(keeping)]
                for name, worker in workers(
                    self._parts, equipment, recorder, self.heartbeat, alarm
                ):
                    loops.append(tasks.create_task(keep_alive(name, worker, self.heartbeat)))
                conductor = Conductors(equipment, recorder, self.heartbeat, self._stopping)
                self.running.set()
                async with asyncio.TaskGroup() as sending:
                    if self._parts.singles:
                        sender = partial(send_singles, equipment, recorder, self._stopping)
                        sending.create_task(keep_alive("singles", sender, self.heartbeat))
                    await conductor.run()
                await recorder.drained()
                for loop in loops:
                    loop.cancel()
        finally:
            self.running.clear()
            if alarm is not None:
                alarm.shutdown(wait=False)


class Conductors:
    """One conductor for each broadcast that is not over; ends them all when the engine stops."""

    def __init__(
        self,
        equipment: Equipment,
        recorder: Recorder,
        heartbeat: Heartbeat,
        stopping: asyncio.Event,
    ) -> None:
        self._equipment = equipment
        self._recorder = recorder
        self._heartbeat = heartbeat
        self._stopping = stopping
        self._conducted: set[BroadcastId] = set()

    async def run(self) -> None:
        """Find broadcasts and conduct them until the engine is told to stop."""
        async with asyncio.TaskGroup() as tasks:
            while not self._stopping.is_set():
                self._heartbeat.beat("engine")
                for broadcast in await self._equipment.database.peek(broadcasts.ids_not_over):
                    if broadcast not in self._conducted:
                        self._conducted.add(broadcast)
                        tasks.create_task(self._conduct(broadcast))
                await self._equipment.doze(LOOK_EVERY_SECONDS, self._stopping)

    async def _conduct(self, broadcast: BroadcastId) -> None:
        await keep_alive(
            "conduct",
            lambda: conduct(self._equipment, self._recorder, broadcast, self._stopping),
            self._heartbeat,
        )
        self._conducted.discard(broadcast)


class EngineThread:
    """The engine in a thread of its own, beside a web server in the same process."""

    def __init__(self, make_parts: Callable[[], Parts]) -> None:
        self._make_parts = make_parts
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._engine: Engine | None = None

    def start(self) -> None:
        """Start the thread and return at once."""
        one_heap()
        self._thread.start()

    def stop(self, timeout_seconds: float = 15.0) -> None:
        """End the engine in good order, waiting at most `timeout_seconds`."""
        if self._loop is not None and self._engine is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._engine.stop)
        self._thread.join(timeout_seconds)

    def oldest_heartbeat_seconds(self) -> float | None:
        """Age of the stalest worker's last sign of life; None while the engine is not running."""
        engine = self._engine
        if engine is None or not self._thread.is_alive():
            return None
        return engine.heartbeat.oldest_seconds()

    def _main(self) -> None:
        hand_over_soon()
        calm_collector()
        with asyncio.Runner(loop_factory=fast_loop) as runner:
            runner.run(self._run())

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        parts = self._make_parts()
        self._engine = Engine(parts)
        try:
            await self._engine.run()
        finally:
            for close in (parts.gateway.aclose, *parts.closes):
                await close()
