"""The people around a simulated morning: who presses which button, and who writes STOP."""

import json
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session, col, select

from engine.clock import Clock
from engine.commands.abort_broadcast import abort_broadcast
from engine.commands.pause_broadcast import pause_broadcast
from engine.commands.rest_sender import rest_sender
from engine.commands.resume_broadcast import resume_broadcast
from engine.commands.resume_sender import resume_sender
from engine.domain.broadcast import OVER
from engine.domain.delivery import OPEN, State
from engine.domain.ids import BroadcastId, SenderId
from engine.domain.roles import CLI
from engine.simulator.faults import ExpireToken, SetStatus
from engine.simulator.world import World
from engine.store import inbox, outbox, senders
from engine.store.database import Database
from engine.store.tables import Sender, Subscriber
from engine.trials.judge import Log
from engine.trials.simulated import first_broadcast
from engine.trials.trial_senders import WABA_ID


class Outside:
    """Acts on the database as another process does, and notes what the engine must heed."""

    def __init__(self, database: Database, world: World, clock: Clock, log: Log) -> None:
        self.database = database
        self.clock = clock
        self._world = world
        self._log = log
        self._paused_at: datetime | None = None

    def pause(self) -> None:
        """Stop the lanes."""
        broadcast, now = self._broadcast(), self.clock.now()
        if broadcast is None or self._paused_at is not None:
            return
        if self.database.transact_now(pause_broadcast, broadcast, by=CLI, now=now) is None:
            self._paused_at = now

    def abort(self) -> None:
        """End it for good."""
        broadcast, now = self._broadcast(), self.clock.now()
        if broadcast is None or self.is_over():
            return
        self.database.transact_now(abort_broadcast, broadcast, by=CLI, now=now)
        if self.is_over():
            self._log.still.append((now, datetime.max.replace(tzinfo=now.tzinfo)))

    def put_right(self) -> None:
        """What somebody does who looks at the board: mend, start what was stopped, resume."""
        now = self.clock.now().timestamp()
        self._world.inject(ExpireToken(expired=False), now)
        for number in self._world.account.numbers:
            self._world.inject(SetStatus(number=number, status="CONNECTED"), now)
        for sender in self.database.read_now(_not_active):
            self._command(resume_sender, sender)
        broadcast = self._broadcast()
        if broadcast is not None:
            self._command(resume_broadcast, broadcast)
        if self._paused_at is not None:
            self._log.still.append((self._paused_at, self.clock.now()))
            self._paused_at = None

    def rest(self, nth: int) -> None:
        """Take a sender out of the pool."""
        self._command(rest_sender, self.database.read_now(_nth_sender, nth))

    def grade(self, nth: int, quality: str) -> None:
        """WhatsApp grades a sender, and the poller has heard of it."""
        self.database.transact_now(_grade, nth, quality)

    def say_stop(self, nth: int) -> None:
        """A recipient writes STOP, and WhatsApp's call has come in."""
        found = self.database.read_now(_nth_phone, nth)
        if found is None:
            return
        phone, number = found
        now = self.clock.now()
        body = _stop_webhook(phone, number, now)
        self.database.transact_now(inbox.store_webhook, body, f"stop {nth} {now}", now)
        self._log.stopped.setdefault(phone, now)

    def is_over(self) -> bool:
        """Whether the broadcast has come to its end."""
        found = self.database.read_now(first_broadcast)
        return found is not None and found[1] in OVER

    def open_states(self) -> frozenset[State]:
        """In which states the engine still has deliveries to work on."""
        found = self.database.read_now(first_broadcast)
        if found is None:
            return OPEN
        counts = self.database.read_now(outbox.count_by_lane, found[0])
        return OPEN.intersection(state for _, state in counts)

    def _command(self, command: Callable[..., object], subject: int) -> None:
        self.database.transact_now(command, subject, by=CLI, now=self.clock.now())

    def _broadcast(self) -> BroadcastId | None:
        found = self.database.read_now(first_broadcast)
        return None if found is None else found[0]


def _nth_sender(session: Session, nth: int) -> SenderId:
    rows = session.exec(select(Sender).order_by(col(Sender.position))).all()
    return SenderId(rows[nth % len(rows)].id or 0)


def _not_active(session: Session) -> list[SenderId]:
    rows = session.exec(select(Sender).where(col(Sender.state) != "active")).all()
    return [SenderId(row.id or 0) for row in rows]


def _grade(session: Session, nth: int, quality: str) -> None:
    row = senders.get(session, _nth_sender(session, nth))
    assert row is not None
    row.quality = quality


def _nth_phone(session: Session, nth: int) -> tuple[str, str] | None:
    phone = session.exec(
        select(Subscriber.phone).order_by(col(Subscriber.id)).offset(nth).limit(1)
    ).first()
    number = session.exec(select(Sender.phone_number_id).limit(1)).first()
    return None if phone is None or number is None else (phone, number)


def _stop_webhook(phone: str, number: str, now: datetime) -> bytes:
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
