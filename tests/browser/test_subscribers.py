"""Subscribers as people look after them: found, read about, paused, brought in from a workbook."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import Session, col, delete, select

from engine.clock import MachineClock
from engine.domain.content import Language
from engine.domain.enrolment import Consent, Details, Enrolment
from engine.domain.ids import Phone, TenantId
from engine.domain.roles import Role
from engine.domain.subscriber import Tier
from engine.store import subscribers
from engine.store.tables import Consent as ConsentRow
from engine.store.tables import Subscriber
from tests.browser.conftest import PHONE, OpenTab, Served
from tests.commands.workbooks import workbook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def asha(served: Served) -> int:
    """A subscriber of the house's, whoever else is there."""
    return served.database.transact_now(_asha, served.tenant)


def _asha(session: Session, tenant: TenantId) -> int:
    for name in ("Asha Kulkarni", "Uma Rao", "Vik Rao"):
        theirs = select(Subscriber.id).where(Subscriber.name == name)
        session.exec(delete(ConsentRow).where(col(ConsentRow.subscriber_id).in_(theirs)))
        session.exec(delete(Subscriber).where(col(Subscriber.name) == name))
    now = MachineClock().now()
    person = Enrolment(
        details=Details(
            name="Asha Kulkarni",
            phone=Phone("+919812399910"),
            language=Language.MR,
            tier=Tier.PRO,
            region="Maharashtra",
            registration_no="ARN-777",
        ),
        consent=Consent(at=now, source="web form", evidence="ticked the box"),
    )
    (which,) = subscribers.insert_new(session, tenant, [person], now=now).values()
    return which


def pressed(page: Page, button: str, answer: str) -> None:
    """Press a button and say yes to its question."""
    page.get_by_role("button", name=button).first.click()
    page.get_by_role("alertdialog").get_by_role("button", name=answer).click()


def choose(page: Page, data: bytes, name: str, kind: str = "text/csv") -> None:
    """Hand a file to the page."""
    file = {"name": name, "mimeType": kind, "buffer": data}
    page.locator("input[type=file]").set_input_files([file])  # pyright: ignore[reportArgumentType]


@pytest.mark.usefixtures("asha")
def test_somebody_is_found_read_about_and_paused_on_their_own_page(open_tab: OpenTab) -> None:
    page = open_tab(Role.OPERATOR, "/subscribers")
    page.get_by_label("Search subscribers").fill("asha kul")
    page.get_by_role("link", name="Asha Kulkarni").click()
    expect(page.locator("h1")).to_have_text("Asha Kulkarni")
    expect(page.get_by_text("part of the next morning's audience")).to_be_visible()
    expect(page.get_by_text("web form. ticked the box").first).to_be_visible()
    pressed(page, "Pause…", "Pause")
    expect(page.get_by_text("Made paused by")).to_be_visible()
    expect(page.get_by_text("Paused. Resume the subscriber")).to_be_visible()
    pressed(page, "Resume…", "Resume")
    expect(page.get_by_role("button", name="Pause…")).to_be_visible()


def test_a_viewer_reads_and_changes_nothing(open_tab: OpenTab, asha: int) -> None:
    page = open_tab(Role.VIEWER, f"/subscribers/{asha}", viewport=PHONE)
    expect(page.locator("h1")).to_have_text("Asha Kulkarni")
    for button in ("Edit…", "Pause…", "Opt out…", "Erase…"):
        expect(page.get_by_role("button", name=button)).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_nobody_at_an_address_says_so(open_tab: OpenTab) -> None:
    page = open_tab(Role.VIEWER, "/subscribers/999999")
    expect(page.get_by_text("There is no such subscriber")).to_be_visible()


@pytest.mark.usefixtures("asha")
def test_a_workbook_is_mapped_looked_at_and_brought_in(open_tab: OpenTab) -> None:
    page = open_tab(Role.OPERATOR, "/subscribers/import")
    rows = [
        ["Who", "Number", "Agreed on", "How"],
        ["Uma Rao", "9812399911", "2026-11-01", "signed form"],
        ["Vik Rao", "9812399912", "2026-11-01", "signed form"],
        ["Nobody", "12", "2026-11-01", "signed form"],
    ]
    choose(page, workbook(rows), "people.xlsx", XLSX)
    expect(page.get_by_role("alert")).to_contain_text("No column for name and phone")
    for column, field in (
        ("Who", "Name"),
        ("Number", "Phone"),
        ("Agreed on", "Consent: when"),
        ("How", "Consent: how"),
    ):
        chosen = page.get_by_label(f"What is {column}")
        chosen.select_option(label=field)
        expect(chosen).to_have_value(
            {"Who": "name", "Number": "phone", "How": "consent_source"}.get(column, "consent_date")
        )
    expect(page.get_by_text("new subscribers")).to_be_visible()
    expect(page.get_by_role("table", name="Problems of the file")).to_contain_text("2 digits")
    with page.expect_download() as coming:
        page.get_by_role("button", name="All of them as CSV").click()
    assert "row,column,problem" in Path(coming.value.path()).read_text("utf-8-sig")
    pressed(page, "Import…", "Import")
    expect(page.get_by_text("2 subscribers added; 1 row left out.")).to_be_visible()


def test_a_file_over_the_limit_is_turned_away_in_words_and_never_sent(open_tab: OpenTab) -> None:
    page = open_tab(Role.OPERATOR, "/subscribers/import")
    sent: list[int] = []
    page.on("request", lambda request: sent.append(len(request.post_data_buffer or b"")))
    page.evaluate(DROP, ["big.csv", 60])
    expect(page.get_by_role("alert")).to_contain_text("60 MB large; 25 MB can be taken")
    assert max(sent, default=0) < 10_000
    # The page is as alive as before: it takes a file that fits.
    choose(page, b"name,phone\n", "small.csv")
    expect(page.get_by_role("alert")).to_contain_text("a header but no rows")


DROP = """([name, megabytes]) => {
  const held = new DataTransfer();
  held.items.add(new File([new Uint8Array(megabytes << 20)], name, {type: "text/csv"}));
  const zone = document.querySelector(".rx-Upload");
  for (const kind of ["dragenter", "dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, {bubbles: true, dataTransfer: held}));
}"""
"""Drops a file of so many megabytes on the page, as a hand would; it is too large to hand over."""
