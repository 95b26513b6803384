"""Every name that can be set, and how the numbered ones become senders. `settings` reads them."""

import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr

from engine.domain.ids import PhoneNumberId

META = "https://graph.facebook.com"

NAMES: dict[str, tuple[str, str]] = {
    "DAWNCAST_ENVIRONMENT": ("environment", "say sandbox or production"),
    "DAWNCAST_HOME": ("home", "name a folder for data"),
    "DAWNCAST_HOST": ("host", "name the address to listen on"),
    "PORT": ("port", "give a number from 1 to 65535"),
    "DAWNCAST_PUBLIC_URL": ("public_url", "write it like https://dawncast.example.com"),
    "DAWNCAST_SECURE_COOKIES": ("secure_cookies", "say true or false"),
    "DAWNCAST_TRUSTED_PROXIES": ("trusted_proxies", "list addresses, separated by commas"),
    "DAWNCAST_LOG_LEVEL": ("log_level", "say debug, info, warning or error"),
    "DAWNCAST_LOG_FORMAT": ("log_format", "say json or console"),
    "DATABASE_URL": ("database_url", "write sqlite:///file or postgresql://user@host/name"),
    "REDIS_URL": ("redis_url", "write it like redis://localhost:6379"),
    "SENTRY_DSN": ("sentry_dsn", "copy it from Sentry"),
    "WEBHOOK_STATUS_URL": ("webhook_status_url", "write an http or https address"),
    "WEBHOOK_ALERT_URL": ("webhook_alert_url", "write an http or https address"),
    "DAWNCAST_EVIDENCE_KEY": ("evidence_key", "make one with `dawncast evidence key`"),
    "DAWNCAST_BACKUP_FOLDER": ("backup_folder", "name a folder, best on another disk"),
    "DAWNCAST_BACKUP_AT": ("backup_at", "write a time like 02:30, or off"),
    "DAWNCAST_BACKUP_DAILY": ("backup_daily", "give a number from 1 to 366"),
    "DAWNCAST_BACKUP_WEEKLY": ("backup_weekly", "give a number from 0 to 520"),
    "DAWNCAST_BACKUP_PASSWORD": ("backup_password", "twelve characters at least"),
    "WHATSAPP_ACCESS_TOKEN": ("access_token", "copy the system user's token from Meta"),
    "WHATSAPP_APP_SECRET": ("app_secrets", "copy it from the app's basic settings at Meta"),
    "WHATSAPP_VERIFY_TOKEN": ("verify_token", "invent one, and give Meta the same"),
    "WHATSAPP_BUSINESS_ID": ("business_id", "give the number of the WhatsApp business account"),
    "WHATSAPP_API_URL": ("api_url", f"leave it out, or write {META}"),
    "WHATSAPP_RATE_LIMIT_MS": ("pair_interval", "give milliseconds, 6000 or more"),
    "WHATSAPP_RETRY_INTERVAL_MS": ("retry_interval", "give milliseconds, such as 120000"),
    "DAWNCAST_GRAPH_VERSION": ("graph_version", "write it like v25.0"),
    "DAWNCAST_CONNECT_TIMEOUT_S": ("connect_timeout", "give seconds, such as 3"),
    "DAWNCAST_RESPONSE_TIMEOUT_S": ("response_timeout", "give seconds, such as 30"),
    "DAWNCAST_APP_CONCURRENCY": ("app_concurrency", "give a number from 1 to 10000"),
    "DAWNCAST_REHEARSE_AFTER_S": ("rehearse_after", "give seconds, such as 30"),
    "DAWNCAST_RESERVE": ("reserve", "give a part from 0 to 0.9, such as 0.1"),
}
"""Each name with the field it sets and what to do when it is wrong. Senders come by numbered
names.
"""

