"""A whole day as four people live it, each in a browser of their own, on the running product.

Nothing is pretended: `dawncast serve` with its engine, the stand-in for WhatsApp beside it.
"""

import re
import shutil
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, select

from app import build
from engine.clock import MachineClock
from engine.domain.roles import Role
from engine.domain.schedule import IST, zone_named
from engine.store.database import Database
from engine.store.tables import Attempt, Broadcast, Delivery
from engine.trials.tenant import USER_EMAILS, seed_sandbox
from tests.app.dawncast import START_SECONDS, Running, running, until
from tests.app.house import PASSWORD, free_port
from tests.browser.conftest import Complaints, fill_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sweep, pytest.mark.timeout(600)]

PEOPLE, SENDERS, RATE = 160, 2, 4.0
"""Twenty seconds of sending: long enough to pause in, short enough to wait for."""
SOON = timedelta(seconds=65)
"""A one-off opens in a minute at the soonest; a form takes a moment to fill in."""
NOT_PAID, NOT_REACHED = 131042, 131026
DAY_MINUTES = 3
TITLE = "Nifty on the day"
WORDS = {
    "English": "Nifty may open flat, banks lead",
    "Hindi": "निफ़्टी सपाट खुल सकता है, बैंक आगे",
    "Marathi": "निफ्टी सपाट उघडू शकतो, बँका पुढे",
}


@dataclass(frozen=True, slots=True)
class Product:
    """Where it is served, where the stand-in is told what goes wrong, and the database."""

    url: str
    simulator: str
    database: Database

    def goes_wrong(self, code: int, share: float, seconds: float) -> None:
        """From now on so many messages are taken by WhatsApp and fail afterwards."""
        fault = {"kind": "fail_later", "code": code, "probability": share, "seconds": seconds}
        answer = httpx.post(f"{self.simulator}/_sim/faults", json=fault, trust_env=False)
        assert answer.status_code == 200, answer.text

    def states(self) -> list[str]:
        return self.database.read_now(_states)


def _states(session: Session) -> list[str]:
    return list(session.exec(select(Delivery.state)).all())


