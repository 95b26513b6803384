"""What `dawncast doctor` looks at. Of each thing: it is well, worth knowing, or how to mend it.

Looking makes the data folder at most, sends nothing to a person, and shows no secret.
"""

import asyncio
import ctypes
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from app import build
from app.listening import why_not_listen
from engine.clock import MachineClock
from engine.domain.outcome import Failure
from engine.domain.schedule import IST, zone_named
from engine.settings import Settings
from engine.store import migrations
from engine.whatsapp.graph import Graph
from engine.whatsapp.numbers import NumberNode, read_number
from engine.whatsapp.tokens import AccessTokens
from engine.whatsapp.transport import Timeouts

FREE_BYTES_NEEDED = 500 * 1024**2
EARLIEST = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
"""This version was made after it: a clock before was never set."""
LATEST = datetime.fromisoformat("2100-01-01T00:00:00+00:00")
CONNECT_SECONDS = 2.0
_TIMEX_BYTES = 512  # more than any kernel's struct timex has
_TIME_ERROR = 5
"""What Linux answers when nothing keeps the clock right."""


class Health(StrEnum):
    """The verdict on one thing."""

    WELL = "well"
    NOTE = "note"  # works, and is worth knowing
    MEND = "mend"  # has to be mended first


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing, the verdict, and a sentence: what was found, or how to mend it."""

    thing: str
    health: Health
    words: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything, slowest last."""
    yield from _settings(settings)
    yield _home(settings.home)
    yield _disk(settings.home)
    yield _database(settings)
    yield from clock_findings(MachineClock().now())
    yield _pages()
    yield _port(settings)
    if settings.sandbox:
        yield _simulator(settings.api_url)
    else:
        yield from asyncio.run(number_findings(settings))


def _settings(settings: Settings) -> Iterator[Finding]:
    reaches = "reaches this machine only" if settings.sandbox else "reaches people"
    yield _well("settings", f"{settings.environment.value}: {reaches}, at {settings.api_url}.")
    for warning in settings.warnings:
        yield Finding("settings", Health.NOTE, warning)


def _home(home: Path) -> Finding:
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        return _mend(
            "folder",
            f"{home} cannot be written ({error.strerror}): make it writable, or set DAWNCAST_HOME "
            "to a folder that is.",
        )
    return _well("folder", f"{home} can be written.")


def _disk(home: Path) -> Finding:
    try:
        free = shutil.disk_usage(home if home.exists() else Path()).free
    except OSError as error:
        return _mend("disk", f"Its free space cannot be read ({error.strerror}).")
    shown = f"{free / 1024**3:.1f} GB"
    if free < FREE_BYTES_NEEDED:
        return _mend("disk", f"Only {shown} are free: make room, or move DAWNCAST_HOME.")
    return _well("disk", f"{shown} are free.")


def _database(settings: Settings) -> Finding:
    url = settings.database_url.get_secret_value()
    kind = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    expected = migrations.head()
    try:
        current = migrations.current(url)
    except (SQLAlchemyError, OSError) as error:
        return _mend(
            "database",
            f"{kind} cannot be asked ({type(error).__name__}): see that {_where(url)}, and that "
            "DATABASE_URL is right.",
        )
    if current is None:
        return _note("database", f"{kind}, empty: the first `dawncast serve` fills it.")
    if current != expected:
        return _mend(
            "database",
            f"{kind} has revision {current}, this version expects {expected}: make a backup, and "
            "run `dawncast migrate`.",
        )
    return _well("database", f"{kind}, revision {current}.")


def _where(url: str) -> str:
    if url.startswith("sqlite"):
        return f"{url.partition(':///')[2]} is a database of ours and can be read"
    return "the server runs and lets us in"


def clock_findings(now: datetime) -> Iterator[Finding]:
    """Whether the machine's time and its zones can be trusted with six in the morning."""
    try:
        local = now.astimezone(zone_named(IST))
    except ValueError:
        yield _mend(
            "time zones",
            f"{IST} is not known here: install the system's tzdata, or `pip install tzdata`.",
        )
    else:
        yield _well("time zones", f"It is {local:%H:%M:%S} in India.")
    if not EARLIEST <= now <= LATEST:
        yield _mend("clock", f"It says {now:%Y-%m-%d %H:%M}, which cannot be: set it, with NTP.")
    elif _is_unsynchronised():
        yield _note(
            "clock",
            "Nothing keeps it right: switch NTP on (chrony, or timedatectl set-ntp true), so that "
            "six is six.",
        )
    else:
        yield _well("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC.")


def _is_unsynchronised() -> bool:
    """Whether the kernel says that no time service corrects the clock; False when it cannot say."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        answer = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (OSError, AttributeError):
        return False
    return answer == _TIME_ERROR


def _pages() -> Finding:
    if build.current() is not None:
        return _well("front end", "Built from the present sources.")
    if not (Path(sys.executable).parent / "npm").exists():
        return _mend(
            "front end", "Not built, and npm is not in this environment: run `make setup`."
        )
    return _note("front end", "Not built yet: the next start does it, in a minute or so.")


def _port(settings: Settings) -> Finding:
    if why := why_not_listen(settings.host, settings.port):
        return _note("port", f"{why} (If Dawncast is running, that is it.)")
    return _well("port", f"{settings.port} of {settings.host} is free.")


def _simulator(api_url: str) -> Finding:
    address = urlsplit(api_url)
    try:
        socket.create_connection(
            (address.hostname or "", address.port or 80), CONNECT_SECONDS
        ).close()
    except OSError:
        return _note(
            "simulator",
            f"Nothing answers at {api_url}: start `dawncast simulator` beside `dawncast serve`. "
            "`dawncast demo` brings its own.",
        )
    return _well("simulator", f"Something answers at {api_url}.")


async def number_findings(settings: Settings) -> list[Finding]:
    """Ask WhatsApp about each number we send from; that also proves the token and the way there."""
    graph = Graph(
        api_url=settings.api_url,
        token=AccessTokens(settings),
        sandbox=settings.sandbox,
        version=settings.graph_version,
        timeouts=Timeouts(connect=settings.connect_timeout, response=settings.response_timeout),
    )
    try:
        answers = [await read_number(graph, one.phone_number_id) for one in settings.senders]
    finally:
        await graph.aclose()
    return [
        _number(f"sender {one.number}", answer)
        for one, answer in zip(settings.senders, answers, strict=True)
    ]


def _number(thing: str, answer: NumberNode | Failure) -> Finding:
    if isinstance(answer, Failure):
        why = " ".join(part for part in (answer.title, answer.detail) if part)
        return _mend(thing, f"WhatsApp does not answer for it: {why}. Check its id and its token.")
    said = f"{answer.display_phone}: {answer.status}, quality {answer.quality}."
    if answer.can_send == "BLOCKED":
        causes = "; ".join(f"{p.description}. {p.solution}" for p in answer.problems)
        return _mend(thing, f"{said} WhatsApp blocks it. {causes}".strip())
    if answer.status != "CONNECTED" or answer.quality == "RED":
        return _note(thing, said)
    return _well(thing, said)


def _well(thing: str, words: str) -> Finding:
    return Finding(thing, Health.WELL, words)


def _note(thing: str, words: str) -> Finding:
    return Finding(thing, Health.NOTE, words)


def _mend(thing: str, words: str) -> Finding:
    return Finding(thing, Health.MEND, words)
