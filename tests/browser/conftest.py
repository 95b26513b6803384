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


@dataclass
class Tabs:
    """Tabs that tests leave to each other. A page of ours takes a processor four seconds to come up
    in a new context, and one in a tab that has shown one before.
    """

    browser: Browser
    complaints: "Complaints"
    idle: dict[str, list[Page]] = field(default_factory=dict)
    """By session."""
    contexts: dict[str, BrowserContext] = field(default_factory=dict)

    def of(self, session: str, cookies: list[Any]) -> Page:
        """One that nobody uses, as if it were new but for the session."""
        if waiting := self.idle.get(session):
            return waiting.pop()
        if session not in self.contexts:
            self.contexts[session] = self.browser.new_context()
            self.contexts[session].add_cookies(cookies)
        page = self.contexts[session].new_page()
        self.complaints.listen(page)
        return page

    def take_back(self, lent: list[tuple[str, Page]]) -> None:
        """Forget what was looked at in them; what their test opened besides is closed."""
        for session, page in lent:
            if not page.is_closed():
                page.evaluate("localStorage.clear(); sessionStorage.clear()")  # names its state
                page.goto("about:blank")
                self.idle.setdefault(session, []).append(page)
        for session, context in self.contexts.items():
            for page in context.pages:
                if page not in self.idle.get(session, []):
                    page.close()


@pytest.fixture(scope="module")
def tabs(browser: Browser, served: Served) -> Generator[Tabs]:
    """The tabs of a file."""
    kept = Tabs(browser, Complaints(served.url))
    yield kept
    for context in kept.contexts.values():
        context.close()


@pytest.fixture
def open_tab(browser: Browser, served: Served, tabs: Tabs) -> Generator[OpenTab]:
    """`open_tab(role, path, viewport=…, colours=…)`: a page that must stay free of errors.

    `fresh`: in a context of its own, signed in by the form. Guests have one of their own, too.
    """
    contexts: list[BrowserContext] = []
    lent: list[tuple[str, Page]] = []

    def alone() -> Page:
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        tabs.complaints.listen(page)
        return page

    def opened(
        role: Role | None,
        path: str = "/",
        *,
        viewport: dict[str, int] = WIDE,
        colours: str = "light",
        fresh: bool = False,
    ) -> Page:
        known = None if fresh or role is None else served.cookies.get(role)
        if known is None:
            page = alone()
        else:
            session = str(known[0]["value"])
            page = tabs.of(session, known)
            lent.append((session, page))
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        page.set_viewport_size(viewport)  # pyright: ignore[reportArgumentType]
        page.emulate_media(color_scheme=colours)  # pyright: ignore[reportArgumentType]
        page.goto(served.url + path)
        if role is not None and known is None:
            fill_in(page, f"{role}@example.test", PASSWORD)
            page.wait_for_selector(".dc-app")
            if not fresh:
                served.cookies[role] = page.context.cookies()
        if role is not None:
            page.wait_for_selector(".dc-main h1, .dc-main .dc-empty")
        return page

    served.show("real")
    yield opened
    tabs.take_back(lent)
    for context in contexts:
        context.close()
    assert tabs.complaints.taken() == []


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

    def taken(self) -> list[str]:
        """What is grave of it, and from here on nothing is."""
        found, self._heard = self.grave, []
        return found

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
