"""Every page and every role: it opens, or says in words that it is not for them; and a test for the
main action of each page. Both lists are read off the app: a new page cannot be forgotten.
"""

import importlib
from collections.abc import Generator
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from playwright.sync_api import expect
from sqlmodel import Session, col, select, update

import app.app  # noqa: F401 - every page registers itself
from app import frame, navigation
from app.session import COOKIE
from app.words.en import FORBIDDEN_TITLE
from engine.clock import MachineClock
from engine.domain.delivery import State
from engine.domain.roles import ALLOWED, Role
from engine.domain.schedule import service_day
from engine.store.tables import Broadcast, Delivery, Subscriber
from tests.app.house import House
from tests.app.sandbox import Sandbox, sandbox_in
from tests.browser.conftest import OpenTab, Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MAIN_ACTIONS = {
    "/alerts": "test_alerts.test_an_alert_is_on_the_bell_and_on_live_and_somebody_sees_to_it",
    "/": "test_whole_day.test_a_whole_day_from_the_first_word_to_the_report",
    "/approvals": "test_content.test_content_goes_from_the_first_key_to_the_approval",
    "/approvals/review": "test_content.test_content_goes_from_the_first_key_to_the_approval",
    "/audit": "test_people.test_the_trail_is_proved_whole_searched_and_exported",
    "/broadcasts": "test_roles.test_the_history_leads_to_a_broadcast_and_from_there_to_a_message",
    "/broadcasts/[broadcast_number]": "test_dead_letters."
    "test_retry_failed_only_leaves_what_does_not_pass_and_says_so",
    "/broadcasts/compare": "test_planning.test_two_days_are_compared_side_by_side",
    "/broadcasts/plan": "test_planning.test_a_schedules_plan_is_shown_before_anything_is_frozen",
    "/content": "test_roles.test_the_list_of_content_leads_to_a_new_pack",
    "/content/calendar": "test_content_desk."
    "test_the_calendar_shows_what_is_written_and_leads_to_what_is_not",
    "/content/edit": "test_content.test_content_goes_from_the_first_key_to_the_approval",
    "/dead-letters": "test_dead_letters."
    "test_an_operator_narrows_the_dead_letters_and_puts_them_back",
    "/deliveries/[delivery_number]": "test_roles.test_a_held_message_is_sent_again_knowingly",
    "/evidence": "test_roles.test_a_days_evidence_is_asked_for",
    "/profile": "test_people.test_a_second_factor_is_set_up_and_asked_for",
    "/replies": "test_desk.test_a_reply_comes_by_itself_is_answered_once_assigned_and_done",
    "/reports": "test_whole_day.test_a_whole_day_from_the_first_word_to_the_report",
    "/senders": "test_content.test_a_sender_rests_with_its_reason_on_a_phone_too",
    "/senders/what-if": "test_what_if.test_a_sender_is_lost_and_a_new_one_called_in",
    "/senders/[sender_number]": "test_planning."
    "test_a_numbers_weeks_and_recovery_plan_are_on_its_own_page",
    "/settings/api": "test_desk.test_a_key_is_shown_once_and_revoked",
    "/settings/backups": "test_roles.test_a_backup_is_asked_for",
    "/settings/channels": "test_roles.test_who_gets_the_report_is_kept_once_a_server_carries_it",
    "/settings/compliance": "test_content_desk."
    "test_compliance_forbids_a_word_of_its_own_and_the_author_meets_it",
    "/settings/organisation": "test_people.test_a_setting_is_changed_and_the_history_tells_who_did",
    "/settings/schedule": "test_planning."
    "test_an_operator_makes_a_daily_schedule_corrects_it_and_switches_it_off",
    "/settings/users": "test_people.test_a_person_is_invited_by_a_link_that_is_shown_once",
    "/subscribers": "test_subscribers."
    "test_somebody_is_found_read_about_and_paused_on_their_own_page",
    "/subscribers/[subscriber_number]": "test_subscribers."
    "test_somebody_is_found_read_about_and_paused_on_their_own_page",
    "/subscribers/import": "test_subscribers.test_a_workbook_is_mapped_looked_at_and_brought_in",
    "/templates": "test_desk.test_a_template_is_written_beside_the_phone_and_submitted",
    "/unreached": "test_roles.test_who_gets_nothing_is_looked_for_and_exported",
    "404": "test_pages.test_an_address_without_a_page_says_so",
}
"""Which test does what a page is there for, in a browser."""
PAGES = {page.route: page.permission for page in frame.pages() if page.route[0] == "/"}
LINKED = {place.route for _, places in navigation.places() for place in places}


