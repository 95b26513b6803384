"""`dawncast demo`: one command, a sandbox that stays on this machine, and nothing left behind."""

import os
import signal
import sqlite3
import stat
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from engine.domain.roles import Role
from engine.trials.demo import SIGN_INS, SUBSCRIBERS
from tests.app.dawncast import (
    LOOPBACK,
    START_SECONDS,
    Running,
    children_of,
    dawncast,
    lives,
    remote_addresses,
    running,
    sign_in,
    until,
)
from tests.app.house import free_port

pytestmark = [  # the first one may build the front end
    pytest.mark.timeout(300),
    pytest.mark.slow,
    pytest.mark.usefixtures("built"),
]

REAL_LOOKING = {
    "WHATSAPP_API_URL": "https://graph.facebook.com/v25.0",
    "WHATSAPP_ACCESS_TOKEN": "EAAGm0PX4ZCpsBAKlooksreal",
    "WHATSAPP_APP_SECRET": "a1b2c3d4e5f60718293a4b5c6d7e8f90",
    "WHATSAPP_PHONE_NUMBER_ID_1": "106540352242922",
    "DAWNCAST_ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing",
}


def panel(demo: Running) -> dict[str, str]:
    """What the demo printed: `url`, `password`, `simulator`, and a sign-in for each role."""
    text = demo.until_said("Ctrl-C stops everything", START_SECONDS)
    words = [line.strip(" │\n").split() for line in text.splitlines()]
    found = {line[0]: line[1] for line in words if len(line) == 2 and "@" in line[1]}
    found["url"] = next(line[0] for line in words if line and line[0].startswith("http"))
    found["password"] = next(line[-1] for line in words if line and line[0] == "Password")
    found["simulator"] = text.split("Simulator: ")[1].split()[0]
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo(built: None, home: Path) -> Generator[Running]:
    with running(home, "demo", settings={**REAL_LOOKING, "PORT": str(free_port())}) as command:
        panel(command)
        yield command


def test_it_prints_where_to_go_and_how_to_sign_in(demo: Running, home: Path) -> None:
    shown = panel(demo)

    for role in Role:
        answer = sign_in(shown["url"], shown[role.value], shown["password"])
        assert answer.status_code == 303, (role, answer.text)
        assert "dawncast_session" in answer.cookies
    kept = home / SIGN_INS
    assert shown["password"] in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_it_is_ready(demo: Running) -> None:
    checks = demo.until_answered(panel(demo)["url"] + "/ready", 20).json()["checks"]

    assert {check["status"] for check in checks.values()} == {"healthy"}


def test_a_second_one_in_the_same_folder_is_refused(demo: Running, home: Path) -> None:
    panel(demo)

    done = dawncast(home, "demo", settings={"PORT": str(free_port())})

    assert done.returncode == 1
    assert "A demo is running" in done.stderr


def test_its_morning_begins_by_itself_and_leaves_nothing_this_machine(
    demo: Running,
) -> None:
    simulator = panel(demo)["simulator"]
    reached: set[str] = set()

    def accepted() -> int:
        # Looked at while it sends: a connection to elsewhere would be seen here.
        reached.update(remote_addresses(demo.process.pid))
        truth = httpx.get(f"{simulator}/_sim/truth?messages=0", trust_env=False).json()
        return truth["totals"]["accepted"] >= 50

    until(accepted, 55, demo)

    assert "127.0.0.1" in simulator
    assert reached - LOOPBACK == {"00000000"} & reached  # 0.0.0.0: not connected yet
    assert reached & LOOPBACK


def test_ctrl_c_stops_the_demo_and_all_it_started(tmp_path: Path) -> None:
    with running(tmp_path, "demo", "--no-morning", settings={"PORT": str(free_port())}) as demo:
        simulator = panel(demo)["simulator"]
        started = children_of(demo.process.pid)

        assert demo.end(signal.SIGINT) == 0

        assert started
        assert not any(lives(child) for child in started)
        with pytest.raises(httpx.TransportError):
            httpx.get(simulator, trust_env=False)


def test_a_killed_demo_takes_its_simulator_along_and_starts_again_as_it_was(
    tmp_path: Path,
) -> None:
    with running(tmp_path, "demo", "--no-morning", settings={"PORT": str(free_port())}) as demo:
        first = panel(demo)
        started = children_of(demo.process.pid)
        demo.end(signal.SIGKILL)
        until(lambda: not any(lives(child) for child in started), 10)

    with running(tmp_path, "demo", "--no-morning", settings={"PORT": str(free_port())}) as again:
        second = panel(again)
        assert sign_in(second["url"], second["viewer"], second["password"]).status_code == 303
        again.end()

    assert second["password"] == first["password"]
    assert started
    people = _count(tmp_path / "demo.db", "subscribers")
    assert people == SUBSCRIBERS


def test_a_demo_whose_simulator_dies_says_so_and_ends(tmp_path: Path) -> None:
    with running(tmp_path, "demo", "--no-morning", settings={"PORT": str(free_port())}) as demo:
        panel(demo)
        (simulator,) = children_of(demo.process.pid)
        os.kill(simulator, signal.SIGKILL)

        assert demo.process.wait(30) == 1
        assert "The simulator ended by itself" in demo.text


def _count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
