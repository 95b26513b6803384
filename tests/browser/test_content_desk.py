"""What stands above a message, one's own phone, the rules, the calendar, a review: in a browser."""

import base64
import io
import re
from datetime import date, timedelta

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlmodel import Session, col, select, update

from engine.commands.approve_content import Approved, approve_content
from engine.commands.reject_content import Rejected, reject_content
from engine.commands.submit_content import Submitted, submit_content
from engine.commands.write_content import VariantDraft, Written, write_content
from engine.domain.content import Language
from engine.domain.ids import ContentId
from engine.domain.roles import Actor, Role
from engine.store.tables import ComplianceRules, Template, TestMessage
from tests.browser.conftest import PHONE, OpenTab, Served
from tests.commands.content_cast import DAY, NOW, add_subscriber, add_what_lacks
from tests.documents.drawn import png

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

QUIET_DAY = DAY + timedelta(days=3)
"""Nobody else writes for it."""
LINK = "https://udaya.example"
READERS = (
    ("Ira Nair", Language.EN, "+919812345600"),
    ("Venkatanarasimharajuvaripeta Subramaniam", Language.EN, "+919812345603"),
    ("जया शर्मा", Language.HI, "+919812345601"),
    ("चिन्मय चव्हाण", Language.MR, "+919812345602"),
)


@pytest.fixture
def furnished(served: Served) -> Served:
    """The served house with templates, one of them with a picture, readers and a sender."""

    def furnish(session: Session) -> None:
        add_what_lacks(session, served.tenant)
        if not session.exec(select(Template).where(col(Template.name) == "picture_view")).first():
            usual = select(Template).where(col(Template.name) == "morning_view")
            for row in session.exec(usual).all():
                session.add(
                    Template(
                        **row.model_dump(exclude={"id", "name", "header_format", "buttons"}),
                        name="picture_view",
                        header_format="IMAGE",
                        buttons='["Read it"]',
                    )
                )
            for name, language, phone in READERS:
                add_subscriber(session, served.tenant, name, language, phone[:-1] + "9" + phone[-1])

    served.database.transact_now(furnish)
    return served


def actor(served: Served, role: Role) -> Actor:
    return Actor(f"{role} Person", served.tenant, role, served.users[role])


def written(served: Served, title: str, *, day: date = DAY) -> ContentId:
    """A submitted pack in three languages."""

    def write(session: Session) -> ContentId:
        author = actor(served, Role.AUTHOR)
        answer = write_content(
            session,
            content=None,
            version=None,
            day=day,
            title=title,
            variants=drafts("Nifty holds 24,200."),
            by=author,
            now=NOW,
        )
        assert isinstance(answer, Written), answer
        done = submit_content(session, answer.content, version=1, by=author, now=NOW)
        assert isinstance(done, Submitted), done
        return answer.content

    return served.database.transact_now(write)


def drafts(words: str) -> list[VariantDraft]:
    return [
        VariantDraft(
            language=language,
            template_name="morning_view",
            template_language=language.lower(),
            parameters=("{name}", f"{words} {LINK}"),
        )
        for language in Language
    ]


def picture_of(page: Page) -> Image.Image:
    source = page.locator(".dc-bubble img").get_attribute("src") or ""
    assert source.startswith("data:image/jpeg;base64,")
    return Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))).convert("RGB")


def test_a_picture_with_a_line_in_devanagari_stands_above_the_text(
    open_tab: OpenTab, furnished: Served
) -> None:
    page = open_tab(Role.AUTHOR, "/content/edit")
    page.get_by_role("tab", name="Hindi").click()
    page.get_by_label("Template").select_option("picture_view/hi")
    above = page.get_by_role("region", name="Above the text")
    chooser = above.locator("input[type=file]")
    chooser.set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.locator(".dc-notices")).to_contain_text("JPEG or PNG")
    chooser.set_input_files({"name": "view.png", "mimeType": "image/png", "buffer": png()})
    expect(page.locator(".dc-bubble img")).to_be_visible()
    expect(above).to_contain_text("view.png")
    before = picture_of(page)
    source = page.locator(".dc-bubble img").get_attribute("src") or ""
    above.get_by_label("Brand line").fill("उदय रिसर्च · INH000001234")
    expect(page.locator(".dc-bubble img")).not_to_have_attribute("src", source)
    after = picture_of(page)
    corner = (4, after.height - 4)
    assert before.getpixel(corner) != after.getpixel(corner)
    assert before.getpixel((4, 4)) == after.getpixel((4, 4))
    expect(above).to_contain_text("The line is the same for every reader")
    expect(page.locator(".dc-bubble-button")).to_have_text("Read it")
    page.get_by_label("Parameter 2").fill("निफ्टी 24,200 पर स्थिर। https://udaya.example")
    expect(page.locator(".dc-bubble")).to_contain_text("निफ्टी 24,200 पर स्थिर।")
    shaped = page.evaluate(WIDTHS)
    assert shaped["conjunct"] < shaped["letters"], "Devanagari is not shaped: no font for it?"


