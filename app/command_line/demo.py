"""`dawncast demo`: the whole product in a sandbox, with a stand-in for WhatsApp beside it.

What the environment says of WhatsApp, tokens, or a database plays no part here: `Settings.for_demo`
does not look at it, and reaches the stand-in on this machine and nothing else. Only what starts the
stand-in is imported here: it comes up while this process imports the rest, in `sandbox`.
"""

import os
import secrets
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from app.command_line.places import LOG, SIMULATOR_LOG, address_of, anchored
from app.command_line.terminal import give_up, settings_trouble
from app.listening import why_not_listen
from app.loading import loading
from engine import telemetry
from engine.settings import Settings
from engine.trials.companion import Companion, CompanionError
from engine.trials.demo_account import BACKUPS, PRIMARIES, RATE_PER_SECOND, SEED

NOWHERE = "http://127.0.0.1:9"
"""Stands in the settings until the simulator has said where it listens."""
LOCK = "demo.lock"


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
    keys = {"access_token": secrets.token_urlsafe(24), "app_secret": secrets.token_urlsafe(24)}
    simulator = Companion(
        _simulator_command(settings), told=keys, log=settings.home / SIMULATOR_LOG
    )
    try:
        with loading():
            from app.command_line import sandbox

        return sandbox.show(typed, settings, simulator, keys, morning=morning)
    except CompanionError as trouble:
        give_up("The simulator did not start.", str(trouble))
    finally:
        simulator.stop()


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


def _log_to(settings: Settings, log_file: TextIO) -> None:
    telemetry.configure(
        level=settings.log_level, json=settings.log_format == "json", stream=log_file
    )
