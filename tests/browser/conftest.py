"""Chromium, and the served dashboard it looks at. Both are real; neither leaves this machine."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from app import build
from engine.clock import MachineClock
from engine.domain.ids import TenantId, UserId
from engine.domain.roles import Role
from engine.store.database import Database
from tests.app.house import PASSWORD, free_port, furnish

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MILLISECONDS = 15_000
"""A page and its server share this machine with other tests; what comes is what is waited for."""
expect.set_options(timeout=PATIENCE_MILLISECONDS)
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@dataclass
class Served:
    """A running dashboard. `show` names the board it shows: see `tests.browser.house`."""

    port: int
    database: Database
    board: Path
    tenant: TenantId
    users: dict[Role, UserId]
    process: "subprocess.Popen[str]"
    cookies: dict[Role, list[Any]] = field(default_factory=dict)
    """One session for each role, for the tests that are not about signing in."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def show(self, board: str) -> None:
        coming = self.board.with_suffix(".coming")
        coming.write_text(board)
        coming.replace(self.board)  # the server looks at any instant, and never at half a word


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """One Chromium for a file: Playwright's event loop must be gone when the next starts."""
    with chromium() as launched:
        yield launched


@contextmanager
def chromium() -> Generator[Browser]:
    """The machine's own Chromium."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert found is not None, (
        "No Chromium was found. On Debian: apt-get install --no-install-recommends chromium"
    )
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def served(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    """The built dashboard on a furnished database; built first when its sources changed."""
    build.ensure()
    folder = tmp_path_factory.mktemp("served")
    shutil.copyfile(_sqlite_template, folder / "dawncast.db")
    database = Database(f"sqlite:///{folder / 'dawncast.db'}")
    tenant, users = database.transact_now(furnish, MachineClock().now())
    board = folder / "board"
    board.write_text("real")
    port = free_port()
    with process(database.url, port, board) as running:
        yield Served(port, database, board, tenant, users, running)
    database.close()


@contextmanager
def process(
    url: str, port: int, board: Path, begins: datetime | None = None
) -> Generator["subprocess.Popen[str]"]:
    """`tests.browser.house` as a process of its own; `begins`: what its clock begins with."""
    command = [sys.executable, "-m", "tests.browser.house", url, str(port), str(board)]
    command += [begins.isoformat()] if begins else []
    running = subprocess.Popen(command, cwd=build.ROOT, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    try:
        assert any(line == "ready\n" for line in running.stdout), "the server ended at once"
        yield running
    finally:
        running.terminate()
        running.communicate(timeout=20)


OpenTab = Callable[..., Page]


@pytest.fixture
def open_tab(browser: Browser, served: Served) -> Generator[OpenTab]:
    """`open_tab(role, path, viewport=…, colours=…)`: a page that must stay free of errors."""
    contexts: list[BrowserContext] = []
    complaints = Complaints(served.url)

    def opened(
        role: Role | None,
        path: str = "/",
        *,
        viewport: dict[str, int] = WIDE,
        colours: str = "light",
        fresh: bool = False,
    ) -> Page:
        context = browser.new_context(viewport=viewport, color_scheme=colours)  # pyright: ignore[reportArgumentType]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        complaints.listen(page)
        known = None if fresh or role is None else served.cookies.get(role)
        if known is not None:
            context.add_cookies(known)
        page.goto(served.url + path)
        if role is not None and known is None:
            fill_in(page, f"{role}@example.test", PASSWORD)
            page.wait_for_selector(".dc-app")
            if not fresh:
                served.cookies[role] = context.cookies()
        if role is not None:
            page.wait_for_selector(".dc-main h1, .dc-main .dc-empty")
        return page

    served.show("real")
    yield opened
    for context in contexts:
        context.close()
    assert complaints.grave == []


class Complaints:
    """What went wrong in pages: errors, and requests to anybody but the server at `url`."""

    def __init__(self, url: str) -> None:
        self._own = (url, url.replace("http", "ws", 1), "data:", "blob:")
        self._heard: list[str] = []

    def listen(self, page: Page) -> None:
        """Hear of everything that goes wrong in it from now on."""
        page.on("pageerror", lambda error: self._heard.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._heard.extend(_complaint(message)))
        page.on("request", lambda request: self._see(request.url))
        page.on("websocket", lambda socket: self._see(socket.url))

    def _see(self, url: str) -> None:
        if not url.startswith(self._own):
            self._heard.append(f"{url} was asked for, which is not this machine's")

    @property
    def grave(self) -> list[str]:
        """All of it but what has to be: a refusal that a test provoked says so on the console."""
        return [error for error in self._heard if not _is_harmless(error)]


def fits(page: Page) -> None:
    """It is no wider than its screen, in both sizes and both colours.

    Looked at again and again without being loaded again: that takes the longest.
    """
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)  # pyright: ignore[reportArgumentType]
        for viewport in (PHONE, WIDE):
            page.set_viewport_size(viewport)  # pyright: ignore[reportArgumentType]
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= viewport["width"], f"{page.url} is {width} px wide, in {colours}"


def fill_in(page: Page, email: str, password: str) -> None:
    """Fill in the sign-in form and send it."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def _complaint(message: ConsoleMessage) -> list[str]:
    place = message.location.get("url", "")
    return [f"{message.text} ({place})"] if message.type == "error" else []


def _is_harmless(error: str) -> bool:
    refused = ("401 (Unauthorized)", "403 (Forbidden)", "429 (Too Many Requests)")
    return "no-such-page" in error or any(status in error for status in refused)
