"""The pages of broadcasts and deliveries as a browser drives them."""

import pytest
from sqlmodel import Session, col, select, update

from app.pages.broadcast import BroadcastPage
from app.pages.broadcasts import BroadcastsPage, share_tone
from app.pages.delivery import DeliveryPage
from app.tab import Tab as OurTab
from engine.domain.delivery import State
from engine.domain.roles import Role
from engine.domain.schedule import service_day
from engine.domain.sla import GOAL, Standing, Verdict
from engine.store.tables import Broadcast, Delivery
from tests.app.house import House
from tests.app.sandbox import PEOPLE, PageTab, Sandbox, sandbox_in, signed_in

HISTORY, ONE = BroadcastsPage.get_full_name(), BroadcastPage.get_full_name()
DELIVERY, TAB = DeliveryPage.get_full_name(), OurTab.get_full_name()
pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def sandbox(house: House) -> Sandbox:
    return sandbox_in(house)


def _tab(house: House, sandbox: Sandbox, role: Role = Role.VIEWER) -> PageTab:
    return PageTab(house, sandbox.cookies[role])


def _state(session: Session, delivery: int) -> str:
    return session.exec(select(Delivery.state).where(Delivery.id == delivery)).one()


async def test_the_history_shows_the_morning_with_its_figures(
    house: House, sandbox: Sandbox
) -> None:
    async with _tab(house, sandbox) as tab:
        await tab.act(f"{HISTORY}.load")
        (row,) = await tab.hear(HISTORY, "rows")
    assert row["href"] == f"/broadcasts/{sandbox.broadcast}"
    assert (row["targeted"], row["delivered"], row["failed"]) == ("120", "60", "20")
    assert (row["on_time"], row["tone"]) == ("50.0 %", "bad")


async def test_a_broadcast_shows_its_lanes_causes_and_recipients(
    house: House, sandbox: Sandbox
) -> None:
    path = f"/broadcasts/{sandbox.broadcast}"
    async with _tab(house, sandbox) as tab:
        await tab.act(f"{ONE}.load", path)
        shown = await tab.hear(ONE, "shown")
        assert [part["number"] for part in shown["parts"]] == ["40", "20", "20", "0", "20", "20"]
        assert [lane["total"] for lane in shown["lanes"]] == ["120"]
        assert {one["title"] for one in shown["problems"]} == {
            *("Phone not reachable", "Held for a person"),
        }
        assert await tab.hear(ONE, "range", want=f"1–50 of {PEOPLE}")
        await tab.act(f"{ONE}.only", path, stage="failed", code="131026")
        assert await tab.hear(ONE, "range", want="1–20 of 20")
        assert {row["why"] for row in await tab.hear(ONE, "rows")} == {"Phone not reachable"}
        await tab.act(f"{ONE}.only", path, stage="failed", code="131026")
        assert await tab.hear(ONE, "range", want=f"1–50 of {PEOPLE}")
        await tab.act(f"{ONE}.forth", path)
        assert await tab.hear(ONE, "range", want=f"51–100 of {PEOPLE}")


@pytest.mark.parametrize("number", ["0", "abc", "99999999999999999999999", "1e3", "-1", "²"])
async def test_an_address_that_names_no_broadcast_shows_that(
    house: House, sandbox: Sandbox, number: str
) -> None:
    async with _tab(house, sandbox) as tab:
        await tab.act(f"{ONE}.load", f"/broadcasts/{number}")
        assert await tab.hear(ONE, "loaded", want=True)
        await tab.act(f"{DELIVERY}.load", f"/deliveries/{number}")
        assert await tab.hear(DELIVERY, "loaded", want=True)
        assert not await tab.hear(ONE, "found", wait=0.05)
        assert not await tab.hear(DELIVERY, "found", wait=0.05)


async def test_another_tenants_broadcast_and_delivery_are_not_there(
    house: House, sandbox: Sandbox
) -> None:
    stranger = signed_in(house, house.users[Role.OPERATOR])
    async with PageTab(house, stranger) as tab:
        await tab.act(f"{ONE}.load", f"/broadcasts/{sandbox.broadcast}")
        assert await tab.hear(ONE, "loaded", want=True)
        await tab.act(f"{DELIVERY}.load", f"/deliveries/{sandbox.deliveries[State.READ]}")
        assert await tab.hear(DELIVERY, "loaded", want=True)
        assert not await tab.hear(ONE, "found", wait=0.05)
        assert not await tab.hear(DELIVERY, "found", wait=0.05)


