"""The Dead letters page as a browser drives it: filters, what goes back, what is closed, export."""

from collections.abc import Generator
from typing import Any

import pytest
from sqlmodel import Session, col, func, select, update

from app.pages.dead_letters.deeds import DeadLetterDialog
from app.pages.dead_letters.listing import DeadLettersPage
from app.tab import Tab as OurTab
from engine.domain.delivery import State
from engine.domain.roles import Role
from engine.domain.schedule import service_day
from engine.store.tables import Attempt, Broadcast, Delivery, Subscriber
from tests.app.house import House
from tests.app.sandbox import PageTab, Sandbox, sandbox_in, signed_in

PAGE, DIALOG = DeadLettersPage.get_full_name(), DeadLetterDialog.get_full_name()
TAB, PATH = OurTab.get_full_name(), "/dead-letters"
pytestmark = pytest.mark.anyio


@pytest.fixture
def sandbox(house: House) -> Generator[Sandbox]:
    """Four failed because WhatsApp was unavailable, the others because their phones were not
    reached; afterwards it is as other files left it.
    """
    made = sandbox_in(house)
    before = house.database.read_now(_as_it_is, made)
    house.database.transact_now(_set_up, made, service_day(house.clock.now()))
    yield made
    house.database.transact_now(_put_right, before)


def _as_it_is(session: Session, made: Sandbox) -> list[Any]:
    mine = select(Delivery).where(Delivery.broadcast_id == made.broadcast)
    rows = list(session.exec(mine).all())
    theirs = col(Attempt.delivery_id).in_([row.id for row in rows])
    tries = session.exec(select(Attempt).where(theirs)).all()
    return [session.get_one(Broadcast, made.broadcast), *rows, *tries]


def _put_right(session: Session, before: list[Any]) -> None:
    for row in before:
        session.merge(type(row)(**row.model_dump()))


def _set_up(session: Session, made: Sandbox, today: Any) -> None:
    mine = col(Delivery.broadcast_id) == made.broadcast
    session.exec(
        update(Broadcast)
        .where(col(Broadcast.id) == made.broadcast)
        .values(service_day=today, state="finished")
    )
    waits = ("failed", "retrying", "discarded")
    session.exec(
        update(Delivery)
        .where(mine, col(Delivery.state).in_(waits), col(Delivery.sent_at).is_(None))
        .values(state="failed", error_code=131026, reason="")
    )
    failed = session.exec(
        select(Delivery.id).where(mine, Delivery.state == "failed").order_by(col(Delivery.id))
    ).all()
    # Also what another file's tests sent again knowingly: here every try was answered.
    session.exec(
        update(Attempt).where(col(Attempt.delivery_id).in_(failed)).values(outcome="failed")
    )
    some = col(Delivery.id).in_(failed[:4])
    session.exec(update(Delivery).where(some).values(error_code=131016))


def _count(session: Session, state: str) -> int:
    return session.exec(select(func.count()).where(col(Delivery.state) == state)).one()


def _tab(house: House, sandbox: Sandbox, role: Role = Role.OPERATOR) -> PageTab:
    return PageTab(house, sandbox.cookies[role])


async def _loaded(tab: PageTab) -> list[dict[str, Any]]:
    await tab.act(f"{PAGE}.load", PATH)
    return await tab.see(PAGE, "rows", bool)


async def test_it_shows_who_did_not_get_it_with_the_cause_in_words(
    house: House, sandbox: Sandbox
) -> None:
    async with _tab(house, sandbox, Role.VIEWER) as tab:
        rows = await _loaded(tab)
        causes = await tab.hear(PAGE, "causes")
        tallies = await tab.hear(PAGE, "tallies")
    assert {row["cause"] for row in rows} == {"Phone not reachable", "WhatsApp unavailable"}
    assert {(one["title"], one["verdict"]) for one in causes} == {
        ("Phone not reachable", "For good"),
        ("WhatsApp unavailable", "May pass"),
    }
    assert tallies[0]["number"] == str(len(rows))


async def test_filters_narrow_and_widen_again(house: House, sandbox: Sandbox) -> None:
    async with _tab(house, sandbox) as tab:
        every = await _loaded(tab)
        await tab.act(f"{PAGE}.only_cause", PATH, code="131016")
        await tab.see(PAGE, "range", lambda it: it == "1–4 of 4")
        await tab.act(f"{PAGE}.filter_by", PATH, field="sender", value="999999")
        await tab.see(PAGE, "rows", lambda it: it == [])
        await tab.act(f"{PAGE}.clear", PATH)
        await tab.see(PAGE, "rows", lambda it: len(it) == len(every))
        await tab.act(f"{PAGE}.look_for", PATH, text=every[0]["name"])
        await tab.see(PAGE, "rows", lambda it: 0 < len(it) < len(every))
        await tab.act(f"{PAGE}.only", PATH, state="held")
        await tab.see(PAGE, "kind", lambda it: it == "held")


