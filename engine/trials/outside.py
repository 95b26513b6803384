"""The people around a simulated morning: who presses which button, and who writes STOP."""

import json
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session, col, select

from engine.commands.abort_broadcast import abort_broadcast
from engine.commands.answer_late_start import send_anyway
from engine.commands.change_sender_cap import change_sender_cap
from engine.commands.change_sender_pace import change_sender_pace
from engine.commands.pause_broadcast import pause_broadcast
from engine.commands.rest_sender import rest_sender
from engine.commands.resume_broadcast import resume_broadcast
from engine.commands.resume_sender import resume_sender
from engine.commands.set_subscriber_status import set_subscriber_status
from engine.domain.broadcast import OVER, BroadcastState
from engine.domain.canary import CanaryState
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, SenderId, SubscriberId
from engine.domain.limits import PEOPLE
from engine.domain.roles import CLI, Actor, Role
from engine.domain.subscriber import Status
from engine.simulator.faults import ExpireToken, SetStatus, SetTemplateStatus
from engine.simulator.world import World
from engine.store import senders
from engine.store.database import Database
from engine.store.dialects import table
from engine.store.tables import Broadcast, Delivery, Sender, Subscriber
from engine.trials.image import image
from engine.trials.machine import Machine
from engine.trials.simulated import first_broadcast
from engine.trials.texts import TEMPLATE
from engine.trials.trial_senders import WABA_ID
from engine.trials.witness import Witness


class Outside:
    """Acts on the database as another process does, and tells the witness what must be heeded."""

    def __init__(
        self, database: Database, world: World, machine: Machine, witness: Witness
    ) -> None:
        self._database = database
        self._machine = machine
        self._world = world
        self._witness = witness
        self._pauses = 0
        self._aborted = False

    def pause(self) -> None:
        """Stop the lanes, until as many resumes."""
        self._pauses += 1
        broadcast = self.broadcast()
        if broadcast is not None and self._say(pause_broadcast, broadcast) is None:
            self._witness.still_since = self._machine.loop_time()

    def resume(self) -> None:
        """What this one paused goes on, unless another one paused it, too."""
        self._pauses -= 1
        broadcast = self.broadcast()
        if broadcast is not None and not self._pauses and not self._aborted:
            self._resume(broadcast)

    def abort(self) -> None:
        """End it for good."""
        broadcast = self.broadcast()
        if broadcast is None or self.is_over():
            return
        self._say(abort_broadcast, broadcast)
        if self.is_over():
            self._aborted = True
            self._witness.still_since = self._machine.loop_time()

    def put_right(self) -> None:
        """What somebody does who looks at the board: mend, start what was stopped, resume."""
        now = self._machine.true_now().timestamp()
        self._world.inject(ExpireToken(expired=False), now)
        self._world.inject(SetTemplateStatus(template=TEMPLATE, status="APPROVED"), now)
        self._world.inject(SetStatus(status="CONNECTED"), now)
        self.start_senders()
        found = self._found()
        if found is None:
            return
        if found[1] is BroadcastState.WAITING_FOR_PERSON:
            self._say(send_anyway, found[0])
        elif found[1] is BroadcastState.PAUSED and not self._pauses:
            self._resume(found[0])

    def _resume(self, broadcast: BroadcastId) -> None:
        self._witness.still_since = None
        halted = self._database.read_now(_canary_failed, broadcast)
        if self._say(resume_broadcast, broadcast) is None and halted:
            self._witness.let_go_at = self._witness.let_go_at or self._machine.true_now()

    def start_senders(self) -> None:
        """All that rest or were stopped take part again."""
        for sender in self._database.read_now(_not_active):
            self._say(resume_sender, sender)

    def rest(self, nth: int) -> None:
        """Take a sender out of the pool."""
        self._say(rest_sender, self._database.read_now(_nth_sender, nth))

    def grade(self, nth: int, quality: str) -> None:
        """WhatsApp grades a sender, and the poller has heard of it."""
        self._database.transact_now(_grade, nth, quality)

    def repace(self, nth: int, rate: float) -> None:
        """Set how many a second a sender may send; the witness holds it to that from then on."""
        sender = self._database.read_now(_nth_sender, nth)
        now = self._machine.now()
        self._database.transact_now(change_sender_pace, sender, rate, by=CLI, now=now)
        self._witness.set_pace(self._database.read_now(_number_of, sender), rate)

    def cap(self, nth: int, people: int) -> None:
        """Set how many people a sender may reach."""
        sender = self._database.read_now(_nth_sender, nth)
        now = self._machine.now()
        self._database.transact_now(change_sender_cap, sender, people, by=CLI, now=now)
        self._witness.set_limit(self._database.read_now(_number_of, sender), people)

    def limit_portfolio(self, word: str) -> None:
        """WhatsApp limits all senders together, and the poller has heard of it."""
        self._database.transact_now(_limit, word)
        self._witness.set_limit(None, PEOPLE[word])

    def somebody(self, nth: int, *, under_way: bool) -> tuple[SubscriberId, str]:
        """The nth recipient, or the nth of those to whom a request is under way, if there are any;
        with their number.
        """
        return self._database.read_now(_nth_person, nth, under_way=under_way)

    def take_off_the_list(self, subscriber: SubscriberId) -> None:
        """Somebody in the office notes that a recipient wants no more."""
        seeded = image().seeded
        operator = Actor("operator", seeded.tenant, Role.OPERATOR, seeded.users[Role.OPERATOR])
        self._database.transact_now(
            set_subscriber_status,
            subscriber,
            Status.OPTED_OUT,
            reason="Rang us up",
            by=operator,
            now=self._machine.now(),
        )

    def words_of_stop(self, phone: str) -> bytes:
        """A recipient writes STOP: what WhatsApp calls us with."""
        number = self._database.read_now(_first_number)
        return _stop_webhook(phone, number, self._machine.true_now())

    def is_over(self) -> bool:
        """Whether the broadcast has come to its end."""
        found = self._found()
        return found is not None and found[1] in OVER

    def broadcast(self) -> BroadcastId | None:
        """The morning's broadcast, once it is there."""
        found = self._found()
        return None if found is None else found[0]

    def _found(self) -> tuple[BroadcastId, BroadcastState] | None:
        return self._database.read_now(first_broadcast)

    def _say(self, command: Callable[..., object], subject: int) -> object:
        now = self._machine.now()
        return self._database.transact_now(command, subject, by=CLI, now=now)


