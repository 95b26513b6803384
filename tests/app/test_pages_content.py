"""The Content and Approvals pages over a real socket: who may do what, and what comes of it."""

import asyncio
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.pages.approvals.listing import ApprovalList
from app.pages.approvals.reviewing import Reviewing
from app.pages.compliance import ComplianceRules
from app.pages.content.calendar import Calendar
from app.pages.content.editing import Editor
from app.pages.content.listing import ContentList
from app.pages.content.testing import PhoneTests
from engine.commands.submit_content import Submitted, submit_content
from engine.commands.write_content import VariantDraft, Written, write_content
from engine.domain.content import Language
from engine.domain.ids import ContentId
from engine.domain.roles import Actor, Role
from engine.store import content as contents
from engine.store import content_lists
from engine.store.tables import Content
from tests.app.browserless import Tab, sign_in
from tests.app.house import House
from tests.app.pages_cast import furnish_content, heard, notice, visit
from tests.commands.content_cast import DAY

LIST, EDITOR, APPROVALS, REVIEW = (
    state.get_full_name() for state in (ContentList, Editor, ApprovalList, Reviewing)
)
pytestmark = pytest.mark.anyio


@pytest.fixture
def furnished(house: House) -> House:
    furnish_content(house)
    return house


def actor(house: House, role: Role) -> Actor:
    return Actor(f"{role} Person", house.tenant, role, house.users[role])


def submitted(house: House, title: str = "Nifty outlook") -> ContentId:
    """A pack that its author wrote and submitted."""

    def prepare(session: Session) -> ContentId:
        now, author = house.clock.now(), actor(house, Role.AUTHOR)
        drafts = [
            VariantDraft(
                language=language,
                template_name="morning_view",
                template_language=language.lower(),
                parameters=("{name}", "Nifty holds. https://udaya.example"),
            )
            for language in Language
        ]
        written = write_content(
            session, content=None, version=None, day=DAY, title=title, variants=drafts,
            by=author, now=now,
        )  # fmt: skip
        assert isinstance(written, Written), written
        done = submit_content(session, written.content, version=1, by=author, now=now)
        assert isinstance(done, Submitted), done
        return written.content

    return house.database.transact_now(prepare)


def pack(house: House, content: ContentId) -> Content:
    found = house.database.read_now(contents.get, content)
    assert found is not None
    return found


def newest(house: House) -> Content:
    def question(session: Session) -> Content:
        return session.exec(select(Content).order_by(col(Content.id).desc()).limit(1)).one()

    return house.database.read_now(question)


async def test_the_phone_and_the_checks_follow_what_an_author_types(furnished: House) -> None:
    async with Tab(furnished, await sign_in(furnished, Role.AUTHOR)) as tab:
        await visit(tab, f"{EDITOR}.load", "/content/edit")
        assert await tab.hear(EDITOR, "template", "morning_view/en")
        await tab.call(f"{EDITOR}.type_value", place=1, text="{name}")
        await tab.call(f"{EDITOR}.type_value", place=2, text="A guaranteed\nrally.")
        assert await tab.hear(EDITOR, "unsaved", True)
        preview = await heard(
            tab, EDITOR, "preview", lambda shown: "A guaranteed rally." in shown["text"]
        )
        assert preview["text"].startswith("Namaste Ira Nair, A guaranteed rally.")
        checks = await tab.hear(EDITOR, "checks")
        failed = {check["title"] for check in checks if check["verdict"] == "Mend"}
        assert "No assured returns" in failed


async def test_an_author_saves_and_submits_and_is_told_what_is_wrong(furnished: House) -> None:
    async with Tab(furnished, await sign_in(furnished, Role.AUTHOR)) as tab:
        await visit(tab, f"{EDITOR}.load", "/content/edit")
        await tab.hear(EDITOR, "loaded", True)
        await tab.call(f"{EDITOR}.save")
        assert "Give the content a title" in await notice(tab, "title")
        await tab.call(f"{EDITOR}.type_title", text="Written in a test")
        await tab.call(f"{EDITOR}.choose_day", text="2026-12-24")
        await tab.call(f"{EDITOR}.submit")
        said = await notice(tab, "Compliance forbids")
        assert "link" in said
        draft = newest(furnished)
        assert (draft.title, draft.state) == ("Written in a test", "draft")
        assert draft.day.isoformat() == "2026-12-24"
        for language in ("EN", "HI", "MR"):
            await tab.call(f"{EDITOR}.choose_language", language=language)
            for place, text in ((1, "{name}"), (2, "Nifty holds. https://udaya.example")):
                await tab.call(f"{EDITOR}.type_value", place=place, text=text)
        await tab.call(f"{EDITOR}.submit")
        await notice(tab, "Submitted.")
        assert newest(furnished).state == "submitted"
        assert newest(furnished).id == draft.id


