"""Money is exact, by the card of its day, and what has no rate is said to have none."""

from datetime import date
from decimal import Decimal

from engine.domain.cost import (
    RATE_CARDS,
    Budget,
    Usage,
    bill,
    card_on,
    country_of,
    rate,
    to_paisa,
)

TODAY = date(2026, 11, 26)


def used(category: str, delivered: int, day: date = TODAY, country: str = "IN") -> Usage:
    return Usage(day=day, category=category, country=country, delivered=delivered)


def test_a_message_costs_what_the_card_of_its_day_says() -> None:
    assert rate(TODAY, "MARKETING") == Decimal("0.8631")
    assert rate(TODAY, "UTILITY") == Decimal("0.1150")
    assert rate(date(2025, 12, 31), "MARKETING") == Decimal("0.7846")
    assert rate(date(2026, 1, 1), "MARKETING") == Decimal("0.8631")


def test_what_has_no_known_rate_is_not_priced_and_not_free() -> None:
    assert rate(date(2025, 12, 31), "UTILITY") is None
    assert card_on(date(2025, 9, 30)) is None
    found = bill([used("UTILITY", 10), used("UTILITY", 4, country="other")])
    assert (found.priced, found.unpriced) == (10, 4)
    assert found.amount == Decimal("1.1500")
    assert [line.amount for line in found.lines] == [Decimal("1.1500"), None]


def test_a_years_sum_is_exact_to_the_last_digit() -> None:
    found = bill([used("MARKETING", 1)] * 730_000)
    assert found.amount == Decimal("0.8631") * 730_000 == Decimal("630063.0000")
    assert found.per_message == Decimal("0.8631")
    assert found.with_tax == Decimal("743474.34")


def test_a_range_over_a_change_of_cards_adds_up_both() -> None:
    days = [date(2025, 12, 31), date(2026, 1, 1)]
    found = bill([used("MARKETING", 100, day) for day in days])
    assert found.amount == Decimal("78.4600") + Decimal("86.3100")
    assert len(found.lines) == 1


def test_half_a_paisa_goes_up() -> None:
    assert to_paisa(Decimal("0.115")) == Decimal("0.12")


def test_a_recipient_is_charged_in_the_country_of_the_phone() -> None:
    assert country_of("+919812345610", None) == "IN"
    assert country_of("+447911123456", "IN.2081978709342942") == "other"
    assert country_of(None, "IN.2081978709342942") == "IN"
    assert country_of(None, None) == "other"


def test_a_budget_tells_when_it_will_not_last() -> None:
    half = Budget(limit=Decimal(100), spent=Decimal(60), day=15, days=30)
    assert (half.over, half.will_be_over, half.heading_for) == (False, True, Decimal("120.00"))
    exactly = Budget(limit=Decimal(100), spent=Decimal(50), day=15, days=30)
    assert not exactly.will_be_over
    assert Budget(limit=Decimal(100), spent=Decimal("100.01"), day=15, days=30).over
    assert not Budget(limit=None, spent=Decimal(60), day=1, days=30).will_be_over


def test_every_card_says_where_it_is_from() -> None:
    assert all(card.source and card.read_on for card in RATE_CARDS)
    assert [card.since for card in RATE_CARDS] == sorted(card.since for card in RATE_CARDS)
