"""The stage of a simulated morning: the machine and its processes, WhatsApp, and the people around.

Each deed of the script is done at its second, whatever else goes on.
"""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, assert_never

from engine.simulator.curves import long_tail
from engine.simulator.gateway import SimulatedWhatsApp
from engine.simulator.scenarios import SCENARIOS, Scenario
from engine.simulator.world import SimulatedNumber, SimulatedTemplate, World
from engine.store.journal import MemoryJournals
from engine.trials import deeds
from engine.trials.deeds import Deed, Script
from engine.trials.disk import Disk, DiskDatabase, Weather
from engine.trials.image import STARTS_AT, Needs, image, tailor
from engine.trials.machine import Elsewhere, Machine, WhatsAppClock
from engine.trials.mortal import Life
from engine.trials.outside import Outside
from engine.trials.post_office import PostOffice
from engine.trials.process import Process
from engine.trials.simulated import numbers_of
from engine.trials.texts import TEMPLATE, TEXTS
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET, WABA_ID
from engine.trials.two_wordings import TEMPLATE_B, body_of_b
from engine.trials.witness import Witness

LEAD = timedelta(seconds=5)
DOOR_SECONDS = 5.0
"""A process that was to be killed at a door and passes none is killed then all the same."""

TAKEOVER_SECONDS = 60.0
"""Whoever freezes until another one takes over does not wait for longer than this."""


