"""`dawncast serve` and `dawncast simulator`: they go on until they are told to stop."""

import json
import signal
import socket
from pathlib import Path

import httpx
import pytest

from tests.app.dawncast import START_SECONDS, dawncast, running, sign_in
from tests.app.house import free_port

pytestmark = pytest.mark.timeout(300)  # the first one may build the front end


@pytest.mark.usefixtures("built")
def test_serve_makes_an_administrator_once_and_finds_the_simulator(tmp_path: Path) -> None:
    port, simulated = free_port(), free_port()
    settings = {
        "PORT": str(port),
        "WHATSAPP_API_URL": f"http://127.0.0.1:{simulated}",
        "WHATSAPP_PHONE_NUMBER_ID_1": "1000000000001",
    }
    url = f"http://127.0.0.1:{port}"
    hook = ("--port", str(simulated), "--webhook-url", f"{url}/webhooks/whatsapp")
    with running(tmp_path, "simulator", *hook) as simulator:
        simulator.until_said("_sim/truth", 20)
        with running(
            tmp_path, "serve", "--administrator", "meera@firm.example", settings=settings
        ) as one:
            text = one.until_said("ready at", START_SECONDS)
            one.until_answered(f"{url}/ready", 20)
            password = text.split("password for the first sign-in: ")[1].split()[0]
            assert sign_in(url, "meera@firm.example", password).status_code == 303
            doctor = dawncast(tmp_path, "doctor", settings=settings)
            assert one.end(signal.SIGINT) == 0
        with running(tmp_path, "serve", settings=settings) as two:
            assert "password" not in two.until_said("ready at", START_SECONDS)
            assert two.end(signal.SIGTERM) == 0
        assert simulator.end(signal.SIGTERM) == 0

    assert "1 number(s) of the settings joined the pool" in text
    assert doctor.returncode == 0, doctor.stdout
    assert "Something answers at" in doctor.stdout


@pytest.mark.usefixtures("built")
def test_a_sandbox_database_is_not_served_in_production(tmp_path: Path) -> None:
    with running(tmp_path, "serve", settings={"PORT": str(free_port())}) as sandbox:
        sandbox.until_said("ready at", START_SECONDS)
        sandbox.end()
    production = {
        "DAWNCAST_ENVIRONMENT": "production",
        "WHATSAPP_ACCESS_TOKEN": "EAAGm0PX4ZCpsBAKlooksreal",
        "WHATSAPP_APP_SECRET": "a1b2c3d4e5f60718293a4b5c6d7e8f90",
        "WHATSAPP_VERIFY_TOKEN": "any words",
        "WHATSAPP_BUSINESS_ID": "102290129340398",
        "WHATSAPP_PHONE_NUMBER_ID_1": "106540352242922",
        "PORT": str(free_port()),
    }

    done = dawncast(tmp_path, "serve", wait_seconds=50, settings=production)

    assert done.returncode == 1
    assert "is a sandbox, and a sandbox never reaches people" in done.stderr


def test_it_says_in_json_where_it_listens(tmp_path: Path) -> None:
    with running(tmp_path, "simulator", "--port", "0", "--json", "--numbers", "2") as command:
        said = json.loads(command.until_said("}\n", 20))
        health = httpx.get(said["url"] + "/_sim/health", trust_env=False).json()
        assert command.end(signal.SIGINT) == 0

    assert said["phone_number_ids"] == ["1000000000001", "1000000000002"]
    assert health["numbers"] == said["phone_number_ids"]


def test_it_posts_webhooks_to_this_machine_only(tmp_path: Path) -> None:
    done = dawncast(
        tmp_path,
        *("simulator", "--port", "0", "--webhook-url", "https://example.com/webhooks"),
    )

    assert done.returncode == 1
    assert "--webhook-url will not do" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = dawncast(tmp_path, "simulator", "--port", port)

    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1, port {port}" in done.stderr
    assert "Traceback" not in done.stderr
