"""Schedules, plans, comparisons and the numbers' own pages, as people use them."""

import re
from collections.abc import Generator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import Session, col, select, update

from app.session import COOKIE
from engine.clock import MachineClock
from engine.domain.ids import SenderId
from engine.domain.roles import Role
from engine.domain.schedule import service_day
from engine.domain.tenant_settings import ROUTING
from engine.store import sender_changes
from engine.store.tables import (
    Broadcast,
    Delivery,
    Lane,
    Schedule,
    Sender,
    SkipDay,
    TenantSetting,
)
from tests.app.house import House
from tests.app.sandbox import Sandbox, sandbox_in
from tests.browser.conftest import PHONE, OpenTab, Served, fits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
OTHERS = [Role.VIEWER, Role.AUTHOR, Role.APPROVER]


@pytest.fixture
def sandbox(served: Served) -> Generator[Sandbox]:
    """A firm with a broadcast yesterday and one before, and a number whose quality fell."""
    house = SimpleNamespace(port=served.port, database=served.database, clock=MachineClock())
    made = sandbox_in(cast("House", house))
    served.database.transact_now(_set_up, made)
    before, served.cookies = served.cookies, {
        role: [{"name": COOKIE, "value": cookie.partition("=")[2], "url": served.url}]
        for role, cookie in made.cookies.items()
    }  # fmt: skip
    yield made
    served.database.transact_now(_tidy, made)
    served.cookies = before


