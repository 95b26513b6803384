"""How long messages take to the phone, and how many never get there: fitted to what was seen.

Phones answer along a log-normal curve, and a share of them never do (switched off, blocked). Both
are read off those that arrived and, just as much, off those that have not yet: a message on its way
for a minute is slow or lost, and says so. What is usual for phones keeps the fit sane while little
is known.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Seconds = TypeVar("Seconds", int, float)

_SQRT2 = math.sqrt(2.0)
TINY = 1e-12
BUCKETS_EXACT = 8
BUCKET_GROWTH = 1.4
"""Times are exact up to so many seconds, then in buckets each so much longer than the last one."""


@dataclass(frozen=True, slots=True)
class LagCurve:
    """ln of the median in seconds, the spread of the ln, and ln of the odds of never."""

    median_ln: float
    spread: float
    never_odds_ln: float

    @property
    def never(self) -> float:
        """The share that never arrives."""
        return 1.0 / (1.0 + math.exp(-self.never_odds_ln))

    def within(self, seconds: float) -> float:
        """Of those that arrive, the share that does so within so many seconds."""
        if seconds <= 0.0:
            return 0.0
        z = (math.log(seconds) - self.median_ln) / self.spread
        return 0.5 * math.erfc(-z / _SQRT2)


USUAL = LagCurve(math.log(2.5), 1.2, math.log(0.0015))
"""Phones on a usual morning."""
UNUSUAL = (0.7, 0.35, 0.9)
"""How far a morning's curve usually lies from that: one standard deviation each."""
STEPS = 20
STEP_AT_MOST = 1.0
DELTAS = (0.02, 0.02, 0.05)
Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """The likeliest curve, and how else it may be: `root` times three standard normal numbers is
    how far off it is.
    """

    curve: LagCurve
    root: Matrix

    def moved(self, z: Sequence[float]) -> LagCurve:
        """The curve so many standard deviations away from the likeliest."""
        shift = [sum(self.root[i][j] * z[j] for j in range(3)) for i in range(3)]
        return LagCurve(
            self.curve.median_ln + shift[0],
            max(0.2, self.curve.spread + shift[1]),
            min(3.0, self.curve.never_odds_ln + shift[2]),
        )


def fit(
    arrived: Mapping[int, float],
    waiting: Mapping[float, float],
    usual: LagCurve = USUAL,
) -> Fit:
    """The curve by those on the phone (by whole seconds), and those not yet (by seconds since the
    send).
    """
    came = bucketed(arrived)
    waits = bucketed(waiting)
    edges = [(max(0.0, low - 0.5), high + 0.5, count) for low, high, count in came]
    ages = [((low + high) / 2, count) for low, high, count in waits if low > 0]
    centre = (usual.median_ln, usual.spread, usual.never_odds_ln)

    def cost(at: Sequence[float]) -> float:
        curve = LagCurve(at[0], max(0.2, at[1]), at[2])
        never = curve.never
        lives = 1.0 - never
        total = sum(((a - c) / u) ** 2 for a, c, u in zip(at, centre, UNUSUAL, strict=True)) / 2
        for low, high, count in edges:
            total -= count * math.log(lives * (curve.within(high) - curve.within(low)) + TINY)
        for age, count in ages:
            total -= count * math.log(never + lives * (1.0 - curve.within(age)) + TINY)
        return total

    return _minimum(cost, list(centre))


def bucketed(counts: Mapping[Seconds, float]) -> list[tuple[float, float, float]]:
    """(from, to, how many), in few buckets: short times exactly, long ones roughly."""
    rows: list[tuple[float, float, float]] = []
    for key in sorted(counts):
        count = counts[key]
        if rows and key > BUCKETS_EXACT and key <= rows[-1][0] * BUCKET_GROWTH:
            low, _, before = rows[-1]
            rows[-1] = (low, float(key), before + count)
        else:
            rows.append((float(key), float(key), count))
    return rows


