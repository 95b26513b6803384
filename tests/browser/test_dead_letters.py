"""Dead letters, retry failed only, held ones and the missed opening, as people press them."""

from collections.abc import Generator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import Session, col, select, update

from app.session import COOKIE
from engine.clock import MachineClock
from engine.commands.import_subscribers import SMALL
from engine.domain.roles import Role
from engine.domain.schedule import service_day
from engine.store.tables import Attempt, Broadcast, Delivery, Schedule
from tests.app.house import House
from tests.app.sandbox import Sandbox, sandbox_in
from tests.browser.conftest import PHONE, OpenTab, Served, fits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
OTHERS = [Role.VIEWER, Role.AUTHOR, Role.APPROVER]


@pytest.fixture
def sandbox(served: Served) -> Generator[Sandbox]:
    """Today's broadcast: 4 failed for a cause that may pass, 16 for good, 20 are held."""
    house = SimpleNamespace(port=served.port, database=served.database, clock=MachineClock())
    made = sandbox_in(cast("House", house))
    served.database.transact_now(_set_up, made)
    before, served.cookies = served.cookies, {
        role: [{"name": COOKIE, "value": cookie.partition("=")[2], "url": served.url}]
        for role, cookie in made.cookies.items()
    }  # fmt: skip
    yield made
    served.cookies = before


def _set_up(session: Session, made: Sandbox) -> None:
    now = MachineClock().now()
    today = service_day(now)
    opens_at = now - timedelta(hours=1)
    session.exec(
        update(Broadcast)
        .where(col(Broadcast.id) == made.broadcast)
        .values(
            service_day=today,
            state="finished",
            state_reason="",
            targeted=120,
            opens_at=opens_at,
            closes_at=opens_at + timedelta(minutes=5),
        )
    )
    mine = select(Delivery.id).where(Delivery.broadcast_id == made.broadcast)
    ids = session.exec(mine.order_by(col(Delivery.id))).all()
    for state, code, some in (
        ("failed", 131016, ids[:4]),
        ("failed", 131026, ids[4:20]),
        ("held", None, ids[20:40]),
        ("delivered", None, ids[40:]),
    ):
        chosen = col(Delivery.id).in_(some)
        session.exec(update(Delivery).where(chosen).values(state=state, error_code=code, reason=""))
        outcome = "unknown" if state == "held" else "accepted"
        of_them = col(Attempt.delivery_id).in_(some)
        session.exec(update(Attempt).where(of_them).values(outcome=outcome))


def states(served: Served) -> list[str]:
    return served.database.read_now(lambda s: list(s.exec(select(Delivery.state)).all()))


def pressed(page: Page, button: str, answer: str) -> None:
    """Press a button and say yes to its question."""
    page.get_by_role("button", name=button).first.click()
    page.get_by_role("alertdialog").get_by_role("button", name=answer).click()


def told(page: Page) -> Any:
    return page.locator(".dc-notices")


