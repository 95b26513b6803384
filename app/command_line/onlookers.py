"""`python -m app.command_line.onlookers`: people who look at Live during a trial morning, as many
websocket clients and browsers as it is told. What `dawncast bench` counts beside the sends.

Each has a session of its own. Told on its input where and until when, it says at its end, in one
line of JSON, what each saw: from when on how many were shown as waiting.
"""

import asyncio
import json
import os
import secrets
import shutil
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import cache
from importlib.util import find_spec
from typing import Any

import socketio

from app.session import COOKIE, token_hash
from engine.clock import MachineClock
from engine.domain.ids import UserId
from engine.store import users
from engine.store.database import Database
from engine.trials.companion import read_told

NAMESPACE = "/_event"
WAITING = "waiting"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
SWITCHES = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
Seen = list[tuple[float, int]]

WATCH = """() => {
  window.seen = [];
  const look = () => {
    for (const one of document.querySelectorAll(".dc-legend li"))
      if (one.innerText.trim().endsWith("waiting")) {
        const many = parseInt(one.innerText.replace(/[^0-9]/g, ""), 10);
        const last = window.seen[window.seen.length - 1];
        if (!last || last[1] !== many) window.seen.push([Date.now() / 1000, many]);
      }
  };
  new MutationObserver(look).observe(document.body,
    {childList: true, subtree: true, characterData: true});
  look();
}"""
"""Notes what stands on the page, whenever it changes."""
GIVES_WAY = 10
"""Screens are drawn by their viewers' own machines: here they take what the server leaves."""


async def main(told: dict[str, Any]) -> dict[str, Any]:
    """Look on until it is time; what was seen, and by how many browsers."""
    clock = MachineClock()
    database = Database(str(told["database_url"]))
    sessions = [
        _session(database, UserId(int(told["user"])))
        for _ in range(int(told["clients"]) + int(told["windows"]))
    ]
    database.close()
    clients = sessions[: int(told["clients"])]
    seen: list[Seen] = []
    async with AsyncExitStack() as open_ones:
        for token in clients:
            client = _client(str(told["url"]), token)
            seen.append(await open_ones.enter_async_context(client))
        pages = await _windows(open_ones, str(told["url"]), sessions[len(clients) :])
        await asyncio.sleep(max(0.0, float(told["until"]) - clock.now().timestamp()))
        seen += [await page.evaluate("window.seen") for page in pages]
    return {"seen": seen, "browsers": len(pages)}


def _session(database: Database, user: UserId) -> str:
    token, now = secrets.token_urlsafe(32), MachineClock().now()
    database.transact_now(
        users.open_session,
        user,
        token_hash=token_hash(token),
        expires_at=now + timedelta(hours=1),
        ip="127.0.0.1",
        agent="onlooker",
        now=now,
    )
    return token


@asynccontextmanager
async def _client(url: str, token: str) -> AsyncGenerator[Seen]:
    """A tab's websocket without its browser: it asks for what the page asks for, and listens."""
    seen: Seen = []
    clock, tab = MachineClock(), secrets.token_hex(16)
    frame, live = _names()
    ours = [f"{frame}.enter", f"{live}.load", f"{live}.follow"]

    async def hear(update: dict[str, Any]) -> None:
        for state, values in (update.get("delta") or {}).items():
            parts = values.get("parts_rx_state_") if state == live else None
            for part in parts or ():
                if part["word"] == WAITING:
                    seen.append((clock.now().timestamp(), int(part["number"].replace(",", ""))))

    socket = socketio.AsyncClient(reconnection=False)
    socket.on("event", hear, namespace=NAMESPACE)
    await socket.connect(
        f"{url}/?token={tab}",
        headers={"Cookie": f"{COOKIE}={token}", "Origin": url},
        socketio_path=NAMESPACE,
        namespaces=[NAMESPACE],
        transports=["websocket"],
    )
    for handler in ours:
        event = {
            "name": handler,
            "payload": {},
            "token": tab,
            "router_data": {"pathname": "/", "query": {}, "asPath": "/"},
        }
        await socket.emit("event", event, namespace=NAMESPACE)
    try:
        yield seen
    finally:
        await socket.disconnect()


async def _windows(open_ones: AsyncExitStack, url: str, tokens: list[str]) -> list[Any]:
    """Browsers at Live; none where Playwright or Chromium is not there."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None or find_spec("playwright") is None:
        return []
    from playwright.async_api import async_playwright

    playwright = await open_ones.enter_async_context(async_playwright())
    pages: list[Any] = []
    for token in tokens:
        # Each a browser, as each person has one.
        browser = await playwright.chromium.launch(executable_path=found, args=SWITCHES)
        open_ones.push_async_callback(browser.close)
        context = await browser.new_context()
        await context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
        page = await context.new_page()
        await page.goto(url)
        await page.wait_for_selector(".dc-main h1, .dc-main .dc-empty")
        await page.evaluate(WATCH)
        pages.append(page)
    return pages


@cache
def _names() -> tuple[str, str]:
    """What the server calls the states of the page's frame and of the page."""
    import app.app  # noqa: F401 - states have their names by then
    from app.frame import Frame
    from app.pages.live import Live

    return Frame.get_full_name(), Live.get_full_name()


if __name__ == "__main__":
    os.nice(GIVES_WAY)
    asked = read_told()
    sys.stdout.write(json.dumps(asyncio.run(main(asked))) + "\n")
