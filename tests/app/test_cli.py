"""How the `dawncast` command is called: help, sentences for trouble, exit codes, and no waiting."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from app.cli import app
from engine.commands.passwords import is_password
from engine.domain.roles import Role
from engine.store import migrations, users
from engine.store.database import Database
from engine.store.tables import AuditEntry
from engine.trials.options import MorningResult
from tests.app.dawncast import COMMAND, dawncast, environment
from tests.app.house import furnish

COMMANDS = (
    *("serve", "demo", "simulator", "morning", "simulate", "drill"),
    *("bench", "migrate", "doctor", "user add", "audit verify", "audit anchor"),
)
PRODUCTION = {
    "DAWNCAST_ENVIRONMENT": "production",
    "WHATSAPP_ACCESS_TOKEN": "EAAGm0PX4ZCpsBAKlooksreal",
    "WHATSAPP_APP_SECRET": "a1b2c3d4e5f60718293a4b5c6d7e8f90",
    "WHATSAPP_VERIFY_TOKEN": "any words",
    "WHATSAPP_BUSINESS_ID": "102290129340398",
    "WHATSAPP_PHONE_NUMBER_ID_1": "106540352242922",
}


def called(*arguments: str) -> Result:
    """The command as it is called, in this process: most of a start is Python's own."""
    return CliRunner().invoke(app, arguments, prog_name="dawncast", env={"COLUMNS": "100"})


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    done = called(*command.split(), "--help")

    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: dawncast {command} [OPTIONS]")
    sentence = done.stdout.split("\n\n")[1].strip()
    assert sentence[0].isupper()
    assert sentence.endswith(".")


