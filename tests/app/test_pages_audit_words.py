"""Whatever the trail says, people read it in words."""

import re
from pathlib import Path

import pytest

from app.pages.audit.told import ACTIONS, action_words, change_lines, object_words, value_words
from app.pages.organisation.words import BY_KEY, bounds_words
from app.pages.organisation.words import value_words as setting_words
from app.pages.profile.shown import device_words, grouped, qr_picture
from engine.domain import tenant_settings
from engine.domain.audit import Erased
from engine.domain.broadcast import BroadcastEvent

ROOT = Path(__file__).parents[2]
CODES = re.compile(r"\b(None|null|True|False)\b|[{}]|\w_\w|[a-z]\.[a-z]+_")


def recorded() -> set[str]:
    """Every action the code ever writes into the trail."""
    found: set[str] = set()
    for path in [*ROOT.glob("engine/commands/*.py"), *ROOT.glob("engine/workers/*.py")]:
        text = path.read_text(encoding="utf-8")
        for told in re.findall(r"\baction=([^\n]+?)(?:,\n|\n)", text):
            found |= set(re.findall(r'"([a-z]+\.[a-z_]+)"', told))
        found |= set(re.findall(r'_note\(\s*session,\s*by,\s*"([a-z_.]+)"', text))
    return found


def test_every_action_that_is_recorded_has_its_sentence() -> None:
    assert len(recorded()) > 30, "or this test would prove nothing"
    assert sorted(recorded() - set(ACTIONS)) == []


def test_what_a_person_does_to_a_broadcast_has_its_sentence() -> None:
    text = (ROOT / "engine/commands/control_broadcast.py").read_text(encoding="utf-8")
    assert 'action=f"broadcast.{event.value}"' in text
    for event in (BroadcastEvent.PAUSE, BroadcastEvent.RESUME, BroadcastEvent.ABORT):
        assert f"broadcast.{event.value}" in ACTIONS


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ({"status": "ACTIVE"}, {"status": "OPTED_OUT"}, ["Status: active → opted out"]),
        ({}, {"role": "viewer"}, ["Role: viewer"]),
        ({"active": True}, {"active": False}, ["Active: yes → no"]),
        ({"name": Erased()}, {"name": Erased()}, ["Name: erased"]),
        ({"name": Erased()}, {}, ["Name: was erased"]),
        ({"until": None}, {"until": "Monday"}, ["Until: nothing → Monday"]),
        ({"until": None}, {"until": None}, []),
        ({"a": 1}, {"a": 1}, []),
        ({"rate_per_second": 80.0}, {"rate_per_second": 50.5}, ["Messages a second: 80 → 50.5"]),
        ({"comment": ""}, {"comment": "No link"}, ["Comment: nothing → No link"]),
        ({"gone": "x"}, {}, ["Gone: was x"]),
        ({}, {"added": 123456}, ["Added: 1,23,456"]),
    ],
)
def test_a_change_reads_as_what_was_and_what_is(
    before: dict[str, object], after: dict[str, object], lines: list[str]
) -> None:
    assert change_lines(before, after) == lines


def test_nothing_a_trail_may_hold_is_shown_as_a_code() -> None:
    values = [None, True, 3, 2.5, "", "x_y", {"a_b": [1, None]}, [], "2026-11-22T00:30:00+00:00"]
    for value in values:
        assert not CODES.search(value_words(value)), value_words(value)
    assert value_words("2026-11-22T00:30:00+00:00") == "Sun 22 Nov 2026, 06:00:00 IST"
    assert value_words("f" * 64) == "ffff…ff"
    assert len(value_words("long " * 200)) <= 140
    assert action_words("some.new_thing") == "Some: new thing"
    assert object_words("content:12") == "Content 12"
    assert object_words("media:" + "9f" * 32) == "Media 9f9f…9f"
    assert object_words("audit") == "Audit"
    assert object_words("api_key:2") == "API key 2"
    assert object_words("day:2026-12-25") == "Day Fri 25 Dec 2026"
    assert value_words("2026-02-31") == "2026-02-31"
    assert value_words({"title": "A", "header": None, "parameters": []}) == "Title A"
    assert object_words("setting:by_hand.late_policy") == "When the engine comes too late"
    settled = change_lines({"value": "ask"}, {"value": "skip"}, "setting:by_hand.late_policy")
    assert settled == ["Ask a person → Skip the day"]
    many = {str(number): number for number in range(20)}
    assert change_lines({}, many)[-1] == "and 12 more fields: see the export"


def test_every_setting_stands_on_the_page_with_its_words() -> None:
    assert set(BY_KEY) == set(tenant_settings.BY_KEY)
    for setting in tenant_settings.SETTINGS:
        told = BY_KEY[setting.key]
        if setting.kind is tenant_settings.Kind.CHOICE:
            assert set(told.choices or {}) == set(setting.choices)
        if setting.kind is tenant_settings.Kind.NUMBER:
            assert told.unit
            assert setting.default in bounds_words(setting.key)
    assert setting_words("by_hand.pacing", "fastest") == "As fast as the senders may"
    assert setting_words("morning.freeze_minutes", "45") == "45 minutes"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Safari/604.1", "Safari on iOS"),
        ("curl/8.0", "A program"),
        ("", "Unknown"),
    ],
)
def test_a_session_is_named_by_its_browser(agent: str, words: str) -> None:
    assert device_words(agent) == words


def test_a_qr_code_is_a_picture_of_our_own_and_a_key_can_be_typed() -> None:
    picture = qr_picture("otpauth://totp/Dawncast:a%40b.example?secret=ABCDEFGH&issuer=Dawncast")
    assert picture.startswith("data:image/svg+xml")
    assert "http://" not in picture.replace("http://www.w3.org/2000/svg", "")
    assert grouped("ABCDEFGHIJ") == "ABCD EFGH IJ"