def _minimum(cost: Callable[[Sequence[float]], float], at: list[float]) -> Fit:
    """Newton's way downhill, with differences for derivatives; damped where it is not convex."""
    best = cost(at)
    damping = 1e-3
    hessian = [[0.0] * 3 for _ in range(3)]
    for _ in range(STEPS):
        gradient, hessian = _derivatives(cost, at, best)
        moved = False
        for _ in range(6):
            damped = [
                [
                    hessian[i][j] + (damping * (1.0 + abs(hessian[i][i])) if i == j else 0.0)
                    for j in range(3)
                ]
                for i in range(3)
            ]
            root = _cholesky(damped)
            if root is None:
                damping *= 10
                continue
            step = _solved(root, gradient)
            longest = max(1.0, max(abs(one) for one in step) / STEP_AT_MOST)
            tried = [a - s / longest for a, s in zip(at, step, strict=True)]
            value = cost(tried)
            if value <= best:
                moved = best - value > 1e-4
                at, best = tried, value
                damping = max(1e-6, damping / 10)
                break
            damping *= 10
        if not moved:
            break
    return Fit(LagCurve(at[0], max(0.2, at[1]), at[2]), _spread(hessian))


def _derivatives(
    cost: Callable[[Sequence[float]], float], at: Sequence[float], here: float
) -> tuple[list[float], list[list[float]]]:
    plus: list[float] = []
    minus: list[float] = []
    for i in range(3):
        for sign, values in ((1, plus), (-1, minus)):
            moved = list(at)
            moved[i] += sign * DELTAS[i]
            values.append(cost(moved))
    gradient = [(plus[i] - minus[i]) / (2 * DELTAS[i]) for i in range(3)]
    hessian = [[0.0] * 3 for _ in range(3)]
    for i in range(3):
        hessian[i][i] = (plus[i] - 2 * here + minus[i]) / DELTAS[i] ** 2
        for j in range(i):
            moved = list(at)
            moved[i] += DELTAS[i]
            moved[j] += DELTAS[j]
            both = cost(moved)
            mixed = (both - plus[i] - plus[j] + here) / (DELTAS[i] * DELTAS[j])
            hessian[i][j] = hessian[j][i] = mixed
    return gradient, hessian


def _cholesky(matrix: Sequence[Sequence[float]]) -> list[list[float]] | None:
    root = [[0.0] * 3 for _ in range(3)]
    for i in range(3):
        for j in range(i + 1):
            rest = matrix[i][j] - sum(root[i][k] * root[j][k] for k in range(j))
            if i == j:
                if rest <= 0:
                    return None
                root[i][i] = math.sqrt(rest)
            else:
                root[i][j] = rest / root[j][j]
    return root


def _solved(root: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    forward: list[float] = []
    for i in range(3):
        rest = right[i] - sum(root[i][k] * forward[k] for k in range(i))
        forward.append(rest / root[i][i])
    back = [0.0] * 3
    for i in reversed(range(3)):
        rest = forward[i] - sum(root[k][i] * back[k] for k in range(i + 1, 3))
        back[i] = rest / root[i][i]
    return back


def _spread(hessian: Sequence[Sequence[float]]) -> Matrix:
    """The inverse of the Hessian's root, which turns standard normal numbers into shifts."""
    # What is usual bounds it from below, so that nothing is less certain than before the morning.
    floor = [1.0 / one**2 for one in UNUSUAL]
    bounded = [list(row) for row in hessian]
    root = _cholesky(bounded)
    if root is None:
        root = [
            [math.sqrt(max(bounded[i][i], floor[i])) if i == j else 0.0 for j in range(3)]
            for i in range(3)
        ]
    columns: list[list[float]] = []
    for i in range(3):
        # Solve root^T x = e_i
        back = [0.0] * 3
        for k in reversed(range(3)):
            rest = (1.0 if k == i else 0.0) - sum(root[m][k] * back[m] for m in range(k + 1, 3))
            back[k] = rest / root[k][k]
        columns.append(back)
    return tuple(tuple(columns[j][i] for j in range(3)) for i in range(3))