SECRET_NAMES = frozenset(
    {"DATABASE_URL", "REDIS_URL", "SENTRY_DSN", "WHATSAPP_ACCESS_TOKEN", "DAWNCAST_EVIDENCE_KEY"}
    | {"DAWNCAST_BACKUP_PASSWORD"}
    | {"WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN"}
)
"""These may also come from a file: the same name with _FILE behind it. Their values are never
shown.
"""
DEMO_NAMES = ("DAWNCAST_HOME", "DAWNCAST_HOST", "PORT", "DAWNCAST_LOG_LEVEL", "DAWNCAST_LOG_FORMAT")
_NUMBERED = re.compile(r"WHATSAPP_(PHONE_NUMBER_ID|ACCESS_TOKEN)_(\d{1,4})(_FILE)?")


class SenderSettings(BaseModel):
    """A business phone number the environment names, with a token of its own if it has one."""

    model_config = ConfigDict(frozen=True)
    number: int
    phone_number_id: PhoneNumberId
    token: SecretStr | None = None
    token_file: Path | None = None


def take_files(found: dict[str, str], problems: list[str]) -> None:
    """Replace each NAME_FILE's missing NAME by what the file holds."""
    for name in [name for name in found if name.endswith("_FILE")]:
        plain = name.removesuffix("_FILE")
        if plain not in SECRET_NAMES and not _NUMBERED.fullmatch(name):
            continue
        try:
            found[plain] = Path(found[name]).read_text().strip()
        except (OSError, ValueError) as error:
            problems.append(
                f"{name} names a file that cannot be read ({type(error).__name__}): "
                "put the secret into it, or leave the name out."
            )


def placeholders(found: dict[str, str]) -> list[str]:
    """A sentence for each name that still holds what an example said."""
    return [
        f"{name} still holds the placeholder of an example: put the real value there, or nothing."
        for name, value in found.items()
        if (name in NAMES or _NUMBERED.fullmatch(name)) and re.match(r"your[-_ ]", value)
    ]


def read_senders(found: dict[str, str], problems: list[str]) -> tuple[SenderSettings, ...]:
    ids: dict[int, str] = {}
    for name, value in found.items():
        numbered = _NUMBERED.fullmatch(name)
        if numbered and numbered[1] == "PHONE_NUMBER_ID" and not numbered[3]:
            ids[int(numbered[2])] = value
    first = found.get("WHATSAPP_PHONE_NUMBER_ID")
    if first is not None and ids.setdefault(1, first) != first:
        problems.append("WHATSAPP_PHONE_NUMBER_ID and ..._ID_1 mean the same: set one of them.")
    for number, value in ids.items():
        if not re.fullmatch(r"\d{3,30}", value):
            problems.append(
                f"WHATSAPP_PHONE_NUMBER_ID_{number} is not an id of Meta's, which has digits only: "
                "copy the phone number id, not the phone number, from WhatsApp Manager."
            )
    tokens = {int(n[2]) for n in map(_NUMBERED.fullmatch, found) if n and n[1] == "ACCESS_TOKEN"}
    problems.extend(
        f"WHATSAPP_ACCESS_TOKEN_{number} has no WHATSAPP_PHONE_NUMBER_ID_{number}: set both."
        for number in sorted(tokens - set(ids))
    )
    if len(set(ids.values())) < len(ids):
        problems.append("Two WHATSAPP_PHONE_NUMBER_IDs are the same: every sender needs its own.")
    return tuple(
        SenderSettings(
            number=number,
            phone_number_id=PhoneNumberId(ids[number]),
            token=_secret(found.get(f"WHATSAPP_ACCESS_TOKEN_{number}")),
            token_file=_path(found.get(f"WHATSAPP_ACCESS_TOKEN_{number}_FILE")),
        )
        for number in sorted(ids)
    )


def read_database_url(url: str, home: Path) -> str:
    if not url:
        return f"sqlite:///{home / 'dawncast.db'}"
    scheme, _, rest = url.partition("://")
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"} and rest:
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite" and rest.startswith("/"):
        return url
    raise ValueError("is not a database we know")


def _secret(value: str | None) -> SecretStr | None:
    return SecretStr(value) if value else None


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None
