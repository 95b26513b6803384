"""Where alerts are told: the kinds of channels, what each needs, and what it is told of.

The rules of an address are here as far as its text goes; that a name does not lead elsewhere is
seen to where the connection is made.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.domain.alerting import News, Severity
from engine.domain.typed_form import Asked, parted, read_fields


class ChannelKind(StrEnum):
    """What speaks at the other end."""

    SLACK = "slack"  # a Slack-compatible incoming webhook
    EMAIL = "email"  # SMTP
    PAGERDUTY = "pagerduty"  # Events API v2
    WEBHOOK = "webhook"  # our own form, signed


class NoticeState(StrEnum):
    """Where a notification stands."""

    WAITING = "waiting"  # due, or due again
    SENDING = "sending"  # a worker has it
    SENT = "sent"  # the other end took it
    FAILED = "failed"  # given up: the delivery log says why
    DROPPED = "dropped"  # its channel was removed or switched off meanwhile


URL, KEY, SECRET, PASSWORD = "url", "routing_key", "secret", "password"
PAGERDUTY_URL = "https://events.pagerduty.com/v2/enqueue"
ASKED: dict[ChannelKind, tuple[Asked, ...]] = {
    # The address of a Slack webhook is its key: who has it may write.
    ChannelKind.SLACK: (Asked(name=URL, label="Webhook address", secret=True),),
    ChannelKind.EMAIL: (
        Asked(name="host", label="Server"),
        Asked(name="port", label="Port", usual="587", hint="25, 465, 587 or 2525"),
        Asked(name="security", label="Security", usual="starttls", hint="starttls, tls or none"),
        Asked(name="from", label="From", hint="alerts@example.com"),
        Asked(name="to", label="To", hint="ops@example.com, ceo@example.com"),
        Asked(name="user", label="User", needed=False),
        Asked(name=PASSWORD, label="Password", secret=True, needed=False),
    ),
    ChannelKind.PAGERDUTY: (
        Asked(name=KEY, label="Integration key", secret=True),
        Asked(name=URL, label="Address", usual=PAGERDUTY_URL),
    ),
    ChannelKind.WEBHOOK: (
        Asked(name=URL, label="Address"),
        Asked(name=SECRET, label="Signing secret", secret=True),
    ),
}
TOLD_OF: dict[ChannelKind, frozenset[News]] = {
    ChannelKind.SLACK: frozenset(News) - {News.ACKNOWLEDGED},
    ChannelKind.EMAIL: frozenset(News) - {News.ACKNOWLEDGED},
    ChannelKind.PAGERDUTY: frozenset(News),
    ChannelKind.WEBHOOK: frozenset(News),
}
TOGETHER = frozenset({ChannelKind.SLACK, ChannelKind.EMAIL})
"""Read by people: what is due at the same time comes as one message."""
MAIL_PORTS = frozenset({"25", "465", "587", "2525"})
NAME_LIMIT, SECRET_LEAST = 60, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One notification as a channel writes it. key: the same in every attempt."""

    key: str
    event: News
    rule: str
    severity: Severity
    subject: str
    words: str
    organisation: str
    alert: int | None
    at: datetime
    link: str = ""

    @property
    def dedup_key(self) -> str:
        """One for each alert: what belongs together at the other end."""
        return f"dawncast-alert-{self.alert}" if self.alert is not None else self.key


@dataclass(frozen=True, slots=True)
class Told:
    """The other end took it."""


@dataclass(frozen=True, slots=True)
class NotTold:
    """It did not. again: whether that may pass. in_doubt: whether it may have it all the same."""

    words: str
    again: bool
    in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDraft:
    """A channel as it was typed in and found right."""

    kind: ChannelKind
    name: str
    least: Severity
    options: dict[str, str]
    secrets: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def shown(self) -> str:
        """Where it leads, without what is secret."""
        match self.kind:
            case ChannelKind.EMAIL:
                return f"{self.options['to']} by {self.options['host']}:{self.options['port']}"
            case ChannelKind.PAGERDUTY | ChannelKind.WEBHOOK:
                return host_of(self.options[URL])
            case ChannelKind.SLACK:
                return host_of(self.secrets.get(URL, "")) or "a Slack webhook"


