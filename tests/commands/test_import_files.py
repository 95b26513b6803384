"""Files as people really have them: each is read, or refused in a sentence, and changes nothing."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session, func, select

from engine.commands.import_subscribers import (
    FILE_LIMIT_BYTES,
    ImportPreview,
    Unmapped,
    import_subscribers,
    preview_import,
)
from engine.domain.enrolment import SubscriberForm
from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Role
from engine.store.tables import Subscriber, Tenant
from tests.commands.workbooks import workbook

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
HOME = TenantId(1)
FOR_ALL = SubscriberForm(consent_date="2026-11-01", consent_source="event list")
OPERATOR = Actor("Neha", HOME, Role.OPERATOR)
HEADER = "name,phone,language\n"


@pytest.fixture(autouse=True)
def _home(session: Session) -> None:
    session.add(Tenant(id=1, name="home", created_at=NOW))
    session.flush()


def _preview(session: Session, data: bytes, **how: object) -> ImportPreview | Refused:
    return preview_import(session, HOME, data, consent=FOR_ALL, now=NOW, **how)  # pyright: ignore[reportArgumentType]


def _good(session: Session, data: bytes, **how: object) -> ImportPreview:
    found = _preview(session, data, **how)
    assert isinstance(found, ImportPreview), found
    return found


def _people(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Subscriber)).one()


def _rows(count: int) -> str:
    return "".join(f"Asha,98{n:08d},EN\n" for n in range(count))


BROKEN: dict[str, tuple[bytes, str]] = {
    "wrong encoding": (
        (HEADER + "Zoë,9812345610,EN\n").encode("cp1252"),
        "not UTF-8 text (line 2)",
    ),
    "UTF-16": ((HEADER + _rows(1)).encode("utf-16"), "UTF-16"),
    "wrong delimiter": (b"name^phone\nAsha^9812345610\n", "apart by commas, semicolons, tabs"),
    "rows divided otherwise": (b"name,phone\nAsha;9812345610\nRavi;9812345611\n", "divided"),
    "no rows": (HEADER.encode(), "no rows"),
    "empty": (b"", "empty"),
    "60 MB": (b"x" * (60 * 1024 * 1024), "60 MB large; 25 MB can be taken"),
    "damaged workbook": (b"PK\x03\x04 cut off", "damaged"),
    "old Excel": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Excel file"),
    "formulas without results": (
        workbook([["name", "phone"], ["Asha", "<c><f>1+1</f></c>"]]),
        "formulas without their results",
    ),
    "empty workbook": (workbook([]), "no sheet with rows"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_gets_a_clear_sentence_and_changes_nothing(
    session: Session, kind: str
) -> None:
    data, said = BROKEN[kind]
    found = _preview(session, data)
    assert isinstance(found, Refused), found
    assert said in str(found)
    assert str(found).endswith((".", "?"))
    assert _people(session) == 0


def test_a_file_as_large_as_may_be_is_not_too_large(session: Session) -> None:
    found = _preview(session, b"x" * FILE_LIMIT_BYTES)
    assert isinstance(found, Refused)
    assert "MB" not in found.why


def test_of_a_file_with_five_percent_bad_rows_the_good_ones_get_in_or_none(
    session: Session,
) -> None:
    bad = "".join(f"Ravi,12{n},EN\n" for n in range(5))
    found = _good(session, (HEADER + _rows(95) + bad).encode())
    assert (found.list.rows, len(found.fresh), found.bad_rows) == (100, 95, 5)
    assert {problem.row for problem in found.list.problems} == set(range(97, 102))
    assert isinstance(_import(session, found, all_or_nothing=True), Refused)
    assert _people(session) == 0
    _import(session, found, all_or_nothing=False)
    assert _people(session) == 95


def _import(session: Session, found: ImportPreview, *, all_or_nothing: bool) -> object:
    return import_subscribers(
        session,
        HOME,
        found.fresh,
        file_name="list",
        left_out=found.left_out,
        all_or_nothing=all_or_nothing,
        by=OPERATOR,
        now=NOW,
    )


def test_numbers_that_come_twice_are_told_with_the_row_they_repeat(session: Session) -> None:
    found = _good(session, (HEADER + _rows(2) + "Ravi,+91 9800000001,HI\n").encode())
    assert [(one.row, one.of_row) for one in found.list.repeated] == [(4, 3)]
    assert len(found.fresh) == 2


@pytest.mark.parametrize(
    "cell", ['=HYPERLINK("http://x")', "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-1+SUM(A1)"]
)
def test_a_formula_in_a_cell_is_no_value(session: Session, cell: str) -> None:
    quoted = cell.replace('"', '""')
    found = _good(session, f'{HEADER}"{quoted}",9812345610,EN\nRavi,9812345611,EN\n'.encode())
    (problem,) = found.list.problems
    assert (problem.row, problem.problem.field) == (2, "name")
    assert "is a formula" in problem.problem.words
    assert [one.details.name for one in found.fresh] == ["Ravi"]


def test_a_number_with_its_plus_is_no_formula(session: Session) -> None:
    assert len(_good(session, b"name,phone\nAsha,+91 (98123) 45610\n").fresh) == 1


def test_a_workbook_is_read_as_it_shows_itself(session: Session) -> None:
    data = workbook(
        [
            ["Full Name", "Mobile No.", "State", "Consent date"],
            ["मीना शर्मा", "9812345610", "Delhi", "2026-11-01"],
            [],
            ["Ravi", "<c><f>A1</f><v>919812345611</v></c>", "Goa", "2026-11-02"],
        ]
    )
    found = _good(session, data)
    assert [(row, one.details.name, one.details.phone) for row, one in found.list.good] == [
        (2, "मीना शर्मा", "+919812345610"),
        (4, "Ravi", "+919812345611"),
    ]


def test_a_person_says_which_column_is_what_where_the_header_does_not(session: Session) -> None:
    data = b"who,number,home\nAsha,9812345610,Goa\n"
    found = _preview(session, data)
    assert isinstance(found, Unmapped)
    assert "No column for name and phone" in found.why
    assert [(one.header, one.field, one.values) for one in found.columns] == [
        ("who", "", ("Asha",)),
        ("number", "", ("9812345610",)),
        ("home", "", ("Goa",)),
    ]
    said = _good(session, data, fields=("name", "phone", "region"))
    assert [(one.details.name, one.details.region) for one in said.fresh] == [("Asha", "Goa")]


def test_what_a_person_says_goes_before_what_the_header_says(session: Session) -> None:
    data = b"name,phone,state\nKulkarni,9812345610,Asha\n"
    said = _good(session, data, fields=("region", "phone", "name"))
    assert [(one.details.name, one.details.region) for one in said.fresh] == [("Asha", "Kulkarni")]
    # A field twice, or one that does not exist, is none.
    nonsense = _preview(session, data, fields=("phone", "phone", "tenant_id", "name"))
    assert isinstance(nonsense, Unmapped)


def test_the_first_rows_are_shown_and_still_imported(session: Session) -> None:
    found = _good(session, (HEADER + "\n" + _rows(9)).encode())
    assert [len(one.values) for one in found.list.columns] == [5, 5, 5]
    assert len(found.fresh) == 9
    assert found.list.good[0][0] == 3  # blank rows count, as a spreadsheet counts
