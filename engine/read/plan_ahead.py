"""The plan of a schedule's next broadcast, by the real planner, from what the tables hold now."""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from engine.domain import canary, planning
from engine.domain.broadcast import OVER
from engine.domain.ids import BroadcastId, ContentId, ScheduleId, SenderId, TenantId
from engine.domain.planning import LANDING, Pacing, Routing
from engine.domain.pool import able_lanes, idle_because, rate_of
from engine.domain.routing import PlanLane, first_choices
from engine.domain.schedule import Window, month_of, service_day
from engine.domain.subscriber import Exclusion
from engine.domain.tenant_settings import ROUTING, shape_of, value_of
from engine.read import audience as people
from engine.read.plan import (
    BUSY,
    Basis,
    NoPlan,
    PlanView,
    SenderPart,
    by_second,
    somebody_sends,
)
from engine.read.plan_made import plan_made
from engine.read.schedules import next_window
from engine.store import content, content_lists, schedules, senders, tenant_settings
from engine.store.tables import Broadcast, Content, Schedule, Sender

LOOKED_BACK = timedelta(days=2)
SEED = "preview"
"""The broadcast's own is drawn when it is opened: until then instants differ, sizes do not."""


def plan_ahead(
    session: Session, tenant: TenantId, schedule: ScheduleId, *, reserve: float, now: datetime
) -> PlanView | NoPlan | None:
    """The plan as it would be now, or as it was made when the broadcast has been opened already;
    None when the tenant has no such schedule.

    reserve: the part of each rate that is kept for replies. Takes a second or two for a hundred
    thousand people, so it is not made while a broadcast goes out.
    """
    row = schedules.find(session, schedule, tenant)
    if row is None:
        return None
    if somebody_sends(session):
        return NoPlan(BUSY)
    found = coming(session, tenant, row, reserve=reserve, now=now)
    if isinstance(found, NoPlan):
        return found
    if not isinstance(found, Coming):
        return plan_made(session, tenant, found, reserve=reserve)
    if found.plan is None:
        return NoPlan("No sender may send. See Senders.")
    return PlanView(
        basis=Basis.TODAY,
        broadcast=None,
        title=row.name,
        day=found.day,
        window=found.window,
        pacing=Pacing(row.pacing),
        routing=found.routing,
        has_content=found.pack is not None,
        senders=_parts(senders.pool(session, tenant), _made(found, found.plan), reserve),
        left_out=found.left_out,
        no_room=len(found.without),
        no_room_words=found.no_room_words,
        first_ones=canary.size(len(found.plan.audience)) if row.canary else 0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """The plan of a broadcast that is not opened yet, and what it was made of.

    plan: None when no sender may send. slots: its instants once the rest waits for the first ones.
    without: subscribers for whom the limits of the day have no room.
    """

    row: Schedule
    day: date
    window: Window
    pack: Content | None
    left_out: Counter[Exclusion]
    plan: planning.Plan | None
    lanes: Sequence[PlanLane]
    routing: Routing
    slots: "array[int]"
    without: "array[int]"
    no_room_words: str


def coming(
    session: Session,
    tenant: TenantId,
    row: Schedule,
    *,
    reserve: float,
    now: datetime,
    even_opened: bool = False,
) -> Coming | BroadcastId | NoPlan:
    """The plan as it would be now; the broadcast, when it has been opened already.

    even_opened: the plan all the same, of one that was opened and is not frozen yet.
    """
    settings = tenant_settings.values(session, tenant)
    since = service_day(now) - LOOKED_BACK
    skip_days = schedules.skip_days(session, since).get(tenant, {})
    ahead = next_window(session, row, now, shape_of(settings), skip_days)
    if ahead is None:
        return NoPlan("It has no opening ahead: switch it on, or give it another instant.")
    day, window, _ = ahead
    opened = _opened(session, ScheduleId(row.id or 0), day)
    if opened is not None and not even_opened:
        return opened
    pack = pack_of(session, tenant, row, day)
    languages = None if pack is None else _languages(session, pack)
    today = people.today(session, tenant, languages)
    _, lanes = able_lanes(senders.pool(session, tenant), reserve)
    room = people.room(session, tenant, now)
    audience, _, without = room.audience(today.audience, people.places(today.audience), lanes)
    asked = _Asked(row, window, Routing(value_of(settings, ROUTING.key)), month_of(day))
    lanes = room.lanes(audience, lanes)
    plan = _plan(audience, lanes, asked) if lanes else None
    return Coming(
        row=row,
        day=day,
        window=window,
        pack=pack,
        left_out=today.left_out,
        plan=plan,
        lanes=[lane for lane in lanes if lane.rate > 0],
        routing=asked.routing,
        slots=_slots(plan, row),
        without=without,
        no_room_words=room.words,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    row: Schedule
    window: Window
    routing: Routing
    month: str


@dataclass(frozen=True, slots=True)
class _Made:
    """The plan's lanes, and in their order: how many a second, firsts, lasts, whom they lost."""

    opens_at: datetime
    lanes: Sequence[PlanLane]
    seconds: list[list[int]]
    firsts: list[int | None]
    lasts: list[int | None]
    turned_away: list[int]


def _plan(audience: planning.Audience, lanes: Sequence[PlanLane], asked: _Asked) -> planning.Plan:
    row, window = asked.row, asked.window
    rule = schedules.canary_rule(row)
    held_back = rule.wait + canary.TURN if row.canary else timedelta(0)
    room = window.primary_ends_at - LANDING - held_back - window.opens_at
    return planning.plan(
        audience,
        lanes,
        opens_at=window.opens_at,
        pacing=Pacing(row.pacing),
        month=asked.month,
        seed=SEED,
        routing=asked.routing,
        over=max(room, timedelta(0)),
    )


def _made(found: Coming, plan: planning.Plan) -> _Made:
    usable = found.lanes
    wanted = first_choices(plan.audience, plan.audience.in_order(), usable, routing=found.routing)
    firsts: list[int | None] = [None] * len(usable)
    lasts: list[int | None] = [None] * len(usable)
    for slot, lane in zip(found.slots, plan.lane_of, strict=True):
        first, last = firsts[lane], lasts[lane]
        firsts[lane] = slot if first is None else min(first, slot)
        lasts[lane] = slot if last is None else max(last, slot)
    sizes = plan.sizes()
    return _Made(
        opens_at=plan.opens_at,
        lanes=usable,
        seconds=by_second(found.slots, plan.lane_of, len(usable)),
        firsts=firsts,
        lasts=lasts,
        turned_away=[
            max(0, want - sizes[lane.sender]) for want, lane in zip(wanted, usable, strict=True)
        ],
    )


def _slots(plan: planning.Plan | None, row: Schedule) -> "array[int]":
    if plan is None:
        return array("q")
    return _held_back(plan, row) if row.canary else plan.slots


def _held_back(plan: planning.Plan, row: Schedule) -> "array[int]":
    """The instants once the rest waits for the first ones."""
    rule, everybody = schedules.canary_rule(row), len(plan.audience)
    until = canary.ends_at((at for _, _, at in plan.planned(0, everybody)), everybody)
    return array(
        "q",
        (
            (canary.held_back(at, until, rule) - plan.opens_at) // timedelta(microseconds=1)
            for _, _, at in plan.planned(0, everybody)
        ),
    )


def _parts(pool: Sequence[Sender], made: _Made, reserve: float) -> tuple[SenderPart, ...]:
    place_of = {lane.sender: place for place, lane in enumerate(made.lanes)}
    parts: list[SenderPart] = []
    for sender in pool:
        identity = SenderId(sender.id or 0)
        place = place_of.get(identity)
        if place is None:
            parts.append(_idle(sender, reserve))
            continue
        lane = made.lanes[place]
        parts.append(
            SenderPart(
                sender=identity,
                display_phone=sender.display_phone,
                role=sender.role,
                rate=lane.rate,
                people=sum(made.seconds[place]),
                first_at=_instant(made.opens_at, made.firsts[place]),
                last_at=_instant(made.opens_at, made.lasts[place]),
                seconds=tuple(made.seconds[place]),
                most=lane.most,
                turned_away=made.turned_away[place],
            )
        )
    return tuple(parts)


def _idle(sender: Sender, reserve: float) -> SenderPart:
    return SenderPart(
        sender=SenderId(sender.id or 0),
        display_phone=sender.display_phone,
        role=sender.role,
        rate=rate_of(sender, reserve),
        idle=idle_because(sender),
    )


def _instant(opens_at: datetime, slot: int | None) -> datetime | None:
    return None if slot is None else opens_at + timedelta(microseconds=slot)


def pack_of(session: Session, tenant: TenantId, row: Schedule, day: date) -> Content | None:
    """What it would send: the one it was given, else the day's, approved or not yet."""
    if row.content_id is not None:
        return content.get(session, ContentId(row.content_id), tenant)
    query = (
        sa.select(Content)
        .where(col(Content.tenant_id) == tenant, col(Content.day) == day, content_lists.FIRST)
        .order_by(col(Content.content_hash).is_(None), col(Content.id).desc())
        .limit(1)
    )
    return session.scalars(query).first()


def _opened(session: Session, schedule: ScheduleId, day: date) -> BroadcastId | None:
    # While it is being frozen it has no plan yet, and what it would be now is what it will be.
    query = sa.select(col(Broadcast.id)).where(
        col(Broadcast.schedule_id) == schedule,
        col(Broadcast.service_day) == day,
        sa.or_(
            col(Broadcast.planned_at).is_not(None),
            col(Broadcast.state).in_([state.value for state in OVER]),
        ),
    )
    found = session.connection().execute(query).scalar_one_or_none()
    return None if found is None else BroadcastId(found)


def _languages(session: Session, pack: Content) -> set[str]:
    return {one.language for one in content.variants(session, ContentId(pack.id or 0))}
