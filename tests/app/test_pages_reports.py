"""The Reports page and its files, as a browser drives them: the same totals everywhere."""

import asyncio
import csv
import io

import aiohttp
import pytest
from sqlmodel import col, update

from app.pages.reports import ReportsPage, read_day
from engine.domain.roles import Role
from engine.store.tables import Broadcast
from engine.workers import roll_up
from tests.app.house import House
from tests.app.sandbox import OPENS, PEOPLE, PageTab, Sandbox, sandbox_in

PAGE = ReportsPage.get_full_name()
DAY = OPENS.date().isoformat()
pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def sandbox(house: House) -> Sandbox:
    made = sandbox_in(house)
    # Other files move the morning they share to today.
    back = update(Broadcast).where(col(Broadcast.id) == made.broadcast)
    house.database.transact_now(lambda s: s.exec(back.values(service_day=OPENS.date())).rowcount)
    asyncio.run(roll_up.look(house.database, house.clock))
    return made


async def test_the_page_opens_with_the_latest_days_and_their_figures(
    house: House, sandbox: Sandbox
) -> None:
    async with PageTab(house, sandbox.cookies[Role.VIEWER]) as tab:
        await tab.act(f"{PAGE}.load", "/reports")
        assert await tab.hear(PAGE, "last", want=DAY)
        shown = await tab.see(PAGE, "shown", lambda shown: len(shown["days"]) == 1)
    assert (shown["on_time"], shown["delivered"]) == ("50.00 %", "60")
    assert [one["verdict"] for one in shown["targets"]].count("missed") >= 2
    assert shown["errors"][0]["code"] == "131026"
    assert [square["tone"] for square in shown["squares"] if square["day"]] == ["bad"]
    assert shown["costs"][0]["amount"] == "₹6.90"


async def test_a_day_alone_and_a_range_are_chosen(house: House, sandbox: Sandbox) -> None:
    async with PageTab(house, sandbox.cookies[Role.VIEWER]) as tab:
        await tab.act(f"{PAGE}.choose_day", "/reports", value=DAY)
        assert (await tab.see(PAGE, "shown", lambda shown: shown["is_day"]))["days"]
        figure = await tab.hear(PAGE, "over_days")
        assert figure["data"][0]["y"][-1] == 60
        assert figure["light"]["font"] != figure["dark"]["font"]
        await tab.act(f"{PAGE}.choose_range", "/reports", name="365")
        await tab.see(PAGE, "shown", lambda shown: not shown["is_day"])


async def test_the_csv_has_the_pages_totals(house: House, sandbox: Sandbox) -> None:
    path = f"{house.url}/export/report?from={DAY}&to={DAY}&format=csv"
    headers = {"Cookie": sandbox.cookies[Role.VIEWER]}
    async with aiohttp.ClientSession() as http, http.get(path, headers=headers) as answer:
        rows = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    total = dict(zip(rows[0], rows[-1], strict=True))
    assert (total["Day"], total["Frozen"]) == ("Total", str(PEOPLE))
    assert (total["Delivered"], total["Delivered in time"]) == ("60", "60")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "1999-01-01", "9999-12-31"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert read_day(text) is None
