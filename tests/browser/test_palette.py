"""The keyboard palette: Ctrl-K, a few letters, Enter; by hand on a phone; and in Hindi."""

import re
from collections.abc import Generator

import pytest
from playwright.sync_api import Page, expect

from engine.domain.roles import Role
from engine.store import users
from tests.browser.conftest import PHONE, OpenTab, Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def lines(page: Page) -> list[str]:
    return page.locator("#palette-lines b").all_inner_texts()


def test_a_few_letters_and_enter_lead_to_a_page(open_tab: OpenTab) -> None:
    page = open_tab(Role.OPERATOR)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    expect(page.locator("#palette-text")).to_be_focused()
    expect(page.locator("#palette-lines b").first).to_be_visible()
    page.keyboard.type("dead")
    page.keyboard.press("Enter")  # faster than the server: it goes where the answer leads
    expect(page).to_have_url(re.compile("/dead-letters$"))
    expect(page.locator("#palette")).to_be_hidden()


def test_arrows_choose_and_escape_gives_the_focus_back(open_tab: OpenTab) -> None:
    page = open_tab(Role.VIEWER)
    opener = page.locator("[data-palette='open']")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#palette-lines [aria-selected='true']")).to_have_count(1)
    first = page.locator("[aria-selected='true'] b").inner_text()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[aria-selected='true'] b")).not_to_have_text(first)
    for _ in range(4):  # the browser's own dialog keeps the focus inside
        page.keyboard.press("Tab")
        # Between the last thing and the first one there may be the browser's own bar.
        assert page.evaluate("document.activeElement.matches('body, #palette, #palette *')")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(opener).to_be_focused()


def test_it_offers_only_what_the_role_may_see(open_tab: OpenTab) -> None:
    page = open_tab(Role.VIEWER)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-lines b").first).to_be_visible()
    assert "Live" in lines(page)
    assert not {"Users", "Audit", "Import subscribers", "Invite a colleague"} & set(lines(page))


@pytest.mark.sweep
def test_on_a_phone_it_opens_from_a_button(open_tab: OpenTab) -> None:
    page = open_tab(Role.ADMINISTRATOR, viewport=PHONE)
    page.locator("[data-palette='open']").click()
    expect(page.locator("#palette")).to_be_visible()
    box = page.locator("#palette").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    page.locator("#palette-text").fill("users")
    expect(page.locator("#palette-lines a").first).to_contain_text("Users")
    page.locator("#palette-lines a").first.click()
    expect(page).to_have_url(re.compile("/settings/users$"))


@pytest.fixture
def hindi(served: Served) -> Generator[None]:
    viewer = served.users[Role.VIEWER]
    served.database.transact_now(users.set_language, viewer, "hi")
    yield
    served.database.transact_now(users.set_language, viewer, "en")


@pytest.mark.usefixtures("hindi")
def test_in_hindi_the_page_says_so_and_is_found_by_its_hindi_name(open_tab: OpenTab) -> None:
    page = open_tab(Role.VIEWER)
    expect(page.locator("html")).to_have_attribute("lang", "hi")
    expect(page.locator(".dc-side [aria-current='page']")).to_have_text("लाइव")
    page.keyboard.press("Control+k")
    page.keyboard.type("ग्राह")
    expect(page.locator("#palette-lines b").first).to_have_text("ग्राहक")


def test_a_person_chooses_their_language_and_keeps_it(open_tab: OpenTab, served: Served) -> None:
    page = open_tab(Role.VIEWER, "/profile")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_label("Language", exact=True).select_option("hi")
    page.get_by_role("button", name="Use this language").click()
    expect(page.locator("html")).to_have_attribute("lang", "hi")
    expect(page.locator(".dc-notices")).to_contain_text("सहेज लिया")
    page.reload()
    expect(page.locator("h1")).to_have_text("प्रोफ़ाइल")
    page.get_by_label("भाषा", exact=True).select_option("en")
    page.get_by_role("button", name="यही भाषा रखें").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
