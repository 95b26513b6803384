"""The Subscribers pages as a browser drives them: what they show, do, and refuse."""

from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from app.pages.import_subscribers import ImportPage
from app.pages.import_subscribers.shown import ProblemLine, as_csv
from app.pages.subscribers.dialogs import SubscriberDialog
from app.pages.subscribers.listing import SubscribersPage
from app.pages.subscribers.person import PersonPage
from app.pages.subscribers.questions import QUESTIONS
from app.pages.subscribers.shown import range_words, typed, wanted
from app.pages.unreached import UnreachedPage
from app.tab import Tab as OurTab
from engine.domain.ids import TenantId
from engine.domain.roles import Role
from engine.domain.schedule import service_day
from engine.domain.subscriber import Status
from engine.read.paging import Count
from engine.read.subscriber_list import Order, Wanted
from engine.store.tables import Consent, Subscriber
from tests.app.browserless import Tab
from tests.app.house import House
from tests.app.sandbox import PEOPLE, Sandbox, sandbox_in

PAGE, DIALOG = SubscribersPage.get_full_name(), SubscriberDialog.get_full_name()
IMPORT, TAB = ImportPage.get_full_name(), OurTab.get_full_name()
PERSON, UNREACHED = PersonPage.get_full_name(), UnreachedPage.get_full_name()
pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def sandbox(house: House) -> Sandbox:
    return sandbox_in(house)


def _tab(house: House, sandbox: Sandbox, role: Role = Role.OPERATOR) -> Tab:
    return Tab(house, sandbox.cookies[role])


def _person(session: Session, tenant: TenantId, name: str) -> Subscriber | None:
    statement = select(Subscriber).where(Subscriber.tenant_id == tenant, Subscriber.name == name)
    return session.exec(statement).one_or_none()


def _consents(session: Session, subscriber: int) -> list[bool]:
    statement = select(Consent.given).where(Consent.subscriber_id == subscriber)
    return list(session.exec(statement.order_by(col(Consent.id))))


def _count(session: Session, tenant: TenantId) -> int:
    statement = select(func.count()).select_from(Subscriber)
    return session.exec(statement.where(Subscriber.tenant_id == tenant)).one()


async def test_the_list_is_paged_searched_and_filtered(house: House, sandbox: Sandbox) -> None:
    async with _tab(house, sandbox, Role.VIEWER) as tab:
        await tab.call(f"{PAGE}.load")
        assert await tab.hear(PAGE, "shown", want=f"1–50 of {PEOPLE}")
        first = [row["id"] for row in await tab.hear(PAGE, "rows")]
        await tab.call(f"{PAGE}.forth")
        assert await tab.hear(PAGE, "shown", want=f"51–100 of {PEOPLE}")
        assert not set(first) & {row["id"] for row in await tab.hear(PAGE, "rows")}
        await tab.call(f"{PAGE}.back")
        assert await tab.hear(PAGE, "shown", want=f"1–50 of {PEOPLE}")
        await tab.call(f"{PAGE}.filter_by", field="tier", value="PREMIUM")
        await tab.hear(PAGE, "filtered", want=True)
        assert {row["tier"] for row in await tab.hear(PAGE, "rows")} == {"Premium"}
        await tab.call(f"{PAGE}.look_for", text="nobody is called so")
        assert await tab.hear(PAGE, "shown", want="None of 0")


async def test_a_filter_nobody_knows_changes_nothing(house: House, sandbox: Sandbox) -> None:
    async with _tab(house, sandbox) as tab:
        await tab.call(f"{PAGE}.filter_by", field="loaded", value="")
        await tab.call(f"{PAGE}.filter_by", field="status", value="'; drop table")
        assert await tab.hear(PAGE, "shown", want=f"1–50 of {PEOPLE}")
        assert await tab.hear(PAGE, "loaded", want=True)


