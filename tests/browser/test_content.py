"""A day's content from the first key to the approval, and a sender sent to rest."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import Session, select

from engine.domain.content import Language
from engine.domain.roles import Role
from engine.store.tables import Subscriber
from tests.browser.conftest import PHONE, OpenTab, Served
from tests.commands.content_cast import add_subscriber, add_what_lacks

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WORDS = {
    "English": "Nifty holds 24,200. https://udaya.example",
    "Hindi": "निफ्टी 24,200 पर स्थिर। https://udaya.example",
    "Marathi": "निफ्टी 24,200 वर स्थिर. https://udaya.example",
}

READERS = (
    ("Ira Nair", Language.EN, "+919812345600"),
    ("जया शर्मा", Language.HI, "+919812345601"),
    ("चिन्मय चव्हाण", Language.MR, "+919812345602"),
)


@pytest.fixture
def furnished(served: Served) -> Served:
    """The served house, with templates, readers and a sender."""

    def furnish(session: Session) -> None:
        add_what_lacks(session, served.tenant)
        if session.exec(select(Subscriber).where(Subscriber.phone == READERS[0][2])).first():
            return
        for name, language, phone in READERS:
            add_subscriber(session, served.tenant, name, language, phone)

    served.database.transact_now(furnish)
    return served


def write(page: Page, title: str) -> None:
    """Fill in a new pack, key by key, in all three languages."""
    page.get_by_label("Title").fill(title)
    for language, words in WORDS.items():
        page.get_by_role("tab", name=language).click()
        expect(page.get_by_role("tab", name=language)).to_have_attribute("aria-selected", "true")
        page.get_by_label("Parameter 1").fill("{name}")
        page.get_by_label("Parameter 2").press_sequentially(words, delay=2)
        expect(page.locator(".dc-bubble")).to_contain_text(words)


def test_content_goes_from_the_first_key_to_the_approval(
    open_tab: OpenTab, furnished: Served
) -> None:
    author = open_tab(Role.AUTHOR, "/content/edit")
    write(author, "Written in a browser")
    author.get_by_role("button", name="Submit…").click()
    author.get_by_role("alertdialog").get_by_role("button", name="Submit").click()
    expect(author.locator(".dc-notices")).to_contain_text("Submitted.")
    expect(author).to_have_url(re.compile(r"/content/edit\?pack=\d+"))
    approver = open_tab(Role.APPROVER, "/approvals")
    row = approver.get_by_role("row", name="Written in a browser").first
    row.get_by_role("link", name="Review").click()
    expect(approver.locator(".dc-bubble")).to_have_count(3)
    expect(approver.locator(".dc-bubble").nth(1)).to_contain_text("जया शर्मा")
    approver.get_by_role("button", name="Approve…").click()
    dialog = approver.get_by_role("alertdialog")
    promised = dialog.locator(".dc-hash").inner_text()
    dialog.get_by_role("button", name="Approve").click()
    expect(approver.get_by_text("Approved by Approver Person")).to_be_visible()
    expect(approver.get_by_text(f"Content hash {promised}")).to_be_visible()
    expect(approver.get_by_role("button", name="Approve…")).to_have_count(0)


def test_a_rally_that_is_guaranteed_is_not_submitted(open_tab: OpenTab, furnished: Served) -> None:
    author = open_tab(Role.AUTHOR, "/content/edit")
    write(author, "Too good to be true")
    author.get_by_label("Parameter 2").fill("A guaranteed rally. https://udaya.example")
    expect(author.locator(".dc-checks li[data-tone='bad']")).to_contain_text("guaranteed")
    author.get_by_role("button", name="Submit…").click()
    author.get_by_role("alertdialog").get_by_role("button", name="Submit").click()
    expect(author.locator(".dc-notices")).to_contain_text("Compliance forbids")


def test_who_may_not_write_reads_every_language(open_tab: OpenTab, furnished: Served) -> None:
    viewer = open_tab(Role.VIEWER, "/content/edit")
    expect(viewer.get_by_label("Title")).to_be_disabled()
    viewer.get_by_role("tab", name="Hindi").click()
    expect(viewer.get_by_role("tab", name="Hindi")).to_have_attribute("aria-selected", "true")
    expect(viewer.get_by_role("button", name="Save draft")).to_have_count(0)


def test_a_sender_rests_with_its_reason_on_a_phone_too(
    open_tab: OpenTab, furnished: Served
) -> None:
    page = open_tab(Role.OPERATOR, "/senders", viewport=PHONE)
    card = page.locator(".dc-sender", has_text="+91 80 4000 4101")
    card.get_by_role("button", name="Rest…").click()
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_label("Why").fill("too many blocks")
    expect(dialog.get_by_label("Why")).to_have_value("too many blocks")
    dialog.get_by_role("button", name="Rest the sender").click()
    expect(card).to_contain_text("Rested by Operator Person: too many blocks")
    card.get_by_role("button", name="Resume…").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Resume the sender").click()
    expect(card).to_contain_text("Ready")
