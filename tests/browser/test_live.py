"""The Live page follows the morning by itself, and a person can stop it."""

import pytest
from playwright.sync_api import expect

from engine.domain.roles import Role
from tests.browser.conftest import PHONE, OpenTab, Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_the_board_moves_on_without_anybody_touching_it(open_tab: OpenTab, served: Served) -> None:
    page = open_tab(Role.VIEWER)
    expect(page.get_by_text("No broadcast today")).to_be_visible()
    served.show("before")
    expect(page.get_by_text("Ready for the morning?")).to_be_visible()
    expect(page.locator(".dc-header .dc-countdown")).to_contain_text("Opens in")
    served.show("during")
    expect(page.get_by_text("On time so far")).to_be_visible()
    expect(page.locator(".dc-header .dc-countdown")).to_contain_text("SLA closes in")
    expect(page.locator(".dc-legend")).to_contain_text("1,847 delivered")
    served.show("after")
    expect(page.get_by_text("✓ Kept").first).to_be_visible()


def test_held_ones_are_shown_and_lead_somewhere(open_tab: OpenTab, served: Served) -> None:
    served_board = "paused"
    page = open_tab(Role.OPERATOR)
    served.show(served_board)
    banner = page.locator(".dc-banner[data-tone=held]")
    expect(banner).to_contain_text("3 held")
    expect(banner.get_by_role("link")).to_have_attribute("href", "/broadcasts/7")


def test_only_who_runs_the_morning_is_offered_its_buttons(
    open_tab: OpenTab, served: Served
) -> None:
    viewer, operator = open_tab(Role.VIEWER), open_tab(Role.OPERATOR)
    served.show("during")
    expect(operator.get_by_role("button", name="Pause")).to_be_visible()
    expect(viewer.get_by_text("On time so far")).to_be_visible()
    expect(viewer.get_by_role("button", name="Pause")).to_have_count(0)
    expect(viewer.get_by_role("button", name="Abort…")).to_have_count(0)


def test_an_abort_is_asked_about_first_and_its_result_is_told(
    open_tab: OpenTab, served: Served
) -> None:
    page = open_tab(Role.OPERATOR, viewport=PHONE)
    served.show("during")
    page.get_by_role("button", name="Abort…").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("39 subscribers who have not been sent to")
    expect(dialog).to_contain_text("This cannot be undone")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Abort…").click()
    dialog.get_by_role("button", name="Abort the broadcast").click()
    expect(page.get_by_role("status").get_by_text("There is no such broadcast.")).to_be_visible()


def test_two_tabs_of_one_person_both_follow(open_tab: OpenTab, served: Served) -> None:
    page = open_tab(Role.VIEWER)
    other = page.context.new_page()
    other.goto(served.url)
    served.show("during")
    for tab in (page, other):
        expect(tab.get_by_text("On time so far")).to_be_visible()
