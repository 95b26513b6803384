"""The chance that enough people have it, at any instant ahead: what a forecast is read off.

Three groups of people have it not yet: those whose message is on its way, those it has still to be
sent to, and those whose message got no answer. For each there is a chance to have it by an instant:
by the curve of the phones, as this morning showed it (`lag_curve`), and by the plan that is left
(`sends_ahead`). How sure their sum is follows from how many are left to chance, how well the curve
is known, and how long a trouble may last.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.domain.lag_curve import LagCurve, bucketed, fit
from engine.domain.sends_ahead import Trouble, sends_ahead
from engine.domain.signs import HEARD_SECONDS, LaneSigns, Signs

SILENT_AFTER = 6.0
"""Seconds without a word from WhatsApp after which one asks whether its webhooks come at all."""
MISSED_AT_LEAST = 4.0
"""So many arrivals that should have been told in that time mean that they do not."""
TOLD_SECONDS = 1.5
"""From an arrival to its word, on a usual morning."""
ANSWER_SECONDS = 0.5
"""From a send to the answer."""
DOUBT_AGES = (8.0, 0.5, 0.1)
"""Without an answer: up to so many seconds the first share was taken all the same, then the other;
whoever was taken is told by a receipt, and is not in doubt any more.
"""
RESENT_AFTER = 20.0
"""What was not taken is sent again once that is proven (spec E3): how much of it, `SCENES` say."""
RELEASED_AFTER = 20.0
RELEASED_SHARE = 0.8
"""Of what WhatsApp holds for assessment."""
FAILING_AT_LEAST = 3
FAILING_PRIOR = 1.0
FAILING_PRIOR_ODDS = 0.001
"""What fails by a receipt on a usual morning, known as well as one failure would tell it."""
SPREAD = 1.8
"""The curve is less well known than the fit believes: phones are no formula."""
SCENES: tuple[tuple[float, tuple[float, float, float], float, float], ...] = (
    (2.0, (0.0, 0.0, 0.0), 12.0, 0.6),
    (1.0, (0.0, 0.0, 1.2), 20.0, 0.4),
    (1.0, (0.0, 0.0, -1.2), 12.0, 0.8),
    (1.0, (1.2, 0.6, 0.0), 40.0, 0.3),
    (1.0, (-1.2, -0.6, 0.0), 5.0, 1.0),
    (1.0, (0.4, 1.3, 0.3), 20.0, 0.3),
    (1.0, (-0.4, -1.3, -0.3), 5.0, 1.0),
)
"""How the morning may go on: weight, the curve's shift in standard deviations, the seconds that a
trouble lasts, and the share of what was not taken that is sent again in time.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One way the morning may go on."""

    weight: float
    curve: LagCurve
    sends: Sequence[tuple[float, float]]


class Model:
    """The chance that enough people have it, at any instant ahead."""

    def __init__(self, signs: Signs, needed: int) -> None:
        """needed: how many more must have it."""
        self.signs = signs
        self.needed = needed
        self._behind = _behind_by(signs)
        ages = {max(0.0, age - self._behind): 0.0 for age in signs.on_way}
        for age, count in signs.on_way.items():
            ages[max(0.0, age - self._behind)] += count
        self._fit = fit(signs.arrived, ages)
        failing = _failing(signs)
        self._waiting = [((low + high) / 2, count) for low, high, count in bucketed(ages)]
        untaken, self._taken = _doubts(signs)
        self._scenes = [
            Scene(
                weight=weight,
                curve=self._fit.moved([one * SPREAD for one in shift]),
                sends=_sends(
                    signs, {due: count * resent for due, count in untaken.items()}, lasts, failing
                ),
            )
            for weight, shift, lasts, resent in SCENES
        ]
        self._whole = sum(scene.weight for scene in self._scenes)

    @property
    def curve(self) -> LagCurve:
        """Of the phones, most probably."""
        return self._fit.curve

    @property
    def behind(self) -> float:
        """How many seconds the news is old."""
        return self._behind

    def alone(self, lane: LaneSigns) -> Callable[[float], float]:
        """How many more of one lane's people have it within so many seconds, most probably."""
        curve = self._scenes[0].curve
        going = 0.0 if self.signs.paused else 1.0
        waiting = [((low + high) / 2, count) for low, high, count in bucketed(dict(lane.on_way))]
        sends = [
            (at + ANSWER_SECONDS, count * going)
            for at, count in sends_ahead([lane], Trouble(SCENES[0][2]))
        ]
        gathered = _gathered(sends, 12)
        return lambda seconds: self._mean(curve, waiting, gathered, seconds)[0]

    def chance(self, seconds: float) -> float:
        """That 99 % have it within so many seconds from now."""
        total = 0.0
        for scene in self._scenes:
            mean, variance = self._arrivals(scene, seconds)
            spread = math.sqrt(variance + 0.15)
            total += scene.weight * _normal((mean - self.needed + 0.5) / spread)
        return total / self._whole

    def _arrivals(self, scene: Scene, seconds: float) -> tuple[float, float]:
        """How many more have it by then, and the variance of that."""
        sends = (*scene.sends, *self._taken)
        return self._mean(scene.curve, self._waiting, sends, seconds)

    def _mean(
        self,
        curve: LagCurve,
        waiting: Sequence[tuple[float, float]],
        sends: Sequence[tuple[float, float]],
        seconds: float,
    ) -> tuple[float, float]:
        lives = 1.0 - curve.never
        mean = variance = 0.0
        ahead = seconds + self._behind
        for age, count in waiting:
            before = curve.within(age)
            there = lives * (curve.within(age + ahead) - before)
            there /= max(1e-9, curve.never + lives * (1.0 - before))
            mean += count * there
            variance += count * there * (1.0 - there)
        for at, count in sends:
            if at >= seconds:
                continue
            there = lives * curve.within(seconds - at)
            mean += count * there
            variance += count * there * (1.0 - there)
        return mean, variance