def test_an_operator_narrows_the_dead_letters_and_puts_them_back(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.OPERATOR, "/dead-letters")
    expect(page.get_by_text("1–20 of 20")).to_be_visible()
    cause = page.locator(".dc-problem", has_text="WhatsApp unavailable")
    expect(cause).to_contain_text("May pass")
    cause.get_by_role("button", name="Only these").click()
    expect(page.get_by_text("1–4 of 4")).to_be_visible()
    page.get_by_role("button", name="Put all back…").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("Put 4 dead letters back?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert states(served).count("retrying") == 0
    pressed(page, "Put all back…", "Put them back")
    expect(told(page)).to_contain_text("4 subscribers put back.")
    expect(page.get_by_text("Nothing fits")).to_be_visible()
    assert states(served).count("retrying") == 4


def test_one_is_closed_with_a_reason_and_shown_among_the_closed(
    open_tab: OpenTab, sandbox: Sandbox
) -> None:
    page = open_tab(Role.OPERATOR, "/dead-letters", viewport=PHONE)
    expect(page.get_by_text("1–20 of 20")).to_be_visible()
    page.get_by_role("button", name="Actions").first.click()
    page.get_by_role("menuitem", name="Close…").click()
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_role("button", name="Close it").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say why")
    dialog.get_by_label("Why").fill("left the firm")
    dialog.get_by_role("button", name="Close it").click()
    expect(told(page)).to_contain_text("Closed. Nothing more is sent for it.")
    page.get_by_role("button", name="closed").click()
    expect(page.get_by_text("1–1 of 1")).to_be_visible()


def test_what_is_filtered_is_exported(open_tab: OpenTab, sandbox: Sandbox) -> None:
    page = open_tab(Role.VIEWER, "/dead-letters")
    page.locator(".dc-problem", has_text="WhatsApp unavailable").get_by_role("button").click()
    expect(page.get_by_text("1–4 of 4")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    text = download.value.path().read_text()
    assert len(text.strip().splitlines()) == 1 + 4
    assert "WhatsApp unavailable" in text


@pytest.mark.sweep
@pytest.mark.parametrize("role", OTHERS)
def test_others_are_offered_nothing_that_sends_or_closes(
    open_tab: OpenTab, sandbox: Sandbox, role: Role
) -> None:
    page = open_tab(role, "/dead-letters")
    expect(page.get_by_text("1–20 of 20")).to_be_visible()
    for name in ("Put all back…", "Close all…", "Actions"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.goto(f"{page.url.rpartition('/')[0]}/broadcasts/{sandbox.broadcast}")
    expect(page.get_by_text("20 dead letters")).to_be_visible()
    for name in ("Retry failed only…", "Send them again…", "Close them…"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def test_retry_failed_only_leaves_what_does_not_pass_and_says_so(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.OPERATOR, f"/broadcasts/{sandbox.broadcast}")
    page.get_by_role("button", name="Retry failed only…").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("4 messages failed for a cause that may have passed")
    expect(dialog).to_contain_text("16 failed for good and stay")
    dialog.get_by_role("button", name="Retry them").click()
    expect(told(page)).to_contain_text("4 go again")
    expect(told(page)).to_contain_text("16: Phone not reachable (131026). This does not pass.")
    assert states(served).count("retrying") == 4


def test_held_ones_are_sent_again_knowingly_from_the_broadcasts_page(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.OPERATOR, f"/broadcasts/{sandbox.broadcast}")
    banner = page.locator(".dc-banner", has_text="20 held")
    banner.get_by_role("button", name="Send them again…").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("that person gets the message twice")
    dialog.get_by_role("button", name="Send them again").click()
    expect(told(page)).to_contain_text("20 subscribers sent to again.")
    expect(banner).to_have_count(0)
    assert states(served).count("retrying") == 20


def test_held_ones_are_closed_with_a_reason_from_the_broadcasts_page(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.OPERATOR, f"/broadcasts/{sandbox.broadcast}")
    pressed(page, "Close them…", "Close them")
    expect(told(page)).to_contain_text("Say why")
    page.get_by_role("button", name="Close them…").click()
    page.get_by_label("Why").fill("asked them by phone")
    page.wait_for_timeout(400)  # the field tells what was typed a moment later
    page.get_by_role("alertdialog").get_by_role("button", name="Close them").click()
    expect(told(page)).to_contain_text("20 subscribers closed.")
    assert states(served).count("discarded") == 20


def test_held_ones_are_sent_again_from_live(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.OPERATOR)
    expect(page.locator(".dc-banner")).to_contain_text("20 held")
    pressed(page, "Send them again…", "Send them again")
    expect(told(page)).to_contain_text("20 subscribers sent to again.")
    assert states(served).count("retrying") == 20


@pytest.mark.parametrize(
    ("button", "answer", "said", "after"),
    [
        ("Send it now…", "Send it now", "frozen anew and opens in ten seconds", "scheduled"),
        ("Leave this day out…", "Leave it out", "This day is left out", "skipped"),
    ],
)
def test_a_missed_opening_is_asked_about_on_live_and_answered_there(
    open_tab: OpenTab, served: Served, sandbox: Sandbox, button: str, answer: str, said: str,
    after: str,
) -> None:  # fmt: skip
    served.database.transact_now(_miss_the_opening, sandbox)
    viewer = open_tab(Role.VIEWER)
    expect(viewer.locator(".dc-banner")).to_contain_text("Does it go out late?")
    expect(viewer.locator(".dc-banner")).to_contain_text("Ask an operator.")
    expect(viewer.get_by_role("button", name=button)).to_have_count(0)
    page = open_tab(Role.OPERATOR)
    pressed(page, button, answer)
    expect(told(page)).to_contain_text(said)
    expect(page.get_by_text("Does it go out late?")).to_have_count(0)
    state = served.database.read_now(
        lambda s: s.exec(select(Broadcast.state).where(Broadcast.id == sandbox.broadcast)).one()
    )
    assert state == after


def _miss_the_opening(session: Session, made: Sandbox) -> None:
    row = session.get_one(Broadcast, made.broadcast)
    schedule = session.get_one(Schedule, row.schedule_id)
    row.state = "waiting_for_person"
    row.state_reason = "The engine was not running at the opening and is 60 minutes late."
    schedule.content_id = made.seeded.content
    session.add_all([row, schedule])


@pytest.mark.sweep
def test_what_is_left_to_a_person_fits_its_screen(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    page = open_tab(Role.OPERATOR)
    for path in (
        "/dead-letters",
        "/dead-letters?state=held",
        f"/broadcasts/{sandbox.broadcast}",
        f"/deliveries/{sandbox.deliveries[next(iter(sandbox.deliveries))]}",
        "/",
    ):
        page.goto(served.url + path)
        expect(page.locator(".dc-skeleton")).to_have_count(0)
        fits(page)


def test_a_large_list_that_comes_while_a_broadcast_goes_out_waits_beside_the_list(
    open_tab: OpenTab, served: Served, sandbox: Sandbox
) -> None:
    now = MachineClock().now()
    going = {"state": "sending", "opens_at": now, "closes_at": now + timedelta(minutes=5)}
    served.database.transact_now(
        lambda s: (
            s.exec(
                update(Broadcast).where(col(Broadcast.id) == sandbox.broadcast).values(**going)
            ).rowcount
        )
    )
    rows = "".join(f"Asha,98{n:08d},2026-11-01,web form\n" for n in range(SMALL + 20))
    list_file = {
        "name": "list.csv",
        "mimeType": "text/csv",
        "buffer": ("name,phone,consent date,consent source\n" + rows).encode(),
    }
    page = open_tab(Role.OPERATOR, "/subscribers/import", viewport=PHONE)
    page.locator("input[type=file]").set_input_files([list_file])  # pyright: ignore[reportArgumentType]
    pressed(page, "Import…", "Import")
    expect(page.get_by_text("The list waits beside yours")).to_be_visible()
    waiting = page.locator(".dc-problem", has_text="list.csv")
    expect(waiting).to_contain_text(f"{SMALL + 20} subscribers ready; taken over at")
    pressed(page, "Do not wait…", "Take it over now")
    expect(told(page)).to_contain_text("a few rows at a time")
    waiting.get_by_role("button", name="Take back").click()
    expect(waiting).to_contain_text("Taken back by")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
