"""What a report recommends: rules that name the figures they rest on, or say nothing.

Each rule needs enough people before it speaks, and compares with the rest of the same days.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.domain.content import Category
from engine.domain.cost import PER_MESSAGE_GOAL, Bill, Budget
from engine.domain.digits import grouped
from engine.domain.reporting import Figures

ENOUGH = 200
"""People in a group before a rule speaks of it."""
POINTS = 0.05
"""So much lower than the others is worth a word."""
FADING = 0.05
"""Of those whose reading is known."""
DOMINANT = 0.5
"""A cause behind so many of the failures is worth a word of its own."""


_Share = Callable[[Figures], tuple[int, int]]
"""(how many, of how many)."""


class Rule(StrEnum):
    """Which rule spoke."""

    OURS = "ours"
    CATEGORY = "category"
    BUDGET = "budget"
    SENDER = "sender"
    REGION = "region"
    LANGUAGE = "language"
    TIER = "tier"
    CAUSE = "cause"
    FADING = "fading"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A part of the people, by the name pages give it."""

    name: str
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the rules look at."""

    total: Figures
    senders: Sequence[Group]
    regions: Sequence[Group]
    languages: Sequence[Group]
    tiers: Sequence[Group]
    causes: Sequence[tuple[str, int]]
    """(title, deliveries given up on), the most first."""
    bill: Bill
    budget: Budget | None
    fading: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One recommendation: what to do, and the figures it rests on."""

    rule: Rule
    words: str
    evidence: str


def advise(seen: Evidence) -> tuple[Advice, ...]:
    """Every rule that has something to say, the most urgent first."""
    return tuple(
        advice
        for rule in (_ours, _held, _senders, _cost, _budget, _causes, _readers, _fading)
        for advice in rule(seen)
    )


def _ours(seen: Evidence) -> Iterator[Advice]:
    total = seen.total
    missed = total.missed_ours + total.missed_phones
    if missed and total.missed_ours > total.missed_phones and total.targeted >= ENOUGH:
        yield Advice(
            rule=Rule.OURS,
            words="Most of what came late or never was our side's doing. Look at the errors and at "
            "the senders below before you look at the phones.",
            evidence=f"{grouped(total.missed_ours)} of {grouped(missed)} that missed the close are "
            f"ours, {grouped(total.missed_phones)} the phones'.",
        )


def _held(seen: Evidence) -> Iterator[Advice]:
    if seen.total.held:
        yield Advice(
            rule=Rule.HELD,
            words="Messages are held for a person. Open the broadcast, and send them again or "
            "close them.",
            evidence=f"{grouped(seen.total.held)} held.",
        )


def _senders(seen: Evidence) -> Iterator[Advice]:
    for group, own, others in _lower(seen.senders, lambda f: (f.on_time, f.targeted)):
        yield Advice(
            rule=Rule.SENDER,
            words=f"{group.name} delivers less in time than the other senders. Look at its quality "
            "and its errors; rest it if they are worse, too.",
            evidence=f"{own:.1%} in time of {grouped(group.figures.targeted)}, the others "
            f"{others:.1%}.",
        )


def _cost(seen: Evidence) -> Iterator[Advice]:
    each = seen.bill.per_message
    marketing = [line for line in seen.bill.lines if line.category == Category.MARKETING.value]
    paid = sum((line.amount or Decimal(0) for line in marketing), Decimal(0))
    if each is not None and each >= PER_MESSAGE_GOAL and paid:
        yield Advice(
            rule=Rule.CATEGORY,
            words="A marketing template always misses the goal for cost. If the text serves an "
            "order the reader placed, submit it as utility.",
            evidence=f"{grouped(sum(line.delivered for line in marketing))} marketing messages for "
            f"{_rupees(paid)}; ₹{each:.4f} a message, the goal is below ₹{PER_MESSAGE_GOAL}.",
        )


def _budget(seen: Evidence) -> Iterator[Advice]:
    budget = seen.budget
    if budget is None or budget.limit is None:
        return
    if budget.over or budget.will_be_over:
        is_over = "is spent" if budget.over else "will not last"
        yield Advice(
            rule=Rule.BUDGET,
            words=f"The month's budget {is_over}. Raise it, or send less.",
            evidence=f"{_rupees(budget.spent)} of {_rupees(budget.limit)} by day {budget.day}; at "
            f"this rate {_rupees(budget.heading_for)} for the month.",
        )


def _causes(seen: Evidence) -> Iterator[Advice]:
    whole = sum(count for _, count in seen.causes)
    if not seen.causes or whole < 10:
        return
    title, count = max(seen.causes, key=lambda cause: cause[1])
    if count >= DOMINANT * whole:
        yield Advice(
            rule=Rule.CAUSE,
            words=f"One cause is behind most failures: {title}. Begin there.",
            evidence=f"{grouped(count)} of {grouped(whole)} given up on.",
        )


def _readers(seen: Evidence) -> Iterator[Advice]:
    for rule, groups, what in (
        (Rule.LANGUAGE, seen.languages, "read it less than the other languages' readers"),
        (Rule.TIER, seen.tiers, "read it less than the other tiers"),
        (Rule.REGION, seen.regions, "read it less than people elsewhere"),
    ):
        for group, own, others in _lower(groups, lambda f: (f.read, f.delivered)):
            yield Advice(
                rule=rule,
                words=f"{group.name}: they {what}. Ask a few of them why.",
                evidence=f"{own:.1%} of {grouped(group.figures.delivered)} read it, the others "
                f"{others:.1%}.",
            )


def _fading(seen: Evidence) -> Iterator[Advice]:
    for tier, (known, fell) in sorted(seen.fading.items()):
        if known >= ENOUGH and fell >= FADING * known:
            yield Advice(
                rule=Rule.FADING,
                words=f"{tier}: people who used to read have stopped to. Write to them before they "
                "say stop.",
                evidence=f"{grouped(fell)} of {grouped(known)} read less than half of what they "
                "read in the four weeks before.",
            )


def _lower(groups: Sequence[Group], of: _Share) -> Iterator[tuple[Group, float, float]]:
    """(group, its share, the others' share) of those that lie well below the rest."""
    counts = [of(group.figures) for group in groups]
    whole = (sum(count for count, _ in counts), sum(base for _, base in counts))
    for group, (count, base) in zip(groups, counts, strict=True):
        rest = whole[1] - base
        if base < ENOUGH or rest < ENOUGH:
            continue
        own, others = count / base, (whole[0] - count) / rest
        if own <= others - POINTS:
            yield group, own, others


def _rupees(amount: Decimal) -> str:
    whole, _, part = f"{amount:.2f}".partition(".")
    return f"₹{grouped(int(whole))}.{part}"
