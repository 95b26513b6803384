"""Reads the morning that is to be rehearsed: its plan by the real planner, and what is known of it.

A broadcast that is frozen is planned anew from its frozen audience, as the engine would plan it
now; one that is not, from whoever is on the list now.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from engine.domain import planning
from engine.domain.ids import BroadcastId, ContentId, SenderId, TenantId
from engine.domain.pool import rate_of
from engine.domain.rehearsal import Without
from engine.domain.subscriber import WORDS, Exclusion
from engine.read import audience
from engine.read.morning_ahead import next_of
from engine.read.plan import NoPlan
from engine.read.plan_ahead import Coming, coming
from engine.read.unreached import unreached
from engine.rehearsal.facts import Facts, gather
from engine.store import broadcasts, frozen, schedules, senders
from engine.store.tables import Schedule
from engine.workers.fan_out import Planned, plan_of

NAMED = 20
"""People named for each reason; the others are counted."""
CHRONIC_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which morning. broadcast: one that was opened; None: whichever opens next."""

    tenant: TenantId
    broadcast: BroadcastId | None
    reserve: float
    at_once: int | None
    now: datetime


@dataclass(slots=True, kw_only=True)
class Stage:
    """What was read of the morning. plan: None when no sender may send. without: subscribers for
    whom the limits have no room. people: who cannot get it.
    """

    broadcast: BroadcastId | None
    title: str
    opens_at: datetime
    window_ends_at: datetime
    closes_at: datetime
    frozen_at: datetime | None
    facts: Facts
    plan: planning.Plan | None = None
    slots: Sequence[int] | None = None
    without: Sequence[int] = ()
    without_words: str = ""
    rates: Mapping[SenderId, float] = field(default_factory=lambda: dict[SenderId, float]())
    people: list[Without] = field(default_factory=lambda: list[Without]())


def stage_of(session: Session, asked: Asked) -> Stage:
    """The morning as it stands. Raises ValueError in words when there is none ahead."""
    which = asked.broadcast
    if which is None:
        which = broadcasts.next_to_open(session, asked.tenant, asked.now)
    stage = _ahead(session, asked) if which is None else _opened(session, which, asked)
    stage.rates = {
        SenderId(one.id or 0): rate_of(one, asked.reserve)
        or rate_of(one, asked.reserve, last_resort=True)
        for one in senders.pool(session, asked.tenant)
    }
    if stage.without:
        words = "No room in the limits of the day. " + stage.without_words
        stage.people.append(_split(words, len(stage.without), list(stage.without)))
    stage.people.extend(_chronic(session, asked))
    return stage


def _opened(session: Session, which: BroadcastId, asked: Asked) -> Stage:
    """A broadcast that was opened; planned anew, as the engine would plan it now."""
    row = broadcasts.find(session, which, asked.tenant)
    if row is None:
        raise ValueError(f"There is no broadcast {which}.")
    if row.opens_at <= asked.now:
        raise ValueError("Its window has opened: see Live.")
    if row.frozen_at is None:
        schedule = schedules.schedule_of(session, row)
        return _ahead_of(session, asked, schedule, which, row.title)
    stage = Stage(
        broadcast=which,
        title=row.title,
        opens_at=row.opens_at,
        window_ends_at=row.window_ends_at,
        closes_at=row.closes_at,
        frozen_at=row.frozen_at,
        facts=_facts(session, asked, row.content_id, which),
    )
    room = audience.room(session, asked.tenant, asked.now)
    planned = plan_of(session, which, asked.reserve, room, asked.now)
    if planned is not None:
        stage.plan = planned.plan
        if planned.first_until is not None:
            stage.slots = _waiting(planned)
        stage.without = _subscribers(session, which, planned.without)
        stage.without_words = room.words
    for reason, left in frozen.left_out(session, which, NAMED).items():
        words = WORDS[Exclusion(reason)]
        stage.people.append(_split(words, left.count, left.some))
    return stage


def _waiting(planned: Planned) -> "array[int]":
    """The plan's instants once the rest waits for the first ones."""
    opens_at, micro = planned.plan.opens_at, timedelta(microseconds=1)
    everybody = planned.plan.planned(0, len(planned.plan.audience))
    return array("q", ((planned.at(at) - opens_at) // micro for _, _, at in everybody))


def _ahead(session: Session, asked: Asked) -> Stage:
    schedule, at = next_of(session, asked.tenant, asked.now)
    if schedule is None or at is None:
        raise ValueError("No morning lies ahead: see Schedule.")
    return _ahead_of(session, asked, schedule, None, schedule.name)


def _ahead_of(
    session: Session, asked: Asked, row: Schedule, which: BroadcastId | None, title: str
) -> Stage:
    """The next broadcast of a schedule, from what the tables hold now."""
    found = coming(
        session, asked.tenant, row, reserve=asked.reserve, now=asked.now, even_opened=True
    )
    if isinstance(found, NoPlan):
        raise ValueError(found.why)  # noqa: TRY004 - about a morning, not about a type
    assert isinstance(found, Coming), "planned all the same, opened or not"
    content = None if found.pack is None else found.pack.id
    return Stage(
        broadcast=which,
        title=title,
        opens_at=found.window.opens_at,
        window_ends_at=found.window.primary_ends_at,
        closes_at=found.window.closes_at,
        frozen_at=None,
        facts=_facts(session, asked, content, None),
        plan=found.plan,
        slots=found.slots,
        without=found.without,
        without_words=found.no_room_words,
        people=[_split(WORDS[one], count, []) for one, count in found.left_out.items() if count],
    )


def _facts(
    session: Session, asked: Asked, content: int | None, broadcast: BroadcastId | None
) -> Facts:
    return gather(
        session,
        asked.tenant,
        content=None if content is None else ContentId(content),
        broadcast=broadcast,
        now=asked.now,
    )


def _chronic(session: Session, asked: Asked) -> list[Without]:
    """Who missed most of the last mornings will hardly get this one."""
    by_why: dict[tuple[str, str], list[int]] = {}
    for one in unreached(session, asked.tenant, days=CHRONIC_DAYS, now=asked.now).rows:
        by_why.setdefault((one.why, one.next), []).append(one.subscriber)
    return [
        _split(f"Missed most of the last mornings: {why}", len(who), who, do)
        for (why, do), who in sorted(by_why.items(), key=lambda item: -len(item[1]))
    ]


def _split(words: str, count: int, some: Sequence[int], do: str = "") -> Without:
    """A sentence for the reason, and the rest of it for what to do."""
    why, _, rest = words.partition(". ")
    return Without(why=why.rstrip(".") + ".", count=count, do=do or rest, some=tuple(some[:NAMED]))


def _subscribers(session: Session, broadcast: BroadcastId, deliveries: Iterable[int]) -> list[int]:
    wanted = set(deliveries)
    if not wanted:
        return []
    return [
        subscriber
        for delivery, subscriber, _, _ in frozen.recipients(session, broadcast)
        if delivery in wanted
    ]
