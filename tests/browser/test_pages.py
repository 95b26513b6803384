"""Every page, in both sizes and both colours: it fits, it speaks in words, and nothing breaks."""

import re

import pytest
from playwright.sync_api import Page, expect

import app.app  # noqa: F401 - every page registers itself
from app import frame, navigation
from engine.domain.roles import Role
from tests.browser.conftest import PHONE, OpenTab, Served, fits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ROUTES = sorted(
    page.route for page in frame.pages() if page.route[0] == "/" and "[" not in page.route
)
LINKED = [place for _, links in navigation.places() for place in links]
CODES = re.compile(r"\b(None|undefined|NaN|null|Traceback)\b|\[object ")


def settled(page: Page) -> None:
    page.wait_for_selector(".dc-main h1, .dc-main .dc-empty")
    expect(page.locator(".dc-skeleton")).to_have_count(0)


@pytest.mark.sweep
def test_every_page_fits_its_screen_and_speaks_in_words(open_tab: OpenTab, served: Served) -> None:
    assert "/" in ROUTES
    page = open_tab(Role.ADMINISTRATOR)
    for route in ROUTES:
        page.goto(served.url + route)
        settled(page)
        fits(page)
        said = page.locator("body").inner_text()
        assert not CODES.search(said), f"{route} says {CODES.search(said)}"
        assert page.locator("h1").count() <= 1, f"{route} has several first headings"
        assert page.evaluate(NAMELESS) == [], f"{route}: one can press what has no name"


NAMELESS = """() => [...document.querySelectorAll('.dc-app button, .dc-app a, .dc-app input')]
    .filter((el) => el.offsetParent && el.type !== 'hidden' && el.tabIndex >= 0)
    .filter((el) => !(el.innerText || el.ariaLabel || el.title || el.placeholder
        || (el.labels && el.labels.length)))
    .map((el) => el.outerHTML.slice(0, 120))"""


def test_the_sidebar_leads_to_every_page_and_marks_where_one_is(open_tab: OpenTab) -> None:
    page = open_tab(Role.ADMINISTRATOR)
    for place in LINKED:
        link = page.locator(".dc-side").get_by_role("link", name=place.label, exact=True)
        link.click()
        settled(page)
        here = page.locator(".dc-side [aria-current='page']")
        expect(here).to_have_text(place.label)


def test_on_a_phone_the_sidebar_is_a_drawer(open_tab: OpenTab) -> None:
    page = open_tab(Role.ADMINISTRATOR, viewport=PHONE)
    drawer = page.locator(".dc-drawer")
    expect(drawer).to_be_hidden()
    page.locator(".dc-menu > summary").click()
    expect(drawer).to_be_visible()
    last = LINKED[-1]
    drawer.get_by_role("link", name=last.label, exact=True).click()
    expect(page).to_have_url(re.compile(re.escape(last.route) + "$"))
    settled(page)
    expect(drawer).to_be_hidden()


def test_an_address_without_a_page_says_so(open_tab: OpenTab, served: Served) -> None:
    page = open_tab(Role.VIEWER)
    answer = page.goto(f"{served.url}/no-such-page")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_text("There is no page at this address")).to_be_visible()
