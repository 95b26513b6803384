"""A tab for each person, and when a page in it has all it asked for."""

from playwright.sync_api import Browser, Page, expect

from engine.domain.roles import Role
from tests.browser.conftest import PATIENCE_MILLISECONDS, WIDE
from tests.browser.exhibition.house import Exhibition
from tests.browser.exhibition.visits import Visit


class Visitors:
    """One tab for each role, and one for guests: a page of ours takes a processor four seconds to
    come up in a new context, and one in a tab that has shown one before.
    """

    def __init__(self, browser: Browser, house: Exhibition) -> None:
        self._browser, self._house = browser, house
        self._tabs: dict[Role | None, Page] = {}

    def go(self, visit: Visit) -> Page:
        """The page, light and wide, once it has what it asked for."""
        self._house.prepare(visit)
        page = self._tabs.get(visit.role) or self._come(visit.role)
        page.set_viewport_size(WIDE)  # pyright: ignore[reportArgumentType]
        page.emulate_media(color_scheme="light")
        page.goto(self._house.url + visit.path)
        settle(page)
        if visit.press:
            page.get_by_role("button", name=visit.press).first.click()
            expect(page.locator("[role=dialog], [role=alertdialog]")).to_be_visible()
            page.wait_for_timeout(300)  # it comes in slowly
        return page

    def _come(self, role: Role | None) -> Page:
        context = self._browser.new_context()
        if role is not None:
            context.add_cookies([self._house.cookie(role)])
        page = self._tabs[role] = context.new_page()
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        return page


def settle(page: Page) -> None:
    """Wait until the page has what it asked for."""
    page.wait_for_selector(".dc-main h1, .dc-main .dc-empty, .dc-sign-in h1")
    # Not by a function that the page polls: our own content policy forbids it to evaluate one.
    expect(page.locator(".dc-skeleton")).to_have_count(0)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(500)