@pytest.fixture
def sandbox(served: Served) -> Generator[Sandbox]:
    """A firm with people, senders and a broadcast that is over, whose roles the tabs have."""
    house = SimpleNamespace(port=served.port, database=served.database, clock=MachineClock())
    made = sandbox_in(cast("House", house))
    served.database.transact_now(_over, made)
    before, served.cookies = served.cookies, {
        role: [{"name": COOKIE, "value": cookie.partition("=")[2], "url": served.url}]
        for role, cookie in made.cookies.items()
    }  # fmt: skip
    yield made
    served.cookies = before


def _over(session: Session, made: Sandbox) -> None:
    """The firm is shared with other files, which leave its broadcast going out or waiting."""
    opened_at = MachineClock().now() - timedelta(hours=2)
    session.exec(
        update(Broadcast)
        .where(col(Broadcast.id) == made.broadcast)
        .values(
            state="finished",
            state_reason="",
            service_day=service_day(MachineClock().now()),
            opens_at=opened_at,
            window_ends_at=opened_at + timedelta(minutes=3),
            closes_at=opened_at + timedelta(minutes=5),
        )
    )


def address(route: str, served: Served, made: Sandbox) -> str:
    """The route with something that is there in the place of its number."""

    def somebody(session: Session) -> int:
        theirs = select(Subscriber.id).where(Subscriber.tenant_id == made.seeded.tenant)
        return session.exec(theirs.limit(1)).one() or 0

    numbers = {
        "[broadcast_number]": made.broadcast,
        "[delivery_number]": made.deliveries[State.FAILED],
        "[sender_number]": made.seeded.senders[0],
        "[subscriber_number]": served.database.read_now(somebody),
    }
    for name, number in numbers.items():
        route = route.replace(name, str(number))
    assert "[" not in route, f"{route}: say here which number it is to be opened with"
    return served.url + route


@pytest.mark.sweep
@pytest.mark.parametrize("role", list(Role))
def test_each_page_opens_for_its_roles_and_refuses_the_others_in_words(
    open_tab: OpenTab, served: Served, sandbox: Sandbox, role: Role
) -> None:
    page = open_tab(role)
    refusal = page.get_by_text(FORBIDDEN_TITLE)
    for route, need in PAGES.items():
        page.goto(address(route, served, sandbox))
        page.wait_for_selector(".dc-main h1, .dc-main .dc-empty")
        expect(page.locator(".dc-skeleton")).to_have_count(0)
        may = role in ALLOWED[need]
        assert refusal.count() == (0 if may else 1), f"{route} for a {role}"
        if may:
            heading = page.locator(".dc-main h1, .dc-main .dc-empty").first.inner_text()
            assert heading.strip(), f"{route} has no heading"
        if route in LINKED:
            link = page.locator(f".dc-side a[href='{route}']")
            assert (link.count() > 0) == may, f"the link to {route} for a {role}"


def test_every_page_has_a_test_of_its_main_action() -> None:
    routes = {page.route for page in frame.pages()}
    assert routes <= set(MAIN_ACTIONS), "say in MAIN_ACTIONS which test does it"
    for named in MAIN_ACTIONS.values():
        module, _, test = named.partition(".")
        assert hasattr(importlib.import_module(f"tests.browser.{module}"), test), named


