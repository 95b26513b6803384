"""What messages cost: WhatsApp's rate cards as data, exact sums, a month's budget (spec L4).

WhatsApp charges for each *delivered* message by the template's category and the country of the
phone; what fails costs nothing. Amounts are rupees in `Decimal`, never floats: the cards have four
digits behind the point. Taxes are no part of a rate and are told beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from engine.domain.content import Category

SOURCE = "Meta, WhatsApp Business Platform, Pricing: rate card in INR"
CHECK = (
    "Meta publishes its rate card as a file that changes on the first of January, April, July and "
    "October. Compare these rates with your own card before you quote them."
)
GST = Decimal("0.18")
"""Of the charge, on top of it, in India."""
PER_MESSAGE_GOAL = Decimal("0.50")
"""Less than this, in rupees, is met (spec L2)."""
INDIA, ELSEWHERE = "IN", "other"
PAISA = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCard:
    """Rupees for one delivered message by (country, category), from a day on."""

    since: date
    rates: Mapping[tuple[str, str], Decimal]
    source: str = SOURCE
    read_on: date = date(2026, 9, 11)
    """When the page was read that says so."""


RATE_CARDS: tuple[RateCard, ...] = (
    # The marketing rate before 2026 is all that is known of that card; it held in this quarter.
    RateCard(
        since=date(2025, 10, 1),
        rates={(INDIA, Category.MARKETING.value): Decimal("0.7846")},
    ),
    RateCard(
        since=date(2026, 1, 1),
        rates={
            (INDIA, Category.MARKETING.value): Decimal("0.8631"),
            (INDIA, Category.UTILITY.value): Decimal("0.1150"),
            (INDIA, Category.AUTHENTICATION.value): Decimal("0.1150"),
        },
    ),
)
"""The oldest first. A pair that a card lacks has no known rate, and is told so, never guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Messages of one kind that were delivered on one day."""

    day: date
    category: str
    country: str
    delivered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one kind of message cost; `amount` is None where no rate is known."""

    category: str
    country: str
    delivered: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Bill:
    """What some messages cost together, without tax."""

    lines: tuple[Line, ...]
    amount: Decimal = field(init=False)
    priced: int = field(init=False)
    """Messages with a known rate; `amount` is for these."""
    unpriced: int = field(init=False)

    def __post_init__(self) -> None:
        priced = [line for line in self.lines if line.amount is not None]
        whole = sum((line.amount for line in priced if line.amount is not None), Decimal(0))
        object.__setattr__(self, "amount", whole)
        object.__setattr__(self, "priced", sum(line.delivered for line in priced))
        rest = sum(line.delivered for line in self.lines if line.amount is None)
        object.__setattr__(self, "unpriced", rest)

    @property
    def with_tax(self) -> Decimal:
        """The amount with GST, to the paisa."""
        return to_paisa(self.amount * (1 + GST))

    @property
    def per_message(self) -> Decimal | None:
        """Rupees for one delivered message; None when none has a known rate."""
        return self.amount / self.priced if self.priced else None


def card_on(day: date, cards: Iterable[RateCard] = RATE_CARDS) -> RateCard | None:
    """The card that holds on a day; None before the first one known."""
    return max(
        (card for card in cards if card.since <= day), key=lambda card: card.since, default=None
    )


def rate(
    day: date, category: str, country: str = INDIA, cards: Iterable[RateCard] = RATE_CARDS
) -> Decimal | None:
    """Rupees for one delivered message; None when no rate is known."""
    card = card_on(day, cards)
    return None if card is None else card.rates.get((country, category))


def bill(usage: Iterable[Usage], cards: Iterable[RateCard] = RATE_CARDS) -> Bill:
    """What these messages cost, each by the card of its day; a line for each kind."""
    known = tuple(cards)
    delivered: dict[tuple[str, str, bool], int] = {}
    amounts: dict[tuple[str, str, bool], Decimal] = {}
    for one in usage:
        each = rate(one.day, one.category, one.country, known)
        kind = (one.category, one.country, each is not None)
        delivered[kind] = delivered.get(kind, 0) + one.delivered
        amounts[kind] = amounts.get(kind, Decimal(0)) + (each or Decimal(0)) * one.delivered
    return Bill(
        tuple(
            Line(
                category=kind[0],
                country=kind[1],
                delivered=count,
                amount=amounts[kind] if kind[2] else None,
            )
            for kind, count in sorted(delivered.items())
            if count
        )
    )


def country_of(phone: str | None, bsuid: str | None) -> str:
    """The market a recipient is charged in: `IN`, or `other`, of which no rates are known.

    A WhatsApp user id begins with its country (`IN.2081978709342942`).
    """
    if phone:
        return INDIA if phone.startswith("+91") else ELSEWHERE
    return INDIA if (bsuid or "").startswith("IN.") else ELSEWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How a month stands against its budget. Rupees; `limit` None: none is set."""

    limit: Decimal | None
    spent: Decimal
    day: int
    """The day of the month that is reached, 1 to 31."""
    days: int

    @property
    def over(self) -> bool:
        """Whether more was spent than was to be."""
        return self.limit is not None and self.spent > self.limit

    @property
    def share(self) -> Decimal | None:
        """What of it is spent; 1 is all. None without a limit."""
        return self.spent / self.limit if self.limit else None

    @property
    def heading_for(self) -> Decimal:
        """The month's sum if its days go on as they did."""
        return to_paisa(self.spent * self.days / self.day) if self.day else Decimal(0)

    @property
    def will_be_over(self) -> bool:
        """Whether it will be, if its days go on as they did."""
        return self.limit is not None and self.heading_for > self.limit


def to_paisa(amount: Decimal) -> Decimal:
    """Rounded to two digits behind the point, half a paisa upwards."""
    return amount.quantize(PAISA, ROUND_HALF_UP)
