"""A wrong setting stops the start with a sentence; a secret is seen by nobody."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from engine.setting_names import NAMES, SECRET_NAMES
from engine.settings import Environment, Settings, SettingsError, load

ROOT = Path(__file__).parents[1]
PRODUCTION = {
    "DAWNCAST_ENVIRONMENT": "production",
    "DAWNCAST_PUBLIC_URL": "https://dawncast.example.com",
    "WHATSAPP_ACCESS_TOKEN": "t0ken-of-all",
    "WHATSAPP_APP_SECRET": "s3cret-new,s3cret-old",
    "WHATSAPP_VERIFY_TOKEN": "v3rify",
    "WHATSAPP_BUSINESS_ID": "4711",
    "WHATSAPP_PHONE_NUMBER_ID_1": "1000",
    "WHATSAPP_PHONE_NUMBER_ID_2": "2000",
}


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in PRODUCTION.items() if name not in names}


def problems(environ: dict[str, str]) -> str:
    """Everything that keeps these settings from a start."""
    with pytest.raises(SettingsError) as refused:
        load(environ)
    return str(refused.value)


# --- what is read -----------------------------------------------------------------------------


def test_nothing_set_is_a_sandbox_on_this_machine() -> None:
    settings = load({})

    assert settings.sandbox
    assert (settings.host, settings.port, settings.home) == ("127.0.0.1", 8000, Path("var"))
    assert settings.api_url == "http://127.0.0.1:8001"
    assert settings.database_url.get_secret_value() == "sqlite:///var/dawncast.db"
    assert settings.graph_version == "v25.0"
    assert (settings.connect_timeout, settings.response_timeout) == (
        timedelta(seconds=3),
        timedelta(seconds=30),
    )
    assert (settings.pair_interval, settings.reserve) == (timedelta(seconds=6), 0.1)
    assert settings.warnings == ()


def test_production_reads_every_sender_and_secret() -> None:
    settings = load({**PRODUCTION, "WHATSAPP_ACCESS_TOKEN_2": "t0ken-of-two"})

    assert settings.environment is Environment.PRODUCTION
    assert settings.api_url == "https://graph.facebook.com"
    assert [secret.get_secret_value() for secret in settings.app_secrets] == [
        "s3cret-new",
        "s3cret-old",
    ]
    first, second = settings.senders
    assert (first.phone_number_id, first.token) == ("1000", None)
    assert second.token is not None
    assert (second.phone_number_id, second.token.get_secret_value()) == ("2000", "t0ken-of-two")
    assert settings.secure_cookies
    assert settings.warnings == ()


def test_all_other_names_are_read() -> None:
    settings = load(
        {
            "DAWNCAST_HOME": "/data",
            "DAWNCAST_HOST": "0.0.0.0",
            "PORT": "9000",
            "DAWNCAST_SECURE_COOKIES": "true",
            "DAWNCAST_TRUSTED_PROXIES": "10.0.0.1, 10.0.0.2",
            "DAWNCAST_LOG_LEVEL": "debug",
            "DAWNCAST_LOG_FORMAT": "json",
            "DATABASE_URL": "postgres://ops:pw@db/dawncast",
            "REDIS_URL": "redis://localhost:6379",
            "SENTRY_DSN": "https://key@sentry.example.com/1",
            "WEBHOOK_STATUS_URL": "https://example.com/status",
            "WEBHOOK_ALERT_URL": "https://example.com/alert",
            "WHATSAPP_PHONE_NUMBER_ID": "1000",
            "WHATSAPP_RATE_LIMIT_MS": "8000",
            "WHATSAPP_RETRY_INTERVAL_MS": "60000",
            "DAWNCAST_GRAPH_VERSION": "v26.0",
            "DAWNCAST_CONNECT_TIMEOUT_S": "2.5",
            "DAWNCAST_RESPONSE_TIMEOUT_S": "20",
            "DAWNCAST_APP_CONCURRENCY": "400",
            "DAWNCAST_RESERVE": "0",
        }
    )

    assert (settings.home, settings.host, settings.port) == (Path("/data"), "0.0.0.0", 9000)
    assert settings.trusted_proxies == ("10.0.0.1", "10.0.0.2")
    assert settings.secure_cookies
    assert (settings.log_level, settings.log_format) == ("debug", "json")
    assert settings.webhook_status_url == "https://example.com/status"
    assert settings.webhook_alert_url == "https://example.com/alert"
    assert [sender.phone_number_id for sender in settings.senders] == ["1000"]
    assert settings.pair_interval == timedelta(seconds=8)
    assert settings.retry_interval == timedelta(minutes=1)
    assert settings.graph_version == "v26.0"
    assert settings.connect_timeout == timedelta(seconds=2.5)
    assert settings.response_timeout == timedelta(seconds=20)
    assert (settings.app_concurrency, settings.reserve) == (400, 0)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("postgres://ops@db/x", "postgresql+psycopg://ops@db/x"),
        ("postgresql://ops@db/x", "postgresql+psycopg://ops@db/x"),
        ("postgresql+psycopg://ops@db/x", "postgresql+psycopg://ops@db/x"),
        ("sqlite:////data/x.db", "sqlite:////data/x.db"),
        ("", "sqlite:////data/dawncast.db"),
    ],
)
def test_a_database_may_be_written_as_people_write_it(written: str, read: str) -> None:
    settings = load({"DATABASE_URL": written, "DAWNCAST_HOME": "/data"})

    assert settings.database_url.get_secret_value() == read


def test_empty_is_not_set() -> None:
    assert load({"PORT": "", "DATABASE_URL": "  ", "WHATSAPP_APP_SECRET": ""}) == load({})


def test_the_environment_of_the_process_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in os.environ:
        if name in NAMES or name.startswith(("WHATSAPP_", "DAWNCAST_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("PORT=9001\nDAWNCAST_HOST=10.0.0.7\n")
    monkeypatch.setenv("PORT", "9002")

    assert (load().port, load().host) == (9002, "10.0.0.7")


def test_secrets_may_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t0ken-from-file\n")
    (tmp_path / "secret").write_text("s3cret-from-file\n")
    environ = {
        "WHATSAPP_ACCESS_TOKEN_FILE": str(tmp_path / "token"),
        "WHATSAPP_APP_SECRET_FILE": str(tmp_path / "secret"),
        "WHATSAPP_ACCESS_TOKEN_2_FILE": str(tmp_path / "token"),
    }

    settings = load({**without("WHATSAPP_ACCESS_TOKEN", "WHATSAPP_APP_SECRET"), **environ})

    assert settings.access_token is not None
    assert settings.access_token.get_secret_value() == "t0ken-from-file"
    assert settings.access_token_file == tmp_path / "token"
    assert settings.app_secrets[0].get_secret_value() == "s3cret-from-file"
    assert settings.senders[1].token_file == tmp_path / "token"


# --- what is wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "WHATSAPP_APP_SECRET",
        "WHATSAPP_VERIFY_TOKEN",
        "WHATSAPP_BUSINESS_ID",
        "WHATSAPP_ACCESS_TOKEN",
    ],
)
def test_production_does_not_start_without(name: str) -> None:
    assert name in problems(without(name))


def test_production_does_not_start_without_a_number_to_send_from() -> None:
    environ = without("WHATSAPP_PHONE_NUMBER_ID_1", "WHATSAPP_PHONE_NUMBER_ID_2")

    assert "WHATSAPP_PHONE_NUMBER_ID_1 is missing" in problems(environ)


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = problems({"PORT": "high", "DAWNCAST_RESERVE": "2", "DATABASE_URL": "mysql://x"})

    assert all(name in told for name in ("PORT", "DAWNCAST_RESERVE", "DATABASE_URL"))
    assert all(line.startswith("- ") for line in told.splitlines())


WRONG = [
    ("DAWNCAST_ENVIRONMENT", "live"),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("DAWNCAST_PUBLIC_URL", "dawncast.example.com"),
    ("DAWNCAST_SECURE_COOKIES", "perhaps"),
    ("DAWNCAST_LOG_LEVEL", "loud"),
    ("DAWNCAST_LOG_FORMAT", "xml"),
    ("DATABASE_URL", "postgresql+asyncpg://db/x"),
    ("DATABASE_URL", "dawncast.db"),
    ("WEBHOOK_ALERT_URL", "ftp://example.com"),
    ("WHATSAPP_BUSINESS_ID", "our business"),
    ("WHATSAPP_API_URL", "graph.facebook.com"),
    ("WHATSAPP_API_URL", "http://[::1"),
    ("WHATSAPP_RATE_LIMIT_MS", "two"),
    ("WHATSAPP_RATE_LIMIT_MS", "-1"),
    ("WHATSAPP_RATE_LIMIT_MS", "nan"),
    ("WHATSAPP_RATE_LIMIT_MS", "1e300"),
    ("DAWNCAST_GRAPH_VERSION", "25"),
    ("DAWNCAST_CONNECT_TIMEOUT_S", "0"),
    ("DAWNCAST_RESPONSE_TIMEOUT_S", "soon"),
    ("DAWNCAST_APP_CONCURRENCY", "0"),
    ("DAWNCAST_RESERVE", "1"),
    ("WHATSAPP_PHONE_NUMBER_ID_1", "+91 80 0000 0001"),
    ("WHATSAPP_ACCESS_TOKEN_3", "t0ken-of-nobody"),
    ("WHATSAPP_ACCESS_TOKEN_FILE", "/no/such/file"),
    ("WHATSAPP_VERIFY_TOKEN", "your-verify-token"),
    ("WHATSAPP_ACCESS_TOKEN", "your_access_token"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_stops_the_start_by_name(name: str, value: str) -> None:
    told = problems({name: value})

    assert name in told
    assert ": " in told


def test_every_name_that_can_be_wrong_says_what_to_do() -> None:
    told = problems({"DAWNCAST_GRAPH_VERSION": "25"})

    assert told == "- DAWNCAST_GRAPH_VERSION is not right ('25'): write it like v25.0."


def test_the_first_number_has_two_names_but_one_value() -> None:
    environ = {"WHATSAPP_PHONE_NUMBER_ID": "1000", "WHATSAPP_PHONE_NUMBER_ID_1": "2000"}

    assert "set one of them" in problems(environ)
    assert load({**environ, "WHATSAPP_PHONE_NUMBER_ID_1": "1000"}).senders[0].number == 1


def test_two_senders_are_two_numbers() -> None:
    assert "the same" in problems({**PRODUCTION, "WHATSAPP_PHONE_NUMBER_ID_2": "1000"})


def test_a_setting_that_is_none_of_ours_is_doubted_aloud() -> None:
    assert "DAWNCAST_HOMEE" in load({"DAWNCAST_HOMEE": "/data"}).warnings[0]


def test_a_pair_interval_below_metas_is_doubted_aloud() -> None:
    assert "131056" in load({"WHATSAPP_RATE_LIMIT_MS": "2000"}).warnings[0]


def test_a_cookie_without_https_is_doubted_aloud() -> None:
    assert "https" in load(without("DAWNCAST_PUBLIC_URL")).warnings[0]


# --- where it leads (spec X5) -------------------------------------------------------------------


def test_the_version_in_the_address_is_taken_off_and_said() -> None:
    settings = load({**PRODUCTION, "WHATSAPP_API_URL": "https://graph.facebook.com/v18.0"})

    assert (settings.api_url, settings.graph_version) == ("https://graph.facebook.com", "v25.0")
    assert "v18.0" in settings.warnings[0]
    assert "v25.0" in settings.warnings[0]


def test_a_sandbox_does_not_start_towards_people() -> None:
    told = problems({"WHATSAPP_API_URL": "https://graph.facebook.com/v18.0"})

    assert "DAWNCAST_ENVIRONMENT=production" in told


@pytest.mark.parametrize(
    "url", ["http://graph.facebook.com", "https://127.0.0.1:8001", "https://localhost"]
)
def test_production_does_not_start_towards_a_simulator(url: str) -> None:
    assert "WHATSAPP_API_URL" in problems({**PRODUCTION, "WHATSAPP_API_URL": url})


def test_a_demo_reaches_its_simulator_whatever_the_environment_says(tmp_path: Path) -> None:
    environ = {
        **PRODUCTION,
        "WHATSAPP_API_URL": "https://graph.facebook.com/v18.0",
        "DATABASE_URL": "postgresql://ops@db/real",
        "DAWNCAST_HOME": str(tmp_path),
        "PORT": "9000",
    }

    settings = Settings.for_demo("http://127.0.0.1:8765", environ=environ)

    assert settings.sandbox
    assert settings.api_url == "http://127.0.0.1:8765"
    assert (settings.home, settings.port) == (tmp_path, 9000)
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path}/demo.db"
    assert (settings.access_token, settings.app_secrets, settings.senders) == (None, (), ())
    assert settings.business_id is None


def test_a_demo_takes_what_it_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WHATSAPP_ACCESS_TOKEN", "t0ken-of-all")
    monkeypatch.setenv("DAWNCAST_HOME", "/elsewhere")

    settings = Settings.for_demo(
        "http://127.0.0.1:8765", home=tmp_path, access_token="simulated", app_secrets=("s",)
    )

    assert settings.home == tmp_path
    assert settings.access_token is not None
    assert settings.access_token.get_secret_value() == "simulated"


def test_a_demo_towards_people_is_refused() -> None:
    with pytest.raises(SettingsError):
        Settings.for_demo("https://graph.facebook.com", environ={})


# --- secrets ------------------------------------------------------------------------------------


def test_no_text_made_of_settings_shows_a_secret() -> None:
    settings = load(
        {
            **PRODUCTION,
            "WHATSAPP_ACCESS_TOKEN_2": "t0ken-of-two",
            "DATABASE_URL": "postgresql://ops:pa55@db/x",
            "REDIS_URL": "redis://:pa55@cache",
            "SENTRY_DSN": "https://pa55@sentry.example.com/1",
        }
    )

    for text in (repr(settings), str(settings), settings.model_dump_json(), repr(vars(settings))):
        assert not re.search("t0ken|s3cret|v3rify|pa55", text)


@pytest.mark.parametrize("name", sorted(SECRET_NAMES))
def test_no_complaint_shows_a_secret(name: str) -> None:
    told = problems({name: "your-pa55word", "PORT": "x"})

    assert name in told
    assert "pa55" not in told


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        load({}).port = 1  # type: ignore[misc]


# --- the example ----------------------------------------------------------------------------------


def test_the_example_has_every_name_and_starts_as_it_is() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = {line.partition("=")[0]: line.partition("=")[2] for line in lines if line[:1] != "#"}
    named.pop("", None)
    numbered = {name for name in named if re.search(r"_\d$", name)}

    assert set(named) - numbered == set(NAMES) | {"WHATSAPP_PHONE_NUMBER_ID"}
    assert load(named) == load({})
