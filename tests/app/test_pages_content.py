"""The Content, Approvals and Senders pages over a real socket: who may do what, and its result."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.pages.approvals.listing import ApprovalList
from app.pages.approvals.reviewing import Reviewing
from app.pages.content.editing import Editor
from app.pages.content.listing import ContentList
from app.pages.senders import SendersPage
from app.tab import Tab as OurTab
from engine.commands.submit_content import Submitted, submit_content
from engine.commands.write_content import VariantDraft, Written, write_content
from engine.domain.content import Language
from engine.domain.ids import ContentId, SenderId
from engine.domain.roles import Actor, Role
from engine.store import content as contents
from engine.store import senders
from engine.store.tables import Content, Sender, Template
from tests.app.browserless import NAMESPACE, Tab, sign_in
from tests.app.house import House
from tests.commands.content_cast import DAY, add_sender, add_subscriber, add_templates

LIST, EDITOR, APPROVALS, REVIEW, SENDERS, NOTICES = (
    state.get_full_name()
    for state in (ContentList, Editor, ApprovalList, Reviewing, SendersPage, OurTab)
)
pytestmark = pytest.mark.anyio


@pytest.fixture
def furnished(house: House) -> House:
    """The shared house, with templates, a reader of English and one of Hindi, and a sender."""

    def furnish(session: Session) -> None:
        if session.exec(select(Template).limit(1)).first() is None:
            add_templates(session, house.tenant)
        if not contents.audience(session, house.tenant)[Language.HI]:
            add_subscriber(session, house.tenant, "Ira Nair", Language.EN, "+919812345601")
            add_subscriber(session, house.tenant, "जया शर्मा", Language.HI, "+919812345602")
        if not any(row.position == 4101 for row in senders.pool(session, house.tenant)):
            add_sender(session, house.tenant, 4101)

    house.database.transact_now(furnish)
    return house


async def visit(tab: Tab, handler: str, path: str) -> None:
    """Call a page's handler as its browser does on the address `path`."""
    route, _, query = path.partition("?")
    event = {
        "name": handler,
        "payload": {},
        "token": tab.token,
        "router_data": {
            "pathname": route,
            "query": dict(pair.split("=") for pair in query.split("&") if pair),
            "asPath": path,
        },
    }
    await tab._socket.emit("event", event, namespace=NAMESPACE)


async def heard(
    tab: Tab, state: str, var: str, enough: Callable[[Any], bool], seconds: float = 5.0
) -> Any:
    """A state's var once it is enough; fails with what it was instead."""
    value: Any = None
    for _ in range(int(seconds / 0.05)):
        value = await tab.hear(state, var, wait=0.05)
        if value is not None and enough(value):
            return value
        await asyncio.sleep(0.02)
    raise AssertionError(f"{var} was {value} at the end")


async def notice(tab: Tab, words: str) -> str:
    """The notice that holds `words`."""

    def texts(told: Any) -> list[str]:
        return [" ".join((one["text"], *one["details"])) for one in told]

    def says(told: Any) -> bool:
        return any(words in text for text in texts(told))

    told = texts(await heard(tab, NOTICES, "notices", says))
    return next(text for text in reversed(told) if words in text)


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
    return house.database.read_now(contents.count, house.tenant) > 0


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


def first_sender(house: House) -> SenderId:
    def question(session: Session) -> SenderId:
        return next(
            SenderId(row.id or 0)
            for row in senders.pool(session, house.tenant)
            if row.position == 4101
        )

    return house.database.read_now(question)


def sender_row(house: House, sender: SenderId) -> Sender:
    row = house.database.read_now(senders.get, sender)
    assert row is not None
    return row


async def test_an_operator_rests_paces_and_resumes_a_sender(furnished: House) -> None:
    sender = first_sender(furnished)
    async with Tab(furnished, await sign_in(furnished, Role.OPERATOR)) as tab:
        await visit(tab, f"{SENDERS}.load", "/senders")
        assert await tab.hear(SENDERS, "cards")
        await tab.call(f"{SENDERS}.type_reason", text="too many blocks")
        await tab.call(f"{SENDERS}.rest", sender=sender)
        await notice(tab, "The sender rests.")
        row = sender_row(furnished, sender)
        assert row.state == "resting"
        assert row.state_reason == "Rested by Operator Person: too many blocks"
        for typed in ("abc", "", "1e9", "nan", "-5"):
            await tab.call(f"{SENDERS}.type_pace", text=typed)
            await tab.call(f"{SENDERS}.change_pace", sender=sender)
            await notice(tab, "choose between")
        assert sender_row(furnished, sender).rate_per_second == 80.0
        await tab.call(f"{SENDERS}.type_pace", text=" 62,5 ")
        await tab.call(f"{SENDERS}.change_pace", sender=sender)
        await notice(tab, "62,5 a second")
        assert sender_row(furnished, sender).rate_per_second == 62.5
        await tab.call(f"{SENDERS}.resume", sender=sender)
        await notice(tab, "back in the pool")
        assert sender_row(furnished, sender).state == "active"
        await tab.call(f"{SENDERS}.type_pace", text="80")
        await tab.call(f"{SENDERS}.change_pace", sender=sender)
        await notice(tab, "80 a second")
        await tab.call(f"{SENDERS}.make", sender=sender, role="chief")
        await notice(tab, "a primary or a backup")
        assert sender_row(furnished, sender).role == "primary"


async def test_the_senders_page_looks_again_by_itself(furnished: House) -> None:
    sender = first_sender(furnished)
    async with Tab(furnished, await sign_in(furnished, Role.VIEWER)) as tab:
        await visit(tab, f"{SENDERS}.load", "/senders")
        assert await tab.hear(SENDERS, "cards")
        await visit(tab, f"{SENDERS}.follow", "/senders")
        words = f"Something odd at {furnished.clock.now()}"
        furnished.database.transact_now(
            senders.note_error, sender, words=words, now=furnished.clock.now()
        )

        await heard(
            tab, SENDERS, "cards", lambda cards: any(card["error"] == words for card in cards), 8.0
        )
        furnished.database.transact_now(
            senders.note_error, sender, words="", now=furnished.clock.now()
        )


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.APPROVER, Role.VIEWER])
async def test_nobody_else_touches_a_sender(furnished: House, role: Role) -> None:
    sender = first_sender(furnished)
    async with Tab(furnished, await sign_in(furnished, role)) as tab:
        await tab.call(f"{SENDERS}.rest", sender=sender)
        await notice(tab, "may not do this")
    assert sender_row(furnished, sender).state == "active"
