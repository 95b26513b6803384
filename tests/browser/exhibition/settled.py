"""When a page has all it asked for."""

from playwright.sync_api import Page, expect


def settle(page: Page) -> None:
    """Wait until the page has what it asked for."""
    page.wait_for_selector(".dc-main h1, .dc-main .dc-empty, .dc-sign-in h1")
    # Not by a function that the page polls: our own content policy forbids it to evaluate one.
    expect(page.locator(".dc-skeleton")).to_have_count(0)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(500)