def read_channel(
    kind: ChannelKind,
    typed: Mapping[str, str],
    *,
    sandbox: bool,
    has_secrets: bool = False,
) -> ChannelDraft | tuple[str, ...]:
    """The channel that was typed in, or a sentence for each thing that is wrong.

    has_secrets: it is there already, and an empty secret means the one it has.
    """
    problems: list[str] = []
    name = " ".join(typed.get("name", "").split())
    if not 1 <= len(name) <= NAME_LIMIT:
        problems.append(f"Give it a name of at most {NAME_LIMIT} characters.")
    values, wrong = read_fields(ASKED[kind], typed, has_secrets=has_secrets)
    problems += wrong
    if not problems:
        problems += _wrong(kind, values, sandbox=sandbox)
    if problems:
        return tuple(problems)
    options, secrets = parted(ASKED[kind], values)
    return ChannelDraft(
        kind=kind,
        name=name,
        least=_severity(typed.get("least", "")),
        options=options,
        secrets=secrets,
    )


def _wrong(kind: ChannelKind, values: Mapping[str, str], *, sandbox: bool) -> list[str]:
    problems: list[str] = []
    if URL in values and (why := wrong_address(values[URL], sandbox=sandbox)):
        problems.append(why)
    if kind is ChannelKind.EMAIL:
        problems += _wrong_mail(values, sandbox=sandbox)
    if kind is ChannelKind.WEBHOOK and 0 < len(values.get(SECRET, "")) < SECRET_LEAST:
        problems.append(f"A signing secret has at least {SECRET_LEAST} characters.")
    return problems


def _wrong_mail(values: Mapping[str, str], *, sandbox: bool) -> list[str]:
    return wrong_server(values, sandbox=sandbox) + wrong_addressees(values["to"])


def wrong_server(values: Mapping[str, str], *, sandbox: bool) -> list[str]:
    """What is wrong with a mail server as it was typed in: host, port, security, from, user."""
    problems: list[str] = []
    if sandbox and not is_here(values["host"]):
        problems.append(SANDBOX)
    if not values["port"].isascii() or not values["port"].isdigit():
        problems.append("The port is a number.")
    elif not sandbox and values["port"] not in MAIL_PORTS:
        problems.append("Mail servers listen on 25, 465, 587 or 2525.")
    if values["security"] not in {"starttls", "tls", "none"}:
        problems.append("Security is starttls, tls or none.")
    if "user" in values and values["security"] == "none" and not sandbox:
        problems.append("A password does not travel in the clear: choose starttls or tls.")
    return problems + wrong_addressees(values["from"])


def wrong_addressees(text: str) -> list[str]:
    """A sentence for each part of a list with commas that is no e-mail address."""
    return [f"{one} is not an e-mail address." for one in addressees(text) if not is_mail(one)]


SANDBOX = "A sandbox reaches this machine only."
_ADDRESS = re.compile(r"(https?)://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?(/[^\s#]*)?")


def wrong_address(url: str, *, sandbox: bool) -> str | None:
    """Why an address will not do, as far as its text tells (spec X5); None when it does."""
    found = _ADDRESS.fullmatch(url)
    if found is None:
        return "An address begins with https:// and has no user and no password in it."
    if sandbox:
        return None if is_here(found[2]) else SANDBOX
    if found[1] != "https":
        return "Outside a sandbox an address begins with https://."
    if is_here(found[2]) or found[2].endswith((".local", ".internal", ".localhost")):
        return "That is this machine or one beside it: alerts go to an address of the internet."
    return None


def is_here(host: str) -> bool:
    """Whether a host is this machine, by its name."""
    plain = host.strip("[]").rstrip(".").lower()
    return plain in {"localhost", "::1"} or re.fullmatch(r"127(\.\d{1,3}){3}", plain) is not None


def is_mail(text: str) -> bool:
    """Whether it has the form of an e-mail address."""
    return re.fullmatch(r"[^\s@,;<>\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", text) is not None


def addressees(text: str) -> list[str]:
    """The addresses of a list with commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def host_of(url: str) -> str:
    """The host of an address, to be shown; empty for none."""
    found = _ADDRESS.fullmatch(url)
    return "" if found is None else found[2] + (found[3] or "")


def _severity(word: str) -> Severity:
    known = {severity.word: severity for severity in Severity}
    return known.get(word, Severity.INFO)
