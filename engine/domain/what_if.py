"""What if there were more people, fewer numbers, another pace? When all is handed over, when 99 %
have it, and what it costs, worked out without planning anybody (spec P8).

People are shared out as the planner does (`routing`), lanes are queues (`what_if_lanes`), and when
phones have it is what the rehearsal says of the same sends (`arrivals`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.domain import canary, cost
from engine.domain.arrivals import Arrival, Curve, Departures, arrival
from engine.domain.forecast import DELIVERED_SHARE
from engine.domain.forecast_model import ANSWER_SECONDS
from engine.domain.lag_curve import USUAL
from engine.domain.planning import SPREAD, Pacing
from engine.domain.routing import PlanLane, lane_room, most_of
from engine.domain.what_if_lanes import Flow, Loss, Points, flow

__all__ = ["Loss", "Outcome", "Phones", "Scenario", "price", "shares", "work_out"]

CERTAIN_AFTER_SECONDS = 3_600.0
"""Of what is not on the phone an hour after the last send nobody would say that it will be."""
PARTS = 100
"""Sends are taken together in so many parts at most: a hundredth of them all is no matter."""
NOBODY_YET = Arrival(None, None, None, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phones:
    """How long messages take. curve: from the instant they leave; reaches: the share that ever
    arrives; spread: by what factor all lags of one morning may differ from the curve.
    """

    curve: Curve
    reaches: float
    spread: float = 1.0

    def within(self, seconds: float) -> float:
        """The share of all that is there within so many seconds."""
        return self.reaches * self.curve.within(seconds)


@dataclass(frozen=True, slots=True)
class _Answered:
    """The usual curve, which counts from WhatsApp's answer, from the send on."""

    def within(self, seconds: float) -> float:
        return USUAL.within(seconds - ANSWER_SECONDS)


USUAL_PHONES = Phones(curve=_Answered(), reaches=1.0 - USUAL.never)
"""Where nothing was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is supposed. lanes: the senders, what each may send a second and its cap of the day;
    portfolio: how many people may be written to, None: no limit; closes, window: seconds after the
    opening; first_wait: seconds that the rest waits for the first ones, 0: nobody goes first.
    """

    people: int
    lanes: tuple[PlanLane, ...]
    pacing: Pacing = Pacing.JITTERED
    portfolio: int | None = None
    loss: Loss | None = None
    closes: float = 300.0
    window: float = SPREAD.total_seconds()
    first_wait: float = 0.0


@dataclass(frozen=True, slots=True)
class LanePart:
    """What one sender comes to. people: those it has in the end; last: seconds after the opening,
    None when it sends nothing.
    """

    sender: int
    people: int
    last: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What comes of it. Seconds are counted from the opening; None is never."""

    people: int
    handed_over: int
    beyond_limit: int
    """Whom the portfolio's limit leaves out."""
    beyond_caps: int
    """Whom the senders' own caps leave out."""
    without_sender: int
    """All of them, where nobody may send."""
    stranded: int
    """Who had a sender until it was lost, and whom no other may take."""
    last_seconds: float | None
    arrival: Arrival
    """When 99 % of all have it."""
    sends: Points
    phones: Phones
    lanes: tuple[LanePart, ...] = ()

    @property
    def no_room(self) -> int:
        """Who is not even planned."""
        return self.beyond_limit + self.beyond_caps + self.without_sender

    @property
    def delivered_seconds(self) -> float | None:
        """When 99 % of all have it, most probably."""
        return self.arrival.at

    @property
    def delivered_in_all(self) -> int:
        """How many have it in the end, most probably."""
        return round(self.handed_over * self.phones.reaches)

    def delivered(self, seconds: float) -> float:
        """How many have it by then, most probably."""
        there = before = began = 0.0
        for at, until in self.sends:
            if began >= seconds:
                break
            there += (until - before) * self.phones.within(seconds - (began + at) / 2)
            began, before = at, until
        return there

    def sent(self, seconds: float) -> float:
        """How many are handed over by then."""
        before = began = 0.0
        for at, until in self.sends:
            if at >= seconds:
                return before + (until - before) * max(0.0, seconds - began) / (at - began)
            began, before = at, until
        return before


