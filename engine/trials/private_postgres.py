"""A private PostgreSQL for tests and drills: made by initdb, on a free port, gone at the end."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from engine.clock import MachineClock

DEBIAN_FOLDER = Path("/usr/lib/postgresql")
ORDINARY_FOLDER = Path("/tmp")  # noqa: S108 - the folder in it is made by mkdtemp
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108
MEMORY_NEEDED_BYTES = 1024**3
"""A copied database is hundreds of small files: in memory it takes 40 ms, on a disk often 300."""
START_SECONDS = 20
STOP_SECONDS = 10
STARTS = 3
"""Somebody may take the port between our choosing it and the server's binding it."""

OPTIONS = {
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "listen_addresses": "127.0.0.1",
    "timezone": "UTC",
}
FLEETING = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
}
"""For tests: nothing outlives the run, so nothing needs to reach the disk."""
INITDB_OPTIONS = (
    *("-U", "postgres", "-A", "trust", "-E", "UTF8"),
    *("--no-sync", "--no-instructions"),
)
LOCALES = ("C.UTF-8", "C")
"""With the first, letters beyond ASCII are letters, as pg_trgm wants; not every system has it."""

# Whoever started it may be killed without a word; the server ends when our end of its pipe does.
KEEPER = """
folder=$0
exec 3<&0
"$@" </dev/null 3<&- & server=$!
{
  read -r _
  kill -INT $server
  while kill -0 $server; do sleep 0.1; done
  rm -rf "$folder"
} <&3 2>/dev/null &
wait $server
"""


class MissingError(Exception):
    """PostgreSQL is not on this machine; the text says what to install."""


class Cluster:
    """A running server. Every run gets a database of its own, copied from one that is migrated."""

    def __init__(self, port: int) -> None:
        self._port = port

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/{database}"

    def create(self, database: str, *, template: str = "template0") -> str:
        """A new database; returns its URL. Nobody may be connected to the template meanwhile."""
        self._execute("CREATE DATABASE {} TEMPLATE {}", database, template)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop it, whoever is still connected."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    def _execute(self, statement: str, *names: str) -> None:
        parts = [sql.Identifier(name) for name in names]
        with self.connect() as connection:
            connection.execute(sql.SQL(statement).format(*parts))  # pyright: ignore[reportArgumentType]

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1", port=self._port, user="postgres", dbname="postgres", autocommit=True
        )


@contextmanager
def cluster(*, fleeting: bool = False) -> Generator[Cluster]:
    """A fresh server; it is stopped, and its files removed, when the block ends.

    fleeting: give up durability for speed, in memory where there is room. Raises MissingError.
    """
    programs = find_programs()
    said = ""
    for _ in range(STARTS):
        server = _Server(programs, fleeting=fleeting)
        try:
            if server.answers():
                yield Cluster(server.port)
                return
        finally:
            said = server.stop()
    raise RuntimeError(f"PostgreSQL did not start: {said}")


class _Server:
    """A server process and its folder."""

    def __init__(self, programs: Path, *, fleeting: bool) -> None:
        self.port = free_port()
        place = _fast_folder() if fleeting else ORDINARY_FOLDER
        self._folder = Path(tempfile.mkdtemp(prefix="dawncast-postgres-", dir=place))
        _hand_over(self._folder)
        _run_initdb(programs, self._folder / "data")
        options = OPTIONS | {"unix_socket_directories": str(self._folder), "port": str(self.port)}
        options |= FLEETING if fleeting else {}
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own command, fixed arguments
                ["/bin/sh", "-c", KEEPER, self._folder, programs / "postgres"]
                + ["-D", self._folder / "data"]
                + [f"--{name}={value}" for name, value in options.items()],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for the tests; they stop the server
                **_as_its_user(self._folder),
            )

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    def answers(self) -> bool:
        """Whether it came up, waiting for that a while."""
        clock, pause = MachineClock(), threading.Event()
        deadline = clock.loop_time() + START_SECONDS
        while self._process.poll() is None and clock.loop_time() < deadline:
            try:
                Cluster(self.port).connect().close()
            except psycopg.OperationalError:
                pause.wait(0.05)
            else:
                return True
        return False

    def stop(self) -> str:
        """Stop it and remove its files; returns the end of its log."""
        said = self._log.read_text(errors="replace")[-2000:]
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
        return said


def find_programs() -> Path:
    """The folder with initdb and postgres: from PATH, or Debian's newest."""
    on_path = shutil.which("initdb")
    if (
        on_path is not None
        and (folder := Path(on_path).resolve().parent).joinpath("postgres").exists()
    ):
        return folder
    found = sorted(DEBIAN_FOLDER.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise MissingError(
            "PostgreSQL's initdb is neither on PATH nor under /usr/lib/postgresql. "
            "Install the package `postgresql`: `make test` does so when root on Debian."
        )
    return found[-1].parent


def _run_initdb(programs: Path, data: Path) -> None:
    said = ""
    for locale in LOCALES:
        done = subprocess.run(  # noqa: S603 - our own command, fixed arguments
            [programs / "initdb", "-D", data, f"--locale={locale}", *INITDB_OPTIONS],
            capture_output=True,
            text=True,
            check=False,
            **_as_its_user(data.parent),
        )
        if done.returncode == 0:
            return
        said = done.stderr or done.stdout
    raise RuntimeError(f"initdb failed: {said}")


def _as_its_user(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root; then it runs as the user its package made."""
    environment = {"PATH": os.defpath, "LC_ALL": "C"}
    common: dict[str, Any] = {"cwd": folder, "env": environment}
    if os.geteuid() != 0:
        return common
    return common | {"user": "postgres", "group": "postgres", "extra_groups": []}


def _fast_folder() -> Path:
    # Not the caller's own folder: the server's user could not reach into that.
    roomy = os.access(MEMORY_FOLDER, os.W_OK) and (
        shutil.disk_usage(MEMORY_FOLDER).free >= MEMORY_NEEDED_BYTES
    )
    return MEMORY_FOLDER if roomy else ORDINARY_FOLDER


def _hand_over(folder: Path) -> None:
    if os.geteuid() != 0:
        return
    try:
        owner = pwd.getpwnam("postgres")
    except KeyError:
        raise MissingError(
            "There is no user `postgres` to run PostgreSQL as. Install the package `postgresql`, "
            "or run this as somebody else than root."
        ) from None
    os.chown(folder, owner.pw_uid, owner.pw_gid)


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