async def test_a_subscriber_is_added_stopped_and_brought_back(
    house: House, sandbox: Sandbox
) -> None:
    tenant, today = sandbox.seeded.tenant, service_day(house.clock.now()).isoformat()
    form = {
        "name": "Zoya Zaveri",
        "phone": "98123 45610",
        "consent_source": "web form",
        "consent_date": "2026-11-01",
    }
    async with _tab(house, sandbox) as tab:
        await tab.call(f"{DIALOG}.open_new")
        await tab.call(f"{DIALOG}.save", form={**form, "phone": "98123"})
        problems = await tab.hear(DIALOG, "problems")
        assert "5 digits" in problems[1]
        assert await tab.hear(DIALOG, "is_open", want=True)
        await tab.call(f"{DIALOG}.save", form=form)
        assert await tab.hear(DIALOG, "is_open", want=False) is False
        added = house.database.read_now(_person, tenant, "Zoya Zaveri")
        assert added is not None
        assert added.id is not None

        for what, fields, status in (
            ("stop", {"reason": "rang us"}, Status.OPTED_OUT),
            ("restart", {"consent_source": "form", "consent_date": today}, Status.ACTIVE),
        ):
            await tab.call(f"{DIALOG}.ask_about", subscriber=added.id, name="Zoya", what=what)
            assert await tab.hear(DIALOG, "asked", want=what)
            await tab.call(f"{DIALOG}.answer", form=fields)
            assert await tab.hear(DIALOG, "asked", want="") == ""
            row = house.database.read_now(_person, tenant, "Zoya Zaveri")
            assert row is not None
            assert row.status == status
        assert house.database.read_now(_consents, added.id) == [True, False, True]

        await tab.call(f"{DIALOG}.open_entry", subscriber=added.id)
        history = await tab.hear(DIALOG, "history")
        assert [line["title"] for line in history] == ["Agreed", "Said stop", "Agreed"]
        house.database.transact_now(_remove, added.id)


def _remove(session: Session, subscriber: int) -> None:
    for consent in session.exec(select(Consent).where(Consent.subscriber_id == subscriber)):
        session.delete(consent)
    session.flush()
    session.delete(session.exec(select(Subscriber).where(Subscriber.id == subscriber)).one())


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.APPROVER, Role.VIEWER])
async def test_who_may_only_look_changes_nobody(house: House, sandbox: Sandbox, role: Role) -> None:
    form = {"name": "Mallory", "phone": "9812345611", "consent_source": "x"}
    calls: list[tuple[str, dict[str, Any]]] = [
        (f"{DIALOG}.save", {"form": {**form, "consent_date": "2026-11-01"}}),
        (f"{DIALOG}.answer", {"form": {}}),
        (f"{IMPORT}.bring_in", {}),
    ]
    for handler, payload in calls:
        async with _tab(house, sandbox, role) as tab:
            await tab.call(handler, **payload)
            notices = await tab.hear(TAB, "notices")
        assert "may not do this" in notices[-1]["text"]
    assert house.database.read_now(_person, sandbox.seeded.tenant, "Mallory") is None


async def test_another_tenants_subscriber_cannot_be_opened_or_changed(
    house: House, sandbox: Sandbox
) -> None:
    stranger = house.database.transact_now(_stranger, house.tenant)
    async with _tab(house, sandbox) as tab:
        await tab.call(f"{DIALOG}.open_entry", subscriber=stranger)
        assert "not in your list" in (await tab.hear(TAB, "notices"))[-1]["text"]
        await tab.call(f"{DIALOG}.ask_about", subscriber=stranger, name="x", what="stop")
        await tab.call(f"{DIALOG}.answer", form={})
        assert "not in your list" in (await tab.hear(DIALOG, "problems"))[0]
    row = house.database.read_now(_person, house.tenant, "Stranger")
    assert row is not None
    assert row.status == Status.ACTIVE
    house.database.transact_now(_remove, stranger)


def _stranger(session: Session, tenant: TenantId) -> int:
    at = session.exec(select(func.max(col(Subscriber.created_at)))).one()
    row = Subscriber(tenant_id=tenant, name="Stranger", created_at=at, updated_at=at)
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


async def _upload(house: House, cookie: str, tab: Tab, data: bytes, name: str) -> None:
    """Upload as the page does, and run what the answer asks the tab to run."""
    form = aiohttp.FormData()
    form.add_field("files", data, filename=name, content_type="text/csv")
    headers = {
        "Cookie": cookie,
        "Origin": house.url,
        "Reflex-Client-Token": tab.token,
        "Reflex-Event-Handler": f"{IMPORT}.take",
    }
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{house.url}/_upload", data=form, headers=headers) as answer,
    ):
        assert answer.status == 200, await answer.text()
        await answer.read()


