"""What may be typed in for a channel or a rule, and what may not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.alert_channels import (
    ASKED,
    ChannelDraft,
    ChannelKind,
    read_channel,
    wrong_address,
)
from engine.domain.alert_form import as_form, changed, number, read_form
from engine.domain.alert_rules import KINDS, Watched
from engine.domain.alerting import Level, Rule, Severity

SLACK = {"name": "Ops", "url": "https://hooks.slack.com/services/T/B/x", "least": "warning"}
MAIL = {
    "name": "Mail",
    "host": "smtp.example.com",
    "from": "a@example.com",
    "to": "b@example.com, c@example.com",
}


def read(kind: ChannelKind, typed: dict[str, str], *, sandbox: bool = False) -> ChannelDraft:
    found = read_channel(kind, typed, sandbox=sandbox)
    assert isinstance(found, ChannelDraft), found
    return found


def problems(kind: ChannelKind, typed: dict[str, str], *, sandbox: bool = False) -> str:
    found = read_channel(kind, typed, sandbox=sandbox)
    assert isinstance(found, tuple)
    return " ".join(found)


def test_what_is_secret_is_kept_apart_and_where_it_leads_is_shown():
    slack = read(ChannelKind.SLACK, SLACK)
    assert (slack.options, slack.shown) == ({}, "hooks.slack.com")
    assert slack.secrets == {"url": SLACK["url"]}
    assert slack.least is Severity.WARNING
    mail = read(ChannelKind.EMAIL, MAIL | {"user": "u", "password": "p"})
    assert "password" not in mail.options
    assert mail.shown == "b@example.com, c@example.com by smtp.example.com:587"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://[::1]/x",
        "https://user:word@example.com/",
        "https://printer.local/x",
        "ftp://example.com",
        "https://",
        "javascript:alert(1)",
        "https://example.com/a b",
    ],
)
def test_outside_a_sandbox_an_address_is_one_of_the_internet_by_https(url: str):
    assert wrong_address(url, sandbox=False)


@pytest.mark.parametrize(
    "url", ["https://example.com/x", "https://10.0.0.1/x", "http://127.0.0.1.example.com/"]
)
def test_in_a_sandbox_an_address_is_this_machine(url: str):
    assert wrong_address(url, sandbox=True)
    assert wrong_address("http://127.0.0.1:9/x", sandbox=True) is None
    assert wrong_address("http://localhost:9/x", sandbox=True) is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"to": "nobody"}, "nobody is not an e-mail address"),
        ({"port": "22"}, "Mail servers listen on"),
        ({"security": "none", "user": "u"}, "in the clear"),
        ({"security": "maybe"}, "starttls, tls or none"),
        ({"name": ""}, "a name"),
        ({"host": ""}, "Server is missing"),
    ],
)
def test_mail_says_what_is_wrong_with_it(typed: dict[str, str], words: str):
    assert words in problems(ChannelKind.EMAIL, MAIL | typed)


def test_a_sandbox_has_its_mail_server_here():
    assert "this machine only" in problems(ChannelKind.EMAIL, MAIL, sandbox=True)
    read(ChannelKind.EMAIL, MAIL | {"host": "127.0.0.1", "port": "2600"}, sandbox=True)


@pytest.mark.parametrize("kind", list(ChannelKind))
def test_a_secret_is_needed_once_and_then_stays(kind: ChannelKind):
    if not any(asked.secret and asked.needed for asked in ASKED[kind]):
        return
    typed = MAIL | {"url": "https://example.com/x"}
    typed = {k: v for k, v in typed.items() if k not in {a.name for a in ASKED[kind] if a.secret}}
    assert "is missing" in problems(kind, typed)
    kept = read_channel(kind, typed, sandbox=False, has_secrets=True)
    assert isinstance(kept, ChannelDraft)
    assert kept.secrets == {}


@pytest.mark.parametrize("key", list(Watched))
def test_a_form_that_was_not_touched_changes_nothing(key: Watched):
    usual = KINDS[key].usual
    assert read_form(usual, KINDS[key], as_form(usual)) == usual
    assert changed(usual, usual) == {}


def test_a_rule_is_changed_field_by_field():
    kind = KINDS[Watched.DELIVERY]
    typed = as_form(kind.usual) | {"threshold.0": "98.5", "hold": "7", "active": "no"}
    made = read_form(kind.usual, kind, typed)
    assert isinstance(made, Rule)
    assert made == replace(
        kind.usual,
        levels=(Level(98.5, Severity.INFO), *kind.usual.levels[1:]),
        hold=timedelta(seconds=7),
        active=False,
    )
    assert set(changed(kind.usual, made)) == {"threshold.0", "hold", "active"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"threshold.0": "101"}, "from 0 to 100"),
        ({"threshold.0": "nan"}, "from 0 to 100"),
        ({"threshold.0": "80"}, "further below"),
        ({"hold": "-1"}, "Holds for"),
        ({"cool_down": "a day"}, "Told again after"),
        ({"calm": "90000"}, "Gone for"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(typed: dict[str, str], words: str):
    kind = KINDS[Watched.DELIVERY]
    found = read_form(kind.usual, kind, as_form(kind.usual) | typed)
    assert isinstance(found, tuple)
    assert words in " ".join(found)


@given(st.text(max_size=12))
def test_a_number_is_one_that_people_write(text: str):
    found = number(text)
    if found is not None:
        assert set(text) <= set("-.0123456789")
        assert found == float(text)
