"""The `dawncast` command as a person runs it: a process and an environment of its own."""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

import httpx

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "app.cli"]
SETS_US = ("WHATSAPP_", "DAWNCAST_", "DATABASE_", "PORT", "REDIS_", "SENTRY_", "WEBHOOK_")
NOTHING_SET: Mapping[str, str] = {}
START_SECONDS = 90
"""A start takes three seconds on a machine that has nothing else to do."""


def environment(home: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Ours, without anything that would set the product, and then `settings`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETS_US)}
    if kept.pop("PYTHONDONTWRITEBYTECODE", None):
        kept["PYTHONPYCACHEPREFIX"] = _compiled()
    ours = {"PYTHONPATH": str(ROOT), "DAWNCAST_HOME": str(home), "COLUMNS": "100"}
    return kept | ours | dict(settings)


@cache
def _compiled() -> str:
    """A folder for compiled modules, where none are kept: every start would compile them again."""
    folder = tempfile.mkdtemp(prefix="dawncast-compiled-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def dawncast(
    home: Path,
    *arguments: str,
    settings: Mapping[str, str] = NOTHING_SET,
    wait_seconds: float = 90,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in the folder `home`, so that no `.env` of ours plays a part."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=home,
        env=environment(home, settings),
        capture_output=True,
        text=True,
        timeout=wait_seconds,
        check=False,
    )


def sign_in(url: str, email: str, password: str) -> httpx.Response:
    """Sign in through the form, as a browser does."""
    with httpx.Client(base_url=url, trust_env=False, timeout=10) as browser:
        form = browser.get("/sign-in").text
        token = form.split('name="form_token" value="')[1].split('"')[0]
        sent = {"email": email, "password": password, "form_token": token}
        return browser.post("/auth/login", data=sent, headers={"Origin": url})


@dataclass
class Running:
    """A command that goes on until it is told to stop; what it says is collected."""

    process: "subprocess.Popen[str]"
    said: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.said)

    def until_said(self, words: str, wait_seconds: float) -> str:
        """Everything it said so far, once `words` are in it."""
        return until(lambda: self.text if words in self.text else None, wait_seconds, self)

    def until_answered(self, url: str, wait_seconds: float, status: int = 200) -> httpx.Response:
        """The answer, once it is `status`."""

        def ask() -> httpx.Response | None:
            try:
                answer = httpx.get(url, trust_env=False, timeout=5)
            except httpx.TransportError:
                return None
            return answer if answer.status_code == status else None

        return until(ask, wait_seconds, self)

    def end(self, number: signal.Signals = signal.SIGTERM, wait_seconds: float = 30) -> int:
        """Send the signal; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(wait_seconds)


@contextmanager
def running(
    home: Path, *arguments: str, settings: Mapping[str, str] = NOTHING_SET
) -> Generator[Running]:
    """A command for as long as the block lasts; killed when it is still there afterwards."""
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=home,
        env=environment(home, settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    command = Running(process)
    assert process.stdout is not None
    listener = threading.Thread(target=lambda: command.said.extend(process.stdout or ()))
    listener.start()
    try:
        yield command
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        listener.join(10)
        process.stdout.close()


T = TypeVar("T")


def until(ask: Callable[[], T | None], wait_seconds: float, command: Running | None = None) -> T:
    """What `ask` answers, once it is something; fails when it stays nothing."""
    deadline = time.monotonic() + wait_seconds
    while time.monotonic() < deadline:
        if answer := ask():
            return answer
        if command is not None and command.process.poll() is not None:
            break
        time.sleep(0.05)
    said = "" if command is None else f" It said:\n{command.text}"
    raise AssertionError(f"not within {wait_seconds} s.{said}")


def children_of(pid: int) -> list[int]:
    """The processes that `pid` started and that live."""
    found: list[int] = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] not in "ZX":
            found.append(int(status.parent.name))
    return found


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def remote_addresses(pid: int) -> set[str]:
    """The addresses this process is connected to, or was a moment ago, as /proc has them."""
    inodes: set[str] = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(handle)
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found: set[str] = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[9] in inodes and columns[3] != "0A":  # 0A: merely listens
                found.add(columns[2].split(":")[0])
    return found


LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}
"""127.0.0.1 and ::1 as /proc writes them."""
