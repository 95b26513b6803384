"""The webhooks that come of it: their shape, signature, batches, order, and how often they come."""

import hashlib
import hmac
import json
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

from engine.simulator.curves import Uniform
from engine.simulator.faults import FailLater, WithholdWebhooks
from engine.simulator.scenarios import SCENARIOS
from tests.simulator.cast import (
    ASHA,
    CALM,
    MORNING,
    ONE,
    SECRET,
    TWO,
    WABA,
    drain,
    make_world,
    phone,
    post,
    receipts,
    statuses,
    strike,
    template,
    text,
)

READING = replace(
    CALM,
    sent_lag=Uniform(1.0, 1.0),
    delivered_lag=Uniform(5.0, 5.0),
    read_share=1.0,
    read_lag=Uniform(20.0, 20.0),
)


def value_of(body: bytes) -> dict[str, Any]:
    return json.loads(body)["entry"][0]["changes"][0]["value"]


def test_a_message_is_sent_delivered_and_read() -> None:
    world = make_world(READING)
    reply = post(world, template() | {"biz_opaque_callback_data": "dc.1.1.a"})
    came = receipts(world)
    assert [(round(at - MORNING), status["status"]) for at, status in came] == [
        (1, "sent"),
        (5, "delivered"),
        (25, "read"),
    ]
    message_id = reply.body["messages"][0]["id"]
    for after, (_, status) in zip((1, 5, 25), came, strict=True):
        assert status["id"] == message_id
        assert status["recipient_id"] == ASHA[1:]
        assert status["biz_opaque_callback_data"] == "dc.1.1.a"
        assert status["timestamp"] == str(int(MORNING) + after)
        assert "conversation" not in status  # gone since v24


def test_the_price_is_on_sent_and_on_one_of_delivered_and_read() -> None:
    world = make_world(READING)
    post(world, template())
    priced = [status.get("pricing") for _, status in receipts(world)]
    regular = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}
    assert priced == [regular, regular, None]


def test_whoever_reads_at_once_is_never_reported_delivered() -> None:
    world = make_world(replace(READING, read_at_once_share=1.0))
    post(world)
    came = [status for _, status in receipts(world)]
    assert [status["status"] for status in came] == ["sent", "read"]
    assert came[1]["timestamp"] == str(int(MORNING) + 5)
    assert came[1]["pricing"]["category"] == "service"


def test_a_failure_comes_alone_with_its_reason() -> None:
    world = make_world(READING)
    strike(world, FailLater(code=131026))
    post(world)
    ((_, status),) = receipts(world)
    (error,) = status["errors"]
    assert error["code"] == 131026
    assert error["title"] == error["message"] == "Message undeliverable"
    assert error["error_data"]["details"]
    assert error["href"].startswith("https://")


def test_a_person_named_by_bsuid_stays_without_a_number() -> None:
    world = make_world(READING)
    body = text() | {"recipient": "IN.2081978709342942"}
    del body["to"]
    post(world, body)
    (_, first), *_ = drain(world)
    value = value_of(first.body)
    assert value["statuses"][0]["recipient_user_id"] == "IN.2081978709342942"
    assert "recipient_id" not in value["statuses"][0]
    assert value["contacts"][0]["user_id"] == "IN.2081978709342942"
    assert "wa_id" not in value["contacts"][0]


def test_contacts_come_when_asked_for_and_never_with_a_failure() -> None:
    world = make_world(replace(READING, contacts=True))
    post(world)
    (_, first), *_ = drain(world)
    assert value_of(first.body)["contacts"][0]["wa_id"] == ASHA[1:]
    strike(world, FailLater())
    post(world, text(phone(1)), at=60)
    ((_, failed),) = drain(world)
    assert "contacts" not in value_of(failed.body)


def test_a_webhook_is_signed_over_its_raw_escaped_bytes() -> None:
    world = make_world()
    post(world, text(tracker="सुबह/1"))
    ((_, webhook),) = drain(world)
    assert webhook.body.isascii()
    assert b"\\u0938" in webhook.body
    assert b"\\/1" in webhook.body
    digest = hmac.new(SECRET.encode(), webhook.body, hashlib.sha256).hexdigest()
    assert webhook.signature == f"sha256={digest}"
    assert statuses(webhook)[0]["biz_opaque_callback_data"] == "सुबह/1"


def test_what_is_due_together_is_posted_together_by_number() -> None:
    world = make_world(rate=0)
    for n in range(10):
        post(world, text(phone(n)), at=0.01 + n / 100, number=(ONE, TWO)[n % 2])
    ((_, webhook),) = drain(world)
    assert webhook.statuses == 20
    (entry,) = json.loads(webhook.body)["entry"]
    assert entry["id"] == WABA
    by_number = {
        change["value"]["metadata"]["phone_number_id"]: change for change in entry["changes"]
    }
    assert set(by_number) == {ONE, TWO}
    assert by_number[ONE]["field"] == "messages"
    assert by_number[ONE]["value"]["metadata"]["display_phone_number"] == "919000000001"
    assert len(by_number[ONE]["value"]["statuses"]) == 10


