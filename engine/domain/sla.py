"""The morning's verdicts: who was to get it, who had it in time, and whose doing the rest is.

Two verdicts over the same people (spec §1): handed over, by WhatsApp's own `sent`, and delivered,
by `delivered` or `read`. WhatsApp's stamps are whole seconds of its own clock: the second of the
close still counts.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

GOAL = Fraction(99, 100)
"""More than this share is met; exactly this share is not (spec L2)."""
LATE_RECEIPTS = timedelta(minutes=10)
"""Receipts may tell of the window this long after it closed; then the verdict is final."""
PHONES_CODES = frozenset({131026, 131049})
"""Undeliverable, and WhatsApp's cap per person: the phone's doing, whatever our side does."""


class Standing(StrEnum):
    """How much a verdict is worth at some instant."""

    RUNNING = "running"  # the window is open: it can still get better
    PROVISIONAL = "provisional"  # closed, but receipts are still coming in
    FINAL = "final"


class Miss(StrEnum):
    """Whose doing it is that somebody did not have it in time."""

    OURS = "ours"  # our side's: late, refused, lost, or for a cause of the sender or the text
    PHONES = "phones"  # handed over in time and never shown by the phone, or it cannot be reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one frozen recipient. The three stamps are WhatsApp's."""

    planned_at: datetime | None
    opted_out_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    error_code: int | None = None
    """Of its last failure, if it had one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A morning in numbers. `handed_over` and `delivered` are those in time."""

    targeted: int
    handed_over: int
    delivered: int
    missed_ours: int = 0
    missed_phones: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`count` of `of` people: whether that is more than the goal. Nobody targeted: neither."""

    count: int
    of: int
    goal: Fraction
    standing: Standing

    @property
    def share(self) -> float | None:
        """0.0 to 1.0, or None when nobody was targeted."""
        return self.count / self.of if self.of else None

    @property
    def met(self) -> bool | None:
        """None when nobody was targeted. Exact: no share is rounded up to the goal."""
        return self.count > self.goal * self.of if self.of else None

    @property
    def missing(self) -> int:
        """How many people more would have met the goal; 0 when it is met."""
        if not self.of or self.met:
            return 0
        return min(math.floor(self.goal * self.of) + 1, self.of) - self.count


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The two answers of the morning."""

    handed_over: Verdict
    delivered: Verdict


def verdicts(
    tally: Tally, *, closes_at: datetime, now: datetime, goal: Fraction = GOAL
) -> Verdicts:
    """Both verdicts as they stand at `now`."""
    at = standing(closes_at, now)
    return Verdicts(
        Verdict(count=tally.handed_over, of=tally.targeted, goal=goal, standing=at),
        Verdict(count=tally.delivered, of=tally.targeted, goal=goal, standing=at),
    )


def standing(closes_at: datetime, now: datetime) -> Standing:
    """Whether a verdict over a window that closes then is running, provisional or final now."""
    if in_time(now, closes_at):
        return Standing.RUNNING
    return Standing.PROVISIONAL if now < closes_at + LATE_RECEIPTS else Standing.FINAL


def tally(fates: Iterable[Fate], closes_at: datetime) -> Tally:
    """Count a morning, person by person."""
    targeted = handed_over = delivered = ours = phones = 0
    for fate in fates:
        if not is_targeted(fate.opted_out_at, fate.planned_at):
            continue
        targeted += 1
        handed_over += in_time(handed_over_at(fate), closes_at)
        delivered += in_time(delivered_at(fate), closes_at)
        match missed(fate, closes_at):
            case Miss.OURS:
                ours += 1
            case Miss.PHONES:
                phones += 1
            case None:
                pass
    return Tally(
        targeted=targeted,
        handed_over=handed_over,
        delivered=delivered,
        missed_ours=ours,
        missed_phones=phones,
    )


def is_targeted(opted_out_at: datetime | None, planned_at: datetime | None) -> bool:
    """Whether a frozen recipient counts: all but those who opted out before their instant."""
    if opted_out_at is None:
        return True
    return planned_at is not None and opted_out_at >= planned_at


def in_time(at: datetime | None, closes_at: datetime) -> bool:
    """Whether a stamp lies in the window, the whole second of the close included."""
    return at is not None and at.replace(microsecond=0) <= closes_at.replace(microsecond=0)


def handed_over_at(fate: Fate) -> datetime | None:
    """WhatsApp's `sent`; what is delivered or read was sent no later, even without that receipt."""
    return _earliest(fate.sent_at, fate.delivered_at, fate.read_at)


def delivered_at(fate: Fate) -> datetime | None:
    """When it was on the phone: WhatsApp skips `delivered` when it is read at once."""
    return _earliest(fate.delivered_at, fate.read_at)


def missed(fate: Fate, closes_at: datetime) -> Miss | None:
    """Whose doing it is that a targeted recipient did not have it in time; None when they did."""
    if in_time(delivered_at(fate), closes_at):
        return None
    if fate.error_code in PHONES_CODES:
        return Miss.PHONES  # also when a later try arrived
    if fate.error_code is not None and delivered_at(fate) is None:
        return Miss.OURS
    return Miss.PHONES if in_time(handed_over_at(fate), closes_at) else Miss.OURS


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Seconds within which half, 95 % and 99 % of the given ones were done."""

    p50: float
    p95: float
    p99: float


def percentiles(seconds: Sequence[float]) -> Percentiles | None:
    """By nearest rank, so each is a time that really occurred. None when there is none."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    return Percentiles(*(_nearest_rank(ordered, percent) for percent in (50, 95, 99)))


def _nearest_rank(ordered: Sequence[float], percent: int) -> float:
    # ceil(percent/100 x n) without floats: 0.95 x 20 must be rank 19, not 20.
    return ordered[max(1, -(-percent * len(ordered) // 100)) - 1]


def _earliest(*stamps: datetime | None) -> datetime | None:
    return min((stamp for stamp in stamps if stamp is not None), default=None)
