"""`/_sim` over real sockets: health, truth, faults, reset."""

from typing import Any

import pytest

from tests.simulator.cast import NUMBERS, ONE, TOKEN, TWO, WABA, phone, text
from tests.simulator.sockets import Stage, on_stage

MESSAGES = f"/v25.0/{ONE}/messages"


def test_health_says_what_runs() -> None:
    async def story(on: Stage) -> None:
        status, health = await on.call("GET", "/_sim/health", token=None)
        assert status == 200
        assert health == {
            "ok": True,
            "scenario": "instant",
            "seed": 1,
            "receipts": True,
            "webhook_url": on.receiver.url,
            "numbers": [number.phone_number_id for number in NUMBERS],
            "accepted": 0,
            "webhooks_waiting": 0,
        }

    on_stage(story)


def test_the_truth_is_told_in_json() -> None:
    async def story(on: Stage) -> None:
        await on.call("POST", MESSAGES, text(phone(1), tracker="dc.1.1.a"))
        await on.call("POST", MESSAGES, text(phone(1), tracker="dc.1.2.a"))
        _, truth = await on.call("GET", "/_sim/truth", token=None)
        assert truth["totals"]["accepted"] == 2
        assert truth["totals"]["doubled"] == 1
        assert truth["numbers"][ONE]["arrivals_max_per_second"] == 2
        assert truth["numbers"][TWO]["accepted"] == 0
        assert [m["tracker"] for m in truth["messages"]] == ["dc.1.1.a", "dc.1.2.a"]
        assert {m["recipient"] for m in truth["messages"]} == {phone(1)}
        assert truth["messages"][0]["delivered_at"] >= truth["messages"][0]["accepted_at"]
        _, counts = await on.call("GET", "/_sim/truth?messages=0")
        assert "messages" not in counts

    on_stage(story)


def test_faults_are_injected_one_or_many() -> None:
    async def story(on: Stage) -> None:
        one = {"kind": "set_status", "number": ONE, "status": "BANNED", "code": 131045}
        many = {"faults": [{"kind": "set_quality", "number": TWO}, {"kind": "expire_token"}]}
        assert await on.call("POST", "/_sim/faults", one) == (200, {"ok": True, "faults": 1})
        _, banned = await on.call("POST", MESSAGES, text())
        assert banned["error"]["code"] == 131045
        assert (await on.call("GET", f"/v25.0/{TWO}"))[1]["quality_rating"] == "GREEN"
        assert await on.call("POST", "/_sim/faults", many) == (200, {"ok": True, "faults": 2})
        assert (await on.call("GET", f"/v25.0/{TWO}"))[1]["error"]["code"] == 190

    on_stage(story)


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "earthquake"},
        {"faults": {"kind": "expire_token"}},
        {"faults": [{"kind": "expire_token"}, {"kind": "earthquake"}]},
        {"kind": "set_status", "number": "999"},
        [],
    ],
)
def test_a_wrong_fault_changes_nothing_and_says_why(body: Any) -> None:
    async def story(on: Stage) -> None:
        status, answer = await on.call("POST", "/_sim/faults", body)
        assert status == 400
        assert answer["error"]
        assert (await on.call("POST", MESSAGES, text()))[0] == 200

    on_stage(story, webhooks=False)


def test_withheld_webhooks_come_when_their_time_is_over() -> None:
    async def story(on: Stage) -> None:
        await on.call("POST", "/_sim/faults", {"kind": "withhold_webhooks", "seconds": 0.8})
        await on.call("POST", MESSAGES, text())
        began = on.simulator.face.now()
        await on.receiver.until(lambda r: len(r.statuses()) == 3)
        assert on.simulator.face.now() - began > 0.6

    on_stage(story)


def test_a_reset_begins_anew_with_what_it_names() -> None:
    async def story(on: Stage) -> None:
        await on.call("POST", MESSAGES, text())
        await on.receiver.until(lambda r: len(r.statuses()) == 3)
        number = {"phone_number_id": "55", "display_phone": "+91 90000 00055", "waba_id": WABA}
        body = {
            "seed": 9,
            "scenario": "normal_load",
            "numbers": [number | {"rate_per_second": 20}],
            "webhook_url": None,
            "access_token": "other",
            "receipts": False,
        }
        status, health = await on.call("POST", "/_sim/reset", body)
        assert status == 200
        assert health["seed"] == 9
        assert health["scenario"] == "normal_load"
        assert (health["numbers"], health["webhook_url"]) == (["55"], None)
        assert health["accepted"] == 0
        assert (await on.call("POST", "/v25.0/55/messages", text()))[0] == 401
        assert (await on.call("POST", "/v25.0/55/messages", text(), token="other"))[0] == 200
        assert on.simulator.face.world.next_webhook_at() is None

    on_stage(story)


def test_an_empty_reset_keeps_everything_but_what_happened() -> None:
    async def story(on: Stage) -> None:
        await on.call("POST", MESSAGES, text())
        await on.call("POST", "/_sim/faults", {"kind": "expire_token"})
        status, health = await on.call("POST", "/_sim/reset")
        assert (status, health["scenario"], health["accepted"]) == (200, "instant", 0)
        assert health["webhook_url"] == on.receiver.url
        assert (await on.call("POST", MESSAGES, text(), token=TOKEN))[0] == 200

    on_stage(story)


@pytest.mark.parametrize(
    "body",
    [
        {"scenario": "earthquake"},
        {"seed": "seven"},
        {"receipts": "no"},
        {"numbers": [{"phone_number_id": "55"}]},
        {"numbers": "many"},
        {"webhook_url": "http://example.org/hook"},
        {"webhook_url": 5},
        {"access_token": 5},
        {"colour": "red"},
        [],
    ],
)
def test_a_wrong_reset_resets_nothing_and_says_why(body: Any) -> None:
    async def story(on: Stage) -> None:
        await on.call("POST", MESSAGES, text())
        status, answer = await on.call("POST", "/_sim/reset", body)
        assert status == 400
        assert answer["error"]
        health = (await on.call("GET", "/_sim/health"))[1]
        assert (health["accepted"], health["webhook_url"]) == (1, on.receiver.url)

    on_stage(story)
