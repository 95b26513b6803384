"""A what-if as an operator makes one: from the morning as it stands, with the answer at once."""

from collections.abc import Generator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import Session, col, select, update

from app.session import COOKIE
from engine.clock import MachineClock
from engine.domain.roles import Role
from engine.store.tables import Broadcast, Schedule, Sender
from tests.app.house import House
from tests.app.sandbox import Sandbox, sandbox_in
from tests.browser.conftest import PHONE, OpenTab, Served, fits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def sandbox(served: Served) -> Generator[Sandbox]:
    """A firm of 120 people and two senders at 80 a second, whose mornings go as fast as they may
    and begin before today's, so that one lies ahead.
    """
    house = SimpleNamespace(port=served.port, database=served.database, clock=MachineClock())
    made = sandbox_in(cast("House", house))
    before_rows = served.database.transact_now(_set_up, made)
    before, served.cookies = served.cookies, {
        role: [{"name": COOKIE, "value": cookie.partition("=")[2], "url": served.url}]
        for role, cookie in made.cookies.items()
    }  # fmt: skip
    yield made
    served.database.transact_now(_tidy, before_rows)
    served.cookies = before


Before = tuple[dict[int, str], dict[int, str], dict[int, str]]


def _set_up(session: Session, made: Sandbox) -> Before:
    tenant = made.seeded.tenant
    rows = session.exec(select(Broadcast.id, Broadcast.state)).all()
    broadcasts = {which or 0: state for which, state in rows if state == "sending"}
    session.exec(
        update(Broadcast).where(col(Broadcast.id).in_(broadcasts)).values(state="finished")
    )
    mine = select(Schedule.id, Schedule.pacing).where(col(Schedule.tenant_id) == tenant)
    pacings = {which or 0: pacing for which, pacing in session.exec(mine).all()}
    session.exec(update(Schedule).where(col(Schedule.id).in_(pacings)).values(pacing="fastest"))
    ours = select(Sender.id, Sender.quality).where(col(Sender.tenant_id) == tenant)
    qualities = {which or 0: quality for which, quality in session.exec(ours).all()}
    session.exec(update(Sender).where(col(Sender.id).in_(qualities)).values(quality="GREEN"))
    return broadcasts, pacings, qualities


def _tidy(session: Session, before: Before) -> None:
    broadcasts, pacings, qualities = before
    for which, state in broadcasts.items():
        session.exec(update(Broadcast).where(col(Broadcast.id) == which).values(state=state))
    for which, pacing in pacings.items():
        session.exec(update(Schedule).where(col(Schedule.id) == which).values(pacing=pacing))
    for which, quality in qualities.items():
        session.exec(update(Sender).where(col(Sender.id) == which).values(quality=quality))


def line(page: Page, name: str) -> Any:
    """One line of the comparison."""
    table = page.get_by_role("table", name="The morning as it is, and as it is supposed")
    return table.get_by_role("row").filter(has=page.get_by_role("cell", name=name, exact=True))


def verdict(page: Page) -> Any:
    return page.locator(".dc-main .dc-pool")


def test_an_operator_asks_what_if_and_reads_the_answer_at_once(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.OPERATOR, "/senders")
    page.get_by_role("link", name="What if…").click()
    expect(page.get_by_label("People", exact=True)).to_have_value("120")
    expect(verdict(page)).to_contain_text("the SLA holds, and the window.")
    expect(line(page, "People")).to_contain_text("120120")

    page.get_by_label("People", exact=True).fill("1,00,000")
    expect(verdict(page)).to_contain_text("after the close at")
    expect(line(page, "The SLA")).to_contain_text("holdsdoes not hold")
    expect(line(page, "People")).to_contain_text("+99,880")
    page.get_by_label("New numbers", exact=True).fill("20")
    expect(verdict(page)).to_contain_text("the SLA holds, and the window.")
    expect(line(page, "Senders")).to_contain_text("+20")

    page.get_by_label("WhatsApp's limit, people in 24 h").fill("90000")
    expect(page.get_by_label("Who does not get it")).to_contain_text(
        "10,000 people find no room in WhatsApp's limit of the day."
    )
    page.get_by_role("button", name="As it is").click()
    expect(page.get_by_label("People", exact=True)).to_have_value("120")
    expect(line(page, "Senders")).to_contain_text("22")


def test_a_sender_is_lost_and_a_new_one_called_in(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.VIEWER, "/senders/what-if")
    leaves = line(page, "The last one leaves").get_by_role("cell").nth(2)
    expect(leaves).to_contain_text("IST")
    few = leaves.inner_text()
    page.get_by_label("People", exact=True).fill("10000")
    expect(leaves).not_to_have_text(few)
    calm = leaves.inner_text()
    page.get_by_label("A sender is lost").select_option(str(sandbox.seeded.senders[0]))
    expect(leaves).not_to_have_text(calm)
    late = leaves.inner_text()
    page.get_by_label("Seconds after the opening").fill("10")
    expect(leaves).not_to_have_text(late)
    alone = leaves.inner_text()
    page.get_by_label("Called in for it").select_option("new")
    expect(leaves).not_to_have_text(alone)
    assert calm < leaves.inner_text() < alone

    table = page.get_by_role("table", name="The senders as they are supposed")
    first = table.get_by_role("row").nth(1)
    box = first.get_by_role("checkbox")
    box.click()  # it changes once the page has been told
    expect(box).not_to_be_checked()
    expect(first).to_contain_text("Takes no part.")
    expect(
        page.get_by_text("This one sends nothing: choose a sender that takes part.")
    ).to_be_visible()
    expect(page.get_by_text("A field below cannot be read")).to_be_visible()
    page.get_by_label("A sender is lost").select_option("")
    expect(page.get_by_text("A field below cannot be read")).to_have_count(0)
    expect(line(page, "Senders")).to_contain_text("−1")


def test_a_slip_is_answered_beside_its_field_and_what_came_before_stays(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.AUTHOR, "/senders/what-if", viewport=PHONE)
    before = verdict(page).locator(".dc-lead").inner_text()
    people = page.locator(".dc-field", has=page.get_by_label("People", exact=True))
    page.get_by_label("People", exact=True).fill("many")
    expect(people.get_by_role("alert")).to_have_text("A whole number of people, 1 to 1,00,00,000.")
    expect(verdict(page)).to_contain_text(before)
    page.get_by_label("People", exact=True).fill("120")
    expect(people.get_by_role("alert")).to_have_count(0)
    pace = page.get_by_role("textbox", name="Messages a second").last
    pace.fill("0")
    expect(page.get_by_role("alert")).to_have_text("Messages a second, 1 to 1,000.")
    fits(page)
