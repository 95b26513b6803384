"""The composition root: builds one engine run from its parts, and runs it while it holds the lease.

`Engine.run` is the whole engine on whatever event loop it is given: a real one, or one that jumps.
`EngineThread` gives it a thread and a loop of its own beside the web server.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # pyright: ignore[reportMissingTypeStubs]

from engine.clock import Clock
from engine.domain.ids import BroadcastId
from engine.loops import calm_collector, fast_loop, hand_over_soon
from engine.store import broadcasts, leases
from engine.store.anchors import Anchors
from engine.store.database import Database
from engine.store.journal import Journals
from engine.supervise import Heartbeat, keep_alive
from engine.whatsapp.gateway import Gateway
from engine.workers.alarms import Alarms, ringing
from engine.workers.back_up import BackingUp, back_up
from engine.workers.calendar import calendar
from engine.workers.conduct import conduct
from engine.workers.emergency import send_emergencies
from engine.workers.emergency_dispatch import Dispatch
from engine.workers.equipment import Doze, Equipment, Tuning, doze, secret_seed
from engine.workers.fallback import remind
from engine.workers.foretell import foretell
from engine.workers.keep_templates import keep_templates
from engine.workers.lease import LeaseLostError, keep_lease, take_lease
from engine.workers.mail_reports import Mailings, mail_reports
from engine.workers.make_ready import make_ready
from engine.workers.pack_evidence import Packing, pack_evidence
from engine.workers.poll_senders import Numbers, poll_senders
from engine.workers.promote import promote
from engine.workers.prune import prune
from engine.workers.receive import receive
from engine.workers.record import Recorder
from engine.workers.recover import recover
from engine.workers.rehearse import Rehearsing, rehearse
from engine.workers.roll_up import roll_up
from engine.workers.settle import settle
from engine.workers.singles import send_singles
from engine.workers.slots import Slots
from engine.workers.template_shelf import Templates
from engine.workers.test_sends import send_tests
from engine.workers.upkeep import upkeep
from engine.workers.uploads import Uploads, upload_media

LOOK_EVERY_SECONDS = 1.0

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Parts:
    """Everything concrete that an engine is built of."""

    database: Database
    gateway: Gateway
    journals: Journals
    clock: Callable[[], Clock]
    """Asked on the engine's own loop."""
    rng: Random
    owner: str
    is_dead: Callable[[str], bool] = field(default=lambda owner: False)
    is_alive: Callable[[str], bool] = field(default=lambda owner: False)
    tuning: Tuning = field(default_factory=Tuning)
    anchors: Anchors | None = None
    """Where the audit trail's anchors are exported to; None: nowhere, as in a simulation."""
    numbers: Numbers | None = None
    """Who knows how the phone numbers are doing; None: nobody is asked."""
    uploads: Uploads | None = None
    """Who takes the files above messages; None: no content has any, as in a simulation."""
    templates: Templates | None = None
    """Who keeps the templates; None: nobody is asked."""
    alarms: Alarms | None = None
    """What is watched for alerts; None: nothing is, as in a simulation."""
    reports: bool = False
    """Whether days that are over are counted for reports; a simulated morning ends before that."""
    emergencies: bool = False
    """Whether emergencies are sent out by SMS and e-mail."""
    mailings: Mailings | None = None
    """How reports are mailed; None: nobody mails any."""
    backing_up: BackingUp | None = None
    """How backups are taken; None: nobody takes any."""
    packing: Packing | None = None
    """How evidence packs are made; None: nobody makes any."""
    rehearsing: Rehearsing | None = None
    """How mornings are rehearsed; None: none is, as in a simulation."""
    foretells: bool = True
    """Whether broadcasts under way are foretold; a simulation that nobody looks at need not be."""
    singles: bool = False
    """Whether single messages are sent: answers, and what API callers ask for."""
    closes: tuple[Callable[[], Awaitable[None]], ...] = ()
    """What else is to be closed on the engine's loop when it ends."""
    draw_seed: Callable[[], str] = secret_seed
    """Gives each new broadcast the seed of its plan (spec P1)."""
    doze: Doze = doze
    """How its workers wait before they look again."""
    wait_to_renew: Doze = doze
    """How the keeper of the lease waits between two renewals."""
    alarm: bool = True
    """Whether APScheduler wakes the calendar; not on a loop that jumps."""


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
            async with asyncio.TaskGroup() as workers:
                keeping = keep_lease(equipment.database, equipment.lease, self._parts.wait_to_renew)
                loops = [workers.create_task(keeping)]
                for name, worker in self._workers(equipment, recorder, alarm):
                    loops.append(workers.create_task(keep_alive(name, worker, self.heartbeat)))
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

    def _workers(
        self, equipment: Equipment, recorder: Recorder, alarm: AsyncIOScheduler | None
    ) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        """Those that work as long as the engine does, whatever broadcasts there are."""
        named: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("record", recorder.run),
            ("receive", partial(receive, equipment)),
            ("settle", partial(settle, equipment)),
            ("calendar", partial(calendar, equipment, alarm)),
            ("promote", partial(promote, equipment)),
        ]
        if self._parts.foretells:
            named.append(("foretell", partial(foretell, equipment)))
        if self._parts.anchors is not None:
            named.append(("upkeep", partial(upkeep, equipment, self._parts.anchors)))
            named.append(("prune", partial(prune, equipment)))
        if self._parts.backing_up is not None:
            named.append(("back_up", partial(back_up, equipment, self._parts.backing_up)))
        if self._parts.packing is not None:
            packing = self._parts.packing
            named.append(("pack_evidence", partial(pack_evidence, equipment, packing)))
        return named + self._talkers(equipment)

    def _talkers(self, equipment: Equipment) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        """Those of them that talk to somebody outside, or read what was sent."""
        named: list[tuple[str, Callable[[], Awaitable[None]]]] = []
        if self._parts.numbers is not None:
            named.append(("poll_senders", partial(poll_senders, equipment, self._parts.numbers)))
        if self._parts.uploads is not None:
            media = self._parts.uploads
            named.append(("uploads", partial(upload_media, equipment, media)))
            named.append(("test_sends", partial(send_tests, equipment, media)))
            named.append(("remind", partial(remind, equipment)))
            named.append(("make_ready", partial(make_ready, equipment, self._parts.templates)))
        if self._parts.rehearsing is not None:
            named.append(("rehearse", partial(rehearse, equipment, self._parts.rehearsing)))
        if self._parts.templates is not None:
            named.append(
                (
                    "keep_templates",
                    partial(keep_templates, equipment, self._parts.templates),
                )
            )
        if self._parts.alarms is not None:
            named += ringing(equipment, self._parts.alarms, self.heartbeat.ages)
        return named + self._afterwards(equipment)

    def _afterwards(self, equipment: Equipment) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        """Those of them that begin when a broadcast is over, or has gone wrong."""
        named: list[tuple[str, Callable[[], Awaitable[None]]]] = []
        if self._parts.reports:
            named.append(("roll_up", partial(roll_up, equipment)))
        if self._parts.emergencies:
            named.append(("emergency", partial(send_emergencies, equipment, Dispatch())))
        if self._parts.mailings is not None:
            mailings = self._parts.mailings
            named.append(("mail_reports", partial(mail_reports, equipment, mailings)))
        return named


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
