"""The only reader of the environment: read once, checked at the start, frozen (spec X3).

Every problem is a sentence that says what to do, and all of them are told at once. Nothing but
`load` and `for_demo` looks at the environment; a demo does not even look at what concerns WhatsApp.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from engine.setting_names import (
    DEMO_NAMES,
    META,
    NAMES,
    SECRET_NAMES,
    SenderSettings,
    placeholders,
    read_database_url,
    read_senders,
    take_files,
)

SIMULATOR = "http://127.0.0.1:8001"
PAIR_INTERVAL_OF_META = timedelta(seconds=6)


class SettingsError(ValueError):
    """The settings do not allow a start; the text lists what is wrong, and what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(f"- {problem}" for problem in problems))
        self.problems = tuple(problems)


class Environment(StrEnum):
    SANDBOX = "sandbox"
    PRODUCTION = "production"


def _milliseconds(value: object) -> object:
    return _duration(value, 1_000)


def _seconds(value: object) -> object:
    return _duration(value, 1)


def _duration(value: object, per_second: int) -> object:
    if not isinstance(value, str):
        return value
    try:
        return timedelta(seconds=float(value) / per_second)
    except OverflowError as error:
        raise ValueError("too long") from error


def _time_of_day(value: object) -> object:
    if not isinstance(value, str):
        return value
    return None if value.lower() == "off" else time.fromisoformat(value)


