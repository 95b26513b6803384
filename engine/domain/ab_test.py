"""What two wordings of a morning came to, and whether the difference is more than chance (spec D6).

One question is judged, which is read more, and once: a day after the opening, on what happened
until then. Who looks every hour and stops when he likes what he sees finds a difference where there
is none. The interval is Newcombe's for two independent shares, from Wilson's of each ("Interval
estimation for the difference between independent proportions", Statistics in Medicine 17, 1998,
method 10): it holds for small shares and small numbers, too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import sqrt

from engine.domain.delivery import State
from engine.domain.digits import grouped
from engine.domain.reporting import Fact

WITHIN = timedelta(hours=24)
"""After the opening; what comes later counts for neither."""
LATE_NEWS = timedelta(minutes=10)
"""What happened in time may be heard of a little later."""
LEAST_PEOPLE = 100
LEAST_EACH = 5
"""Readers, and people who did not read, that each wording must be expected to have."""
Z95 = 1.959963984540054
"""Two-sided, 95 %."""
Z80 = 0.8416212335729143
"""One-sided, 80 %: the power that a design is usually asked for."""


@dataclass(slots=True)
class Counts:
    """What one wording came to within a day of the opening: people each.

    replied: wrote back, other than to say stop. stopped: said stop after it was sent to them.
    """

    targeted: int = 0
    delivered: int = 0
    read: int = 0
    replied: int = 0
    stopped: int = 0
    failed: int = 0

    def take(self, fact: Fact, *, targeted: bool, opens_at: datetime) -> None:
        """Count one delivery."""
        until = opens_at + WITHIN
        reached = fact.delivered_at or fact.read_at
        self.targeted += targeted
        self.delivered += _by(reached, until)
        self.read += _by(fact.read_at, until)
        self.replied += _by(_after(fact.replied_at, fact.accepted_at), until)
        self.stopped += _by(_after(fact.stopped_at, fact.accepted_at), until)
        self.failed += fact.state in {State.FAILED, State.DISCARDED}


def _by(at: datetime | None, until: datetime) -> bool:
    return at is not None and at <= until


def _after(at: datetime | None, start: datetime | None) -> datetime | None:
    return at if at is not None and start is not None and at >= start else None


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    hits: int
    of: int

    @property
    def rate(self) -> float:
        """0 to 1; 0 of nothing."""
        return self.hits / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both in it."""

    low: float
    high: float


def wilson(share: Share, z: float = Z95) -> Interval:
    """In which the true share lies. Raises ValueError for a share of nothing."""
    if share.of <= 0:
        raise ValueError("a share of nobody says nothing")
    n, p = share.of, share.rate
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if share.hits == 0 else max(0.0, middle - half)
    high = 1.0 if share.hits == n else min(1.0, middle + half)
    return Interval(low, high)


def newcombe(a: Share, b: Share, z: float = Z95) -> Interval:
    """In which the difference b - a of the true shares lies. Raises ValueError for nobody."""
    of_a, of_b = wilson(a, z), wilson(b, z)
    difference = b.rate - a.rate
    return Interval(
        difference - sqrt((b.rate - of_b.low) ** 2 + (of_a.high - a.rate) ** 2),
        difference + sqrt((of_b.high - b.rate) ** 2 + (a.rate - of_a.low) ** 2),
    )


class Finding(StrEnum):
    """What may be said of two shares."""

    WAITS = "waits"  # the day after the opening is not over
    TOO_FEW = "too_few"  # whatever they are, they say nothing
    ALIKE = "alike"  # zero lies in the interval: no difference was shown
    A_MORE = "a_more"
    B_MORE = "b_more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """`difference` is b - a, with its interval; None where there is nothing to say.

    visible: the smallest difference that so many people would have shown in four of five such
    mornings.
    """

    finding: Finding
    a: Share
    b: Share
    difference: float | None = None
    interval: Interval | None = None
    visible: float | None = None


def judge(a: Counts, b: Counts, *, day_over: bool) -> Judgement:
    """Which of two wordings was read more, of those it was delivered to."""
    shares = Share(a.read, a.delivered), Share(b.read, b.delivered)
    if not day_over:
        return Judgement(finding=Finding.WAITS, a=shares[0], b=shares[1])
    return judge_shares(*shares)


def judge_shares(a: Share, b: Share) -> Judgement:
    """The same for any two shares that are final."""
    fewest = min(a.of, b.of)
    pooled = (a.hits + b.hits) / (a.of + b.of) if a.of + b.of else 0.0
    if fewest < LEAST_PEOPLE or min(pooled, 1 - pooled) * fewest < LEAST_EACH:
        return Judgement(finding=Finding.TOO_FEW, a=a, b=b)
    interval = newcombe(a, b)
    if interval.low > 0:
        finding = Finding.B_MORE
    else:
        finding = Finding.A_MORE if interval.high < 0 else Finding.ALIKE
    return Judgement(
        finding=finding,
        a=a,
        b=b,
        difference=b.rate - a.rate,
        interval=interval,
        visible=(Z95 + Z80) * sqrt(pooled * (1 - pooled) * (1 / a.of + 1 / b.of)),
    )


def is_over(opens_at: datetime, counted_at: datetime) -> bool:
    """Whether counts of that instant are final."""
    return counted_at >= opens_at + WITHIN + LATE_NEWS


def note(found: Judgement) -> str:
    """The judgement in words, with the numbers it rests on."""
    people = f"n = {grouped(found.a.of)} and {grouped(found.b.of)}"
    match found.finding:
        case Finding.WAITS:
            return (
                "Not judged yet: what happens within 24 hours of the opening counts, and it is "
                "judged once, when they are over."
            )
        case Finding.TOO_FEW:
            return (
                f"Too few to judge ({people}): each wording needs {LEAST_PEOPLE} people who got "
                f"it, and at least {LEAST_EACH} who read it and {LEAST_EACH} who did not."
            )
        case Finding.ALIKE | Finding.A_MORE | Finding.B_MORE:
            return _compared(found, people)


def _compared(found: Judgement, people: str) -> str:
    assert found.interval is not None
    assert found.difference is not None
    assert found.visible is not None
    numbers = (
        f"B minus A {_points(found.difference)} points, 95 % interval "
        f"{_points(found.interval.low)} to {_points(found.interval.high)}, {people}"
    )
    if found.finding is Finding.ALIKE:
        return (
            f"No difference was shown ({numbers}). So many people show a difference of "
            f"{100 * found.visible:.1f} points in four of five such mornings; a smaller one may "
            "be there."
        )
    which = "A" if found.finding is Finding.A_MORE else "B"
    return (
        f"Wording {which} was read more ({numbers}). Two wordings that are alike look as different "
        "as this in fewer than one of twenty mornings."
    )


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")