async def test_a_list_is_previewed_and_then_imported(house: House, sandbox: Sandbox) -> None:
    cookie, tenant = sandbox.cookies[Role.OPERATOR], sandbox.seeded.tenant
    before = house.database.read_now(_count, tenant)
    rows = "name,phone\nAsha,98123 45620\nRavi,98123 45621\n,12\nAsha,98123 45620\n"
    async with _tab(house, sandbox) as tab:
        await tab.call(f"{IMPORT}.type_consent", field="consent_source", text="event")
        await tab.call(f"{IMPORT}.type_consent", field="consent_date", text="2026-11-01")
        assert await tab.hear(IMPORT, "consent_date", want="2026-11-01")
        await _upload(house, cookie, tab, rows.encode(), "list.csv")
        await tab.call(f"{IMPORT}.load")
        assert await tab.hear(IMPORT, "ready", want=True)
        tallies = await tab.hear(IMPORT, "tallies")
        assert [tally["number"] for tally in tallies] == ["4", "2", "0", "1", "1"]
        problems = await tab.hear(IMPORT, "problems")
        assert [line["row"] for line in problems] == ["4", "4", "5"]
        assert (await tab.hear(IMPORT, "sample"))[0] == ["Asha", "98123 45620"]
        assert house.database.read_now(_count, tenant) == before

        await tab.call(f"{IMPORT}.choose", how="all")
        await tab.call(f"{IMPORT}.bring_in")
        assert "cannot be imported" in (await tab.hear(IMPORT, "refused"))[0]
        await tab.call(f"{IMPORT}.choose", how="good")
        await tab.call(f"{IMPORT}.bring_in")
        assert await tab.hear(IMPORT, "done", want="2 subscribers added; 2 rows left out.")
        await tab.call(f"{IMPORT}.bring_in")
        assert "not here any more" in (await _last_notice(tab, 1))
    for name in ("Asha", "Ravi"):
        person = house.database.read_now(_person, tenant, name)
        assert person is not None
        assert person.consented
        house.database.transact_now(_remove, person.id or 0)


async def _last_notice(tab: Tab, count: int) -> str:
    """The text of the notice that makes `count` of them."""
    for _ in range(50):
        notices = await tab.hear(TAB, "notices")
        if len(notices) >= count:
            return notices[-1]["text"]
        await tab.hear(TAB, "notices", want="something new", wait=0.1)
    raise AssertionError("no such notice came")


async def test_a_file_that_is_no_list_says_so_on_the_page(house: House, sandbox: Sandbox) -> None:
    cookie = sandbox.cookies[Role.OPERATOR]
    async with _tab(house, sandbox) as tab:
        await tab.call(f"{IMPORT}.start_over")
        await tab.hear(IMPORT, "file_name", want="")
        await _upload(house, cookie, tab, b"PK\x03\x04 a workbook", "list.xlsx")
        await tab.call(f"{IMPORT}.load")
        assert "damaged" in (await tab.hear(IMPORT, "refused"))[0]
        assert await tab.hear(IMPORT, "ready", want=False) is False


async def test_a_person_says_what_a_column_is(house: House, sandbox: Sandbox) -> None:
    async with _tab(house, sandbox) as tab:
        await tab.call(f"{IMPORT}.start_over")
        await tab.call(f"{IMPORT}.type_consent", field="consent_source", text="event")
        await tab.call(f"{IMPORT}.type_consent", field="consent_date", text="2026-11-01")
        await tab.hear(IMPORT, "consent_date", want="2026-11-01")
        await tab.call(f"{IMPORT}.load")
        rows = b"who,number\nUma,98123 45630\n"
        await _upload(house, sandbox.cookies[Role.OPERATOR], tab, rows, "list.csv")
        assert "No column for name and phone" in (await tab.hear(IMPORT, "refused"))[0]
        assert [one["field"] for one in await tab.hear(IMPORT, "columns")] == ["", ""]
        for place, field in enumerate(("name", "phone")):
            await tab.call(f"{IMPORT}.map_column", place=place, field=field)
            want = [{"place": n, "column": c, "field": f} for n, c, f in MAPPED[place]]
            assert await tab.hear(IMPORT, "columns", want=want)
        assert await tab.hear(IMPORT, "ready", want=True)
        assert await tab.hear(IMPORT, "fresh", want=1)
        await tab.call(f"{IMPORT}.start_over")


MAPPED = (
    [(0, "who", "name"), (1, "number", "")],
    [(0, "who", "name"), (1, "number", "phone")],
)


async def test_who_leaves_the_page_finds_the_file_and_what_came_of_it(
    house: House, sandbox: Sandbox
) -> None:
    cookie, tenant = sandbox.cookies[Role.OPERATOR], sandbox.seeded.tenant
    rows = "name,phone,consent date,consent source\n" + "".join(
        f"Leaver {n},+9198124{n:05d},2026-11-01,form\n" for n in range(300)
    )
    async with _tab(house, sandbox) as tab:
        await tab.call(f"{IMPORT}.start_over")
        await _upload(house, cookie, tab, rows.encode(), "leaver.csv")
    async with _tab(house, sandbox) as another:
        await another.call(f"{IMPORT}.load")
        assert await another.hear(IMPORT, "file_name", want="leaver.csv")
        assert await another.hear(IMPORT, "fresh", want=300)
        await another.call(f"{IMPORT}.bring_in")
        assert await another.hear(IMPORT, "working", want=True)
    async with _tab(house, sandbox) as third:
        await third.call(f"{IMPORT}.load")
        assert await third.hear(IMPORT, "done", want="300 subscribers added; 0 rows left out.")
        await third.call(f"{IMPORT}.start_over")
        assert await third.hear(IMPORT, "done", want="") == ""
    house.database.transact_now(_remove_all, tenant, "Leaver %")


