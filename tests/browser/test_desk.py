"""Templates, Replies and API & webhooks in a browser: the main action of each."""

import time
from collections.abc import Generator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import Session, col, delete, select, update

from engine.clock import MachineClock
from engine.domain.content import Language
from engine.domain.roles import Role
from engine.store import templates
from engine.store.tables import (
    ApiKey,
    Conversation,
    Delivery,
    Inbound,
    Notification,
    Sender,
    Subscriber,
    Template,
    TemplateOrder,
)
from tests.browser.conftest import PHONE, OpenTab, Served, fits
from tests.commands.content_cast import add_sender, add_subscriber
from tests.workers.said import change, hear, text

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
NAME, DIGITS = "Zubin Wadia", "919812345699"
PATHS = ("/templates", "/replies", "/settings/api")


@pytest.fixture
def desk(served: Served) -> Generator[Served]:
    """A template that WhatsApp knows, a sender, and somebody who asks a question."""
    served.database.transact_now(_furnish, served)
    yield served
    served.database.transact_now(_clear, served)


def _furnish(session: Session, served: Served) -> None:
    now = MachineClock().now()
    templates.put(
        session,
        served.tenant,
        name="desk_note",
        language="en",
        category="UTILITY",
        status="APPROVED",
        body="Good morning {{1}}, all is well.",
        whatsapp_id="7001",
        now=now,
    )
    number = session.exec(select(Sender).where(Sender.phone_number_id == "100000000004177")).first()
    if number is None:
        add_sender(session, served.tenant, 4177)
    if session.exec(select(Subscriber).where(Subscriber.phone == f"+{DIGITS}")).first() is None:
        add_subscriber(session, served.tenant, NAME, Language.EN, f"+{DIGITS}")
    writes(session, "Should I sell my holding?")


def writes(session: Session, words: str) -> None:
    now = MachineClock().now()
    said = text(words, sender=DIGITS, at=now, number="100000000004177")
    said = said.replace(b"wamid.in", f"wamid.{abs(hash(words))}".encode())
    hear(session, said, now=now)


def _clear(session: Session, served: Served) -> None:
    for row in (Notification, Inbound, Conversation, TemplateOrder, ApiKey):
        session.exec(delete(row))
    session.exec(delete(Delivery).where(col(Delivery.lane_id).is_(None)))
    session.exec(delete(Template).where(col(Template.name) == "desk_note"))


def card(page: Page, name: str = "desk_note") -> Any:
    return page.locator(f"[data-template='{name}']")


def test_a_template_is_written_beside_the_phone_and_submitted(
    open_tab: OpenTab, desk: Served
) -> None:
    page = open_tab(Role.OPERATOR, "/templates")
    page.get_by_role("button", name="New template…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("evening_note")
    dialog.get_by_label("Body").fill("Good evening {{1}}, the day is done.")
    expect(dialog.locator(".dc-bubble")).to_contain_text("Good evening {{1}}, the day is done.")
    dialog.get_by_label("Example for").fill("Asha")
    expect(dialog.locator(".dc-bubble")).to_contain_text("Good evening Asha")
    dialog.get_by_label("Footer (optional)").fill("Reply {{2}}")
    dialog.get_by_role("button", name="Submit for review").click()
    expect(dialog.get_by_role("alert")).to_contain_text("may not have variables")
    dialog.get_by_label("Footer (optional)").fill("Reply STOP to stop")
    expect(dialog.locator(".dc-bubble")).to_contain_text("Reply STOP to stop")
    dialog.get_by_role("button", name="Submit for review").click()
    expect(page.locator(".dc-notices")).to_contain_text("evening_note goes to WhatsApp's review.")
    expect(page.locator(".dc-orders")).to_contain_text("Submit evening_note (English)")
    order = desk.database.read_now(lambda s: s.exec(select(TemplateOrder)).one())
    assert (order.kind, order.state, order.name) == ("create", "waiting", "evening_note")


def test_a_template_that_meta_pauses_shows_within_five_seconds(
    open_tab: OpenTab, desk: Served
) -> None:
    page = open_tab(Role.VIEWER, "/templates")
    expect(card(page)).to_contain_text("Approved")
    pause = change(
        "message_template_status_update",
        {
            "event": "PAUSED",
            "message_template_id": 7001,
            "message_template_name": "desk_note",
            "message_template_language": "en",
            "reason": "NONE",
            "other_info": {"title": "FIRST_PAUSE"},
        },
    )
    began = time.monotonic()
    desk.database.transact_now(lambda s: hear(s, pause, now=MachineClock().now()))
    expect(card(page)).to_contain_text("Paused")
    assert time.monotonic() - began < 5
    expect(card(page)).to_contain_text("its first pause, of 3 hours")


def test_what_stands_in_is_ordered_and_deletion_asks_first(open_tab: OpenTab, desk: Served) -> None:
    page = open_tab(Role.OPERATOR, "/templates", viewport=PHONE)
    card(page).get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="Group and order…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Group").fill("Morning")
    dialog.get_by_label("Place in the order").fill("2")
    dialog.get_by_role("checkbox", name="Fallback").check()
    dialog.get_by_role("button", name="Save").click()
    expect(card(page)).to_contain_text("Morning, 2")
    expect(card(page)).to_contain_text("Fallback")
    card(page).get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="Delete…").click()
    expect(page.get_by_role("dialog")).to_contain_text("cannot be used again for 30 days")
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(page.locator(".dc-notices")).to_contain_text("WhatsApp is told to delete desk_note.")


