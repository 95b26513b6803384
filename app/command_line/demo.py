"""`dawncast demo`: the whole product in a sandbox, with a stand-in for WhatsApp beside it.

What the environment says of WhatsApp, tokens, or a database plays no part here: `Settings.for_demo`
does not look at it, and reaches the stand-in on this machine and nothing else.
"""

import os
import secrets
import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

import structlog
from pydantic import SecretStr
from rich.markup import escape
from rich.panel import Panel

from app.command_line import database as data
from app.command_line.serving import address_of, anchored, build_pages
from app.command_line.terminal import err, give_up, out, settings_trouble
from app.listening import why_not_listen
from engine import telemetry
from engine.clock import MachineClock
from engine.domain.refusal import Refused
from engine.domain.schedule import IST, zone_named
from engine.settings import Settings
from engine.store.database import Database
from engine.trials.companion import Companion, CompanionError
from engine.trials.demo import (
    BACKUPS,
    MORNING_AFTER,
    PRIMARIES,
    RATE_PER_SECOND,
    SEED,
    SIGN_INS,
    SUBSCRIBERS,
    Sandbox,
    begin_morning,
    open_sandbox,
)

NOWHERE = "http://127.0.0.1:9"
"""Stands in the settings until the simulator has said where it listens."""
LOG, SIMULATOR_LOG, LOCK = "demo.log", "simulator.log", "demo.lock"

log = structlog.get_logger()


def run(*, morning: bool) -> int:
    """Run until SIGINT or SIGTERM; returns the exit code."""
    with settings_trouble():
        settings = Settings.for_demo(NOWHERE)
    if why := _why_not(settings):
        give_up(why)
    with _only_one(settings.home), (settings.home / LOG).open("w") as log_file:
        _log_to(settings, log_file)
        return _run(settings, morning=morning)


def _run(typed: Settings, *, morning: bool) -> int:
    settings = anchored(typed)
    build_pages(err.print)
    keys = {"access_token": secrets.token_urlsafe(24), "app_secret": secrets.token_urlsafe(24)}
    # Started first: it comes up while this process imports the rest.
    simulator = Companion(
        _simulator_command(settings), secrets=keys, log=settings.home / SIMULATOR_LOG
    )
    failed = threading.Event()
    try:
        data.prepare(settings, follow=True)
        from app import assembly

        with data.opened(settings) as database:
            sandbox = open_sandbox(database, settings.home, MachineClock().now())
            found = simulator.ready()
            simulator.when_gone(lambda code: _simulator_gone(code, failed))
            assembly.run(
                _for_simulator(settings, str(found["url"]), keys),
                database,
                ready=lambda: _ready(typed, database, sandbox, str(found["url"]), morning),
            )
    except CompanionError as trouble:
        give_up("The simulator did not start.", str(trouble))
    finally:
        simulator.stop()
    return 1 if failed.is_set() else 0


def _why_not(settings: Settings) -> str:
    """Why the demo cannot start here; empty when it can."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return (
            f"The folder {settings.home} cannot be made ({error.strerror}): "
            "set DAWNCAST_HOME to one that can."
        )
    if not os.access(settings.home, os.W_OK):
        return f"The folder {settings.home} cannot be written: set DAWNCAST_HOME to one that can."
    return why_not_listen(settings.host, settings.port)


@contextmanager
def _only_one(home: Path) -> Generator[None]:
    """Two demos in one folder would share a database, and each has a simulator of its own."""
    try:
        import fcntl
    except ImportError:  # not on Windows; there it is the person's to see to
        yield
        return
    with (home / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            give_up(
                f"A demo is running in {home} already: stop it, or set DAWNCAST_HOME to "
                "another folder."
            )
        yield


def _simulator_command(settings: Settings) -> list[str]:
    return [
        *(sys.executable, "-m", "app.cli", "simulator", "--companion", "--json"),
        *("--port", "0", "--scenario", "normal_load", "--seed", str(SEED)),
        *("--numbers", str(PRIMARIES + BACKUPS), "--rate", str(RATE_PER_SECOND)),
        *("--webhook-url", address_of(settings) + "/webhooks/whatsapp"),
    ]


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


def _log_to(settings: Settings, log_file: TextIO) -> None:
    telemetry.configure(
        level=settings.log_level, json=settings.log_format == "json", stream=log_file
    )
