"""When a page has all it asked for."""

from playwright.sync_api import Page


def settle(page: Page) -> None:
    """Wait until the page has what it asked for."""
    page.wait_for_selector(".dc-main h1, .dc-main .dc-empty, .dc-sign-in h1")
    page.wait_for_function("!document.querySelector('.dc-skeleton')")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(500)