@pytest.mark.parametrize("value", ["1e9", "-1", "1 OR 1=1", "²", "9" * 40, "none"])
async def test_what_no_filter_means_narrows_nothing(
    house: House, sandbox: Sandbox, value: str
) -> None:
    async with _tab(house, sandbox) as tab:
        every = await _loaded(tab)
        await tab.act(f"{PAGE}.filter_by", PATH, field="broadcast", value=value)
        await tab.act(f"{PAGE}.filter_by", PATH, field="_next", value="5")
        await tab.see(PAGE, "rows", lambda it: len(it) == len(every))


async def test_an_operator_puts_one_back_then_all_that_match(
    house: House, sandbox: Sandbox
) -> None:
    async with _tab(house, sandbox) as tab:
        rows = await _loaded(tab)
        one = next(row for row in rows if row["code"] == "131026")
        await tab.act(f"{DIALOG}.ask_about", PATH, delivery=one["id"], name="X", what="requeue")
        await tab.act(f"{DIALOG}.requeue", PATH)
        await tab.see(TAB, "notices", lambda it: it and "X is sent to again" in it[-1]["text"])
        assert house.database.read_now(_count, "retrying") >= 1
        await tab.act(f"{PAGE}.only_cause", PATH, code="131016")
        await tab.see(PAGE, "range", lambda it: it == "1–4 of 4")
        await tab.act(f"{DIALOG}.requeue_all", PATH)
        told = await tab.see(
            TAB, "notices", lambda it: it and "4 subscribers put back" in it[-1]["text"]
        )
        await tab.see(PAGE, "rows", lambda it: it == [])
    assert told[-1]["tone"] == "good"


async def test_those_that_may_not_go_stay_and_the_reason_is_told(
    house: House, sandbox: Sandbox
) -> None:
    def pause(session: Session, status: str) -> None:
        mine = col(Subscriber.tenant_id) == sandbox.seeded.tenant
        session.exec(update(Subscriber).where(mine).values(status=status))

    house.database.transact_now(pause, "PAUSED")
    async with _tab(house, sandbox) as tab:
        many = len(await _loaded(tab))
        await tab.act(f"{DIALOG}.requeue_all", PATH)
        told = await tab.see(TAB, "notices", bool)
    house.database.transact_now(pause, "ACTIVE")
    assert told[-1]["text"] == f"0 subscribers put back. {many} stay."
    assert told[-1]["details"] == [
        f"{many}: The subscriber is not active any more, so nothing is sent to them."
    ]


async def test_closing_many_needs_a_reason(house: House, sandbox: Sandbox) -> None:
    async with _tab(house, sandbox) as tab:
        await _loaded(tab)
        await tab.act(f"{PAGE}.only_cause", PATH, code="131016")
        await tab.see(PAGE, "range", lambda it: it == "1–4 of 4")
        await tab.act(f"{DIALOG}.ask_about", PATH, delivery=0, name="4", what="close_all")
        await tab.act(f"{DIALOG}.close_all", PATH, form={"reason": " "})
        await tab.see(DIALOG, "problem", lambda it: "Say why" in it)
        await tab.act(f"{DIALOG}.close_all", PATH, form={"reason": "too late now"})
        await tab.see(TAB, "notices", lambda it: it and "4 subscribers closed" in it[-1]["text"])
        await tab.see(DIALOG, "asked", lambda it: it == "")
        await tab.act(f"{PAGE}.only", PATH, state="discarded")
        rows = await tab.see(PAGE, "rows", lambda it: len(it) == 4)
    assert {row["verdict"] for row in rows} == {"Closed"}
    assert rows[0]["words"].endswith("too late now")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUTHOR, Role.APPROVER])
async def test_others_look_and_touch_nothing(house: House, sandbox: Sandbox, role: Role) -> None:
    before = house.database.read_now(_count, "failed")
    async with _tab(house, sandbox, role) as tab:
        await _loaded(tab)
        for handler, given in (
            ("requeue", {}),
            ("requeue_all", {}),
            ("close", {"form": {"reason": "x"}}),
            ("close_all", {"form": {"reason": "x"}}),
        ):
            tab.state.clear()
            await tab.act(f"{DIALOG}.{handler}", PATH, **given)
            await tab.see(TAB, "notices", lambda it: it and "may not do this" in it[-1]["text"])
    assert house.database.read_now(_count, "failed") == before


async def test_another_firm_sees_none_of_it(house: House, sandbox: Sandbox) -> None:
    async with PageTab(house, signed_in(house, house.users[Role.OPERATOR])) as tab:
        await tab.act(f"{PAGE}.load", PATH)
        await tab.hear(PAGE, "loaded", want=True)
        assert not await tab.hear(PAGE, "rows", wait=0.05)
        await tab.act(
            f"{DIALOG}.ask_about",
            PATH,
            delivery=sandbox.deliveries[State.FAILED],
            name="X",
            what="requeue",
        )
        await tab.act(f"{DIALOG}.requeue", PATH)
        told = await tab.see(TAB, "notices", bool)
    assert told[-1]["text"] == "There is no such delivery."
