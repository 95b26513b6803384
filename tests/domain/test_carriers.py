"""What is typed in about a carrier is found right or told wrong; no text breaks out of its hole."""

import pytest

from engine.domain.carriers import (
    KEY_HOLE,
    PHONE_HOLE,
    TEXT_HOLE,
    USUAL_BODY,
    CarrierDraft,
    CarrierKind,
    filled,
    per_second,
    read_carrier,
)
from engine.domain.report_mail import Mailing, read_mailing

SMS = {"url": "https://sms.example.com/send", "secret": "k" * 20}


def test_a_text_with_quotes_and_holes_stays_a_text() -> None:
    text = 'He said "buy", {phone}\n, {text}'
    holes = {PHONE_HOLE: "+919812345678", TEXT_HOLE: text, KEY_HOLE: "1"}
    assert filled(USUAL_BODY, holes) == {
        "to": "+919812345678",
        "message": text,
        "reference": "1",
    }
    nested = filled('{"messages": [{"n": 1, "to": ["{phone}"]}], "on": true}', holes)
    assert nested == {"messages": [{"n": 1, "to": ["+919812345678"]}], "on": True}


def test_a_provider_is_read_and_its_key_is_a_secret() -> None:
    read = read_carrier(CarrierKind.SMS, SMS, sandbox=False)
    assert isinstance(read, CarrierDraft)
    assert read.secrets == {"secret": "k" * 20}
    assert "k" * 20 not in repr(read)
    assert (read.shown, per_second(read.options)) == ("sms.example.com", 10)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "http://sms.example.com"}, "https"),
        ({"url": "https://localhost/x"}, "this machine"),
        ({"body": '{"to": "{phone}"}'}, "lacks {text}"),
        ({"body": "{phone} {text}"}, "no JSON"),
        ({"body": '["{phone}", "{text}"]'}, "JSON object"),
        ({"header": "X Key"}, "header"),
        ({"per_second": "1000"}, "from 1 to 100"),
        ({"secret": ""}, "Key is missing"),
    ],
)
def test_what_is_wrong_with_a_provider_is_said(change: dict[str, str], said: str) -> None:
    read = read_carrier(CarrierKind.SMS, SMS | change, sandbox=False)
    assert isinstance(read, tuple)
    assert said in " ".join(read)


def test_a_sandbox_reaches_this_machine_alone() -> None:
    assert isinstance(read_carrier(CarrierKind.SMS, SMS, sandbox=True), tuple)
    here = SMS | {"url": "http://127.0.0.1:9000/send"}
    assert isinstance(read_carrier(CarrierKind.SMS, here, sandbox=True), CarrierDraft)
    assert isinstance(read_carrier(CarrierKind.SMS, here, sandbox=False), tuple)


def test_a_mailing_says_to_whom_and_what() -> None:
    typed = {"to": "a@x.in, b@x.in, a@x.in", "at": "07:30", "pdf": "on", "active": "on"}
    read = read_mailing(typed)
    assert isinstance(read, Mailing)
    assert (read.to, read.at.minute, read.pdf, read.csv) == (("a@x.in", "b@x.in"), 30, True, False)
    for change in ({"to": ""}, {"to": "nobody"}, {"pdf": ""}, {"at": "late"}):
        assert isinstance(read_mailing(typed | change), tuple), change
    off = read_mailing({})
    assert isinstance(off, Mailing)
    assert not off.active