def work_out(scenario: Scenario, phones: Phones = USUAL_PHONES) -> Outcome:
    """What would come of a scenario."""
    lanes = [lane for lane in scenario.lanes if lane.rate > 0 and lane.most != 0]
    allowed = scenario.people
    if scenario.portfolio is not None:
        allowed = min(allowed, max(0, scenario.portfolio))
    together = 0 if not lanes else most_of(lanes)
    room = allowed if together is None else min(allowed, together)
    able = any(lane.rate > 0 for lane in scenario.lanes)
    sent = _sent(scenario, lanes, room) if room else Flow()
    handed = room - sent.stranded
    outcome = Outcome(
        people=scenario.people,
        handed_over=handed,
        beyond_limit=scenario.people - allowed,
        beyond_caps=allowed - room if able else 0,
        without_sender=0 if able else allowed,
        stranded=sent.stranded,
        last_seconds=sent.points[-1][0] if sent.points and handed else None,
        arrival=NOBODY_YET,
        sends=sent.points,
        phones=phones,
        lanes=tuple(
            LanePart(lane.sender, round(many), last)
            for lane, many, last in zip(sent.lanes, sent.sizes, sent.lasts, strict=True)
        ),
    )
    return replace(outcome, arrival=_arrival(outcome, scenario.closes)) if handed else outcome


def shares(people: int, lanes: Sequence[PlanLane]) -> list[int]:
    """How many each lane gets: as many as it has room for, the last ones what is left."""
    found: list[int] = []
    for room in lane_room(people, lanes):
        found.append(min(room, people - sum(found)))
    return found


def price(delivered: int, each: Decimal | None) -> Decimal | None:
    """Rupees for so many delivered messages, to the paisa; None when no rate is known."""
    return None if each is None else cost.to_paisa(each * delivered)


def _sent(scenario: Scenario, lanes: Sequence[PlanLane], room: int) -> Flow:
    window, wait = scenario.window - scenario.first_wait, scenario.first_wait
    calm = flow(room, lanes, scenario.pacing, window, None)
    first_until = _when(calm.points, canary.size(room)) if wait else 0.0
    loss = scenario.loss
    if loss is None:
        return calm.held_back(first_until, wait)
    # The rest waits as a whole: to it the loss comes by so much earlier.
    at = loss.at_seconds
    if wait and at > first_until:
        at = round(max(first_until, at - wait))
    lost = flow(room, lanes, scenario.pacing, window, replace(loss, at_seconds=at))
    return lost.held_back(first_until, wait)


def _when(points: Points, many: int) -> float:
    """When so many had left."""
    began = before = 0.0
    for at, until in points:
        if until >= many:
            return began + (at - began) * (many - before) / (until - before)
        began, before = at, until
    return began


def _arrival(outcome: Outcome, closes: float) -> Arrival:
    return arrival(
        [
            Departures(
                left=_together(outcome.sends),
                curve=outcome.phones.curve,
                reaches=outcome.phones.reaches,
                spread=outcome.phones.spread,
            )
        ],
        people=outcome.people,
        share=DELIVERED_SHARE,
        lost=outcome.people - outcome.handed_over,
        ends=max(closes, outcome.sends[-1][0]) + CERTAIN_AFTER_SECONDS,
    )


def _together(points: Points) -> list[tuple[float, float]]:
    """(middle instant, how many left around it), in few parts."""
    every = -(-len(points) // PARTS)
    found: list[tuple[float, float]] = []
    began = before = 0.0
    for nth in range(0, len(points), every):
        at, until = points[min(nth + every, len(points)) - 1]
        if until > before:
            found.append(((began + at) / 2, until - before))
        began, before = at, until
    return found