@pytest.fixture
def product(_sqlite_template: Path, tmp_path: Path) -> Generator[Product]:
    """A firm with subscribers and senders, and no content for the day yet."""
    build.ensure()
    file = tmp_path / "dawncast.db"
    shutil.copyfile(_sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    database.transact_now(_seed)
    port, simulated = free_port(), free_port()
    url, simulator = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{simulated}"
    settings = {
        "PORT": str(port),
        "DATABASE_URL": database.url,
        "WHATSAPP_API_URL": simulator,
    }
    hook = ("--port", str(simulated), "--webhook-url", f"{url}/webhooks/whatsapp")
    account = ("--scenario", "all_read", "--numbers", str(SENDERS), "--rate", "0")
    with running(tmp_path, "simulator", *hook, *account) as world:
        world.until_said("_sim/truth", START_SECONDS)
        with running(tmp_path, "serve", settings=settings) as served:
            served.until_said("ready at", START_SECONDS)
            served.until_answered(f"{url}/ready", START_SECONDS)
            yield Product(url, simulator, database)
            _ended(served)
        _ended(world)
    database.close()


def _ended(command: Running) -> None:
    assert command.process.poll() is None, command.text
    assert command.end() == 0, command.text


def _seed(session: Session) -> None:
    seed_sandbox(
        session,
        subscribers=PEOPLE,
        senders=SENDERS,
        backups=0,
        rate=RATE,
        now=MachineClock().now(),
        rng=Random(4),
        password=PASSWORD,
    )


@pytest.fixture
def people(browser: Browser, product: Product) -> Generator[dict[Role, Page]]:
    """Author, approver, operator and viewer, each signed in by the form, in a context apart."""
    roles = (Role.AUTHOR, Role.APPROVER, Role.OPERATOR, Role.VIEWER)
    complaints = Complaints(product.url)
    contexts = {role: browser.new_context(accept_downloads=True) for role in roles}
    pages: dict[Role, Page] = {}
    for role, context in contexts.items():
        page = pages[role] = context.new_page()
        page.set_default_timeout(20_000)
        complaints.listen(page)
        page.goto(product.url)
        fill_in(page, USER_EMAILS[role], PASSWORD)
        page.wait_for_selector(".dc-main h1, .dc-main .dc-empty")
    yield pages
    for context in contexts.values():
        context.close()
    assert complaints.grave == []


def test_a_whole_day_from_the_first_word_to_the_report(
    product: Product, people: dict[Role, Page]
) -> None:
    author, approver = people[Role.AUTHOR], people[Role.APPROVER]
    operator, viewer = people[Role.OPERATOR], people[Role.VIEWER]

    pack = writes_three_languages(product, author)
    rejects(product, approver, "Say “may”, never “will”.")
    mends(product, author, pack, "Nifty may open flat; banks may lead")
    approves(product, approver)

    opens_at = schedules(product, operator, pack)
    looks_at_the_plan(operator)
    viewer.goto(product.url)
    operator.goto(product.url)
    watches_it_open(product, operator, viewer, opens_at)
    pauses_and_resumes(operator, viewer)
    sees_it_end(operator, viewer)

    broadcast = finds_who_did_not_get_it(product, operator)
    retries_those(product, operator, broadcast)
    an_hour_passes(product)
    exports_the_report(product, viewer)


def writes_three_languages(product: Product, page: Page) -> str:
    """Returns the number of the pack."""
    page.goto(f"{product.url}/content/edit")
    page.get_by_label("Title").fill(TITLE)
    day = MachineClock().now().astimezone(zone_named(IST)).date() + timedelta(days=2)
    page.get_by_label("For the morning of").fill(day.isoformat())
    for language, words in WORDS.items():
        page.get_by_role("tab", name=language).click()
        expect(page.get_by_role("tab", name=language)).to_have_attribute("aria-selected", "true")
        for place, typed in enumerate(("{name}", "{registration_no}", words, "24,180–24,460"), 1):
            page.get_by_label(f"Parameter {place}").fill(typed)
        expect(page.locator(".dc-bubble")).to_contain_text(words)
    submits(page)
    expect(page).to_have_url(re.compile(r"pack=\d+"))
    return page.url.rpartition("=")[2]


def submits(page: Page) -> None:
    page.get_by_role("button", name="Submit…").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Submit").click()
    expect(page.locator(".dc-notices")).to_contain_text("Submitted.")


def reviews(product: Product, page: Page) -> None:
    page.goto(f"{product.url}/approvals")
    page.get_by_role("row", name=TITLE).first.get_by_role("link", name="Review").click()
    expect(page.locator(".dc-bubble")).to_have_count(3)


def rejects(product: Product, page: Page, why: str) -> None:
    reviews(product, page)
    page.get_by_role("button", name="Reject…").click()
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_label("What has to change").fill(why)
    page.wait_for_timeout(400)  # the field tells what was typed a moment later
    dialog.get_by_role("button", name="Send it back").click()
    expect(page.get_by_text(why).first).to_be_visible()


def mends(product: Product, page: Page, pack: str, words: str) -> None:
    page.goto(f"{product.url}/content/edit?pack={pack}")
    expect(page.get_by_text("never “will”").first).to_be_visible()
    page.get_by_role("tab", name="English").click()
    page.get_by_label("Parameter 3").fill(words)
    expect(page.locator(".dc-bubble")).to_contain_text(words)
    submits(page)


def approves(product: Product, page: Page) -> None:
    reviews(product, page)
    page.get_by_role("button", name="Approve…").click()
    dialog = page.get_by_role("alertdialog")
    promised = dialog.locator(".dc-hash").inner_text()
    dialog.get_by_role("button", name="Approve").click()
    expect(page.get_by_text(f"Content hash {promised}")).to_be_visible()


def schedules(product: Product, page: Page, pack: str) -> datetime:
    """A one-off as soon as one may open; returns when."""
    page.goto(f"{product.url}/settings/schedule")
    page.get_by_role("button", name="New one-off…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("The whole day")
    dialog.get_by_label("Content").select_option(pack)
    dialog.get_by_label("Pace").select_option("fastest")
    dialog.get_by_label("Window in minutes").fill(str(DAY_MINUTES))
    opens_at = MachineClock().now().astimezone(zone_named(IST)) + SOON
    dialog.get_by_label("Day", exact=True).fill(opens_at.date().isoformat())
    dialog.get_by_label("Time", exact=True).fill(opens_at.strftime("%H:%M:%S"))
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator(".dc-notices")).to_contain_text("It is in the timetable.")
    return opens_at


def looks_at_the_plan(page: Page) -> None:
    mine = page.locator(".dc-card", has=page.get_by_role("heading", name="The whole day"))
    mine.get_by_role("link", name="Plan").click()
    plan = page.get_by_role("table", name="The plan of each sender")
    expect(plan.get_by_role("row")).to_have_count(1 + SENDERS + 1)  # the heads, and the sum
    expect(plan).to_contain_text("of 3.6/s")  # a tenth stays for replies


def watches_it_open(product: Product, operator: Page, viewer: Page, opens_at: datetime) -> None:
    patience = 1_000 * (opens_at - MachineClock().now()).total_seconds() + 20_000
    for page in (operator, viewer):
        expect(page.get_by_text("Ready for the morning?")).to_be_visible(timeout=patience)
    expect(operator.get_by_role("button", name="Pause")).to_be_visible(timeout=patience)
    product.goes_wrong(NOT_PAID, 0.3, 8.0)
    product.goes_wrong(NOT_REACHED, 0.1, 60.0)


def pauses_and_resumes(operator: Page, viewer: Page) -> None:
    expect(viewer.locator(".dc-legend")).to_contain_text(re.compile(r"[1-9]\d* delivered"))
    operator.get_by_role("button", name="Pause").click()
    for page in (operator, viewer):
        expect(page.locator(".dc-chip", has_text="Paused").first).to_be_visible()
    expect(viewer.get_by_role("button", name="Resume")).to_have_count(0)
    operator.get_by_role("button", name="Resume").click()
    expect(viewer.locator(".dc-chip", has_text="Paused")).to_have_count(0)


def sees_it_end(operator: Page, viewer: Page) -> None:
    for page in (operator, viewer):
        expect(page.get_by_text(re.compile("✓ Kept|✗ Missed|Missed")).first).to_be_visible(
            timeout=90_000
        )


def finds_who_did_not_get_it(product: Product, page: Page) -> str:
    """From the board to the names, and from a name to the reason. Returns the broadcast's page."""
    cause = page.locator(".dc-problem", has_text="Payment problem")
    expect(cause).to_be_visible()
    cause.get_by_role("link", name="Who").click()
    there = page.locator(".dc-problem", has_text="Payment problem")
    there.get_by_role("button", name="Who").click()
    table = page.get_by_role("table", name="Recipients")
    expect(table.get_by_role("row").nth(1)).to_contain_text("Payment problem")
    address = page.url
    table.get_by_role("row").nth(1).get_by_role("link").first.click()
    expect(page.get_by_text("Not delivered").first).to_be_visible()
    expect(page.get_by_text("payment", exact=False).first).to_be_visible()
    return address


def retries_those(product: Product, page: Page, broadcast: str) -> None:
    failed = product.states().count("failed")
    page.goto(broadcast)
    page.get_by_role("button", name="Retry failed only…").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("failed for a cause that may have passed")
    dialog.get_by_role("button", name="Retry them").click()
    expect(page.locator(".dc-notices")).to_contain_text("go again")
    for_good = until(lambda: _gone_again(product, failed), 60)
    expect(page.locator(".dc-problem", has_text="Payment problem")).to_have_count(0)
    assert for_good, "some stay: their phones cannot be reached"


def _gone_again(product: Product, failed_before: int) -> int:
    """How many stay failed, once whoever was retried has it."""
    states = product.states()
    over = set(states) <= {"delivered", "read", "failed"}
    return states.count("failed") if over and states.count("failed") < failed_before else 0


def an_hour_passes(product: Product) -> None:
    """A day's figures are made once it is over. Nobody waits for that: its instants move back."""
    product.database.transact_now(_moved_back)


def _moved_back(session: Session) -> None:
    for kind in (Broadcast, Delivery, Attempt):
        for row in session.exec(select(kind)).all():
            for name, value in row.model_dump().items():
                if isinstance(value, datetime):
                    setattr(row, name, value - timedelta(hours=1))
            session.add(row)


def exports_the_report(product: Product, page: Page) -> None:
    day = product.database.read_now(lambda s: s.exec(select(Broadcast)).one().service_day)

    def shown() -> bool:
        page.goto(f"{product.url}/reports?from={day:%Y-%m-%d}&to={day:%Y-%m-%d}")
        expect(page.locator(".dc-skeleton")).to_have_count(0)
        return page.get_by_text("No figures for these days").count() == 0

    until(shown, 150)
    with page.expect_download() as coming:
        page.get_by_role("button", name="CSV").click()
    text = coming.value.path().read_text("utf-8-sig")
    assert len(text.splitlines()) > 1
    assert day.isoformat() in text
