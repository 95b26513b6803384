"""A day in numbers: every delivery is counted once in each dimension, and days add up (spec L3).

What is counted of one delivery is decided here alone; who was targeted and what came in time is
`sla`'s word, so a report says what the board said.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from engine.domain import sla
from engine.domain.cost import country_of
from engine.domain.delivery import State
from engine.domain.sla import Fate, Miss


class Dimension(StrEnum):
    """By what a day is taken apart; `total` has one key, the empty one."""

    TOTAL = "total"
    SENDER = "sender"  # its id
    TIER = "tier"
    LANGUAGE = "language"
    REGION = "region"
    TEMPLATE = "template"  # name/language
    VARIANT = "variant"  # hash of the content it was sent under
    READ_HOUR = "read_hour"  # 00 … 23, in the tenant's zone; what was read in it
    PRICE = "price"  # category/country


TIMED = frozenset(Dimension) - {Dimension.READ_HOUR, Dimension.PRICE}
"""Dimensions whose times to delivered are kept."""


@dataclass(slots=True)
class Figures:
    """Counts of deliveries. `handed_over` and `on_time` are those before the close.

    sent, delivered: ever, whenever it came. failed: given up on, closed by a person or not.
    open: waiting, being sent, unknown, or held for a person.
    """

    planned: int = 0
    targeted: int = 0
    opted_out: int = 0
    cancelled: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    open: int = 0
    held: int = 0
    handed_over: int = 0
    on_time: int = 0
    missed_ours: int = 0
    missed_phones: int = 0
    attempts: int = 0
    retried: int = 0
    retried_well: int = 0
    refused: int = 0

    def add(self, other: "Figures") -> None:
        """Count another's deliveries, too."""
        for one in COUNTS:
            setattr(self, one, getattr(self, one) + getattr(other, one))


COUNTS = tuple(one.name for one in fields(Figures))
_GONE = frozenset({State.FAILED, State.DISCARDED})
_OPEN = frozenset({State.PLANNED, State.SENDING, State.UNKNOWN, State.RETRYING, State.HELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One delivery of a broadcast, with everything a report asks of it. The stamps are WhatsApp's
    but `accepted_at`.
    """

    state: State
    sender: int | None
    tier: str
    language: str
    region: str
    template: str
    variant: str
    category: str
    phone: str | None
    bsuid: str | None
    planned_at: datetime | None
    opted_out_at: datetime | None
    accepted_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    error_code: int | None
    attempts: int
    refused: int = 0
    """Attempts that WhatsApp or the way to it answered with an error."""
    wording: str = ""
    """Of two, the one they got; the next two are known only then."""
    replied_at: datetime | None = None
    stopped_at: datetime | None = None


@dataclass(slots=True)
class Cell:
    """One key of one dimension: its figures, and how often each second occurred.

    lags: from WhatsApp's yes to the phone. after: from the opening to the phone.
    """

    figures: Figures = field(default_factory=Figures)
    lags: "Counter[int]" = field(default_factory=lambda: Counter[int]())
    after: "Counter[int]" = field(default_factory=lambda: Counter[int]())


@dataclass(slots=True)
class DaySheet:
    """A day being counted."""

    zone: ZoneInfo
    cells: dict[tuple[Dimension, str], Cell] = field(
        default_factory=lambda: dict[tuple[Dimension, str], Cell]()
    )
    failures: "Counter[int | None]" = field(default_factory=lambda: Counter[int | None]())
    """Deliveries given up on, by the code of their last failure."""

    def count(self, fact: Fact, *, opens_at: datetime, closes_at: datetime) -> None:
        """Count one delivery in all its dimensions."""
        own = figures_of(fact, closes_at)
        arrived = sla.delivered_at(_fate(fact))
        lag = None if arrived is None else seconds_between(fact.accepted_at, arrived)
        after = None if arrived is None else seconds_between(opens_at, arrived)
        for dimension, key in self._keys(fact):
            cell = self.cells.setdefault((dimension, key), Cell())
            cell.figures.add(own)
            if lag is not None and dimension in TIMED:
                cell.lags[lag] += 1
            if after is not None and dimension is Dimension.TOTAL:
                cell.after[after] += 1
        if own.failed:
            self.failures[fact.error_code] += 1

    def _keys(self, fact: Fact) -> Iterable[tuple[Dimension, str]]:
        yield Dimension.TOTAL, ""
        yield Dimension.SENDER, "" if fact.sender is None else str(fact.sender)
        yield Dimension.TIER, fact.tier
        yield Dimension.LANGUAGE, fact.language
        yield Dimension.REGION, fact.region
        yield Dimension.TEMPLATE, fact.template
        yield Dimension.VARIANT, fact.variant
        yield Dimension.PRICE, f"{fact.category}/{country_of(fact.phone, fact.bsuid)}"
        if fact.read_at is not None:
            yield Dimension.READ_HOUR, fact.read_at.astimezone(self.zone).strftime("%H")


def figures_of(fact: Fact, closes_at: datetime) -> Figures:
    """What one delivery counts as."""
    fate = _fate(fact)
    targeted = sla.is_targeted(fact.opted_out_at, fact.planned_at)
    arrived = sla.delivered_at(fate) is not None
    missed = sla.missed(fate, closes_at) if targeted else None
    return Figures(
        planned=1,
        targeted=int(targeted),
        opted_out=int(not targeted),
        cancelled=int(fact.state is State.CANCELLED),
        sent=int(sla.handed_over_at(fate) is not None),
        delivered=int(arrived),
        read=int(fact.read_at is not None),
        failed=int(fact.state in _GONE),
        open=int(fact.state in _OPEN),
        held=int(fact.state is State.HELD),
        handed_over=int(targeted and sla.in_time(sla.handed_over_at(fate), closes_at)),
        on_time=int(targeted and sla.in_time(sla.delivered_at(fate), closes_at)),
        missed_ours=int(missed is Miss.OURS),
        missed_phones=int(missed is Miss.PHONES),
        attempts=fact.attempts,
        retried=int(fact.attempts > 1),
        retried_well=int(fact.attempts > 1 and arrived),
        refused=fact.refused,
    )


def seconds_between(start: datetime | None, end: datetime) -> int | None:
    """Whole seconds, each instant cut to its second as WhatsApp's are; never below zero."""
    if start is None:
        return None
    cut = end.replace(microsecond=0) - start.replace(microsecond=0)
    return max(0, int(cut.total_seconds()))


def _fate(fact: Fact) -> Fate:
    return Fate(
        planned_at=fact.planned_at,
        opted_out_at=fact.opted_out_at,
        sent_at=fact.sent_at,
        delivered_at=fact.delivered_at,
        read_at=fact.read_at,
        error_code=fact.error_code,
    )