def test_help_names_every_command_and_waits_for_nothing(tmp_path: Path) -> None:
    spent: list[float] = []
    for _ in range(3):
        child = subprocess.Popen(
            [*COMMAND, "--help"],
            env=environment(tmp_path, {"PYTHONPROFILEIMPORTTIME": "1"}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        out, imported = child.communicate(timeout=30)
        spent.append(_cpu_of_last_child())
        assert all(command.split()[0] in out for command in COMMANDS)
        for heavy in ("reflex", "sqlalchemy", "aiohttp", "rich.console"):
            assert f" {heavy}" not in imported, heavy

    # Time on the processor, not on the wall: other tests may be using both of them.
    assert min(spent) < 0.7


_children = [0.0]


def _cpu_of_last_child() -> float:
    times = os.times()
    total = times.children_user + times.children_system
    spent, _children[0] = total - _children[0], total
    return spent


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("nonsense", "No such command 'nonsense'"),
        ("morning --pacing slow", "'slow' is none of jittered, fastest, even"),
        ("morning --subscribers 0", "greater than or equal to 1"),
        ("morning --simulated --scenario sunshine", "none of normal_load, phone_failure"),
        ("simulator --scenario sunshine", "There are"),
        ("simulator --numbers 0", "1 to 200 numbers, not 0"),
        ("user add --email a@b.example --name A --role king", "'author', 'approver'"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_would_be_right(call: str, words: str) -> None:
    done = called(*call.split())

    assert done.exit_code == 2
    assert "Traceback" not in done.stderr
    assert words in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PORT": "99999"}, "PORT is not right ('99999'): give a number from 1 to 65535."),
        ({"DATABASE_URL": "mysql://root@host/x"}, "write sqlite:///file or postgresql://"),
        ({"WHATSAPP_API_URL": "https://graph.facebook.com"}, "DAWNCAST_ENVIRONMENT=production"),
        ({"DAWNCAST_ENVIRONMENT": "production"}, "WHATSAPP_APP_SECRET is missing"),
        (PRODUCTION | {"WHATSAPP_ACCESS_TOKEN": "your_token"}, "placeholder of an example"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_says_what_to_do(
    settings: dict[str, str], words: str, tmp_path: Path
) -> None:
    done = dawncast(tmp_path, "serve", settings=settings)

    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["migrate", "doctor", "demo"])
def test_no_command_goes_on_with_wrong_settings(command: str, tmp_path: Path) -> None:
    done = dawncast(tmp_path, command, settings={"PORT": "0"})

    assert done.returncode == 1
    assert "PORT is not right ('0')" in done.stdout + done.stderr
    assert not list(tmp_path.iterdir())


def test_no_secret_is_repeated_when_settings_are_wrong(tmp_path: Path) -> None:
    wrong = PRODUCTION | {"DATABASE_URL": "mysql://root:hunter2@host/x", "PORT": "none"}

    done = dawncast(tmp_path, "serve", settings=wrong)

    told = done.stdout + done.stderr
    assert done.returncode == 1
    for name in ("WHATSAPP_ACCESS_TOKEN", "WHATSAPP_APP_SECRET"):
        assert PRODUCTION[name] not in told
    assert "hunter2" not in told


@pytest.mark.parametrize("command", [("serve",), ("demo", "--no-morning")])
def test_a_taken_port_is_said_at_once(command: tuple[str, ...], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = dawncast(tmp_path, *command, settings={"PORT": str(port)})

    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 is taken" in done.stderr
    assert f"PORT={port + 1}" in done.stderr


def test_migrate_makes_the_database_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    first = dawncast(tmp_path, "migrate")
    second = dawncast(tmp_path, "migrate")

    assert (first.returncode, second.returncode) == (0, 0)
    assert f"from nothing to revision {migrations.head()}" in first.stdout
    assert second.stdout.startswith("Nothing to do")
    assert migrations.is_current(f"sqlite:///{tmp_path}/dawncast.db")


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    dawncast(tmp_path, "migrate")
    with closing(sqlite3.connect(tmp_path / "dawncast.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    done = dawncast(tmp_path, "migrate")

    assert done.returncode == 1
    assert "made by a newer one" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_cannot_be_reached_is_said_without_its_password(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
    url = f"postgresql://dawncast:hunter2@127.0.0.1:{port}/dawncast"

    done = dawncast(tmp_path, "migrate", settings={"DATABASE_URL": url})

    assert done.returncode == 1
    assert "The database cannot be used" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_nobody_is_added_before_there_is_an_organisation(tmp_path: Path) -> None:
    done = _add_user(tmp_path, "asha@firm.example", Role.AUTHOR)

    assert done.returncode == 1
    assert "start `dawncast serve` once" in done.stderr


def test_a_person_is_added_with_a_password_for_the_first_sign_in(tmp_path: Path) -> None:
    migrations.upgrade(url := f"sqlite:///{tmp_path}/dawncast.db")
    database = Database(url)
    database.transact_now(furnish, datetime(2026, 11, 23, tzinfo=UTC))

    done = _add_user(tmp_path, "Asha@Firm.example", Role.AUTHOR)
    again = _add_user(tmp_path, "asha@firm.example", Role.VIEWER)

    user = database.read_now(users.by_email, "asha@firm.example")
    trail = database.read_now(lambda session: session.exec(select(AuditEntry)).all())
    database.close()
    password = done.stdout.split("first sign-in: ")[1].strip()
    assert done.returncode == 0
    assert "asha@firm.example may sign in as author" in done.stdout
    assert user is not None
    assert is_password(password, user.password_hash)
    assert (user.name, user.role, user.must_change) == ("Asha K", Role.AUTHOR, True)
    assert (trail[-1].actor, trail[-1].action) == ("cli", "user.added")
    assert password not in "".join(entry.after for entry in trail)
    assert (again.returncode, again.stdout) == (1, "")
    assert "asha@firm.example is already a user." in again.stderr


def _add_user(home: Path, email: str, role: Role) -> "subprocess.CompletedProcess[str]":
    return dawncast(home, "user", "add", "--email", email, "--name", "Asha K", "--role", role.value)


def test_a_morning_over_sockets_ends_with_one_line_of_json(tmp_path: Path) -> None:
    done = dawncast(
        tmp_path,
        *("morning", "--subscribers", "60", "--senders", "2", "--scenario", "instant"),
        *("--seed", "7", "--window-seconds", "8", "--json"),
        wait_seconds=150,
        settings={"PYTHONPROFILEIMPORTTIME": "1"},
    )

    assert done.returncode == 0, done.stderr
    assert "engine.runtime" in done.stderr
    assert "reflex" not in done.stderr
    assert done.stdout.count("\n") == 1
    found = json.loads(done.stdout)
    assert set(MorningResult().as_json()) <= set(found)
    assert (found["targeted"], found["lost"], found["doubled"], found["seed"]) == (60, 0, 0, 7)
    assert found["handed_over"] == 60
    assert found["window_s"] == 8, "and spread over it, so that the last goes three seconds in"
    assert 2 < found["floor_s"] <= 3
    assert not list(tmp_path.iterdir())


def test_a_simulated_morning_says_which_attempts_it_made(tmp_path: Path) -> None:
    done = dawncast(
        tmp_path, "morning", "--simulated", "--subscribers", "40", "--json", wait_seconds=150
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["targeted"], found["lost"], found["doubled"]) == (40, 0, 0)
    assert len(found["attempt_log"]) == 64
    assert found["wall_s"] > 0


def test_what_serves_without_the_pages_loads_nothing_that_only_others_need() -> None:
    """What the engine's process weighs is mostly what it imports."""
    script = "import sys, app.command_line.served; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    loaded = {module.partition(".")[0] for module in done.stdout.split()}
    assert {"sqlalchemy", "engine"} <= loaded
    assert not loaded & {"reflex", "alembic", "pandas", "plotly", "PIL", "argon2", "phonenumbers"}
    assert "engine.trials.findings" not in done.stdout.split()


def test_the_simulator_does_not_load_the_dashboard(tmp_path: Path) -> None:
    done = dawncast(
        tmp_path, "simulator", "--numbers", "0", settings={"PYTHONPROFILEIMPORTTIME": "1"}
    )

    assert done.returncode == 2
    assert "engine.simulator.world" in done.stderr
    assert "reflex" not in done.stderr
