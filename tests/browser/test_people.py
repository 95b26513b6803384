"""Audit, Users, Profile and Organisation in a browser: the main action of each."""

import re

import pytest
from playwright.sync_api import expect
from pyotp.totp import TOTP

from engine.clock import MachineClock
from engine.domain.roles import Role
from engine.store import second_factors, users
from tests.browser.conftest import OpenTab, Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_the_trail_is_proved_whole_searched_and_exported(open_tab: OpenTab) -> None:
    page = open_tab(Role.APPROVER, "/audit")
    page.get_by_role("button", name="Verify the chain").click()
    expect(page.get_by_text("The chain is whole")).to_be_visible()
    page.get_by_label("Search the audit trail").fill("user 1")
    table = page.get_by_role("table", name="Audit trail")
    expect(table.locator("tbody tr").first).to_contain_text("User 1")
    page.get_by_label("What").select_option(label="Added a user")
    expect(table.locator("tbody tr")).to_have_count(1)
    with page.expect_download() as told:
        page.get_by_role("button", name="Export").click()
    text = told.value.path().read_text(encoding="utf-8-sig")
    assert text.splitlines()[0].startswith("number,at (IST),who,what")
    assert len(text.splitlines()) == 2
    assert "user.added" in text


def test_a_person_is_invited_by_a_link_that_is_shown_once(open_tab: OpenTab) -> None:
    page = open_tab(Role.ADMINISTRATOR, "/settings/users")
    page.get_by_role("button", name="Invite a person…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Nila Das")
    dialog.get_by_label("E-mail").fill("nila@firm.example")
    dialog.get_by_label("Role").select_option("approver")
    dialog.get_by_role("button", name="Make the link").click()
    link = dialog.get_by_label("Link")
    expect(link).to_have_value(re.compile(r"/auth/invitation\?token=.{40,}"))
    address = link.input_value()
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_text("nila@firm.example")).to_be_visible()
    guest = open_tab(None, address.removeprefix(page.url.split("/settings")[0]))
    guest.get_by_label("New password", exact=True).fill("a pass phrase of hers")
    guest.get_by_label("The new password once more").fill("a pass phrase of hers")
    guest.get_by_role("button", name="Begin").click()
    expect(guest.locator(".dc-who")).to_contain_text("Nila Das")


def test_a_second_factor_is_set_up_and_asked_for(open_tab: OpenTab, served: Served) -> None:
    page = open_tab(Role.AUTHOR, "/profile", fresh=True)
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_alt_text("QR code for the authenticator app")).to_be_visible()
    key = page.locator(".dc-qr-key code").inner_text().replace(" ", "")
    page.get_by_label("The code the app shows now").fill(TOTP(key).at(MachineClock().now()))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".dc-codes li")).to_have_count(10)
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_text("Recovery codes left: 10.")).to_be_visible()
    served.database.transact_now(second_factors.drop, served.users[Role.AUTHOR])


def test_a_setting_is_changed_and_the_history_tells_who_did(open_tab: OpenTab) -> None:
    page = open_tab(Role.ADMINISTRATOR, "/settings/organisation")
    page.get_by_label("Cut-off before the opening").fill("1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("a whole number from 5 to 240")
    page.get_by_label("Cut-off before the opening").fill("35")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 setting changed.")).to_be_visible()
    history = page.get_by_role("table", name="History of the settings")
    expect(history.locator("tbody tr").first).to_contain_text("30 minutes → 35 minutes")


def test_an_open_page_leaves_within_five_seconds_of_its_sessions_end(
    open_tab: OpenTab, served: Served
) -> None:
    page = open_tab(Role.OPERATOR, "/profile", fresh=True)
    served.database.transact_now(
        users.revoke_all, served.users[Role.OPERATOR], now=MachineClock().now()
    )
    served.cookies.pop(Role.OPERATOR, None)
    page.wait_for_url("**/sign-in**", timeout=10_000)