async def test_a_delivery_begins_with_the_answer(house: House, sandbox: Sandbox) -> None:
    async with _tab(house, sandbox) as tab:
        await tab.act(f"{DELIVERY}.load", f"/deliveries/{sandbox.deliveries[State.READ]}")
        shown = await tab.hear(DELIVERY, "shown")
        assert shown["headline"] == "Delivered 05:59:54, read 06:59"
        titles = [entry["title"] for entry in await tab.hear(DELIVERY, "entries")]
        assert "Sent through +91 ·· 4101, answered in 212 ms" in titles
        await tab.act(f"{DELIVERY}.load", f"/deliveries/{sandbox.deliveries[State.FAILED]}")
        shown = await tab.see(DELIVERY, "shown", lambda it: it["state"] == "Failed")
        assert shown["headline"] == "Not delivered: phone not reachable."
        assert "ask the subscriber to open WhatsApp" in shown["next"]


def _make_it_today(house: House, sandbox: Sandbox) -> None:
    """What is sent again goes on the broadcast's own day."""
    today = service_day(house.clock.now())
    changed = update(Broadcast).where(col(Broadcast.id) == sandbox.broadcast)
    house.database.transact_now(lambda s: s.exec(changed.values(service_day=today)).rowcount)


async def test_an_operator_settles_what_is_held(house: House, sandbox: Sandbox) -> None:
    _make_it_today(house, sandbox)
    held = sandbox.deliveries[State.HELD]
    path = f"/deliveries/{held}"
    async with _tab(house, sandbox, Role.OPERATOR) as tab:
        await tab.act(f"{DELIVERY}.close", path)
        assert "Say why" in (await tab.hear(TAB, "notices"))[-1]["text"]
        assert house.database.read_now(_state, held) == "held"
        await tab.act(f"{DELIVERY}.send_again", path)
        await tab.act(f"{DELIVERY}.load", path)
        await tab.see(DELIVERY, "shown", lambda it: it["state"] == "Trying again")
    assert house.database.read_now(_state, held) == "retrying"


async def test_an_operator_puts_a_dead_letter_back_once(house: House, sandbox: Sandbox) -> None:
    _make_it_today(house, sandbox)
    failed = sandbox.deliveries[State.FAILED]
    path = f"/deliveries/{failed}"
    async with _tab(house, sandbox, Role.OPERATOR) as tab:
        await tab.act(f"{DELIVERY}.load", path)
        await tab.see(DELIVERY, "shown", lambda it: it["can_requeue"] and it["can_close"])
        await tab.act(f"{DELIVERY}.put_back", path, knowingly=False)
        await tab.act(f"{DELIVERY}.load", path)
        await tab.see(DELIVERY, "shown", lambda it: it["state"] == "Trying again")
        await tab.act(f"{DELIVERY}.put_back", path, knowingly=False)
        await tab.see(TAB, "notices", lambda it: it and "settled by now" in it[-1]["text"])
    assert house.database.read_now(_state, failed) == "retrying"


@pytest.mark.parametrize("handler", ["retry_failed", "resend_held", "close_held"])
async def test_a_viewer_cannot_send_anything_again(
    house: House, sandbox: Sandbox, handler: str
) -> None:
    async with _tab(house, sandbox, Role.VIEWER) as tab:
        await tab.act(f"{ONE}.{handler}", f"/broadcasts/{sandbox.broadcast}")
        await tab.see(TAB, "notices", lambda it: it and "may not do this" in it[-1]["text"])


async def test_retry_failed_says_what_stays_and_why(house: House, sandbox: Sandbox) -> None:
    _make_it_today(house, sandbox)
    path = f"/broadcasts/{sandbox.broadcast}"
    async with _tab(house, sandbox, Role.OPERATOR) as tab:
        await tab.act(f"{ONE}.load", path)
        shown = await tab.hear(ONE, "shown")
        assert shown["retry_words"] == ""  # phones that cannot be reached stay unreachable
        assert "dead letters" in shown["failed"]
        await tab.act(f"{ONE}.retry_failed", path)
        told = await tab.see(TAB, "notices", bool)
    assert "Nothing goes again" in told[-1]["text"]
    assert "Phone not reachable (131026). This does not pass." in told[-1]["details"][0]


@pytest.mark.parametrize("handler", ["send_again", "close"])
async def test_a_viewer_cannot_settle_what_is_held(
    house: House, sandbox: Sandbox, handler: str
) -> None:
    failed = sandbox.deliveries[State.FAILED]
    before = house.database.read_now(_state, failed)
    async with _tab(house, sandbox, Role.VIEWER) as tab:
        await tab.act(f"{DELIVERY}.{handler}", f"/deliveries/{failed}")
        assert "may not do this" in (await tab.hear(TAB, "notices"))[-1]["text"]
    assert house.database.read_now(_state, failed) == before


@pytest.mark.parametrize(
    ("count", "of", "standing", "tone"),
    [
        (0, 0, Standing.FINAL, "quiet"),
        (100, 100, Standing.RUNNING, "good"),
        (99, 100, Standing.FINAL, "bad"),
        (5, 100, Standing.RUNNING, "busy"),
    ],
)
def test_the_colour_of_a_share_says_whether_the_promise_is_kept(
    count: int, of: int, standing: Standing, tone: str
) -> None:
    assert share_tone(Verdict(count=count, of=of, goal=GOAL, standing=standing)) == tone