WIDTHS = """async () => {
  await document.fonts.ready;
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = '40px ' + getComputedStyle(document.querySelector('.dc-bubble')).fontFamily;
  await document.fonts.load(pen.font, 'क्षि');
  const width = (text) => pen.measureText(text).width;
  return {conjunct: width('क्ष'), letters: width('क') + width('ष')};
}"""


def test_a_phone_is_confirmed_and_a_test_is_asked_for_and_told_of(
    open_tab: OpenTab, furnished: Served
) -> None:
    content = written(furnished, "Tested on a phone")
    page = open_tab(Role.AUTHOR, f"/content/edit?pack={content}")
    page.get_by_label("Your WhatsApp number").fill("98123 45610")
    page.get_by_role("button", name="Confirm this phone").click()
    expect(page.get_by_text(re.compile(r"TEST \d{6}"))).to_be_visible()
    page.get_by_role("button", name="Confirm it here (sandbox)").click()
    page.get_by_role("button", name="Send me a test…").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Send the test").click()
    expect(page.locator(".dc-tests li")).to_contain_text("Waiting")

    def deliver(session: Session) -> None:
        session.exec(update(TestMessage).values(state="delivered", words="It is on your phone."))

    furnished.database.transact_now(deliver)
    expect(page.locator(".dc-tests li")).to_contain_text("Delivered")


def test_compliance_forbids_a_word_of_its_own_and_the_author_meets_it(
    open_tab: OpenTab, furnished: Served
) -> None:
    page = open_tab(Role.APPROVER, "/settings/compliance")
    page.get_by_label("Superlatives", exact=True).first.fill("best\nmoonshot")
    page.get_by_label("Characters of a message").fill("9")
    page.get_by_label("Why").fill("Counsel’s advice")
    page.get_by_role("button", name="Save as a new edition").click()
    expect(page.get_by_role("alert")).to_contain_text("Characters of a message: A whole number")
    page.get_by_label("Characters of a message").fill("1024")
    page.get_by_role("button", name="Save as a new edition").click()
    expect(page.locator(".dc-notices")).to_contain_text("Edition 1 holds: 1 field changed.")
    page.locator(".dc-edition summary").click()
    expect(page.locator(".dc-edition")).to_contain_text("+ moonshot")
    author = open_tab(Role.AUTHOR, "/content/edit")
    author.get_by_label("Parameter 2").fill("A moonshot today")
    warnings = author.locator(".dc-checks li[data-tone='warn']")
    expect(warnings.filter(has_text="moonshot")).to_have_count(1)
    viewer = open_tab(Role.VIEWER, "/settings/compliance")
    expect(viewer.get_by_label("Characters of a message")).to_be_disabled()
    expect(viewer.get_by_role("button", name="Save as a new edition")).to_have_count(0)

    def forget(session: Session) -> None:
        for row in session.exec(select(ComplianceRules)).all():
            session.delete(row)

    furnished.database.transact_now(forget)


def test_a_review_reads_with_three_real_people_and_tells_what_changed(
    open_tab: OpenTab, furnished: Served
) -> None:
    content = written(furnished, "Read with three")

    def mend(session: Session) -> None:
        approver, author = actor(furnished, Role.APPROVER), actor(furnished, Role.AUTHOR)
        said = reject_content(session, content, version=1, comment="Lower.", by=approver, now=NOW)
        assert isinstance(said, Rejected)
        write_content(
            session,
            content=content,
            version=1,
            day=DAY,
            title="Read with three",
            variants=drafts("Nifty holds 24,150."),
            by=author,
            now=NOW,
        )
        submit_content(session, content, version=2, by=author, now=NOW)

    furnished.database.transact_now(mend)
    page = open_tab(Role.APPROVER, f"/approvals/review?pack={content}")
    changes = page.get_by_role("table", name="What changed")
    expect(changes.locator("del").first).to_have_text("24,200.")
    expect(changes.locator("ins").first).to_have_text("24,150.")
    page.get_by_role("button", name="The longest name").click()
    expect(page.locator(".dc-bubble").first).to_contain_text("Venkatanarasimharajuvaripeta")


def test_the_calendar_shows_what_is_written_and_leads_to_what_is_not(
    open_tab: OpenTab, furnished: Served
) -> None:
    content = written(furnished, "In the calendar", day=QUIET_DAY)

    def approve(session: Session) -> None:
        approver = actor(furnished, Role.APPROVER)
        done = approve_content(session, content, version=1, by=approver, now=NOW)
        assert isinstance(done, Approved), done

    furnished.database.transact_now(approve)
    page = open_tab(Role.AUTHOR, f"/content/calendar?month={DAY:%Y-%m}", viewport=PHONE)
    day = page.locator(".dc-date", has_text="In the calendar")
    expect(day).to_contain_text(str(QUIET_DAY.day))
    expect(day).to_contain_text("Approved")
    page.get_by_role("button", name="Next month").click()
    page.get_by_role("button", name="Next month").click()
    page.get_by_role("link", name="Write for", exact=False).first.click()
    expect(page).to_have_url(re.compile(r"/content/edit\?day=\d{4}-\d\d-\d\d"))
    day_typed = page.get_by_label("For the morning of").input_value()
    assert day_typed == page.url.rpartition("=")[2]