def _listed(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


Milliseconds = Annotated[timedelta, BeforeValidator(_milliseconds), Field(ge=timedelta(0))]
Seconds = Annotated[timedelta, BeforeValidator(_seconds), Field(gt=timedelta(0))]
TimeOfDay = Annotated[time | None, BeforeValidator(_time_of_day)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(_listed)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s/?#]+")]


class Settings(BaseSettings):
    """Everything that can be set. Secrets show as stars in any text made of it."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    environment: Environment = Environment.SANDBOX
    home: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    public_url: Url | None = None
    secure_cookies: bool = False
    trusted_proxies: Texts = ()
    database_url: SecretStr = SecretStr("")
    redis_url: SecretStr | None = None
    sentry_dsn: SecretStr | None = None
    webhook_status_url: Url | None = None
    webhook_alert_url: Url | None = None
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$")
    log_format: str = Field("console", pattern="^(json|console)$")

    evidence_key: SecretStr | None = None
    """Signs evidence packs. Without it the file EVIDENCE_KEY in the home folder is used."""
    backup_folder: Path | None = None
    backup_at: TimeOfDay = time(2, 30)
    """In IST; None: only when somebody asks for one."""
    backup_daily: int = Field(14, ge=1, le=366)
    backup_weekly: int = Field(8, ge=0, le=520)
    backup_password: SecretStr | None = Field(None, min_length=12)
    access_token: SecretStr | None = None
    access_token_file: Path | None = None
    app_secrets: Secrets = ()
    verify_token: SecretStr | None = None
    business_id: str | None = Field(None, pattern=r"^\d{1,30}$")
    senders: tuple[SenderSettings, ...] = ()
    api_url: Url = SIMULATOR
    graph_version: str = Field("v25.0", pattern=r"^v\d{1,3}\.\d$")
    pair_interval: Milliseconds = PAIR_INTERVAL_OF_META
    retry_interval: Milliseconds = timedelta(minutes=2)
    connect_timeout: Seconds = timedelta(seconds=3)
    response_timeout: Seconds = timedelta(seconds=30)
    app_concurrency: int | None = Field(None, ge=1, le=10_000)
    reserve: float = Field(0.1, ge=0, le=0.9)
    rehearse_after: Seconds = timedelta(seconds=30)
    """After a freeze."""

    warnings: tuple[str, ...] = ()
    """Sentences worth a line in the log at the start."""

    @property
    def sandbox(self) -> bool:
        """Whether only this machine may be reached."""
        return self.environment is Environment.SANDBOX

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed over: so that a demo cannot see the environment by accident."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @classmethod
    def for_demo(
        cls, simulator_url: str, *, environ: Mapping[str, str] | None = None, **given: Any
    ) -> Self:
        """Settings that reach the simulator at `simulator_url` and nothing else.

        `given` are fields; of the environment only where the dashboard lives is read (DEMO_NAMES),
        so that a token or an address of the real WhatsApp plays no part. Raises SettingsError.
        """
        found = _environment(environ)
        values = {NAMES[name][0]: found[name] for name in DEMO_NAMES if name in found} | given
        home = Path(values.get("home", "var"))
        values.setdefault("database_url", f"sqlite:///{home / 'demo.db'}")
        values.setdefault("backup_at", None)  # a morning is about to begin; one may be asked for
        return _build(cls, values | {"api_url": simulator_url, "environment": "sandbox"}, [], [])


_VERSION_AT_END = re.compile(r"/(v\d+\.\d+)/?$")


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings from `environ`, or from the process's environment over the file `.env`.

    Raises SettingsError with everything that is wrong.
    """
    found = _environment(environ)
    problems: list[str] = []
    warnings: list[str] = []
    take_files(found, problems)
    problems += placeholders(found)
    values: dict[str, Any] = {
        field: found[name] for name, (field, _) in NAMES.items() if name in found
    }
    if "WHATSAPP_ACCESS_TOKEN_FILE" in found:
        values["access_token_file"] = found["WHATSAPP_ACCESS_TOKEN_FILE"]
    values["senders"] = read_senders(found, problems)
    unknown = [n for n in found if n.startswith("DAWNCAST_") and n not in NAMES]
    warnings += [f"{name} is not a setting of ours: see .env.example." for name in sorted(unknown)]
    return _build(Settings, values, problems, warnings)


def _environment(environ: Mapping[str, str] | None) -> dict[str, str]:
    given = environ if environ is not None else {**dotenv_values(".env"), **os.environ}
    return {name: value.strip() for name, value in given.items() if value and value.strip()}


def _build(cls: type[Any], values: dict[str, Any], problems: list[str], warnings: list[str]) -> Any:
    """The checked settings, or SettingsError with all that is wrong."""
    home = Path(values.get("home", "var")).expanduser()
    values = {**values, "home": home}
    try:
        values["database_url"] = read_database_url(_plain(values.get("database_url")), home)
    except ValueError as error:
        problems.append(f"DATABASE_URL {error}: {NAMES['DATABASE_URL'][1]}.")
    production = values.get("environment") == Environment.PRODUCTION
    api_url = values.get("api_url") or (META if production else SIMULATOR)
    values["api_url"], version = _VERSION_AT_END.sub("", api_url).rstrip("/"), api_url
    if found := _VERSION_AT_END.search(version):
        used = values.get("graph_version", Settings.model_fields["graph_version"].default)
        warnings.append(
            f"WHATSAPP_API_URL ends in {found[1]}, which is not used: the version is {used}, "
            "set by DAWNCAST_GRAPH_VERSION. Leave it off the address."
        )
    values.setdefault("secure_cookies", str(values.get("public_url", "")).startswith("https://"))
    try:
        settings = cls(**values)
    except ValidationError as error:
        problems += [_sentence(one) for one in error.errors()]
        raise SettingsError(problems) from None  # the original repeats the values
    problems += _contradictions(settings)
    if problems:
        raise SettingsError(problems)
    return settings.model_copy(update={"warnings": (*warnings, *_doubts(settings))})


def _contradictions(settings: Settings) -> list[str]:
    host = _host(settings.api_url)
    if settings.sandbox:
        if _is_this_machine(host):
            return []
        return [
            "DAWNCAST_ENVIRONMENT is sandbox, which reaches this machine only, but "
            f"WHATSAPP_API_URL leads to {host}: set DAWNCAST_ENVIRONMENT=production to reach "
            "people, or leave WHATSAPP_API_URL out to use the simulator."
        ]
    needed = {
        "WHATSAPP_APP_SECRET is missing: webhooks cannot be verified": settings.app_secrets,
        "WHATSAPP_VERIFY_TOKEN is missing: Meta cannot set up the webhook": settings.verify_token,
        "WHATSAPP_BUSINESS_ID is missing: templates cannot be read": settings.business_id,
        "WHATSAPP_PHONE_NUMBER_ID_1 is missing: there is no number to send from": settings.senders,
    }
    problems = [f"{words}. See .env.example." for words, value in needed.items() if not value]
    problems += [
        f"Sender {sender.number} has no token: set WHATSAPP_ACCESS_TOKEN, or "
        f"WHATSAPP_ACCESS_TOKEN_{sender.number} for it alone."
        for sender in settings.senders
        if sender.token is None and settings.access_token is None
    ]
    if not settings.api_url.startswith("https://") or _is_this_machine(host):
        problems.append(
            f"WHATSAPP_API_URL must be https and not this machine: {NAMES['WHATSAPP_API_URL'][1]}."
        )
    return problems


def _doubts(settings: Settings) -> list[str]:
    doubts: list[str] = []
    if settings.pair_interval < PAIR_INTERVAL_OF_META:
        doubts.append("WHATSAPP_RATE_LIMIT_MS is below Meta's 6000: expect error 131056.")
    if not settings.sandbox and not settings.secure_cookies:
        doubts.append(
            "The sign-in cookie travels without https: set DAWNCAST_PUBLIC_URL to the https "
            "address people use, or DAWNCAST_SECURE_COOKIES=true."
        )
    return doubts


def _sentence(error: Any) -> str:
    field = str(error["loc"][0])
    named = {field: (name, hint) for name, (field, hint) in NAMES.items()}
    name, hint = named.get(field, (field, "see .env.example"))
    shown = "" if name in SECRET_NAMES else f" ({error['input']!r})"
    return f"{name} is not right{shown}: {hint}."


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")