async def test_an_approver_approves_what_is_shown(furnished: House) -> None:
    content = submitted(furnished)
    async with Tab(furnished, await sign_in(furnished, Role.APPROVER)) as tab:
        await visit(tab, f"{APPROVALS}.load", "/approvals")
        waiting = await tab.hear(APPROVALS, "waiting")
        assert content in {row["id"] for row in waiting}
        await visit(tab, f"{REVIEW}.load", f"/approvals/review?pack={content}")
        previews = await tab.hear(REVIEW, "previews")
        assert [one["name"] for one in previews] == ["English", "Hindi", "Marathi"]
        assert previews[0]["text"].startswith("Namaste Ira Nair, Nifty holds.")
        head = await tab.hear(REVIEW, "head")
        assert head["approvable"]
        await tab.call(f"{REVIEW}.approve")
        await notice(tab, "Approved.")
        assert pack(furnished, content).content_hash == head["hash"]


async def test_what_changed_under_the_approvers_eyes_is_not_approved(furnished: House) -> None:
    content = submitted(furnished)
    async with Tab(furnished, await sign_in(furnished, Role.APPROVER)) as tab:
        await visit(tab, f"{REVIEW}.load", f"/approvals/review?pack={content}")
        await tab.hear(REVIEW, "loaded", True)

        def edit(session: Session) -> None:
            now, author = furnished.clock.now(), actor(furnished, Role.AUTHOR)
            drafts = [
                VariantDraft(
                    language=language,
                    template_name="morning_view",
                    template_language=language.lower(),
                    parameters=("{name}", "Nifty slips. https://udaya.example"),
                )
                for language in Language
            ]
            write_content(
                session, content=content, version=1, day=DAY, title="Changed", variants=drafts,
                by=author, now=now,
            )  # fmt: skip
            submit_content(session, content, version=2, by=author, now=now)

        furnished.database.transact_now(edit)
        await tab.call(f"{REVIEW}.approve")
        assert "version 2 now" in await notice(tab, "changed after you opened it")
        assert pack(furnished, content).state == "submitted"


async def test_a_rejection_takes_its_comment_along(furnished: House) -> None:
    content = submitted(furnished)
    async with Tab(furnished, await sign_in(furnished, Role.APPROVER)) as tab:
        await visit(tab, f"{REVIEW}.load", f"/approvals/review?pack={content}")
        await tab.hear(REVIEW, "loaded", True)
        await tab.call(f"{REVIEW}.reject")
        await notice(tab, "Say what has to change")
        await tab.call(f"{REVIEW}.type_comment", text="Name the source.")
        await tab.call(f"{REVIEW}.reject")
        await notice(tab, "back with its author")
        found = pack(furnished, content)
        assert (found.state, found.comment) == ("rejected", "Name the source.")


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.OPERATOR, Role.VIEWER])
async def test_nobody_else_approves_by_calling_the_handler(furnished: House, role: Role) -> None:
    content = submitted(furnished)
    async with Tab(furnished, await sign_in(furnished, role)) as tab:
        await visit(tab, f"{REVIEW}.load", f"/approvals/review?pack={content}")
        await tab.hear(REVIEW, "loaded", True)
        await tab.call(f"{REVIEW}.approve")
        await notice(tab, "may not do this")
        assert pack(furnished, content).state == "submitted"


async def test_an_administrator_does_not_approve_what_they_wrote(furnished: House) -> None:
    async with Tab(furnished, await sign_in(furnished, Role.ADMINISTRATOR)) as tab:
        await visit(tab, f"{EDITOR}.load", "/content/edit")
        await tab.hear(EDITOR, "loaded", True)
        await tab.call(f"{EDITOR}.type_title", text="An administrator's own")
        for language in ("EN", "HI", "MR"):
            await tab.call(f"{EDITOR}.choose_language", language=language)
            for place, text in ((1, "{name}"), (2, "Nifty. https://udaya.example")):
                await tab.call(f"{EDITOR}.type_value", place=place, text=text)
        await tab.call(f"{EDITOR}.submit")
        await notice(tab, "Submitted.")
        own = newest(furnished)
        assert own.title == "An administrator's own"
        await visit(tab, f"{REVIEW}.load", f"/approvals/review?pack={own.id}")
        head = await tab.hear(REVIEW, "head")
        assert not head["approvable"]
        await tab.call(f"{REVIEW}.approve")
        await notice(tab, "Somebody else has to approve it")
        assert pack(furnished, ContentId(own.id or 0)).state == "submitted"


