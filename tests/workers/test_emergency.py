"""An emergency reaches who has not got it and agreed to the channel, each once, through deaths."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from engine.clock import MachineClock
from engine.commands.declare_emergency import declare_emergency, reachable, stop_emergency
from engine.domain.alert_channels import NotTold, Told
from engine.domain.carriers import USUAL_BODY, CarrierDraft, CarrierKind
from engine.domain.emergency import Agreed, Channel, EmergencyState
from engine.domain.ids import SubscriberId, UserId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Role
from engine.read.alert_sources import emergency_declared
from engine.store import carriers, channel_consents, copies, emergency_letters
from engine.store.database import Database
from engine.store.tables import (
    AuditEntry,
    Broadcast,
    Delivery,
    Emergency,
    EmergencyLetter,
    Subscriber,
    User,
)
from engine.workers import emergency
from engine.workers.emergency import step
from engine.workers.emergency_dispatch import Dispatch
from tests.channels.receivers import PostOffice, Receiver, post_office, receiver
from tests.workers.cast import NOW, Cast, equipment, stage
from tests.workers.nobody import Nobody

pytestmark = pytest.mark.anyio
PEOPLE = 8
LATER = NOW + timedelta(minutes=6)
WHY = "WhatsApp is down since 05:55"


@dataclass
class StoodClock(MachineClock):
    """Where a test puts it."""

    at: datetime = LATER

    def now(self) -> datetime:
        return self.at


@dataclass
class Crisis:
    """Eight people: 1 has it, 2 and 3 agreed to SMS, 4 to e-mail, 5 to both, the rest to none."""

    database: Database
    cast: Cast
    provider: Receiver
    box: PostOffice
    by: Actor
    clock: StoodClock = field(default_factory=StoodClock)
    dispatch: Dispatch = field(default_factory=Dispatch)

    def declare(self, *, shown: int = 4, typed: str = "4", reason: str = WHY) -> int | Refused:
        return self.database.transact_now(
            declare_emergency,
            self.cast.broadcast,
            shown=shown,
            typed=typed,
            reason=reason,
            by=self.by,
            now=self.clock.at,
        )

    async def go(
        self, seconds: int = 4, *, token: int = 1, dispatch: Dispatch | None = None
    ) -> int:
        """So many steps, a second apart; how many messages left."""
        made, left = equipment(self.database, Nobody(), token=token, clock=self.clock), 0
        for _ in range(seconds):
            left += await step(made, dispatch or self.dispatch)
            self.clock.at += timedelta(seconds=1)
        return left

    def letters(self) -> dict[int, tuple[str, str]]:
        """By subscriber: channel and state."""
        asked = select(EmergencyLetter).order_by(col(EmergencyLetter.subscriber_id))
        return self.database.read_now(
            lambda s: {one.subscriber_id: (one.channel, one.state) for one in s.exec(asked)}
        )

    def state(self) -> str:
        return self.database.read_now(lambda s: s.exec(select(Emergency.state)).one())

    def phones(self) -> list[str]:
        """Who the provider was asked to write to, in the order of asking."""
        return [one.json["to"] for one in self.provider.came]

    def change(self, work: Any) -> Any:
        return self.database.transact_now(work)


def furnish(session: Session, url: str, port: int) -> tuple[Cast, UserId]:
    cast = stage(session, people=PEOPLE)
    tenant = cast.seeded.tenant
    arrived = session.exec(select(Delivery).order_by(col(Delivery.id))).first()
    assert arrived is not None
    arrived.state, arrived.delivered_at = "delivered", NOW + timedelta(seconds=9)
    session.add(arrived)
    people = session.exec(select(col(Subscriber.id)).order_by(col(Subscriber.id))).all()
    sms, email = Channel.SMS, Channel.EMAIL
    for place, channel in ((0, sms), (1, sms), (2, sms), (3, email), (4, sms), (4, email)):
        agrees(session, cast, people[place] or 0, channel)
    options = {"url": f"{url}/send", "header": "X-Key", "body": USUAL_BODY, "per_second": "2"}
    sms_draft = CarrierDraft(kind=CarrierKind.SMS, options=options, secrets={"secret": "k" * 20})
    carriers.write(session, tenant, sms_draft, version=0, now=NOW)
    server = {"host": "127.0.0.1", "port": str(port), "security": "none", "from": "us@example.test"}
    mail_draft = CarrierDraft(kind=CarrierKind.MAIL, options=server | {"per_second": "2"})
    carriers.write(session, tenant, mail_draft, version=0, now=NOW)
    user = User(
        tenant_id=tenant,
        email="op@example.test",
        name="Op",
        role="operator",
        password_hash="",
        created_at=NOW,
    )
    session.add(user)
    session.flush()
    return cast, UserId(user.id or 0)


def agrees(session: Session, cast: Cast, person: int, channel: Channel, given: bool = True) -> None:
    address = f"p{person}@example.test" if channel is Channel.EMAIL else ""
    event = Agreed(channel=channel, given=given, at=NOW, source="form", address=address)
    channel_consents.add(session, cast.seeded.tenant, [(SubscriberId(person), event)])


@pytest.fixture
async def crisis(database: Database) -> AsyncGenerator[Crisis]:
    async with receiver() as provider, post_office() as (box, port):
        cast, user = database.transact_now(furnish, provider.url, port)
        by = Actor("Op", cast.seeded.tenant, Role.OPERATOR, user)
        made = Crisis(database, cast, provider, box, by)
        try:
            yield made
        finally:
            await made.dispatch.aclose()


async def test_each_who_has_not_got_it_and_agreed_gets_it_once(crisis: Crisis) -> None:
    assert crisis.declare() == 4
    await crisis.go()
    first = min(crisis.letters())
    assert crisis.letters() == {
        first: ("sms", "sent"),
        first + 1: ("sms", "sent"),
        first + 2: ("email", "sent"),
        first + 3: ("sms", "sent"),  # who agreed to both gets the one that is read sooner
    }
    assert crisis.state() == EmergencyState.DONE
    assert len(set(crisis.phones())) == len(crisis.phones()) == 3
    assert crisis.provider.came[0].headers["X-Key"] == "k" * 20
    name = crisis.database.read_now(
        lambda s: s.exec(
            select(Subscriber.name).where(Subscriber.phone == crisis.phones()[0])
        ).one()
    )
    assert name in crisis.provider.came[0].json["message"]
    assert crisis.box.to == [[f"p{first + 2}@example.test"]]
    assert await crisis.go() == 0
    trail = crisis.database.read_now(
        lambda s: [
            (one.action, json.loads(one.after))
            for one in s.exec(select(AuditEntry).order_by(col(AuditEntry.number)))
            if one.action.startswith("emergency.")
        ]
    )
    assert [action for action, _ in trail] == ["emergency.declared", "emergency.ended"]
    assert trail[0][1]["reason"] == WHY
    assert trail[1][1] == {"sms_sent": 3, "email_sent": 1}


async def test_it_leaves_no_faster_than_the_carrier_may_be_asked(crisis: Crisis) -> None:
    crisis.declare()
    await crisis.go(1)
    assert len(crisis.provider.came) == 2
    await crisis.go(1)
    assert len(crisis.provider.came) == 3


@pytest.mark.parametrize(
    ("typed", "shown", "reason", "said"),
    [
        ("5", 4, WHY, "Type the number"),
        ("", 4, WHY, "Type the number"),
        ("3", 3, WHY, "It is 4 people now"),
        ("4", 4, "oops", "Say why"),
    ],
)
async def test_it_is_declared_by_who_names_the_people_and_the_reason(
    crisis: Crisis, typed: str, shown: int, reason: str, said: str
) -> None:
    answer = crisis.declare(typed=typed, shown=shown, reason=reason)
    assert isinstance(answer, Refused)
    assert said in answer.why
    assert crisis.letters() == {}


async def test_a_broadcast_has_one_emergency(crisis: Crisis) -> None:
    assert crisis.declare() == 4
    await crisis.go()
    answer = crisis.declare()
    assert isinstance(answer, Refused)
    assert "only one" in answer.why


async def test_there_is_none_before_the_window_nor_of_yesterday_nor_of_what_was_not_approved(
    crisis: Crisis,
) -> None:
    for at, said in ((NOW - timedelta(minutes=1), "not opened"), (NOW + timedelta(days=1), "late")):
        crisis.clock.at = at
        answer = crisis.declare()
        assert isinstance(answer, Refused)
        assert said in answer.why
    crisis.clock.at = LATER

    def other(session: Session) -> None:
        row = session.exec(select(Broadcast)).one()
        row.content_hash = "0" * 64
        session.add(row)

    crisis.change(other)
    answer = crisis.declare()
    assert isinstance(answer, Refused)
    assert "approved" in answer.why


@dataclass
class Silent:
    """A provider that takes a message and dies before it says so."""

    asked: list[str] = field(default_factory=lambda: list[str]())
    said: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, phone: str, text: str, key: str) -> Told | NotTold:
        del text, key
        self.asked.append(phone)
        self.said.set()
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_death_between_mark_and_answer_doubles_nobody(crisis: Crisis) -> None:
    crisis.declare()
    silent = Silent()
    running = asyncio.ensure_future(crisis.go(1, dispatch=Dispatch(provider=lambda _reach: silent)))
    await silent.said.wait()
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(silent.asked) == 2
    lost = crisis.database.transact_now(
        emergency_letters.leave_unknown, epoch=2, now=crisis.clock.at
    )
    assert lost >= 2
    await crisis.go(6, token=2)
    assert not set(silent.asked) & set(crisis.phones())
    assert crisis.state() == EmergencyState.DONE
    states = [state for _, state in crisis.letters().values()]
    assert states.count("unknown") == lost


async def test_an_unknown_outcome_is_never_sent_twice_and_a_refusal_is(crisis: Crisis) -> None:
    crisis.declare()
    crisis.provider.answer = lambda nth: 500 if nth == 0 else 429 if nth == 1 else 200
    await crisis.go(12)
    counts = {phone: crisis.phones().count(phone) for phone in crisis.phones()}
    assert sorted(counts.values()) == [1, 1, 2]
    states = sorted(state for channel, state in crisis.letters().values() if channel == "sms")
    assert states == ["sent", "sent", "unknown"]


async def test_what_the_provider_refuses_for_good_goes_by_e_mail_where_that_was_agreed(
    crisis: Crisis,
) -> None:
    crisis.declare()
    crisis.provider.answer = lambda _nth: 400
    await crisis.go(80)
    assert sorted(crisis.letters().values()) == [
        ("email", "sent"),
        ("email", "sent"),
        ("sms", "failed"),
        ("sms", "failed"),
    ]


async def test_a_provider_that_takes_nothing_is_not_fed_everybody(crisis: Crisis) -> None:
    crisis.declare()
    crisis.provider.answer = lambda _nth: 503
    await crisis.go(2)
    assert len(crisis.provider.came) == 2
    await crisis.go(1)
    assert len(crisis.provider.came) == 3, "one alone, to see whether it is taken"


async def test_who_got_it_meanwhile_or_took_it_back_is_spared(crisis: Crisis) -> None:
    crisis.declare()
    made = crisis.cast
    at = crisis.clock.at
    crisis.change(lambda s: emergency.gather(s, made.broadcast, made.seeded.tenant, 4, at))
    first, second, *_ = sorted(crisis.letters())

    def meanwhile(session: Session) -> None:
        row = session.exec(select(Delivery).where(Delivery.subscriber_id == first)).one()
        row.state, row.read_at = "read", NOW + timedelta(minutes=6)
        session.add(row)
        agrees(session, made, second, Channel.SMS, given=False)

    crisis.change(meanwhile)
    await crisis.go()
    assert crisis.letters()[first] == crisis.letters()[second] == ("sms", "spared")
    assert len(crisis.provider.came) == 1


async def test_never_more_than_were_confirmed_are_sent_to(crisis: Crisis) -> None:
    crisis.declare()
    others = crisis.database.read_now(lambda s: s.exec(select(col(Subscriber.id))).all())
    crisis.change(lambda s: [agrees(s, crisis.cast, one or 0, Channel.SMS) for one in others])
    await crisis.go(10)
    assert len(crisis.letters()) == 4


async def test_a_person_ends_it_and_what_had_not_left_does_not(crisis: Crisis) -> None:
    crisis.declare()
    await crisis.go(1)
    stopped = crisis.database.transact_now(
        stop_emergency, crisis.cast.broadcast, by=crisis.by, now=crisis.clock.at
    )
    assert stopped == 1
    await crisis.go()
    assert (len(crisis.provider.came), crisis.state()) == (2, "stopped")


async def test_a_restored_copy_sends_nothing_of_an_emergency_again(crisis: Crisis) -> None:
    crisis.declare()
    await crisis.go(1)

    def restored(session: Session) -> None:
        copies.mark(session, backed_up_at=NOW, sha256="", now=crisis.clock.at)
        copy = copies.unreleased(session)
        assert copy is not None
        copies.release(session, copy, by="user:1", why="A copy.", now=crisis.clock.at)

    crisis.change(restored)
    await crisis.go()
    assert len(crisis.provider.came) == 2
    assert ("sms", "unknown") in crisis.letters().values()


async def test_those_who_decide_hear_of_it_while_it_goes_on(crisis: Crisis) -> None:
    tenant, at = crisis.cast.seeded.tenant, crisis.clock.at

    def value(seconds: float) -> float:
        later = at + timedelta(seconds=seconds)
        found = crisis.database.read_now(emergency_declared, tenant, later)
        return next(iter(found.values())).value

    assert value(0) == 0.0
    crisis.declare()
    assert value(7_200) == 1.0, "it goes on"
    await crisis.go()
    assert (value(60), value(7_200)) == (1.0, 0.0)


async def test_the_numbers_before_it_are_those_of_whom_it_reaches(crisis: Crisis) -> None:
    tenant = crisis.cast.seeded.tenant
    found = crisis.database.read_now(reachable, tenant, crisis.cast.broadcast)
    assert (found.missing, found.by) == (PEOPLE - 1, {Channel.SMS: 3, Channel.EMAIL: 1})
    crisis.change(lambda s: carriers.remove(s, tenant, CarrierKind.SMS))
    found = crisis.database.read_now(reachable, tenant, crisis.cast.broadcast)
    assert found.by == {Channel.SMS: 0, Channel.EMAIL: 2}