def test_the_history_leads_to_a_broadcast_and_from_there_to_a_message(
    open_tab: OpenTab, sandbox: Sandbox
) -> None:
    page = open_tab(Role.VIEWER, "/broadcasts")
    page.get_by_role("table", name="Broadcasts").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Recipients")).to_be_visible()
    page.get_by_role("table", name="Recipients").get_by_role("link").first.click()
    page.wait_for_url("**/deliveries/*")
    expect(page.locator(".dc-main h1")).to_be_visible()


def test_the_list_of_content_leads_to_a_new_pack(open_tab: OpenTab, sandbox: Sandbox) -> None:
    page = open_tab(Role.AUTHOR, "/content")
    expect(page.get_by_role("table", name="Content by day")).to_be_visible()
    page.get_by_role("link", name="Write content").click()
    page.wait_for_url("**/content/edit")
    expect(page.get_by_label("Title")).to_be_enabled()


def test_a_held_message_is_sent_again_knowingly(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    held = sandbox.deliveries[State.HELD]

    def hold(session: Session) -> None:
        session.exec(update(Delivery).where(col(Delivery.id) == held).values(state="held"))

    served.database.transact_now(hold)
    viewer = open_tab(Role.VIEWER, f"/deliveries/{held}")
    expect(viewer.get_by_role("button", name="Send again knowingly…")).to_have_count(0)
    page = open_tab(Role.OPERATOR, f"/deliveries/{held}")
    page.get_by_role("button", name="Send again knowingly…").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Send it again").click()
    expect(page.locator(".dc-notices")).to_contain_text("It is sent again now.")
    expect(page.get_by_role("button", name="Send again knowingly…")).to_have_count(0)
    wanted = select(Delivery.state).where(Delivery.id == held)
    assert served.database.read_now(lambda s: s.exec(wanted).one()) == "retrying"


def test_who_gets_nothing_is_looked_for_and_exported(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.VIEWER, "/unreached")
    page.get_by_label("Days").select_option("30")
    expect(page.get_by_label("Days")).to_have_value("30")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Export").click()
    head = coming.value.path().read_text("utf-8-sig").splitlines()[0]
    assert "name" in head.lower()


def test_a_days_evidence_is_asked_for(open_tab: OpenTab, sandbox: Sandbox) -> None:
    page = open_tab(Role.ADMINISTRATOR, "/evidence")
    days = page.get_by_role("table", name="Days and their evidence packs")
    page.get_by_label("How people are named").select_option("pseudonymous")
    days.get_by_role("button", name="Make a pack").first.click()
    expect(page.locator(".dc-notices")).to_contain_text("It is made in its turn")
    expect(days).to_contain_text("waits for its turn")
    expect(days).to_contain_text("seudonym")


def test_who_gets_the_report_is_kept_once_a_server_carries_it(
    open_tab: OpenTab, sandbox: Sandbox
) -> None:
    page = open_tab(Role.ADMINISTRATOR, "/settings/channels")
    readers = page.locator("form").filter(has=page.get_by_label("Addresses"))
    readers.get_by_label("Addresses").fill("ceo@example.test")
    readers.get_by_label("Mail it every day").check()
    readers.get_by_role("button", name="Save").click()
    expect(readers).to_contain_text("Say first which mail server carries it.")

    server = page.locator("form").filter(has=page.get_by_label("Server"))
    server.get_by_label("Server").fill("localhost")
    server.get_by_label("From").fill("reports@example.test")
    server.get_by_label("Password").fill("not for the page")
    server.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("reports@example.test by localhost:587")
    assert "not for the page" not in page.content()

    readers.get_by_label("Addresses").fill("ceo@example.test")
    readers.get_by_label("Mail it every day").check()
    readers.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Kept.").last).to_be_visible()
    page.reload()
    expect(readers.get_by_label("Addresses")).to_have_value("ceo@example.test")


def test_a_backup_is_asked_for(open_tab: OpenTab, sandbox: Sandbox) -> None:
    page = open_tab(Role.ADMINISTRATOR, "/settings/backups")
    page.get_by_role("button", name="Take a backup now").click()
    expect(page.get_by_role("table")).to_contain_text("waits for its turn")
