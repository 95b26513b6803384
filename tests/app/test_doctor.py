"""What `dawncast doctor` finds, and that it says how to mend it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.command_line.examination import (
    Finding,
    Health,
    clock_findings,
    examine,
    number_findings,
)
from engine import settings as all_settings
from engine.domain.ids import PhoneNumberId
from engine.setting_names import SenderSettings
from engine.settings import Settings
from engine.simulator.faults import SetStatus
from engine.simulator.server import running
from engine.store import migrations
from engine.trials.stand_in import options
from engine.trials.trial_senders import ACCESS_TOKEN
from tests.app.dawncast import dawncast
from tests.app.house import free_port


def sandbox(home: Path, **environ: str) -> Settings:
    return all_settings.load({"DAWNCAST_HOME": str(home), "PORT": str(free_port()), **environ})


def found(settings: Settings, thing: str) -> Finding:
    return next(finding for finding in examine(settings) if finding.thing == thing)


def test_a_new_installation_has_nothing_to_mend(tmp_path: Path) -> None:
    done = dawncast(tmp_path, "doctor", settings={"PORT": str(free_port())})

    assert done.returncode == 0, done.stdout
    assert "Nothing to mend." in done.stdout
    for thing in ("settings", "folder", "disk", "database", "clock", "front end", "simulator"):
        assert f" {thing}" in done.stdout


def test_something_to_mend_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "dawncast.db").write_text("this is no database" * 100)

    done = dawncast(tmp_path, "doctor", settings={"PORT": str(free_port())})

    assert done.returncode == 1
    assert " MEND database" in done.stdout
    assert "Traceback" not in done.stderr


def test_an_empty_database_is_worth_knowing_and_one_that_lags_is_to_mend(tmp_path: Path) -> None:
    settings = sandbox(tmp_path)
    assert found(settings, "database").health is Health.NOTE

    migrations.upgrade(settings.database_url.get_secret_value())
    assert found(settings, "database").health is Health.WELL

    migrations.downgrade(settings.database_url.get_secret_value(), "base")
    assert found(settings, "database").health is not Health.WELL


def test_a_database_nobody_answers_for_is_said_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://dawncast:hunter2@127.0.0.1:{free_port()}/dawncast"

    database = found(sandbox(tmp_path, DATABASE_URL=url), "database")

    assert database.health is Health.MEND
    assert "DATABASE_URL" in database.words
    assert "hunter2" not in database.words


def test_a_folder_that_is_a_file_is_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    folder = found(sandbox(tmp_path / "file" / "var"), "folder")

    assert folder.health is Health.MEND
    assert "DAWNCAST_HOME" in folder.words


@pytest.mark.parametrize("year", [1970, 2025, 2107])
def test_a_clock_that_was_never_set_is_to_mend(year: int) -> None:
    findings = list(clock_findings(datetime(year, 1, 1, tzinfo=UTC)))

    clock = next(finding for finding in findings if finding.thing == "clock")
    assert clock.health is Health.MEND
    assert "NTP" in clock.words


def test_the_hour_in_india_is_shown() -> None:
    findings = list(clock_findings(datetime(2026, 11, 23, 0, 30, tzinfo=UTC)))

    assert Finding("time zones", Health.WELL, "It is 06:00:00 in India.") in findings


def ask(settings: Settings) -> list[Finding]:
    """What is found of the numbers, with a stand-in that has six of which one is blocked."""

    async def asking() -> list[Finding]:
        wanted = options(numbers=3, rate=80, scenario="normal_load", seed=1, webhook_url=None)
        async with running(wanted) as simulator:
            fault = SetStatus(number="1000000000002", status="FLAGGED")
            simulator.face.world.inject(fault, simulator.face.now())
            return await number_findings(settings.model_copy(update={"api_url": simulator.url}))

    return asyncio.run(asking())


def test_whatsapp_is_asked_about_every_number(tmp_path: Path) -> None:
    senders = tuple(
        SenderSettings(number=place, phone_number_id=PhoneNumberId(phone))
        for place, phone in enumerate(("1000000000001", "1000000000002", "999"), 1)
    )
    settings = sandbox(tmp_path).model_copy(
        update={"senders": senders, "access_token": SecretStr(ACCESS_TOKEN)}
    )

    well, flagged, unknown = ask(settings)

    assert (well.thing, well.health) == ("sender 1", Health.WELL)
    assert "CONNECTED" in well.words
    assert (flagged.health, "FLAGGED" in flagged.words) == (Health.NOTE, True)
    assert unknown.health is Health.MEND
    assert "Check its id and its token" in unknown.words


def test_a_wrong_token_is_to_mend_and_not_shown(tmp_path: Path) -> None:
    senders = (SenderSettings(number=1, phone_number_id=PhoneNumberId("1000000000001")),)
    settings = sandbox(tmp_path).model_copy(
        update={"senders": senders, "access_token": SecretStr("EAAGwrong")}
    )

    (finding,) = ask(settings)

    assert finding.health is Health.MEND
    assert "EAAGwrong" not in finding.words
