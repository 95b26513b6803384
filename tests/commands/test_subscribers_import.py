"""Lists of subscribers: what a file may look like, what is said of it, and what gets in."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import is_valid_number, parse
from sqlmodel import Session, col, func, select

from engine.commands.import_subscribers import (
    SMALL,
    Imported,
    ImportPreview,
    import_subscribers,
    preview_import,
)
from engine.documents.phones import NotAPhone, parse_phone, spaced
from engine.documents.subscriber_csv import safe_cell, write_list
from engine.documents.subscriber_file import BREATHE_ROWS, SubscriberList, read_list
from engine.domain.content import Language
from engine.domain.enrolment import Consent, Details, Enrolment, SubscriberForm
from engine.domain.ids import Phone, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Forbidden, Role
from engine.domain.subscriber import Tier
from engine.store.tables import AuditEntry, Broadcast, Schedule, Subscriber, Tenant
from engine.store.tables import Consent as ConsentRow

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
HOME = TenantId(1)
FOR_ALL = SubscriberForm(consent_date="2026-11-01", consent_source="event list")
GOOD = "name,phone\nAsha,98123 45610\nRavi,+91 98123 45611\nमीना,09812345612\n"


@pytest.fixture
def operator(session: Session) -> Actor:
    session.add(Tenant(id=1, name="home", created_at=NOW))
    session.flush()
    return Actor("Neha", HOME, Role.OPERATOR)


def _read(text: str | bytes, consent: SubscriberForm = FOR_ALL) -> SubscriberList:
    found = read_list(text if isinstance(text, bytes) else text.encode(), consent=consent, now=NOW)
    assert isinstance(found, SubscriberList), found
    return found


def _refusal(text: str | bytes) -> str:
    found = read_list(text if isinstance(text, bytes) else text.encode(), consent=FOR_ALL, now=NOW)
    assert isinstance(found, Refused)
    return str(found)


def _preview(session: Session, text: str) -> ImportPreview:
    found = preview_import(session, HOME, text.encode(), consent=FOR_ALL, now=NOW)
    assert isinstance(found, ImportPreview), found
    return found


def _import(
    session: Session, text: str, by: Actor, *, all_or_nothing: bool = False
) -> Imported | Refused:
    found = _preview(session, text)
    return import_subscribers(
        session,
        HOME,
        found.fresh,
        file_name="list.csv",
        left_out=found.left_out,
        all_or_nothing=all_or_nothing,
        by=by,
        now=NOW,
    )


def _count(session: Session, model: type[Subscriber] | type[ConsentRow]) -> int:
    return session.exec(select(func.count()).select_from(model)).one()


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "\ufeff" + GOOD,
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("name,phone", "Full Name,Mobile No."),
        GOOD.replace("name,phone", "नाम,मोबाइल"),
        "\n\n" + GOOD + "\n\n",
    ],
    ids=["plain", "bom", "semicolon", "tab", "windows", "usual names", "hindi", "blank lines"],
)
def test_a_list_is_read_however_a_spreadsheet_writes_it(text: str) -> None:
    found = _read(text)
    assert found.rows == 3
    assert [one.details.phone for _, one in found.good] == [
        *("+919812345610", "+919812345611", "+919812345612"),
    ]
    assert [one.details.name for _, one in found.good] == ["Asha", "Ravi", "मीना"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"name,phone\n", "no rows"),
        (b"name,town\nAsha,Pune\n", "No column for phone"),
        (b"Asha,98123 45610\n", "No column for name and phone"),
        ("name,phone\nAsha é,1".encode("latin-1"), "CSV UTF-8"),
        (b"PK\x03\x04rest", "cannot be read"),
        (GOOD.encode("utf-16"), "CSV UTF-8"),
        (b'name,phone\n"Asha' + b"x" * 200_000, "cannot be read"),
        (b"name,phone\nA\x00sha,9812345610\n", "no text"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(text: bytes, said: str) -> None:
    assert said in _refusal(text)


def test_each_wrong_row_is_named_with_what_and_how_to_mend_it() -> None:
    found = _read(
        "name,phone,language,tier,consent date,consent source\n"
        "Asha,98123 45610,EN,BASIC,2026-11-01,form\n"
        ",98123,Tamil,GOLD,2027-01-01,form\n"
        '"broken\nname",9.19812E+11,HI,PRO,22/11/2026,form\n'
        "Ravi,022 2280 1234,HI,PRO,31.02.2026,form\n",
    )
    assert [row for row, _ in found.good] == [2]
    said = dict.fromkeys(range(3, 6), "")
    for problem in found.problems:
        said[problem.row] += problem.problem.words + " "
    for part in ("name is missing", "5 digits", "EN, HI or MR", "PREMIUM, PRO or BASIC", "future"):
        assert part in said[3], part
    assert "shortened by a spreadsheet" in said[4]
    assert "landline" in said[5]
    assert "is no date" in said[5]


def test_a_row_without_consent_is_no_subscriber() -> None:
    found = _read(GOOD, SubscriberForm())
    assert found.good == ()
    assert {problem.problem.field for problem in found.problems} == {
        *("consent_source", "consent_date"),
    }


def test_a_number_that_comes_twice_is_taken_once_and_told() -> None:
    found = _read(GOOD + "Asha again,+919812345610\n")
    assert len(found.good) == 3
    assert [(one.row, one.of_row, one.phone) for one in found.repeated] == [(5, 2, "+9198******10")]


def test_columns_nobody_knows_are_told_and_left_alone() -> None:
    found = _read("name,phone,shoe size\nAsha,9812345610,42\n")
    assert [(one.header, one.field) for one in found.columns] == [
        *(("name", "name"), ("phone", "phone"), ("shoe size", "")),
    ]


def test_a_dry_run_writes_nothing(session: Session, operator: Actor) -> None:
    _import(session, "name,phone\nAsha,9812345610\n", operator)
    found = _preview(session, GOOD + "x,1\n")
    assert (found.list.rows, len(found.fresh), found.known_rows) == (4, 2, (2,))
    assert (found.bad_rows, found.left_out) == (1, 2)
    assert _count(session, Subscriber) == 1


def test_valid_rows_get_in_with_their_consent_and_the_others_are_counted(
    session: Session, operator: Actor
) -> None:
    assert _import(session, GOOD + "x,1\n", operator) == Imported(3, 1)
    assert (_count(session, Subscriber), _count(session, ConsentRow)) == (3, 3)
    assert session.exec(select(Subscriber.consented)).all() == [True] * 3
    entry = session.exec(select(AuditEntry)).one()
    assert json.loads(entry.after) == {"file": "list.csv", "added": 3, "left_out": 1}


def test_all_or_nothing_means_nothing_when_one_row_is_wrong(
    session: Session, operator: Actor
) -> None:
    refused = _import(session, GOOD + "x,1\n", operator, all_or_nothing=True)
    assert isinstance(refused, Refused)
    assert _count(session, Subscriber) == 0
    assert _import(session, GOOD, operator, all_or_nothing=True) == Imported(3, 0)


def test_all_or_nothing_also_holds_when_somebody_was_quicker_than_the_import(
    session: Session, operator: Actor
) -> None:
    previewed = _preview(session, GOOD)
    _import(session, "name,phone\nRavi,9812345611\n", operator)
    refused = import_subscribers(
        session,
        HOME,
        previewed.fresh,
        file_name="list.csv",
        left_out=0,
        all_or_nothing=True,
        by=operator,
        now=NOW,
    )
    assert isinstance(refused, Refused)
    assert session.exec(select(Subscriber.name)).all() == ["Ravi"]


def test_a_second_import_of_the_same_list_adds_nobody(session: Session, operator: Actor) -> None:
    _import(session, GOOD, operator)
    again = _import(session, GOOD, operator)
    assert isinstance(again, Refused)
    assert "nobody new" in again.why


def test_a_viewer_cannot_import(session: Session, operator: Actor) -> None:
    del operator
    with pytest.raises(Forbidden):
        _import(session, GOOD, Actor("Vik", HOME, Role.VIEWER))


def test_a_large_list_waits_while_a_broadcast_goes_out(session: Session, operator: Actor) -> None:
    session.add(Schedule(id=1, tenant_id=1, name="daily", kind="daily", created_at=NOW))
    session.flush()
    session.add(
        Broadcast(
            tenant_id=1,
            schedule_id=1,
            service_day=NOW.date(),
            title="Nifty",
            state="sending",
            opens_at=NOW - timedelta(minutes=1),
            window_ends_at=NOW + timedelta(minutes=2),
            closes_at=NOW + timedelta(minutes=4),
            created_at=NOW,
        )
    )
    session.flush()
    rows = "".join(f"Asha,98{n:08d}\n" for n in range(SMALL + 1))
    refused = _import(session, "name,phone\n" + rows, operator)
    assert isinstance(refused, Refused)
    assert "afterwards" in refused.why
    told: list[tuple[int, int]] = []
    large = b"name,phone\n" + b"Asha,98123 45610\n" * 10_000
    read = preview_import(
        session, HOME, large, consent=FOR_ALL, told=lambda *rows: told.append(rows), now=NOW
    )
    assert isinstance(read, ImportPreview)
    assert len(told) == 10_000 // BREATHE_ROWS  # what reading gives way to the lanes for
    assert told[-1] == (10_000, 10_001)
    assert _import(session, GOOD, operator) == Imported(3, 0)


def test_ten_thousand_rows_are_in_within_seconds(session: Session, operator: Actor) -> None:
    rows = "".join(f"Asha,98{n:08d},{'HI' if n % 2 else 'MR'}\n" for n in range(10_000))
    assert _import(session, "name,phone,language\n" + rows, operator) == Imported(10_000, 0)
    assert _count(session, ConsentRow) == 10_000
    highest = session.exec(select(func.max(col(Subscriber.phone)))).one()
    assert highest == "+919800009999"


@pytest.mark.parametrize(
    "typed",
    [
        *("98123 45610", "+91 98123 45610", "+91-98123-45610", "091 98123 45610".removeprefix("0")),
        *("09812345610", "919812345610", "(+91) 98123.45610", "'+919812345610", "९८१२३४५६१०"),
        *("9812345610.0", "\u202a+91 98123 45610\u202c", "0091 98123 45610"),
    ],
)
def test_an_indian_mobile_number_may_be_typed_in_many_ways(typed: str) -> None:
    assert parse_phone(typed) == "+919812345610"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "missing"),
        ("hello", "not a phone number"),
        ("98123", "5 digits"),
        ("55555 55555", "start so"),
        ("+44 7911", "country +44"),
        ("9.8123E+09", "shortened"),
    ],
)
def test_a_wrong_number_gets_a_sentence(typed: str, said: str) -> None:
    wrong = parse_phone(typed)
    assert isinstance(wrong, NotAPhone)
    assert said in wrong.words


def test_numbers_of_other_countries_are_welcome() -> None:
    assert parse_phone("+44 7911 123456") == "+447911123456"
    assert spaced("+447911123456") == "+44 7911 123456"
    assert spaced("+919812345610") == "+91 98123 45610"


@given(st.integers(6_000_000_000, 9_999_999_999))
def test_the_quick_way_says_what_phonenumbers_says(number: int) -> None:
    read = parse_phone(str(number))
    if not isinstance(read, NotAPhone):
        assert is_valid_number(parse(read))
        assert read == f"+91{number}"
    elif "landline" not in read.words:
        assert not is_valid_number(parse(f"+91{number}"))


@given(st.text(max_size=40))
def test_no_text_breaks_the_phone_parser(text: str) -> None:
    read = parse_phone(text)
    assert isinstance(read, NotAPhone) or read.startswith("+")


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(data: bytes) -> None:
    found = read_list(data, consent=FOR_ALL, now=NOW)
    assert isinstance(found, SubscriberList | Refused)


@given(st.text(max_size=300))
def test_no_text_under_a_good_header_breaks_the_reader(text: str) -> None:
    data = ("name,phone,consent date,tier\n" + text).encode("utf-8", "replace")
    found = read_list(data, consent=FOR_ALL, now=NOW)
    assert isinstance(found, SubscriberList | Refused)


_WORDS = st.text(st.characters(categories=["L", "M", "N"]), min_size=1, max_size=20)
_NAMES = _WORDS.filter(lambda text: any(letter.isalpha() for letter in text))


@given(
    _NAMES,
    st.integers(9_000_000_000, 9_999_999_999),
    st.sampled_from(Language),
    st.sampled_from(Tier),
    st.sampled_from(["", "=cmd()", "-1", "@x", "Tamil Nadu", 'a "quoted", one']),
)
def test_what_is_exported_comes_back_the_same_and_starts_no_formula(
    name: str, number: int, language: Language, tier: Tier, region: str
) -> None:
    details = Details(
        name=name,
        phone=Phone(f"+91{number}"),
        language=language,
        tier=tier,
        region=region,
        registration_no="",
    )
    consent = Consent(at=NOW - timedelta(days=1), source="=web", evidence="+1")
    text = "".join(write_list([(details, "ACTIVE", consent, {})]))
    assert not any(
        cell.startswith(("=", "+", "-", "@")) for cell in text.splitlines()[1].split(",")
    )
    found = _read(text, SubscriberForm())
    assert [one for _, one in found.good] == [Enrolment(details=details, consent=consent)]


def test_a_cell_that_would_be_a_formula_is_only_text() -> None:
    assert safe_cell('=HYPERLINK("x")') == '\'=HYPERLINK("x")'
    assert safe_cell("Asha") == "Asha"