def _remove_all(session: Session, tenant: TenantId, name: str) -> None:
    theirs = select(Subscriber.id).where(
        Subscriber.tenant_id == tenant, col(Subscriber.name).like(name)
    )
    session.connection().execute(sa.delete(Consent).where(col(Consent.subscriber_id).in_(theirs)))
    session.connection().execute(
        sa.delete(Subscriber).where(
            col(Subscriber.tenant_id) == tenant, col(Subscriber.name).like(name)
        )
    )


async def test_a_file_too_large_to_send_is_told_so(house: House, sandbox: Sandbox) -> None:
    async with _tab(house, sandbox) as tab:
        file = {"name": "big.csv", "size": 60 * 1024 * 1024}
        await tab.call(f"{IMPORT}.turn_away", rejected=[file])
        assert "60 MB large; 25 MB" in (await tab.hear(IMPORT, "refused"))[0]


async def test_the_page_of_a_subscriber_answers_first(house: House, sandbox: Sandbox) -> None:
    who = house.database.read_now(_anybody, sandbox.seeded.tenant)
    async with _tab(house, sandbox, Role.VIEWER) as tab:
        await tab.call(f"{PERSON}.load", at=f"/subscribers/{who}")
        assert (await tab.hear(PERSON, "shown"))["headline"]
        moments = await tab.hear(PERSON, "moments")
        assert "Agreed to be written to" in [moment["title"] for moment in moments]
    async with _tab(house, sandbox, Role.VIEWER) as tab:
        await tab.call(f"{PERSON}.load", at=f"/subscribers/{_stranger_of(house)}")
        assert await tab.hear(PERSON, "loaded", want=True)
        assert await tab.hear(PERSON, "found", want=False) is False


def _anybody(session: Session, tenant: TenantId) -> int:
    found = session.exec(select(Subscriber.id).where(Subscriber.tenant_id == tenant)).first()
    assert found is not None
    return found


def _stranger_of(house: House) -> int:
    return house.database.read_now(_highest) + 1


def _highest(session: Session) -> int:
    return session.exec(select(func.max(col(Subscriber.id)))).one() or 0


async def test_who_gets_nothing_is_listed_over_the_days_one_chooses(
    house: House, sandbox: Sandbox
) -> None:
    async with _tab(house, sandbox, Role.VIEWER) as tab:
        await tab.call(f"{UNREACHED}.load")
        assert await tab.hear(UNREACHED, "words")
        await tab.call(f"{UNREACHED}.choose", days="30")
        assert await tab.hear(UNREACHED, "days", want="30")
        await tab.call(f"{UNREACHED}.choose", days="1; drop table")
        assert await tab.hear(UNREACHED, "days", want="30")


def test_a_submitted_form_brings_only_the_fields_it_should() -> None:
    form = typed({"name": "Asha", "phone": None, "tenant_id": 7, "__class__": "x"})
    assert (form.name, form.phone) == ("Asha", "")


def test_filters_from_a_browser_are_never_trusted() -> None:
    asked = wanted(search="x", status="NOBODY", tier="", language="EN'", region="", sort="evil")
    assert asked == Wanted(search="x", order=Order.NAME)


def test_the_range_under_the_table_is_counted_in_indian_digits() -> None:
    assert range_words(Count(10_000, more=True), 201, 50) == "10,001–10,050 of 10,000+"
    assert range_words(Count(0), 1, 0) == "None of 0"


def test_every_question_says_what_happens_and_leads_to_a_status_or_to_nobody() -> None:
    assert {question.status for question in QUESTIONS.values()} == {
        *(Status.ACTIVE, Status.PAUSED, Status.OPTED_OUT),
        None,  # erased: there is nobody left to have a status
    }
    assert all(question.words.endswith(".") for question in QUESTIONS.values())


def test_the_list_of_problems_starts_no_formula() -> None:
    text = as_csv([ProblemLine(row="2", field="Phone", words='=1+1 "quoted"')])
    assert text.endswith('"2","Phone","\'=1+1 ""quoted"""\r\n')
