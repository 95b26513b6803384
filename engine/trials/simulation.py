"""Mornings in virtual time with everything that may befall them, from a seed: the engine is killed
and started anew at any step of the loop, and in the end nobody is lost and nobody doubled (R1, R2).

`python -m engine.trials.simulation 100 --first 1` runs a hundred seeds; one that fails says so with
what was wrong, and the same seed fails the same way again.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import assert_never

from sqlmodel import Session, SQLModel, col, select

from engine.clock import LoopClock
from engine.commands.abort_broadcast import abort_broadcast
from engine.commands.pause_broadcast import pause_broadcast
from engine.commands.rest_sender import rest_sender
from engine.commands.resume_broadcast import resume_broadcast
from engine.commands.resume_sender import resume_sender
from engine.domain.broadcast import OVER
from engine.domain.ids import BroadcastId, SenderId
from engine.domain.roles import CLI
from engine.simulator.faults import ExpireToken, SetStatus
from engine.simulator.loop import JumpingLoop
from engine.simulator.scenarios import SCENARIOS
from engine.simulator.world import World
from engine.store import inbox, senders
from engine.store.database import Database
from engine.store.journal import MemoryJournals
from engine.store.tables import Sender, Subscriber
from engine.trials import simulated, troubles
from engine.trials.judge import Judged, judge
from engine.trials.mortal import Post, Process, Weather, refuse_all
from engine.trials.options import MorningOptions
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET, WABA_ID
from engine.trials.troubles import Deed, Script
from engine.workers.equipment import Tuning

LEAD = timedelta(seconds=5)
QUICK = timedelta(minutes=8)
"""Until then all is settled but what only time can prove, or a late retry is due for."""
FULL = timedelta(minutes=150)
"""Until then nothing at all may be open: the late ladder ends, and the unknown are held."""
CALM_AFTER_SECONDS = 3.0
"""After the last deed a person puts right what is left wrong, and the world behaves."""


def run_seed(seed: int, *, full: bool = False) -> Judged:
    """The morning of this seed, judged. full: to the very end, not to the close and a little."""
    with (
        tempfile.TemporaryDirectory(prefix="dawncast-") as folder,
        asyncio.Runner(loop_factory=JumpingLoop) as runner,
    ):
        return runner.run(run_script(troubles.draw(seed), Path(folder), FULL if full else QUICK))


async def run_script(script: Script, folder: Path, lasts: timedelta) -> Judged:
    """Play a morning and judge it."""
    stage = await _Stage.furnish(script, folder)
    async with asyncio.TaskGroup() as tasks:
        await stage.play(tasks, lasts)
    judged = stage.outside.read_now(judge, stage.world.truth(), stage.log)
    stage.outside.close()
    return judged


@dataclass(slots=True)
class Log:
    """What happened when, as the world and the people outside saw it."""

    posts: list[Post] = field(default_factory=lambda: list[Post]())
    still: list[tuple[datetime, datetime]] = field(
        default_factory=lambda: list[tuple[datetime, datetime]]()
    )
    """From a pause, or the abort, until the resume."""
    stopped: dict[str, datetime] = field(default_factory=lambda: dict[str, datetime]())
    """Whose STOP was taken in when, by their address."""
    rate: float = 0.0
    ended_at: datetime | None = None
    full: bool = False


class _Stage:
    """The world, the process in it, and the people outside."""

    def __init__(self, script: Script, url: str, clock: LoopClock) -> None:
        self.script = script
        self.url = url
        self.clock = clock
        self.log = Log(rate=script.rate)
        self.outside = Database(url, inline=True, durable=False)
        self.world: World
        self.opens_at = clock.now() + LEAD
        self._journals = MemoryJournals()
        self._weather = Weather()
        self._process: Process | None = None
        self._lives = 0
        self._paused_at: datetime | None = None
        self._aborted = False

    @classmethod
    async def furnish(cls, script: Script, folder: Path) -> "_Stage":
        """Everything in its place, five seconds before the opening."""
        clock = LoopClock(starts_at=simulated.STARTS_AT)
        stage = cls(script, f"sqlite:///{folder / 'dawncast.db'}", clock)
        database, now = stage.outside, clock.now()
        database.transact_now(lambda session: SQLModel.metadata.create_all(session.connection()))
        options = MorningOptions(
            subscribers=script.subscribers,
            senders=script.senders,
            backups=script.backups,
            rate=script.rate,
            scenario=script.scenario,
            seed=script.seed,
        )
        seeded = database.transact_now(simulated.seed, options, now)
        database.transact_now(simulated.add_one_off, seeded, script.pacing, stage.opens_at, now)
        stage.world = World(
            script.seed,
            SCENARIOS[script.scenario],
            database.read_now(simulated.numbers_of, seeded),
            ACCESS_TOKEN,
            APP_SECRET,
            WABA_ID,
        )
        return stage

    async def play(self, tasks: asyncio.TaskGroup, lasts: timedelta) -> None:
        """From the first start of the process to its end in good order."""
        self._start(tasks)
        for second, deed in self.script.deeds:
            await self._until(self.opens_at + timedelta(seconds=second))
            await self._do(deed, tasks)
        await asyncio.sleep(CALM_AFTER_SECONDS)
        self._weather.refuses = False
        await self._put_right()
        give_up_at = self.opens_at + lasts
        while self.clock.now() < give_up_at and not self._is_over():
            await asyncio.sleep(5.0)
            await self._put_right()
        await asyncio.sleep(60.0)  # receipts of the last messages
        self.log.ended_at, self.log.full = self.clock.now(), lasts >= FULL
        assert self._process is not None
        await self._process.end()

    async def _until(self, instant: datetime) -> None:
        await asyncio.sleep(max(0.0, (instant - self.clock.now()).total_seconds()))

    def _start(self, tasks: asyncio.TaskGroup) -> None:
        self._lives += 1
        self._process = Process(
            url=self.url,
            world=self.world,
            journals=self._journals,
            clock=self.clock,
            rng=Random(self.script.seed * 1_000 + self._lives),
            tuning=Tuning(
                reserve=0.0,
                settle_every=timedelta(seconds=2),
                receive_every=timedelta(milliseconds=250),
                sample=False,
            ),
            name=f"life {self._lives}",
            posts=self.log.posts,
            weather=self._weather,
        )
        self._process.start(tasks)

    async def _do(self, deed: Deed, tasks: asyncio.TaskGroup) -> None:  # noqa: C901 - a case a deed
        match deed:
            case troubles.Strike(fault):
                self.world.inject(fault, self.clock.now().timestamp())
            case troubles.Kill():
                await self._kill(deed, tasks)
            case troubles.Pause(seconds):
                self._pause()
                await asyncio.sleep(seconds)
                await self._put_right()
            case troubles.Abort():
                self._abort()
            case troubles.Refuse(seconds):
                self._weather.refuses = True
                await asyncio.sleep(seconds)
                self._weather.refuses = False
            case troubles.OptOut(nth):
                await self._say_stop(nth)
            case troubles.Rest(nth, seconds):
                self._person(rest_sender, self._sender(nth))
                await asyncio.sleep(seconds)
                self._person(resume_sender, self._sender(nth))
            case troubles.Grade(nth, quality, seconds):
                self.outside.transact_now(_grade, self._sender(nth), quality)
                await asyncio.sleep(seconds)
                self.outside.transact_now(_grade, self._sender(nth), "GREEN")
            case _:
                assert_never(deed)

    async def _kill(self, deed: troubles.Kill, tasks: asyncio.TaskGroup) -> None:
        assert self._process is not None
        self._process.kill()
        back_at = self.clock.now() + timedelta(seconds=deed.down)
        if deed.machine:
            self._journals = MemoryJournals()
            self.clock = LoopClock(starts_at=self.clock.now(), boot_id=f"boot {self._lives}")
        if deed.down > 0:
            await refuse_all(self.world, self.clock, lambda: self.clock.now() >= back_at)
        self._start(tasks)

    def _pause(self) -> None:
        broadcast = self._broadcast()
        if broadcast is None:
            return
        now = self.clock.now()
        refused = self.outside.transact_now(pause_broadcast, broadcast, by=CLI, now=now)
        if refused is None and self._paused_at is None:
            self._paused_at = now

    def _abort(self) -> None:
        broadcast = self._broadcast()
        if broadcast is None:
            return
        now = self.clock.now()
        self.outside.transact_now(abort_broadcast, broadcast, by=CLI, now=now)
        if not self._aborted and self._is_over():
            self._aborted = True
            self.log.still.append((now, datetime.max.replace(tzinfo=now.tzinfo)))

    async def _put_right(self) -> None:
        """What a person does who looks at the board: mend, start the stopped again, resume."""
        now = self.clock.now().timestamp()
        self.world.inject(ExpireToken(expired=False), now)
        for number in self.world.account.numbers:
            self.world.inject(SetStatus(number=number, status="CONNECTED"), now)
        for nth in range(self.script.senders + self.script.backups):
            self._person(resume_sender, self._sender(nth))
        broadcast = self._broadcast()
        if broadcast is not None:
            self._person(resume_broadcast, broadcast)
        if self._paused_at is not None:
            self.log.still.append((self._paused_at, self.clock.now()))
            self._paused_at = None

    async def _say_stop(self, nth: int) -> None:
        """A recipient writes STOP, and WhatsApp has told us of it."""
        found = self.outside.read_now(_nth_phone, nth)
        assert self._process is not None
        if found is None or self._weather.refuses:
            return
        phone, number = found
        now = self.clock.now()
        body = _stop_webhook(phone, number, now)
        self.outside.transact_now(inbox.store_webhook, body, f"stop {nth} {now}", now)
        self.log.stopped.setdefault(phone, now)

    def _person(self, command: Callable[..., object], subject: int) -> None:
        self.outside.transact_now(command, subject, by=CLI, now=self.clock.now())

    def _sender(self, nth: int) -> SenderId:
        return self.outside.read_now(_nth_sender, nth)

    def _broadcast(self) -> BroadcastId | None:
        found = self.outside.read_now(simulated.first_broadcast)
        return None if found is None else found[0]

    def _is_over(self) -> bool:
        found = self.outside.read_now(simulated.first_broadcast)
        return found is not None and found[1] in OVER


def _nth_sender(session: Session, nth: int) -> SenderId:
    rows = session.exec(select(Sender).order_by(col(Sender.position))).all()
    return SenderId(rows[nth % len(rows)].id or 0)


def _grade(session: Session, sender: SenderId, quality: str) -> None:
    row = senders.get(session, sender)
    assert row is not None
    row.quality = quality


def _nth_phone(session: Session, nth: int) -> tuple[str, str] | None:
    phone = session.exec(
        select(Subscriber.phone).order_by(col(Subscriber.id)).offset(nth).limit(1)
    ).first()
    number = session.exec(select(Sender.phone_number_id).limit(1)).first()
    return None if phone is None or number is None else (phone, number)


def _stop_webhook(phone: str, number: str, now: datetime) -> bytes:
    import json

    message = {
        "from": phone.lstrip("+"),
        "id": f"wamid.stop.{phone}.{now.timestamp()}",
        "timestamp": str(int(now.timestamp())),
        "type": "text",
        "text": {"body": "STOP"},
    }
    value = {"metadata": {"phone_number_id": number}, "messages": [message]}
    change = {"field": "messages", "value": value}
    return json.dumps({"entry": [{"id": WABA_ID, "changes": [change]}]}).encode()


def main() -> int:
    """Run seeds from the command line; returns how many failed."""
    import argparse

    parser = argparse.ArgumentParser(description="Random mornings in virtual time.")
    parser.add_argument("seeds", type=int, nargs="?", default=10)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--full", action="store_true", help="to the end of the late ladder")
    options = parser.parse_args()
    failed = 0
    for seed in range(options.first, options.first + options.seeds):
        judged = run_seed(seed, full=options.full)
        failed += bool(judged.misses)
        sys.stdout.write(f"seed {seed}: {judged.words}\n")
        for miss in judged.misses:
            sys.stdout.write(f"  {miss}\n")
        sys.stdout.flush()
    return min(failed, 125)


if __name__ == "__main__":
    sys.exit(main())
