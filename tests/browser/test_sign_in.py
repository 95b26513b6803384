"""A person signs in, sees their name and what their role may do, and signs out."""

import re

import pytest
from playwright.sync_api import expect

from engine.domain.roles import Role
from tests.app.house import PASSWORD
from tests.browser.conftest import OpenTab, Served, fill_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_stranger_sees_the_form_and_nothing_else(open_tab: OpenTab, served: Served) -> None:
    page = open_tab(None, "/")
    assert page.url == f"{served.url}/sign-in"
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_be_focused()
    # The form works without a script and opens no websocket.
    assert page.evaluate("document.querySelectorAll('script').length") == 1


def test_a_wrong_password_is_told_without_saying_which_part_was_wrong(open_tab: OpenTab) -> None:
    page = open_tab(None, "/")
    fill_in(page, "viewer@example.test", "not the word")
    expect(page.get_by_role("alert")).to_have_text(
        "This e-mail and password do not belong together. Please try again."
    )
    expect(page.get_by_label("E-mail")).to_have_value("viewer@example.test")
    fill_in(page, "viewer@example.test", PASSWORD)
    expect(page.locator(".dc-who")).to_contain_text("Viewer Person")


@pytest.mark.parametrize(
    "role",
    [Role.OPERATOR]
    + [pytest.param(role, marks=pytest.mark.sweep) for role in Role if role != Role.OPERATOR],
)
def test_each_role_comes_in_and_is_named(open_tab: OpenTab, role: Role) -> None:
    page = open_tab(role, fresh=True)
    expect(page.locator(".dc-who")).to_contain_text(role.value)
    expect(page.locator(".dc-header").get_by_text("SANDBOX")).to_be_visible()


def test_signing_in_leads_to_where_one_wanted_to_go(open_tab: OpenTab, served: Served) -> None:
    page = open_tab(None, "/senders?from=mail")
    fill_in(page, "operator@example.test", PASSWORD)
    page.wait_for_selector(".dc-main h1, .dc-main .dc-empty")
    assert page.url == f"{served.url}/senders?from=mail"


def test_signing_out_ends_the_session_in_every_tab(open_tab: OpenTab, served: Served) -> None:
    page = open_tab(Role.VIEWER, fresh=True)
    other = page.context.new_page()
    other.goto(served.url)
    other.wait_for_selector(".dc-main h1, .dc-main .dc-empty")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    # The other tab follows the board: its loop asks every five seconds whose session it is.
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_clock_ticks_and_shows_indias_time(open_tab: OpenTab) -> None:
    page = open_tab(Role.VIEWER)
    clock = page.locator(".dc-clock")
    expect(clock).to_have_text(re.compile(r"^\d\d:\d\d:\d\d IST$"))
    before = clock.inner_text()
    expect(clock).not_to_have_text(before)


def test_the_colours_can_be_switched_and_stay(open_tab: OpenTab) -> None:
    page = open_tab(Role.VIEWER)
    assert "light" in (page.locator("html").get_attribute("class") or "")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile("dark"))


def test_a_person_changes_their_password_behind_their_name(
    open_tab: OpenTab, served: Served
) -> None:
    page = open_tab(Role.VIEWER)
    page.get_by_role("link", name="Viewer Person").click()
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("heading", name="Choose a new password")).to_be_visible()
    page.get_by_label("Present password").fill("not the word")
    page.get_by_label("New password", exact=True).fill("something of my own")
    page.get_by_label("The new password once more").fill("something of my own")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("alert")).to_contain_text("The present password is not right")
    page.goto(served.url)
    expect(page.locator(".dc-who")).to_contain_text("Viewer Person")