class Stage:
    """Everything there is in a morning, five seconds before the opening."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.machine = Machine(starts_at=STARTS_AT)
        self.opens_at = self.machine.now() + LEAD
        self.disk = Disk(self.machine, Weather(Random(script.seed)))
        self.database = DiskDatabase(self.disk)
        self.witness = Witness(script.rate, self.disk, self.machine)
        self.world = self._furnish()
        self.outside = Outside(self.database, self.world, self.machine, self.witness)
        self.office = PostOffice(
            self.world, WhatsAppClock(self.machine), Random(script.seed), self._open_doors
        )
        self.witness.hurry = self.office.hurry
        self._whatsapp = SimulatedWhatsApp(self.world, WhatsAppClock(self.machine))
        self._elsewhere = Elsewhere(starts_at=STARTS_AT)
        self._journals = MemoryJournals()
        self._processes: list[Process] = []
        self._lives: dict[str, tuple[Life, str]] = {}

    def _furnish(self) -> World:
        script = self.script
        needs = Needs(
            subscribers=script.subscribers,
            senders=script.senders,
            backups=script.backups,
            rate=script.rate,
            pacing=script.pacing,
            late_policy=script.late_policy,
            canary=script.canary,
            two_wordings=script.two_wordings,
            opens_at=self.opens_at,
        )
        self.database.transact_now(tailor, needs)
        numbers: list[SimulatedNumber] = self.database.read_now(numbers_of, image().seeded)
        templates = [
            SimulatedTemplate(name=name, language=text.template_language, body=body)
            for text in TEXTS.values()
            for name, body in ((TEMPLATE, text.body), (TEMPLATE_B, body_of_b(text.body)))
        ]
        return World(
            script.seed,
            _brisk(SCENARIOS[script.scenario]),
            numbers,
            ACCESS_TOKEN,
            APP_SECRET,
            WABA_ID,
            templates,
        )

    def start(self, tasks: asyncio.TaskGroup, *, elsewhere: bool = False) -> None:
        """One more process."""
        machine = self._elsewhere if elsewhere else self.machine
        life = Life(f"life {len(self._lives) + 1}")
        self._lives[life.name] = (life, machine.boot_id())
        process = Process(
            life=life,
            disk=self.disk,
            gateway=self._whatsapp,
            journals=MemoryJournals() if elsewhere else self._journals,
            clock=machine,
            rng=Random(self.script.seed * 1_000 + len(self._lives)),
            watcher=self.witness,
            is_dead=lambda owner: self._is_dead(owner, machine.boot_id()),
        )
        process.start(tasks)
        self._processes.append(process)

    def alive(self) -> list[Process]:
        """The processes that live, the frozen ones, too."""
        self._processes = [one for one in self._processes if not one.life.over]
        return self._processes

    def _is_dead(self, owner: str, boot_id: str) -> bool:
        """As one process can tell of another: of the same boot of its own machine only."""
        life, boot = self._lives[owner]
        return life.over and boot == boot_id

    def _open_doors(self) -> list[Process]:
        return [one for one in self.alive() if not one.life.frozen]

    async def do(self, second: float, deed: Deed, tasks: asyncio.TaskGroup) -> None:
        """Do one deed at its second after the opening, and undo it in its time."""
        at = self.opens_at + timedelta(seconds=second)
        await asyncio.sleep(max(0.0, (at - self.machine.true_now()).total_seconds()))
        match deed:
            case deeds.Strike(fault):
                self.world.inject(fault, self.machine.true_now().timestamp())
                self.office.hurry()
            case deeds.Kill():
                await self._kill(deed, tasks)
            case deeds.Second(elsewhere):
                self.start(tasks, elsewhere=elsewhere)
            case deeds.Freeze():
                await self._freeze(deed, tasks)
            case deeds.SetClock(minutes):
                self.witness.clock_was_set = True
                self.machine.set_clock(timedelta(minutes=minutes))
                self._elsewhere.set_clock(timedelta(minutes=minutes))
            case deeds.Lock() | deeds.FillDisk() | deeds.SpoilCommits():
                with self._bad_weather(deed):
                    await asyncio.sleep(deed.seconds)
            case deeds.Deafen() | deeds.Babble():
                with self._trouble_on_the_way(deed):
                    await asyncio.sleep(deed.seconds)
            case _:
                await self._do_outside(deed)

    async def _do_outside(self, deed: deeds.PersonDeed) -> None:
        outside = self.outside
        match deed:
            case deeds.Pause(seconds):
                outside.pause()
                await asyncio.sleep(seconds)
                outside.resume()
            case deeds.Abort():
                outside.abort()
            case deeds.Rest(nth, seconds):
                outside.rest(nth)
                await asyncio.sleep(seconds)
                outside.start_senders()
            case deeds.Grade(nth, quality, seconds):
                outside.grade(nth, quality)
                await asyncio.sleep(seconds)
                outside.grade(nth, "GREEN")
            case deeds.Repace() | deeds.Cap() | deeds.LimitPortfolio():
                await self._limit(deed)
            case deeds.OptOut(nth, by_page, under_way):
                await self._opt_out(nth, by_page=by_page, under_way=under_way)
            case _:
                assert_never(deed)

    async def _limit(self, deed: deeds.LimitDeed) -> None:
        match deed:
            case deeds.Repace(nth, rate, seconds):
                self.outside.repace(nth, rate)
                await asyncio.sleep(seconds)
                self.outside.repace(nth, self.script.rate)
            case deeds.Cap(nth, people):
                self.outside.cap(nth, people)
            case deeds.LimitPortfolio(word):
                self.outside.limit_portfolio(word)

    async def _opt_out(self, nth: int, *, by_page: bool, under_way: bool) -> None:
        """Until the database has it; from then on it counts."""
        person, phone = self.outside.somebody(nth, under_way=under_way)
        if by_page:
            self.outside.take_off_the_list(person)
        else:
            await self.office.insist(self.outside.words_of_stop(phone))
        await self._until(lambda: self.disk.opted_out(phone))
        self.witness.stopped.setdefault(phone, self.machine.loop_time())

    async def _until(self, happened: Callable[[], bool]) -> None:
        while not happened():
            await self.disk.changed.wait()

    async def _kill(self, deed: deeds.Kill, tasks: asyncio.TaskGroup) -> None:
        alive = self.alive()
        if not alive:
            return
        victim = alive[deed.nth % len(alive)]
        victim.life.dies_after = deed.doors
        await self._die(victim.life)
        if deed.machine:
            for one in self.alive():
                if one.clock is self.machine:
                    one.kill()
            self._journals.lose_ends(Random(self.script.seed))
            self.machine.reboot()
        await asyncio.sleep(deed.down)
        self.start(tasks)

    async def _freeze(self, deed: deeds.Freeze, tasks: asyncio.TaskGroup) -> None:
        alive = self.alive()
        if not alive:
            return
        life = alive[deed.nth % len(alive)].life
        if deed.amid:
            life.freezes_amid = deed.amid
            await _at_most(TAKEOVER_SECONDS, self._until(lambda: self._another_took_over(life)))
        else:
            life.freeze()
        await asyncio.sleep(deed.seconds)
        dies = deed.dies_after is not None and life.frozen
        if dies:
            life.dies_after = deed.dies_after
        life.thaw()
        self.witness.thawed_at = self.machine.loop_time()
        if self.witness.still_since is not None:
            self.witness.still_since = self.machine.loop_time()
        if dies:
            await self._die(life)
            if not self.alive():
                self.start(tasks)

    async def _die(self, life: Life) -> None:
        """Wait until it passed the door it is to die at, but not for ever."""
        await _at_most(DOOR_SECONDS, life.dead.wait())
        life.end()

    def _another_took_over(self, life: Life) -> bool:
        return life.frozen and self.disk.lease_owner() != life.name

    @contextmanager
    def _bad_weather(self, deed: deeds.DiskDeed) -> Generator[None]:
        weather = self.disk.weather
        match deed:
            case deeds.Lock():
                weather.locked += 1
                yield
                weather.locked -= 1
            case deeds.FillDisk():
                weather.full += 1
                yield
                weather.full -= 1
            case deeds.SpoilCommits(fail=fail, lie=lie):
                weather.commits_fail, weather.commits_lie = fail, lie
                yield
                weather.commits_fail = weather.commits_lie = 0.0

    @contextmanager
    def _trouble_on_the_way(self, deed: deeds.PostDeed) -> Generator[None]:
        office = self.office
        match deed:
            case deeds.Deafen(how="refuse"):
                office.refuses += 1
                yield
                office.refuses -= 1
            case deeds.Deafen():
                office.loses += 1
                yield
                office.loses -= 1
            case deeds.Babble(how="echo"):
                office.echoes += 1
                yield
                office.echoes -= 1
            case deeds.Babble(how="jumble"):
                office.jumbles += 1
                yield
                office.jumbles -= 1
            case deeds.Babble():
                office.strangers += 1
                yield
                office.strangers -= 1


async def _at_most(seconds: float, what: Coroutine[Any, Any, object]) -> None:
    try:
        async with asyncio.timeout(seconds):
            await what
    except TimeoutError:
        return


def _brisk(scenario: Scenario) -> Scenario:
    """The same, but people read within a minute: a morning is not to wait hours for the last."""
    return replace(
        scenario,
        delivered_lag=long_tail(median=1.0, p99=15.0),
        read_lag=long_tail(median=3.0, p99=30.0),
        batch_seconds=0.5,
    )