def test_no_post_has_more_than_its_batch() -> None:
    world = make_world(rate=0)
    for n in range(700):
        post(world, text(phone(n)))
    sizes = [webhook.statuses for _, webhook in drain(world)]
    assert sizes == [500, 500, 400]


def test_a_receipt_waits_for_its_batch_and_no_longer() -> None:
    world = make_world(replace(CALM, sent_lag=Uniform(0.1, 0.1), delivered_lag=Uniform(0.1, 0.1)))
    post(world)
    assert world.truth().totals.receipts_waiting == 2
    at = world.next_webhook_at()
    assert at is not None
    assert MORNING + 0.1 <= at <= MORNING + 0.1 + 0.25
    assert world.take_webhooks(at - 0.001) == []
    assert len(world.take_webhooks(at)) == 1
    assert world.truth().totals.receipts_waiting == 0


def test_what_was_not_answered_200_is_posted_again_ever_more_slowly() -> None:
    world = make_world()
    post(world)
    instants: list[float] = []
    bodies: set[bytes] = set()
    while len(instants) < 15:
        at = world.next_webhook_at()
        assert at is not None
        (webhook,) = world.take_webhooks(at)
        assert world.next_webhook_at() is None  # it is out: nothing to do until it is answered
        world.webhook_answered(webhook.id, 500 if len(instants) % 2 else None, at)
        instants.append(at)
        bodies.add(webhook.body)
    gaps = [round(b - a) for a, b in pairwise(instants)]
    assert gaps == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600, 600]
    assert len(bodies) == 1
    assert world.truth().totals.webhooks_refused == 15
    assert world.truth().totals.webhooks_waiting == 1


def test_only_200_is_an_answer() -> None:
    for status in (201, 204, 301, 401, 404, 500):
        world = make_world()
        post(world)
        at = world.next_webhook_at()
        assert at is not None
        (webhook,) = world.take_webhooks(at)
        world.webhook_answered(webhook.id, status, at)
        assert world.next_webhook_at() == at + 1


def test_an_answer_to_a_forgotten_post_means_nothing() -> None:
    world = make_world()
    post(world)
    at = world.next_webhook_at()
    assert at is not None
    (webhook,) = world.take_webhooks(at)
    world.reset()
    world.webhook_answered(webhook.id, 500, at)
    assert world.next_webhook_at() is None


def test_some_posts_come_twice() -> None:
    world = make_world(replace(SCENARIOS["normal_load"], duplicate_share=0.1), rate=0)
    for n in range(1000):
        post(world, text(phone(n)), at=n / 10)
    bodies = Counter(webhook.body for _, webhook in drain(world))
    twice = sum(count == 2 for count in bodies.values())
    assert max(bodies.values()) == 2
    assert 0.05 < twice / len(bodies) < 0.15


def test_about_two_per_cent_of_the_statuses_come_out_of_order() -> None:
    world = make_world(replace(SCENARIOS["normal_load"], duplicate_share=0.0), rate=0)
    for n in range(4000):
        post(world, text(phone(n)), at=n / 80)
    rank = {"sent": 0, "delivered": 1, "read": 2, "failed": 3}
    highest: dict[str, int] = {}
    late = total = 0
    for _, status in receipts(world):
        total += 1
        stage = rank[status["status"]]
        late += stage < highest.get(status["id"], -1)
        highest[status["id"]] = max(stage, highest.get(status["id"], -1))
    assert total > 10_000
    assert 0.012 < late / total < 0.028


def test_every_message_gets_all_its_receipts_whatever_the_order() -> None:
    world = make_world(SCENARIOS["normal_load"], rate=0)
    for n in range(1000):
        post(world, text(phone(n)), at=n / 80)
    came = Counter((status["id"], status["status"]) for _, status in receipts(world))
    for message in world.truth().messages:
        wanted = {
            "sent": message.sent_at,
            "delivered": None if message.delivered_skipped else message.delivered_at,
            "read": message.read_at,
            "failed": message.failed_at,
        }
        for stage, at in wanted.items():
            assert (came[message.message_id, stage] > 0) == (at is not None)


def test_withheld_webhooks_do_not_hide_when_the_next_one_comes() -> None:
    world = make_world(rate=0)
    post(world)
    strike(world, WithholdWebhooks(seconds=10))
    for n in range(1200):
        post(world, text(phone(n)), at=1 + n / 200)
    posted = [(at - MORNING, webhook.statuses) for at, webhook in drain(world)]
    assert posted == [(10.0, 500)] * 4 + [(10.0, posted[-1][1])]
    assert sum(count for _, count in posted) == 2 * world.truth().totals.accepted