def _set_up(session: Session, made: Sandbox) -> None:
    now = MachineClock().now()
    # Not today: between midnight and six the next opening is today's, too.
    opens_at = now - timedelta(days=1, hours=2)
    mine = col(Broadcast.id) == made.broadcast
    session.exec(
        update(Broadcast)
        .where(mine)
        .values(
            state="finished",
            service_day=service_day(opens_at),
            opens_at=opens_at,
            window_ends_at=opens_at + timedelta(minutes=2, seconds=30),
            closes_at=opens_at + timedelta(minutes=5),
            planned_at=opens_at - timedelta(minutes=20),
            frozen_at=opens_at - timedelta(minutes=30),
            targeted=120,
        )
    )
    ids = session.exec(
        select(Delivery.id)
        .where(Delivery.broadcast_id == made.broadcast)
        .order_by(col(Delivery.id))
    ).all()
    for place, identity in enumerate(ids):
        planned = opens_at + timedelta(seconds=place // 2)
        session.exec(
            update(Delivery).where(col(Delivery.id) == identity).values(planned_at=planned)
        )
    _the_day_before(session, made, opens_at - timedelta(days=1))
    first = made.seeded.senders[0]
    if not sender_changes.of_sender(session, first, 1):
        before = sender_changes.said(session, first)
        session.exec(update(Sender).where(col(Sender.id) == first).values(quality="YELLOW"))
        sender_changes.note(
            session,
            made.seeded.tenant,
            SenderId(first),
            before=before,
            after={**before, "quality": "YELLOW"},
            source="webhook",
            now=now - timedelta(days=2),
        )


def _the_day_before(session: Session, made: Sandbox, opens_at: Any) -> None:
    day = service_day(opens_at)
    later = session.get_one(Broadcast, made.broadcast)
    known = select(Broadcast.id).where(
        Broadcast.tenant_id == made.seeded.tenant, Broadcast.service_day == day
    )
    if session.exec(known).first() is not None:
        return
    row = Broadcast(**later.model_dump(exclude={"id", "service_day", "opens_at", "closes_at"}),
                    service_day=day, opens_at=opens_at,
                    closes_at=opens_at + timedelta(minutes=5))  # fmt: skip
    session.add(row)
    session.flush()
    lane = Lane(
        broadcast_id=row.id or 0,
        sender_id=made.seeded.senders[1],
        rate_per_second=80,
        state="done",
    )
    session.add(lane)
    session.flush()
    for number in range(10):
        at = opens_at + timedelta(seconds=number)
        session.add(
            Delivery(
                tenant_id=made.seeded.tenant,
                broadcast_id=row.id,
                lane_id=lane.id,
                sender_id=lane.sender_id,
                subscriber_id=None,
                key=f"the day before {row.id} {number}",
                content_hash=row.content_hash,
                phone=None,
                language="EN",
                parameters="[]",
                state="delivered",
                planned_at=at,
                sent_at=at,
                delivered_at=at + timedelta(seconds=2),
                updated_at=at,
            )
        )


def _tidy(session: Session, made: Sandbox) -> None:
    session.exec(
        update(Schedule)
        .where(col(Schedule.tenant_id) == made.seeded.tenant, col(Schedule.name) != "daily")
        .values(active=False)
    )


def schedules(served: Served, name: str) -> list[Schedule]:
    return served.database.read_now(
        lambda s: list(s.exec(select(Schedule).where(Schedule.name == name)).all())
    )


def told(page: Page) -> Any:
    return page.locator(".dc-notices")


def card(page: Page, name: str) -> Any:
    return page.locator(".dc-card", has=page.get_by_role("heading", name=name, exact=True))


def test_an_operator_makes_a_daily_schedule_corrects_it_and_switches_it_off(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.OPERATOR, "/settings/schedule")
    page.get_by_role("button", name="New daily…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Evening wrap")
    dialog.get_by_label("Time", exact=True).fill("25:00")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Time: A time of day")
    dialog.get_by_label("Time", exact=True).fill("18:15")
    dialog.get_by_label("Sun").uncheck()
    dialog.get_by_label("Pace").select_option("even")
    dialog.get_by_label("One in a hundred goes first").check()
    dialog.get_by_role("button", name="Save").click()
    expect(told(page)).to_contain_text("It is in the timetable.")
    mine = card(page, "Evening wrap")
    expect(mine).to_contain_text("Mon to Sat at 18:15")
    expect(mine).to_contain_text("Evenly, as slowly as the window lets it")
    expect(mine).to_contain_text("1 % first (20 at least)")
    (row,) = schedules(served, "Evening wrap")
    assert (row.weekdays, row.pacing, row.canary, row.zone) == (
        *("123456", "even", True, "Asia/Kolkata"),
    )
    mine.get_by_role("button", name="Edit…").click()
    dialog.get_by_label("Window in minutes").fill("4")
    dialog.get_by_role("button", name="Save").click()
    expect(told(page)).to_contain_text("Changed.")
    expect(mine).to_contain_text("4 min")
    mine.get_by_role("button", name="Switch off…").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Switch it off").click()
    expect(mine).to_contain_text("Nothing, while it is off.")
    assert not schedules(served, "Evening wrap")[0].active


def test_two_who_edit_at_once_do_not_write_over_each_other(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.OPERATOR, "/settings/schedule")
    mine = card(page, "daily")
    mine.get_by_role("button", name="Edit…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_have_value("daily")
    served.database.transact_now(
        lambda s: s.exec(update(Schedule).values(version=col(Schedule.version) + 1)).rowcount
    )
    dialog.get_by_label("Too late is").fill("25")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody else has just changed this")
    dialog.get_by_role("button", name="Cancel").click()
    mine.get_by_role("button", name="Edit…").click()
    dialog.get_by_label("Too late is").fill("26")
    dialog.get_by_role("button", name="Save").click()
    expect(mine).to_contain_text("More than 26 min late")


def test_a_one_off_is_set_for_its_day_and_content(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.ADMINISTRATOR, "/settings/schedule", viewport=PHONE)
    page.get_by_role("button", name="New one-off…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Budget special")
    day = (MachineClock().now() + timedelta(days=3)).date()
    dialog.get_by_label("Day", exact=True).fill(day.isoformat())
    dialog.get_by_label("Time", exact=True).fill("11:30")
    dialog.get_by_label("Content").select_option(str(sandbox.seeded.content))
    dialog.get_by_role("button", name="Save").click()
    expect(told(page)).to_contain_text("It is in the timetable.")
    expect(card(page, "Budget special")).to_contain_text(f"{day.day} {day:%b} {day.year}, 11:30")
    (row,) = schedules(served, "Budget special")
    assert (row.kind, row.content_id) == ("once", sandbox.seeded.content)
    assert row.once_at is not None
    assert row.once_at.time().isoformat() == "06:00:00"


def test_a_holiday_is_left_out_and_taken_in_again(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.OPERATOR, "/settings/schedule")
    form = page.locator("form", has=page.get_by_role("button", name="Leave it out"))
    day = service_day(MachineClock().now()) + timedelta(days=1)
    form.get_by_label("Day").fill(day.isoformat())
    form.get_by_role("button", name="Leave it out").click()
    expect(form.get_by_role("alert")).to_contain_text("Say why")
    form.get_by_label("Why").fill("Gurpurab: markets closed")
    form.get_by_role("button", name="Leave it out").click()
    row = page.get_by_role("row", name="Gurpurab: markets closed")
    expect(row).to_be_visible()
    assert days(served) == [day]
    row.get_by_role("button", name="Send on it").click()
    expect(row).to_have_count(0)
    assert days(served) == []


def days(served: Served) -> list[date]:
    return served.database.read_now(lambda s: [row.day for row in s.exec(select(SkipDay)).all()])


@pytest.mark.parametrize("role", OTHERS)
def test_others_see_the_timetable_and_change_nothing(
    open_tab: OpenTab, sandbox: Sandbox, role: Role
) -> None:
    page = open_tab(role, "/settings/schedule")
    expect(card(page, "daily")).to_contain_text("Every day at 06:00")
    for name in ("New daily…", "New one-off…", "Edit…", "Switch off…", "Leave it out"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.goto(f"{page.url.rpartition('/settings')[0]}/senders")
    expect(page.get_by_role("heading", name="How senders are chosen")).to_be_visible()
    page.get_by_role("button", name="Who moves: In turn").click()
    expect(page.get_by_role("heading", name="Who would move")).to_be_visible()
    expect(page.get_by_role("button", name="Choose like this…")).to_have_count(0)


def test_a_schedules_plan_is_shown_before_anything_is_frozen(
    open_tab: OpenTab, sandbox: Sandbox
) -> None:
    page = open_tab(Role.VIEWER, "/settings/schedule")
    card(page, "daily").get_by_role("link", name="Plan preview").click()
    expect(page.get_by_role("heading", name="Plan: daily")).to_be_visible()
    expect(page.get_by_text("Made just now from today's audience")).to_be_visible()
    rows = page.get_by_role("table", name="The plan of each sender").get_by_role("row")
    expect(rows).to_have_count(4)
    expect(rows.nth(3)).to_contain_text("120")
    assert page.locator(".dc-chart path.dc-shade").count() == 2
    drawn = page.locator(".dc-chart path.dc-shade").first.get_attribute("d") or ""
    assert drawn.startswith("M")
    assert "NaN" not in drawn


def test_a_broadcasts_plan_is_shown_as_it_was_made(open_tab: OpenTab, sandbox: Sandbox) -> None:
    page = open_tab(Role.VIEWER, f"/broadcasts/{sandbox.broadcast}")
    page.get_by_role("link", name="Plan", exact=True).click()
    expect(page.get_by_text("As it was planned")).to_be_visible()
    rows = page.get_by_role("table", name="The plan of each sender").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("120")
    expect(rows.nth(1)).to_contain_text("2/s of")
    page.get_by_role("link", name="The broadcast", exact=True).click()
    expect(page.get_by_role("heading", name="Recipients")).to_be_visible()


def test_two_days_are_compared_side_by_side(open_tab: OpenTab, sandbox: Sandbox) -> None:
    page = open_tab(Role.VIEWER, "/broadcasts")
    page.get_by_role("link", name="Compare two days").click()
    figures = page.get_by_role("table", name="Figures")
    targeted = figures.get_by_role("row", name="Targeted")
    expect(targeted).to_contain_text("10")
    expect(targeted).to_contain_text("120")
    expect(targeted).to_contain_text("+110")
    causes = page.get_by_role("table", name="Errors by cause")
    # How many depends on what other files did to the morning they share; none the day before.
    unreached = causes.get_by_role("row", name="Phone not reachable (131026)")
    expect(unreached).to_contain_text(re.compile(r"\(131026\)0(\d+)\+\1$"))
    expect(page.get_by_role("table", name="Senders").get_by_role("row")).to_have_count(3)
    first = page.get_by_label("First day").input_value()
    page.get_by_label("Second day").select_option(first)
    expect(targeted).not_to_contain_text("+110")


def test_a_numbers_weeks_and_recovery_plan_are_on_its_own_page(
    open_tab: OpenTab, sandbox: Sandbox
) -> None:
    page = open_tab(Role.VIEWER, "/senders")
    page.locator(".dc-sender").first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Recovery plan")).to_be_visible()
    expect(page.locator(".dc-strip i")).to_have_count(30)
    day = page.locator(".dc-strip i").first.bounding_box()
    assert day is not None
    assert min(day["width"], day["height"]) > 4, "a day nobody can see"
    expect(page.locator(".dc-strip i[data-tone=warn]")).to_have_count(3)
    slow = page.locator(".dc-problem", has_text="Slow it down")
    expect(slow).to_contain_text("Done")
    expect(page.get_by_text("Next: have a backup ready.")).to_be_visible()
    changes = page.get_by_role("table", name="What WhatsApp said of this number over time")
    expect(changes.get_by_role("row").nth(1)).to_contain_text("yellow")


def test_who_moves_is_shown_before_senders_are_chosen_otherwise(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.OPERATOR, "/senders")
    page.get_by_role("button", name="Who moves: In turn").click()
    preview = card(page, "Who would move")
    expect(preview).to_contain_text("get their messages from another number")
    assert preview.get_by_role("table", name="From which sender to which").count() == 1
    preview.get_by_role("button", name="Choose like this…").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Choose like this").click()
    expect(told(page)).to_contain_text("Senders are chosen like this from the next broadcast on.")
    expect(page.locator(".dc-problem", has_text="In turn")).to_contain_text("Holds")
    assert routing(served, sandbox) == "round_robin"
    page.get_by_role("button", name="Who moves: Everybody keeps their sender").click()
    preview.get_by_role("button", name="Choose like this…").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Choose like this").click()
    expect(page.locator(".dc-problem", has_text="Everybody keeps")).to_contain_text("Holds")
    assert routing(served, sandbox) == "sticky"


def routing(served: Served, sandbox: Sandbox) -> str:
    return served.database.read_now(
        lambda s: s.exec(
            select(TenantSetting.value).where(
                TenantSetting.tenant_id == sandbox.seeded.tenant,
                TenantSetting.key == ROUTING.key,
            )
        ).one()
    )


@pytest.mark.sweep
def test_what_is_planned_fits_its_screen(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.OPERATOR)
    schedule = served.database.read_now(
        lambda s: s.exec(
            select(Broadcast.schedule_id).where(Broadcast.id == sandbox.broadcast)
        ).one()
    )
    for path in (
        "/settings/schedule",
        f"/broadcasts/plan?schedule={schedule}",
        f"/broadcasts/plan?broadcast={sandbox.broadcast}",
        "/broadcasts/compare",
        "/senders",
        f"/senders/{sandbox.seeded.senders[0]}",
    ):
        page.goto(served.url + path)
        page.wait_for_selector(".dc-main h1, .dc-main .dc-empty")
        expect(page.locator(".dc-skeleton")).to_have_count(0)
        fits(page)
