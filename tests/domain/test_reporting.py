"""What one delivery counts as, what days add up to, and what a report says of it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain import advice, fading, histogram, sla
from engine.domain.advice import Evidence, Group, Rule
from engine.domain.cost import Bill, Budget, Usage, bill
from engine.domain.delivery import State
from engine.domain.histogram import Times, pack, times, unpack
from engine.domain.reporting import COUNTS, DaySheet, Dimension, Fact, Figures, figures_of
from engine.domain.targets import Target, outcomes

OPENS = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
CLOSES = OPENS + timedelta(minutes=5)
IST = ZoneInfo("Asia/Kolkata")


def fact(state: State = State.DELIVERED, **given: Any) -> Fact:
    usual: dict[str, Any] = {
        "sender": 1,
        "tier": "PRO",
        "language": "HI",
        "region": "Bihar",
        "template": "daily/hi",
        "variant": "9f",
        "category": "UTILITY",
        "phone": "+919812345610",
        "bsuid": None,
        "planned_at": OPENS,
        "opted_out_at": None,
        "accepted_at": OPENS + timedelta(seconds=1.9),
        "sent_at": OPENS + timedelta(seconds=3),
        "delivered_at": OPENS + timedelta(seconds=5),
        "read_at": None,
        "error_code": None,
        "attempts": 1,
    }
    return Fact(state=state, **(usual | given))


NEVER = {"accepted_at": None, "sent_at": None, "delivered_at": None}


def test_a_delivery_is_counted_once_in_every_dimension() -> None:
    sheet = DaySheet(IST)
    read = OPENS + timedelta(hours=1, minutes=20)  # 07:20 in India
    sheet.count(fact(State.READ, read_at=read), opens_at=OPENS, closes_at=CLOSES)
    assert {dimension for dimension, _ in sheet.cells} == set(Dimension)
    for cell in sheet.cells.values():
        assert cell.figures.planned == 1
        assert (cell.figures.on_time, cell.figures.read) == (1, 1)
    assert (Dimension.READ_HOUR, "07") in sheet.cells
    assert (Dimension.PRICE, "UTILITY/IN") in sheet.cells


def test_times_are_in_whole_seconds_both_ends_cut_as_whatsapps_are() -> None:
    sheet = DaySheet(IST)
    sheet.count(fact(), opens_at=OPENS, closes_at=CLOSES)
    total = sheet.cells[Dimension.TOTAL, ""]
    assert dict(total.lags) == {4: 1}
    assert dict(total.after) == {5: 1}


def test_who_said_stop_before_their_instant_is_not_targeted() -> None:
    stopped = fact(State.CANCELLED, opted_out_at=OPENS - timedelta(seconds=1), **NEVER)
    found = figures_of(stopped, CLOSES)
    assert (found.planned, found.targeted, found.opted_out, found.cancelled) == (1, 0, 1, 1)
    assert (found.missed_ours, found.missed_phones) == (0, 0)


def test_what_comes_after_the_close_is_delivered_and_late() -> None:
    late = CLOSES + timedelta(seconds=1)
    found = figures_of(fact(delivered_at=late), CLOSES)
    assert (found.delivered, found.on_time, found.handed_over) == (1, 0, 1)
    assert (found.missed_ours, found.missed_phones) == (0, 1)
    assert figures_of(fact(delivered_at=CLOSES), CLOSES).on_time == 1


def test_a_failure_counts_with_its_code_and_a_closed_one_stays_a_failure() -> None:
    sheet = DaySheet(IST)
    for state in (State.FAILED, State.DISCARDED):
        sheet.count(
            fact(state, error_code=131026, attempts=2, refused=2, **NEVER),
            opens_at=OPENS,
            closes_at=CLOSES,
        )
    found = sheet.cells[Dimension.TOTAL, ""].figures
    assert (found.failed, found.refused, found.retried, found.retried_well) == (2, 4, 2, 0)
    assert sheet.failures == {131026: 2}


STAMPS = st.none() | st.integers(0, 600).map(lambda s: OPENS + timedelta(seconds=s))


@given(
    st.lists(
        st.builds(
            fact,
            st.sampled_from(State),
            opted_out_at=STAMPS,
            sent_at=STAMPS,
            delivered_at=STAMPS,
            read_at=STAMPS,
            error_code=st.sampled_from([None, 131026, 131042]),
            tier=st.sampled_from(["PRO", "BASIC"]),
            region=st.sampled_from(["Bihar", "Goa", ""]),
        ),
        max_size=30,
    )
)
def test_every_dimension_adds_up_to_the_total_and_the_total_to_the_verdict(
    facts: list[Fact],
) -> None:
    sheet = DaySheet(IST)
    for one in facts:
        sheet.count(one, opens_at=OPENS, closes_at=CLOSES)
    total = Figures()
    for one in facts:
        total.add(figures_of(one, CLOSES))
    for dimension in set(Dimension) - {Dimension.READ_HOUR}:
        found = Figures()
        for (of, _), cell in sheet.cells.items():
            if of is dimension:
                found.add(cell.figures)
        assert found == total, dimension
    said = sla.tally(
        (
            sla.Fate(
                planned_at=one.planned_at,
                opted_out_at=one.opted_out_at,
                sent_at=one.sent_at,
                delivered_at=one.delivered_at,
                read_at=one.read_at,
                error_code=one.error_code,
            )
            for one in facts
        ),
        CLOSES,
    )
    assert (said.targeted, said.handed_over, said.delivered) == (
        *(total.targeted, total.handed_over, total.on_time),
    )
    assert (said.missed_ours, said.missed_phones) == (total.missed_ours, total.missed_phones)


@given(st.lists(st.dictionaries(st.integers(0, 90_000), st.integers(1, 5_000)), max_size=6))
def test_histograms_of_days_add_up_to_that_of_their_range(days: list[dict[int, int]]) -> None:
    everything = [s for day in days for s, count in day.items() for _ in range(count)]
    whole = unpack(pack(day) for day in days)
    assert sum(whole.values()) == len(everything)
    found, said = times(whole), sla.percentiles(everything)
    if said is None:
        assert found is None
        return
    assert found is not None
    assert (found.p50, found.p95, found.p99) == (said.p50, said.p95, said.p99)
    assert found.mean == pytest.approx(sum(everything) / len(everything))


def test_nothing_happened_is_neither_met_nor_missed() -> None:
    found = outcomes(Figures(), lags=None, bill=Bill(()), processing=None)
    assert [one.met for one in found] == [None] * len(Target)


def test_exactly_the_goal_is_not_met() -> None:
    figures = Figures(targeted=1_000, on_time=990, handed_over=991, failed=5)
    lags = Times(count=1, mean=120.0, p50=1, p95=239, p99=300)
    found = {
        one.promise.target: one.met
        for one in outcomes(figures, lags=lags, bill=Bill(()), processing=None)
    }
    assert found[Target.ON_TIME] is False
    assert found[Target.HANDED_OVER] is True
    assert found[Target.FAILED] is False
    assert (found[Target.MEAN], found[Target.P95]) == (False, True)


def test_marketing_misses_the_goal_for_cost_and_utility_meets_it() -> None:
    for category, met in (("MARKETING", False), ("UTILITY", True)):
        spent = bill([Usage(day=date(2026, 11, 23), category=category, country="IN", delivered=9)])
        (cost,) = [
            one
            for one in outcomes(Figures(), lags=None, bill=spent, processing=None)
            if one.promise.target is Target.COST
        ]
        assert cost.met is met


def evidence(**given: Any) -> Evidence:
    usual: dict[str, Any] = {
        "total": Figures(targeted=1_000, on_time=995),
        "senders": [],
        "regions": [],
        "languages": [],
        "tiers": [],
        "causes": [],
        "bill": Bill(()),
        "budget": None,
        "fading": {},
    }
    return Evidence(**(usual | given))


def rules(seen: Evidence) -> set[Rule]:
    return {one.rule for one in advice.advise(seen)}


def pair(own: int, others: int, of: int = 1_000, **names: str) -> list[Group]:
    count, base = names.get("count", "on_time"), names.get("base", "targeted")
    return [
        Group(name="one", figures=Figures(**{count: own, base: of})),
        Group(name="two", figures=Figures(**{count: others, base: of})),
    ]


def test_a_good_day_needs_no_advice() -> None:
    assert rules(evidence()) == set()


@pytest.mark.parametrize(
    ("given", "rule", "near_miss"),
    [
        (
            {"senders": pair(900, 990)},
            Rule.SENDER,
            {"senders": pair(950, 990)},
        ),
        (
            {"regions": pair(400, 700, count="read", base="delivered")},
            Rule.REGION,
            {"regions": pair(40, 70, 100, count="read", base="delivered")},
        ),
        (
            {"causes": [("Phone not reachable", 8), ("Other", 4)]},
            Rule.CAUSE,
            {"causes": [("Phone not reachable", 5), ("Other", 4)]},
        ),
        ({"fading": {"PRO": (400, 20)}}, Rule.FADING, {"fading": {"PRO": (400, 19)}}),
        ({"total": Figures(held=1)}, Rule.HELD, {"total": Figures(held=0)}),
        (
            {"total": Figures(targeted=1_000, missed_ours=11, missed_phones=10)},
            Rule.OURS,
            {"total": Figures(targeted=1_000, missed_ours=10, missed_phones=10)},
        ),
        (
            {"budget": Budget(limit=Decimal(100), spent=Decimal(51), day=15, days=30)},
            Rule.BUDGET,
            {"budget": Budget(limit=Decimal(100), spent=Decimal(50), day=15, days=30)},
        ),
        (
            {
                "bill": bill(
                    [Usage(day=CLOSES.date(), category="MARKETING", country="IN", delivered=1)]
                )
            },
            Rule.CATEGORY,
            {
                "bill": bill(
                    [Usage(day=CLOSES.date(), category="UTILITY", country="IN", delivered=1)]
                )
            },
        ),
    ],
)
def test_each_rule_speaks_of_its_cause_and_not_of_its_near_miss(
    given: dict[str, Any], rule: Rule, near_miss: dict[str, Any]
) -> None:
    assert rules(evidence(**given)) == {rule}
    assert rules(evidence(**near_miss)) == set()
    assert all(any(c.isdigit() for c in one.evidence) for one in advice.advise(evidence(**given)))


DAY = date(2026, 11, 26)


def reader(delivered: int, read_before: int, read_since: int) -> list[fading.Month]:
    """Reached every day of six weeks; read the first so many of each stretch."""
    months: dict[date, list[int]] = {}
    for ago in range(delivered):
        day = DAY - timedelta(days=ago)
        into = months.setdefault(day.replace(day=1), [0, 0])
        into[0] |= fading.bit_of(day)
        did_read = ago < read_since if ago < 14 else ago - 14 < read_before
        into[1] |= fading.bit_of(day) if did_read else 0
    return [fading.Month(first, *both) for first, both in months.items()]


def test_who_read_most_and_then_hardly_anything_is_fading() -> None:
    assert fading.fades(reader(42, 28, 7), DAY) is True
    assert fading.fades(reader(42, 28, 8), DAY) is False
    assert fading.fades(reader(42, 13, 0), DAY) is False, "there was little to lose"
    assert fading.fades(reader(42, 14, 3), DAY) is True


def test_of_whom_little_is_known_nothing_is_said() -> None:
    assert fading.fades(reader(23, 9, 0), DAY) is None
    assert fading.fades(reader(24, 10, 0), DAY) is True
    assert fading.fades([], DAY) is None


@given(st.dates(date(2024, 1, 1), date(2028, 12, 31)))
def test_the_months_looked_at_hold_every_day_that_counts(day: date) -> None:
    first, last = fading.months_needed(day)
    assert first <= day - fading.RECENT - fading.EARLIER + timedelta(days=1)
    assert last == day.replace(day=1)
    assert histogram.times({}) is None
    assert COUNTS