@pytest.mark.parametrize("role", [Role.APPROVER, Role.OPERATOR, Role.VIEWER])
async def test_nobody_else_writes_by_calling_the_handler(furnished: House, role: Role) -> None:
    before = newest(furnished).id if _any(furnished) else None
    async with Tab(furnished, await sign_in(furnished, role)) as tab:
        await visit(tab, f"{EDITOR}.load", "/content/edit")
        await tab.hear(EDITOR, "loaded", True)
        await tab.call(f"{EDITOR}.type_title", text="Mine")
        await notice(tab, "may not do this")
        await tab.call(f"{EDITOR}.save")
        await asyncio.sleep(0.3)
    assert (newest(furnished).id if _any(furnished) else None) == before


def _any(house: House) -> bool:
    return house.database.read_now(content_lists.count, house.tenant) > 0


@pytest.mark.parametrize("pack", ["0", "999999", "x", "-1", "1e3"])
async def test_a_pack_that_is_not_there_is_an_empty_page(furnished: House, pack: str) -> None:
    async with Tab(furnished, await sign_in(furnished, Role.APPROVER)) as tab:
        await visit(tab, f"{REVIEW}.load", f"/approvals/review?pack={pack}")
        assert await tab.hear(REVIEW, "missing", True)


async def test_handlers_called_before_their_page_was_loaded_do_no_harm(furnished: House) -> None:
    async with Tab(furnished, await sign_in(furnished, Role.ADMINISTRATOR)) as tab:
        await tab.call(f"{EDITOR}.type_value", place=1, text="x")
        await tab.call(f"{EDITOR}.save")
        assert "title" in await notice(tab, "Give the content a title")
        await tab.call(f"{REVIEW}.approve")
        await notice(tab, "does not exist")
        await tab.call(f"{LIST}.back")
        await tab.hear(LIST, "loaded", True)


async def test_the_list_is_read_a_page_at_a_time(furnished: House) -> None:
    submitted(furnished, title="One for the list")
    async with Tab(furnished, await sign_in(furnished, Role.VIEWER)) as tab:
        await visit(tab, f"{LIST}.load", "/content")
        rows = await tab.hear(LIST, "rows")
        assert any(row["title"] == "One for the list" for row in rows)
        assert (await tab.hear(LIST, "range")).startswith("1–")


async def test_a_file_a_rule_and_a_late_word_are_for_those_who_may(furnished: House) -> None:
    """By name over the socket, past every button."""
    rules = ComplianceRules.get_full_name()
    tests = PhoneTests.get_full_name()
    async with Tab(furnished, await sign_in(furnished, Role.VIEWER)) as tab:
        await visit(tab, f"{EDITOR}.load", "/content/edit")
        await tab.hear(EDITOR, "loaded", True)
        calls: list[tuple[str, dict[str, Any]]] = [
            (f"{EDITOR}.choose_file", {"sha256": "0" * 64}),
            (f"{EDITOR}.choose_evergreen", {"evergreen": True}),
            (f"{rules}.save", {"form": {}}),
            (f"{tests}.name_it", {}),
            (f"{tests}.send", {"language": "EN"}),
            (f"{REVIEW}.say_late", {"late": True}),
        ]
        for handler, sent in calls:
            await tab.call(handler, **sent)
            await notice(tab, "may not do this")


async def test_a_calendars_month_is_asked_for_by_name_and_nonsense_is_this_month(
    furnished: House,
) -> None:
    calendar = Calendar.get_full_name()
    async with Tab(furnished, await sign_in(furnished, Role.VIEWER)) as tab:
        await visit(tab, f"{calendar}.load", "/content/calendar?month=2026-11")
        assert await tab.hear(calendar, "name", "November 2026")
        await tab.call(f"{calendar}.back")
        assert await tab.hear(calendar, "name", "October 2026")
        await tab.call(f"{calendar}.forth")
        assert await tab.hear(calendar, "name", "November 2026")
        await visit(tab, f"{calendar}.load", "/content/calendar?month=2026-13")
        assert await tab.hear(calendar, "loaded", True)