def _behind_by(signs: Signs) -> float:
    """How old the newest news is: what arrived after that, nobody has told us."""
    heard = signs.heard
    if heard is None or heard <= SILENT_AFTER:
        return TOLD_SECONDS
    # As it stood at the last word: what should have come since?
    ages = {float(max(0.0, age - heard)): 0.0 for age in signs.on_way}
    for age, count in signs.on_way.items():
        ages[float(max(0.0, age - heard))] += count
    curve = fit(signs.arrived, ages).curve
    missed = 0.0
    for age, count in signs.on_way.items():
        then = age - heard
        before = curve.within(then)
        came = (1.0 - curve.never) * (curve.within(age - TOLD_SECONDS) - before)
        missed += count * max(0.0, came) / max(1e-9, 1.0 - (1.0 - curve.never) * before)
    return heard if missed >= MISSED_AT_LEAST else TOLD_SECONDS


def _doubts(signs: Signs) -> tuple[dict[int, float], list[tuple[float, float]]]:
    """What was sent without an answer: what was not taken, by when that is proven at the soonest;
    and what was taken after all.
    """
    untaken: dict[int, float] = {}
    taken: list[tuple[float, float]] = []
    until, young, old = DOUBT_AGES
    for age, count in signs.doubtful.items():
        share = young if age <= until else old
        taken.append((-float(age), count * share))
        due = max(3, round(RESENT_AFTER - age))
        untaken[due] = untaken.get(due, 0.0) + count * (1.0 - share)
    taken += [(RELEASED_AFTER, count * RELEASED_SHARE) for count in signs.kept_back.values()]
    return untaken, taken


def _failing(signs: Signs) -> tuple[float, float]:
    """The share of what is sent that fails by a receipt: now, and once a trouble is over."""
    failed = sum(signs.failed.values())
    taken = sum(signs.arrived.values()) + sum(signs.on_way.values()) + failed
    latest = sum(count for age, count in signs.failed.items() if age <= HEARD_SECONDS + 2)
    made = sum(lane.accepted for lane in signs.lanes)
    if latest >= FAILING_AT_LEAST and latest * taken > 3 * failed * made / 2:
        rest = (failed - latest + FAILING_PRIOR) / (max(0.0, taken - made) + 1 / FAILING_PRIOR_ODDS)
        return min(1.0, latest / max(1.0, made)), min(1.0, rest)
    share = (failed + FAILING_PRIOR) / (taken + FAILING_PRIOR / FAILING_PRIOR_ODDS)
    return share, share


def _sends(
    signs: Signs, again: Mapping[int, float], lasts: float, failing: tuple[float, float]
) -> list[tuple[float, float]]:
    """(seconds from now, how many) of what will be taken and will not fail."""
    if signs.paused:
        return []
    now, later = failing
    sends = sends_ahead(signs.lanes, Trouble(lasts), again)
    return _gathered(
        [
            (at + ANSWER_SECONDS, count * (1.0 - (now if at < lasts else later)))
            for at, count in sends
        ]
    )


def _gathered(sends: Sequence[tuple[float, float]], most: int = 24) -> list[tuple[float, float]]:
    """In at most about `most` parcels, each at its mean instant."""
    whole = sum(count for _, count in sends)
    if len(sends) <= most or whole <= 0:
        return list(sends)
    size = whole / most
    parcels: list[tuple[float, float]] = []
    at = held = 0.0
    for second, count in sends:
        at, held = at + second * count, held + count
        if held >= size:
            parcels.append((at / held, held))
            at = held = 0.0
    if held > 0:
        parcels.append((at / held, held))
    return parcels


def crossing(chance: Callable[[float], float], wanted: float, ends: float) -> float:
    """By halving, at instants that lie the denser the sooner: chances only grow with time."""
    low, high = 0.0, ends
    for _ in range(14):
        middle = (low + high) / 2 if low > 0 else high / 3
        if chance(middle) >= wanted:
            high = middle
        else:
            low = middle
        if high - low < 0.2:
            break
    return high


def _normal(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))