def _canary_failed(session: Session, broadcast: BroadcastId) -> bool:
    return session.get_one(Broadcast, broadcast).canary == CanaryState.HALTED


def _nth_sender(session: Session, nth: int) -> SenderId:
    rows = session.exec(select(Sender).order_by(col(Sender.position))).all()
    return SenderId(rows[nth % len(rows)].id or 0)


def _number_of(session: Session, sender: SenderId) -> str:
    row = senders.get(session, sender)
    assert row is not None
    return row.phone_number_id


def _limit(session: Session, word: str) -> None:
    for row in session.exec(select(Sender)):
        row.messaging_limit = word


def _not_active(session: Session) -> list[SenderId]:
    rows = session.connection().execute(_NOT_ACTIVE)
    return [SenderId(row[0]) for row in rows]


_senders = table(Sender)
_NOT_ACTIVE = select(_senders.c.id).where(_senders.c.state != "active")


def _grade(session: Session, nth: int, quality: str) -> None:
    row = senders.get(session, _nth_sender(session, nth))
    assert row is not None
    row.quality = quality


def _nth_person(session: Session, nth: int, *, under_way: bool) -> tuple[SubscriberId, str]:
    everybody = select(Subscriber.id, Subscriber.phone).order_by(col(Subscriber.id))
    sending = select(Delivery.subscriber_id).where(col(Delivery.state) == State.SENDING.value)
    waiting = everybody.where(col(Subscriber.id).in_(sending))
    people = session.exec(waiting).all() if under_way else ()
    if people:
        identity, phone = people[nth % len(people)]
    else:
        identity, phone = session.exec(everybody.limit(nth + 1)).all()[-1]
    assert identity is not None
    assert phone is not None
    return SubscriberId(identity), phone


def _first_number(session: Session) -> str:
    return session.exec(select(Sender.phone_number_id).order_by(col(Sender.id)).limit(1)).one()


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