def test_a_reply_comes_by_itself_is_answered_once_assigned_and_done(
    open_tab: OpenTab, desk: Served
) -> None:
    page = open_tab(Role.OPERATOR, "/replies")
    line = page.locator(".dc-line", has_text=NAME)
    expect(line).to_contain_text("Should I sell my holding?")
    expect(line).to_contain_text("left")
    line.click()
    expect(page.locator(".dc-thread")).to_contain_text("Should I sell my holding?")
    expect(page.get_by_text("to answer, until")).to_be_visible()
    page.locator("textarea").fill("Hold it, please.")
    page.get_by_role("button", name="Send the answer").click()
    mine = page.locator(".dc-said[data-side='ours']")
    expect(mine).to_contain_text("Hold it, please.")
    expect(mine).to_contain_text("Going out")
    expect(page.locator("textarea")).to_have_value("")
    desk.database.transact_now(
        lambda s: (
            s.exec(
                update(Delivery).where(col(Delivery.lane_id).is_(None)).values(state="read")
            ).rowcount
        )
    )
    expect(mine).to_contain_text("Read")
    desk.database.transact_now(writes, "And tomorrow?")
    expect(page.locator(".dc-thread")).to_contain_text("And tomorrow?")
    page.get_by_label("Assigned to").select_option(label="Author Person")
    expect(page.locator(".dc-notices")).to_contain_text("It is for Author Person now.")
    page.get_by_role("button", name="Done", exact=True).last.click()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    expect(page.locator(".dc-line", has_text=NAME)).to_have_count(0)
    sent = desk.database.read_now(lambda s: list(s.exec(select(Notification.text)).all()))
    assert sent == ["Hold it, please."]


def test_after_a_day_the_box_is_closed_and_says_why(open_tab: OpenTab, desk: Served) -> None:
    ago = MachineClock().now() - timedelta(hours=25)
    desk.database.transact_now(lambda s: s.exec(update(Conversation).values(heard_at=ago)).rowcount)
    page = open_tab(Role.AUTHOR, "/replies", viewport=PHONE)
    page.locator(".dc-line", has_text=NAME).click()
    expect(page.locator(".dc-closed")).to_contain_text("within 24 hours of their last message")
    expect(page.locator("textarea")).to_have_count(0)
    page.get_by_role("button", name="Back to the list").click()
    expect(page.locator(".dc-line", has_text=NAME)).to_be_visible()


def test_a_viewer_reads_replies_and_answers_none(open_tab: OpenTab, desk: Served) -> None:
    page = open_tab(Role.VIEWER, "/replies")
    page.locator(".dc-line", has_text=NAME).click()
    expect(page.locator(".dc-thread")).to_contain_text("Should I sell my holding?")
    expect(page.locator("textarea")).to_have_count(0)
    expect(page.get_by_label("Assigned to")).to_have_count(0)
    unread = desk.database.read_now(lambda s: s.exec(select(Conversation.unread)).one())
    assert unread == 1, "a look of somebody who cannot answer leaves it unread"


def test_a_key_is_shown_once_and_revoked(open_tab: OpenTab, desk: Served) -> None:
    page = open_tab(Role.ADMINISTRATOR, "/settings/api")
    expect(page.get_by_label("Webhook address")).to_have_value(f"{desk.url}/webhooks/whatsapp")
    page.get_by_role("button", name="Make a key…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Make the key").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Name the program")
    dialog.get_by_label("Name of the program").fill("Portfolio alerts")
    dialog.get_by_role("button", name="Make the key").click()
    key = dialog.get_by_label("Key", exact=True).input_value()
    assert key.startswith("dck_")
    dialog.get_by_role("button", name="Done").click()
    table = page.get_by_role("table", name="API keys")
    expect(table).to_contain_text("Portfolio alerts")
    assert key not in page.content()
    row = desk.database.read_now(lambda s: s.exec(select(ApiKey)).one())
    assert key not in (row.key_hash, row.start)
    table.get_by_role("button", name="Revoke…").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Revoke it").click()
    expect(table).to_contain_text("Revoked")


@pytest.mark.sweep
def test_the_pages_fit_their_screens(open_tab: OpenTab, desk: Served) -> None:
    page = open_tab(Role.ADMINISTRATOR)
    for path in PATHS:
        page.goto(desk.url + path)
        expect(page.locator(".dc-main h1")).to_be_visible()
        expect(page.locator(".dc-skeleton")).to_have_count(0)
        fits(page)
        assert "None" not in page.locator(".dc-main").inner_text()
