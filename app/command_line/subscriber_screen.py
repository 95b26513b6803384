"""`python -m app.command_line.subscriber_screen`: a person at the list of subscribers, in a
browser.

Told on its input where it is served and from which database, it says in one line of JSON how many
seconds went by from each thing the person did until the rows for it stood on the screen.
"""

import json
import secrets
import shutil
import sys
from datetime import timedelta
from typing import Any

from app.session import COOKIE, token_hash
from engine.clock import MachineClock
from engine.domain.ids import TenantId
from engine.domain.roles import Role
from engine.store import users
from engine.store.database import Database
from engine.trials.companion import read_told
from engine.trials.tenant import NOBODYS_HASH

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
SWITCHES = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE_MILLISECONDS = 30_000
STEPS: tuple[tuple[str, str], ...] = (
    *(("search", "asha"), ("next", ""), ("next", ""), ("search", "kulkarni"), ("search", "raj")),
    *(("search", "मीना"), ("search", "5610"), ("search", "ARN-12"), ("search", "")),
    *(("Order", "-name"), ("next", ""), ("next", ""), ("Order", "-added"), ("next", "")),
    *(("Order", "added"), ("Order", "name"), ("Tier", "PREMIUM"), ("next", ""), ("Tier", "")),
    *(("Language", "MR"), ("State", "Goa"), ("State", ""), ("Language", "")),
    *(("search", "asha"), ("Tier", "PREMIUM"), ("Order", "-name"), ("next", ""), ("search", "a")),
    *(("Tier", ""), ("Order", "name"), ("search", "nobody is called so"), ("search", "")),
)
"""What the person does, one after the other; each shows other rows than the one before."""
ROWS = "() => (document.querySelector('.dc-main table tbody, .dc-main .dc-empty') || {}).innerText"
OTHER_ROWS = f"(before) => {{ const now = ({ROWS})(); return now && now !== before; }}"


def main(told: dict[str, Any]) -> dict[str, Any]:
    """Do all of STEPS; the seconds of each, and of opening the page."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        raise LookupError("no Chromium")
    token, url = _session(str(told["database_url"])), str(told["url"])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        context = browser.new_context()
        context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        clock = MachineClock()
        began = clock.loop_time()
        page.goto(f"{url}/subscribers")
        page.wait_for_function(OTHER_ROWS, arg="", polling="raf")
        opened = clock.loop_time() - began
        took = [_timed(page, what, value) for what, value in STEPS]
        browser.close()
    return {"opened": opened, "took": took}


def _timed(page: Any, what: str, value: str) -> tuple[str, float]:
    clock, before = MachineClock(), page.evaluate(ROWS)
    began = clock.loop_time()
    if what == "search":
        page.get_by_label("Search subscribers").fill(value)
    elif what == "next":
        page.get_by_role("button", name="Next").click()
    else:
        page.get_by_label(what, exact=True).select_option(value)
    page.wait_for_function(OTHER_ROWS, arg=before, polling="raf")
    return f"{what} {value}".strip(), clock.loop_time() - began


def _session(database_url: str) -> str:
    """The token of somebody who is signed in."""
    database, now = Database(database_url), MachineClock().now()
    token = secrets.token_urlsafe(32)
    user = database.transact_now(
        users.add,
        TenantId(1),
        email="viewer@bench.example",
        name="Viewer",
        role=Role.VIEWER,
        password_hash=NOBODYS_HASH,
        must_change=False,
        now=now,
    )
    database.transact_now(
        users.open_session,
        user,
        token_hash=token_hash(token),
        expires_at=now + timedelta(hours=1),
        ip="127.0.0.1",
        agent="bench",
        now=now,
    )
    database.close()
    return token


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(read_told())) + "\n")
