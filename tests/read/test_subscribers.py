"""The Subscribers page's questions: the same answers on SQLite and on PostgreSQL."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from phonenumbers import PhoneNumberType, is_valid_number, number_type, parse
from sqlmodel import Session

from engine.commands.set_subscriber_status import set_subscriber_status
from engine.documents.subscriber_file import SubscriberList, read_list
from engine.domain.content import Language
from engine.domain.enrolment import Consent, Details, Enrolment, SubscriberForm
from engine.domain.ids import Phone, SubscriberId, TenantId
from engine.domain.roles import CLI
from engine.domain.subscriber import Status, Tier
from engine.read import paging
from engine.read.subscriber_export import export_csv
from engine.read.subscriber_list import Cursor, Order, SubscriberRow, Wanted, page
from engine.read.subscribers import details, overview
from engine.store import subscribers
from engine.store.tables import Tenant
from engine.trials.people import MOBILE_SERIES, made_up_people

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
HOME, NEIGHBOUR = TenantId(1), TenantId(2)


def _entry(number: int, name: str, **other: str) -> Enrolment:
    return Enrolment(
        details=Details(
            name=name,
            phone=Phone(f"+9198123{number:05d}"),
            language=Language(other.get("language", "EN")),
            tier=Tier(other.get("tier", "BASIC")),
            region=other.get("region", "Goa"),
            registration_no=other.get("registration_no", ""),
        ),
        consent=Consent(at=NOW - timedelta(days=3), source="web form", evidence="a box"),
    )


PEOPLE = [
    _entry(45610, "Asha Kulkarni", language="MR", region="Maharashtra", registration_no="ARN-777"),
    _entry(45611, "Ravi Menon", tier="PRO", region="Kerala"),
    _entry(45612, "मीना शर्मा", language="HI", region="Delhi", registration_no="INH000012345"),
    _entry(45613, "100% Gupta", tier="PREMIUM"),
    _entry(99990, "asha iyer", tier="PRO"),
]


@pytest.fixture
def people(session: Session) -> dict[str, SubscriberId]:
    for number in (HOME, NEIGHBOUR):
        session.add(Tenant(id=number, name=f"tenant {number}", created_at=NOW))
    session.flush()
    added = subscribers.insert_new(session, HOME, PEOPLE, now=NOW)
    subscribers.insert_new(session, NEIGHBOUR, [_entry(45610, "Asha Elsewhere")], now=NOW)
    return {one.details.name: added[one.details.phone] for one in PEOPLE}


def _names(session: Session, wanted: Wanted) -> set[str]:
    return {row.name for row in page(session, HOME, wanted).rows}


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("asha", {"Asha Kulkarni", "asha iyer"}),
        ("  Asha   Kulkarni ", {"Asha Kulkarni"}),
        ("मीना", {"मीना शर्मा"}),
        ("98123 45612", {"मीना शर्मा"}),
        ("+91 98123-4561", {"Asha Kulkarni", "Ravi Menon", "मीना शर्मा", "100% Gupta"}),
        ("098123 99990", {"asha iyer"}),
        ("arn-777", {"Asha Kulkarni"}),
        ("000012345", {"मीना शर्मा"}),
        ("100%", {"100% Gupta"}),
        ("0%", set()),
        ("_", set()),
        ("gu", {"100% Gupta"}),
        ("K", {"Asha Kulkarni"}),
        ("h", set()),
        ("शर", {"मीना शर्मा"}),
        ("ARN-7", {"Asha Kulkarni"}),
        ("sha kul", {"Asha Kulkarni"}),
        ("ha ku", {"Asha Kulkarni"}),
        ("kulkarni asha", set()),
        ('a"sha OR name', set()),
        ("ash shi", set()),
        ("elsewhere", set()),
    ],
)
def test_search_finds_names_registrations_and_numbers_as_people_type_them(
    session: Session, search: str, found: set[str]
) -> None:
    assert _names(session, Wanted(search=search)) == found


@pytest.mark.usefixtures("people")
def test_filters_narrow_the_list_together(session: Session) -> None:
    assert _names(session, Wanted(tier=Tier.PRO)) == {"Ravi Menon", "asha iyer"}
    assert _names(session, Wanted(tier=Tier.PRO, region="Kerala")) == {"Ravi Menon"}
    assert _names(session, Wanted(language=Language.HI)) == {"मीना शर्मा"}
    assert _names(session, Wanted(status=Status.PAUSED)) == set()


@pytest.mark.parametrize("order", Order)
def test_pages_follow_one_another_without_gap_or_repeat_in_every_order(
    session: Session, order: Order
) -> None:
    session.add(Tenant(id=1, name="home", created_at=NOW))
    session.flush()
    # The same name many times over: the id must break the tie.
    entries = [_entry(number, f"Name {number % 3}") for number in range(130)]
    subscribers.insert_new(session, HOME, entries, now=NOW)
    seen: list[SubscriberRow] = []
    after: Cursor | None = None
    for _ in range(4):
        shown = page(session, HOME, Wanted(order=order), after=after)
        seen += shown.rows
        after = shown.next
        if after is None:
            break
    assert len(seen) == len({row.id for row in seen}) == 130
    keys = [(row.name, row.id) if "name" in order else (row.id,) for row in seen]
    assert keys == sorted(keys, reverse=order in (Order.NAME_BACKWARDS, Order.NEWEST))


@pytest.mark.usefixtures("people")
def test_a_row_shows_the_number_as_people_read_it(session: Session) -> None:
    (row,) = page(session, HOME, Wanted(search="Ravi")).rows
    assert (row.phone, row.status, row.consented) == ("+91 98123 45611", Status.ACTIVE, True)


@pytest.mark.usefixtures("people")
def test_counts_are_exact_as_far_as_people_care(session: Session) -> None:
    found = page(session, HOME, Wanted()).found
    assert (found.number, found.more) == (5, False)
    many = made_up_people(paging.COUNT_LIMIT, Random(3), now=NOW)
    subscribers.insert_new(session, HOME, many, now=NOW)
    found = page(session, HOME, Wanted()).found
    assert (found.number, found.more) == (10_000, True)


def test_a_list_too_long_to_count_is_paged_in_every_order_too(session: Session) -> None:
    session.add(Tenant(id=1, name="home", created_at=NOW))
    session.flush()
    entries = (_entry(number, f"Name {number % 200}") for number in range(10_200))
    subscribers.insert_new(session, HOME, entries, now=NOW)
    for order in Order:
        seen: list[SubscriberRow] = []
        after: Cursor | None = None
        for _ in range(3):
            shown = page(session, HOME, Wanted(order=order), after=after)
            seen, after = [*seen, *shown.rows], shown.next
            assert shown.found.more
        assert len(seen) == len({row.id for row in seen}) == 150
        keys = [(row.name, row.id) if "name" in order else (row.id,) for row in seen]
        assert keys == sorted(keys, reverse=order in (Order.NAME_BACKWARDS, Order.NEWEST))


def test_the_overview_counts_every_status_and_names_the_regions(
    session: Session, people: dict[str, SubscriberId]
) -> None:
    gone = people["Ravi Menon"]
    set_subscriber_status(session, gone, Status.OPTED_OUT, by=CLI, now=NOW)
    shown = overview(session, HOME)
    assert shown.by_status == {
        Status.ACTIVE: 4,
        Status.PAUSED: 0,
        Status.OPTED_OUT: 1,
        Status.UNREACHABLE: 0,
    }
    assert shown.total == 5
    assert set(shown.regions) == {"Maharashtra", "Kerala", "Delhi", "Goa"}


def test_an_entry_shows_its_consent_history_newest_first_and_only_to_its_tenant(
    session: Session, people: dict[str, SubscriberId]
) -> None:
    ravi = people["Ravi Menon"]
    set_subscriber_status(session, ravi, Status.OPTED_OUT, reason="rang", by=CLI, now=NOW)
    shown = details(session, HOME, ravi)
    assert shown is not None
    assert [(one.given, one.evidence) for one in shown.history] == [
        (False, "rang"),
        (True, "a box"),
    ]
    assert details(session, NEIGHBOUR, ravi) is None


@pytest.mark.usefixtures("people")
def test_what_is_exported_is_what_was_looked_for_and_can_be_read_back(session: Session) -> None:
    made = export_csv(session, HOME, Wanted(tier=Tier.PRO))
    assert not made.is_cut
    found = read_list(made.data, consent=SubscriberForm(), now=NOW)
    assert isinstance(found, SubscriberList)
    assert {one for _, one in found.good} == {PEOPLE[1], PEOPLE[4]}
    assert found.problems == ()


@pytest.mark.usefixtures("people")
def test_an_export_that_is_cut_says_so(session: Session) -> None:
    made = export_csv(session, HOME, Wanted(), limit=4)
    assert made.is_cut
    assert len(made.data.decode().splitlines()) == 5
    assert not export_csv(session, HOME, Wanted(), limit=5).is_cut


@pytest.mark.usefixtures("people")
def test_an_export_holds_what_a_search_finds(session: Session) -> None:
    made = export_csv(session, HOME, Wanted(search="asha"))
    assert [line.split(",")[0] for line in made.data.decode("utf-8-sig").splitlines()[1:]] == [
        "Asha Kulkarni",
        "asha iyer",
    ]


def test_made_up_people_are_the_same_for_a_seed_and_have_numbers_of_their_own() -> None:
    some = list(made_up_people(3_000, Random(7), now=NOW))
    assert some == list(made_up_people(3_000, Random(7), now=NOW))
    assert some != list(made_up_people(3_000, Random(8), now=NOW))
    assert len({one.details.phone for one in some}) == 3_000
    for one in some[:500]:
        number = parse(one.details.phone)
        assert is_valid_number(number)
        assert number_type(number) == PhoneNumberType.MOBILE
    assert {one.details.language for one in some} == set(Language)
    assert {one.details.tier for one in some} == set(Tier)


@pytest.mark.parametrize("series", MOBILE_SERIES)
def test_every_series_of_made_up_numbers_is_mobile_whatever_follows(series: int) -> None:
    rng = Random(series)
    for _ in range(40):
        number = parse(f"+91{series}{rng.randrange(10**7):07d}")
        assert number_type(number) == PhoneNumberType.MOBILE
