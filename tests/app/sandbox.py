"""A second tenant in the house, with subscribers and one broadcast, for the pages to show."""

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlmodel import Session, col, select

from app.session import COOKIE, token_hash
from engine.domain.delivery import State
from engine.domain.ids import UserId
from engine.domain.roles import Role
from engine.store import users
from engine.store.tables import Attempt, Broadcast, Delivery, Lane, Schedule, Subscriber
from engine.trials.tenant import SeededTenant, seed_sandbox
from tests.app.browserless import NAMESPACE, Tab
from tests.app.house import House

PEOPLE = 120
OPENS = datetime(2026, 11, 22, 0, 29, 30, tzinfo=UTC)
STATES = (State.READ, State.DELIVERED, State.SENT, State.FAILED, State.HELD, State.DELIVERED)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The tenant, its broadcast, the first of its deliveries, and a cookie for each role."""

    seeded: SeededTenant
    broadcast: int
    deliveries: dict[State, int]
    cookies: dict[Role, str]


class PageTab(Tab):
    """A tab that stands on a page: handlers read the address from it."""

    async def __aenter__(self) -> "PageTab":
        await super().__aenter__()
        return self

    async def act(self, handler: str, path: str = "/", **payload: Any) -> None:
        """Call a handler as the page at `path` would."""
        address = {"pathname": path, "asPath": path, "query": {}}
        event = {"name": handler, "payload": payload, "token": self.token, "router_data": address}
        await self._socket.emit("event", event, namespace=NAMESPACE)

    async def see(self, state: str, var: str, fits: Callable[[Any], bool]) -> Any:
        """A state's var once it fits; fails after five seconds."""
        key = f"{var}_rx_state_"
        async with asyncio.timeout(5):
            while True:
                for name, values in self.state.items():
                    if name.endswith(state) and key in values and fits(values[key]):
                        return values[key]
                self._news.clear()
                await self._news.wait()


_furnished: dict[int, Sandbox] = {}


def sandbox_in(house: House) -> Sandbox:
    """The house's sandbox: made up once, however many modules ask."""
    if house.port not in _furnished:
        _furnished[house.port] = _furnish(house)
    return _furnished[house.port]


def signed_in(house: House, user: UserId) -> str:
    """The Cookie header of a new session of this user."""
    token, now = secrets.token_urlsafe(32), house.clock.now()
    house.database.transact_now(
        users.open_session,
        user,
        token_hash=token_hash(token),
        expires_at=now + timedelta(hours=8),
        ip="127.0.0.1",
        agent="test",
        now=now,
    )
    return f"{COOKIE}={token}"


def _furnish(house: House) -> Sandbox:
    now = house.clock.now()
    seeded = house.database.transact_now(
        seed_sandbox,
        subscribers=PEOPLE,
        senders=2,
        backups=0,
        rate=80.0,
        now=now,
        rng=Random(4),
        password=None,
    )
    cookies = {role: signed_in(house, seeded.users[role]) for role in Role}
    broadcast, deliveries = house.database.transact_now(_broadcast, seeded)
    return Sandbox(seeded, broadcast, deliveries, cookies)


def _broadcast(session: Session, seeded: SeededTenant) -> tuple[int, dict[State, int]]:
    schedule = Schedule(tenant_id=seeded.tenant, name="daily", kind="daily", created_at=OPENS)
    session.add(schedule)
    session.flush()
    broadcast = Broadcast(
        tenant_id=seeded.tenant,
        schedule_id=schedule.id or 0,
        service_day=OPENS.date(),
        title="Nifty outlook",
        content_id=seeded.content,
        content_hash=seeded.content_hash,
        state="finished",
        opens_at=OPENS,
        window_ends_at=OPENS + timedelta(minutes=3),
        closes_at=OPENS + timedelta(minutes=5, seconds=30),
        frozen_at=OPENS - timedelta(minutes=30),
        planned_at=OPENS - timedelta(minutes=29),
        created_at=OPENS,
    )
    session.add(broadcast)
    session.flush()
    lane = Lane(
        broadcast_id=broadcast.id or 0,
        sender_id=seeded.senders[0],
        rate_per_second=80,
        state="done",
    )
    session.add(lane)
    session.flush()
    people = session.exec(
        select(Subscriber).where(Subscriber.tenant_id == seeded.tenant).order_by(col(Subscriber.id))
    ).all()
    made: dict[State, int] = {}
    for person, state in zip(people, STATES * (PEOPLE // len(STATES)), strict=True):
        delivery = _delivery(broadcast, lane, person, state)
        session.add(delivery)
        session.flush()
        made.setdefault(state, delivery.id or 0)
        session.add(_attempt(delivery, lane))
    session.flush()
    return broadcast.id or 0, made


def _delivery(broadcast: Broadcast, lane: Lane, person: Subscriber, state: State) -> Delivery:
    arrived = state in (State.READ, State.DELIVERED)
    return Delivery(
        tenant_id=broadcast.tenant_id,
        broadcast_id=broadcast.id,
        lane_id=lane.id,
        sender_id=lane.sender_id,
        subscriber_id=person.id,
        key=f"sandbox {broadcast.id} {person.id}",
        content_hash=broadcast.content_hash,
        phone=person.phone,
        language=person.language,
        parameters=json.dumps([person.name]),
        state=state.value,
        error_code=131026 if state is State.FAILED else None,
        planned_at=OPENS + timedelta(seconds=20),
        attempts=1,
        sent_at=OPENS + timedelta(seconds=21) if arrived or state is State.SENT else None,
        delivered_at=OPENS + timedelta(seconds=24) if arrived else None,
        read_at=OPENS + timedelta(hours=1) if state is State.READ else None,
        updated_at=OPENS + timedelta(minutes=6),
    )


def _attempt(delivery: Delivery, lane: Lane) -> Attempt:
    started = OPENS + timedelta(seconds=20)
    return Attempt(
        delivery_id=delivery.id or 0,
        number=1,
        sender_id=lane.sender_id,
        epoch=1,
        started_at=started,
        ended_at=started + timedelta(milliseconds=212),
        outcome="unknown" if delivery.state == State.HELD else "accepted",
    )
