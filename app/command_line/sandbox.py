"""What `dawncast demo` shows beside the simulator: the pages, the engine, and a made-up firm."""

import os
import signal
import threading
from datetime import datetime

import structlog
from pydantic import SecretStr
from rich.markup import escape
from rich.panel import Panel

from app import assembly
from app.command_line import database as data
from app.command_line.places import LOG, SIMULATOR_LOG, address_of
from app.command_line.serving import build_pages
from app.command_line.terminal import err, out, settings_trouble
from engine.clock import MachineClock
from engine.domain.refusal import Refused
from engine.domain.schedule import IST, zone_named
from engine.settings import Settings
from engine.store.database import Database
from engine.trials.companion import Companion
from engine.trials.demo import (
    MORNING_AFTER,
    SIGN_INS,
    SUBSCRIBERS,
    Sandbox,
    begin_morning,
    open_sandbox,
)
from engine.trials.demo_account import BACKUPS, PRIMARIES
from engine.trials.trial_senders import WABA_ID

log = structlog.get_logger()


def show(
    typed: Settings,
    settings: Settings,
    simulator: Companion,
    keys: dict[str, str],
    *,
    morning: bool,
) -> int:
    """Serve the sandbox until SIGINT or SIGTERM; returns the exit code.

    typed: the settings with paths as people know them; settings: the same, anchored. keys: the
    secrets the simulator was told. Raises CompanionError when the simulator does not come up.
    """
    build_pages(err.print)
    failed = threading.Event()
    data.prepare(settings, follow=True)
    with data.opened(settings) as database:
        sandbox = open_sandbox(database, settings.home, MachineClock().now())
        found = simulator.ready()
        simulator.when_gone(lambda code: _simulator_gone(code, failed))
        assembly.run(
            _for_simulator(settings, str(found["url"]), keys),
            database,
            ready=lambda: _ready(typed, database, sandbox, str(found["url"]), morning),
        )
    return 1 if failed.is_set() else 0


def _for_simulator(settings: Settings, url: str, keys: dict[str, str]) -> Settings:
    """The same settings, now that it is known where the simulator is and what it takes."""
    with settings_trouble():
        return Settings.for_demo(
            url,
            home=settings.home,
            host=settings.host,
            port=settings.port,
            access_token=SecretStr(keys["access_token"]),
            app_secrets=(SecretStr(keys["app_secret"]),),
            business_id=WABA_ID,
        )


def _ready(
    settings: Settings, database: Database, sandbox: Sandbox, simulator: str, morning: bool
) -> None:
    """Called on the server's loop: everything slow goes to a thread."""

    def tell() -> None:
        said = "No morning by itself: start one on the Live page."
        if morning:
            said = _begin(database, sandbox)
        out.print(_panel(settings, sandbox, simulator, said), soft_wrap=False)

    threading.Thread(target=tell, name="demo", daemon=True).start()


def _begin(database: Database, sandbox: Sandbox) -> str:
    now = MachineClock().now()
    opens_at = now + MORNING_AFTER
    begun = database.transact_now(begin_morning, sandbox.tenant, opens_at=opens_at, now=now)
    if isinstance(begun, Refused):
        log.info("demo.no_morning", why=str(begun))
        return f"No new morning: {begun}"
    return f"A morning begins at {_clock(opens_at)} IST, {MORNING_AFTER.seconds} s from now."


def _panel(settings: Settings, sandbox: Sandbox, simulator: str, morning: str) -> Panel:
    width = max(len(role.value) for role in sandbox.emails)
    lines = [
        f"[bold]{address_of(settings)}[/bold]",
        "",
        f"{SUBSCRIBERS:,} made-up subscribers, {PRIMARIES} numbers and {BACKUPS} in reserve. "
        "Nothing leaves this machine.",
        escape(morning),
        "",
        f"Password for all of them: [bold]{escape(sandbox.password)}[/bold]",
        *(f"  {role.value:<{width}}  {email}" for role, email in sandbox.emails.items()),
        "",
        f"[dim]Sign-ins: {escape(str(settings.home / SIGN_INS))}   "
        f"Log: {escape(str(settings.home / LOG))}   Simulator: {simulator}[/dim]",
        "[dim]Ctrl-C stops everything.[/dim]",
    ]
    return Panel("\n".join(lines), title="Dawncast", expand=False, padding=(1, 2))


def _clock(instant: datetime) -> str:
    return instant.astimezone(zone_named(IST)).strftime("%H:%M:%S")


def _simulator_gone(code: int, failed: threading.Event) -> None:
    failed.set()
    err.print(f"The simulator ended by itself ({code}); so does the demo. See {SIMULATOR_LOG}.")
    os.kill(os.getpid(), signal.SIGTERM)
