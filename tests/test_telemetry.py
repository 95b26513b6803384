"""Logs are facts with names, and no phone number gets into them."""

import io
import json
import logging
from collections.abc import Generator

import pytest
import structlog

from engine.telemetry import configure, mask_phone, mask_phones

PHONE = "+919812345610"


@pytest.fixture(autouse=True)
def _as_it_was() -> Generator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


@pytest.mark.parametrize(
    ("phone", "masked"),
    [(PHONE, "+9198******10"), ("+14155550100", "+1415*****00"), ("12", "**"), ("", "")],
)
def test_a_masked_number_can_be_recognised_but_not_called(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"to {PHONE}.", "to +9198******10."),
        ("wa_id=919812345610", "wa_id=91981*****10"),
        ("at 2026-11-21T00:30:00.123456+00:00", "at 2026-11-21T00:30:00.123456+00:00"),
        ("sender 106540352242922", "sender 106540352242922"),
        ("second 1795000000", "second 1795000000"),
        ("wamid.HBgMOTE5ODEyMzQ1NjEwFQ", "wamid.HBgMOTE5ODEyMzQ1NjEwFQ"),
    ],
)
def test_numbers_of_people_are_masked_and_nothing_else(text: str, masked: str) -> None:
    assert mask_phones(text) == masked


def test_a_fact_is_one_line_of_json() -> None:
    out = io.StringIO()
    configure(json=True, stream=out)

    structlog.get_logger().info("attempt.failed", delivery=7, words="आशा")

    [line] = out.getvalue().splitlines()
    fact = json.loads(line)
    assert (fact["event"], fact["level"], fact["delivery"]) == ("attempt.failed", "info", 7)
    assert "आशा" in line
    assert fact["timestamp"].endswith("Z")


def boom() -> None:
    secret_neighbour = {"phone": PHONE}
    raise ValueError(f"no such number {secret_neighbour['phone']} (919812345610)")


@pytest.mark.parametrize("as_json", [True, False])
def test_no_phone_number_slips_through_anywhere(as_json: bool) -> None:
    out = io.StringIO()
    configure(json=as_json, stream=out)
    log = structlog.get_logger()

    log.info("replied", to=PHONE, nested={"people": [PHONE, "919812345610"]})
    logging.getLogger("a.package").warning("could not reach %s", PHONE)
    try:
        boom()
    except ValueError:
        log.exception("worker.crashed")
        logging.getLogger("a.package").exception("crashed too")

    assert "9812345610" not in out.getvalue()
    assert out.getvalue().count("98******10") >= 4
    assert "no such number" in out.getvalue()


def test_a_level_silences_what_is_below_it() -> None:
    out = io.StringIO()
    configure(level="warning", stream=out)

    structlog.get_logger().info("quiet")
    logging.getLogger("a.package").info("quiet")
    structlog.get_logger().warning("loud")

    assert "quiet" not in out.getvalue()
    assert "loud" in out.getvalue()
