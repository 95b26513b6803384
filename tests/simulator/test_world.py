"""What WhatsApp answers, and what is true afterwards."""

from dataclasses import replace
from random import Random

import pytest

from engine.simulator.curves import Uniform, long_tail
from engine.simulator.scenarios import SCENARIOS
from engine.simulator.world import SimulatedNumber, SimulatedTemplate
from tests.simulator.cast import (
    ASHA,
    CALM,
    MORNING,
    ONE,
    TWO,
    WABA,
    code_of,
    drain,
    make_world,
    phone,
    post,
    receipts,
    template,
    text,
)


def test_an_accepted_text_is_answered_in_metas_shape() -> None:
    reply = post(make_world(), text("919812345610"))
    assert (reply.status, reply.answered) == (200, True)
    assert reply.body["messaging_product"] == "whatsapp"
    assert reply.body["contacts"] == [{"input": "919812345610", "wa_id": "919812345610"}]
    (message,) = reply.body["messages"]
    assert message["id"].startswith("wamid.")
    assert "message_status" not in message


def test_an_accepted_template_says_so() -> None:
    reply = post(make_world(), template())
    assert reply.body["messages"][0]["message_status"] == "accepted"


def test_a_person_named_by_bsuid_has_no_wa_id() -> None:
    body = text() | {"recipient": "IN.2081978709342942"}
    del body["to"]
    contact = post(make_world(), body).body["contacts"][0]
    assert contact == {"input": "IN.2081978709342942", "user_id": "IN.2081978709342942"}


@pytest.mark.parametrize(
    ("token", "status", "code"), [(None, 401, 104), ("", 401, 104), ("stolen", 401, 190)]
)
def test_without_the_right_token_nothing_is_accepted(
    token: str | None, status: int, code: int
) -> None:
    world = make_world()
    reply = post(world, token=token)
    assert (reply.status, code_of(reply)) == (status, code)
    assert world.truth().totals.accepted == 0


def test_a_number_of_somebody_else_does_not_exist_for_us() -> None:
    reply = post(make_world(), number="999")
    assert reply.status == 400
    error = reply.body["error"]
    assert (error["code"], error["error_subcode"], error["type"]) == (
        100,
        33,
        "GraphMethodException",
    )
    assert "'999' does not exist" in error["message"]


def test_nobody_writes_to_himself() -> None:
    assert code_of(post(make_world(), text("+919000000001"))) == 131021


def test_no_two_messages_share_an_id_not_even_of_two_worlds() -> None:
    ids: set[str] = set()
    for start in (0.0, 60.0):
        world = make_world(rate=0)  # the same seed: a stand-in that was started again
        for n in range(200):
            ids.add(post(world, text(phone(n)), at=start).body["messages"][0]["id"])
    assert len(ids) == 400


def test_the_truth_knows_who_was_accepted_how_often_and_when() -> None:
    world = make_world()
    post(world, text(phone(1), tracker="dc.1.1.a"))
    post(world, text(phone(2), tracker="dc.2.1.a"), at=1)
    post(world, text(phone(2)[1:], tracker="dc.2.2.a"), at=7, number=TWO)
    truth = world.truth()
    assert {who: len(messages) for who, messages in truth.recipients.items()} == {
        phone(1): 1,
        phone(2): 2,
    }
    assert set(truth.trackers) == {"dc.1.1.a", "dc.2.1.a", "dc.2.2.a"}
    (third,) = truth.trackers["dc.2.2.a"]
    assert (third.phone_number_id, third.accepted_at) == (TWO, MORNING + 7)
    assert truth.numbers[ONE].accepted == 2
    totals = truth.totals
    assert (totals.arrivals, totals.accepted, totals.recipients, totals.doubled) == (3, 3, 2, 1)


def test_the_truth_names_whom_a_message_reached_by_an_instant() -> None:
    lag = Uniform(10.0, 10.0)
    world = make_world(replace(CALM, sent_lag=Uniform(0.5, 0.5), delivered_lag=lag))
    post(world, text(phone(1)))
    post(world, text(phone(2)), at=5)
    truth = world.truth()
    assert truth.sent_by(MORNING) == {phone(1)}  # at 0.5 s, and Meta's clock shows whole seconds
    assert truth.delivered_by(MORNING + 10) == {phone(1)}
    assert truth.delivered_by(MORNING + 15) == {phone(1), phone(2)}
    assert truth.delivered_by(MORNING + 9) == set()


def test_what_was_refused_is_counted_by_code() -> None:
    world = make_world()
    post(world, token=None)
    post(world, text() | {"type": "telepathy"})
    post(world, text() | {"type": "telepathy"})
    assert world.truth().totals.refused == {104: 1, 131051: 2}
    assert world.truth().numbers[ONE].refused == {104: 1, 131051: 2}


def test_templates_must_be_known_approved_and_rightly_filled() -> None:
    templates = [
        SimulatedTemplate(name="morning", language="hi", body="{{1}}, आज {{2}}"),
        SimulatedTemplate(name="paused", language="hi", status="PAUSED"),
        SimulatedTemplate(name="disabled", language="hi", status="DISABLED"),
        SimulatedTemplate(name="pending", language="hi", status="PENDING"),
        SimulatedTemplate(name="picture", language="hi", header="IMAGE"),
    ]
    world = make_world(templates=templates)
    codes = [
        code_of(post(world, template(phone(n), name=name, language=language, words=words)))
        for n, (name, language, words) in enumerate(
            [
                ("morning", "hi", 2),
                ("morning", "hi", 1),
                ("morning", "hi", 0),
                ("morning", "en", 2),
                ("evening", "hi", 2),
                ("paused", "hi", 0),
                ("disabled", "hi", 0),
                ("pending", "hi", 0),
                ("picture", "hi", 0),
            ]
        )
    ]
    assert codes == [None, 132000, 132000, 132001, 132001, 132015, 132016, 132001, 132012]


def test_any_template_is_approved_where_none_are_given() -> None:
    assert post(make_world(templates=None), template(name="whatever", words=9)).status == 200
    assert code_of(post(make_world(templates=[]), template())) == 132001


def test_only_uploaded_media_go_where_it_is_strict() -> None:
    image = {"type": "image", "image": {"id": "1500"}}
    assert post(make_world(), text() | image).status == 200
    world = make_world(strict_media=True)
    assert code_of(post(world, text() | image)) == 131009
    media = world.account.media.upload("image/png", b"png", MORNING)
    assert not isinstance(media, tuple)
    known = {"type": "image", "image": {"id": media.id}}
    assert post(world, text() | known).status == 200
    assert code_of(post(world, text(phone(2)) | known, at=31 * 24 * 3600)) == 131009


def test_the_same_seed_gives_the_same_morning() -> None:
    def morning(seed: int) -> tuple[object, object]:
        world = make_world(SCENARIOS["timeout_after_accept"], seed=seed)
        replies = [post(world, text(phone(n)), at=n / 80) for n in range(300)]
        return replies, [(at, w.body, w.signature) for at, w in drain(world)]

    assert morning(3) == morning(3)
    assert morning(3) != morning(4)


def test_the_order_of_arrival_changes_nobodys_fate() -> None:
    def fates(order: list[int]) -> dict[str, tuple[float | None, ...]]:
        world = make_world(SCENARIOS["normal_load"], rate=0)
        latency = {}
        for n in order:
            latency[phone(n)] = post(world, text(phone(n))).after
        return {
            m.recipient: (latency[m.recipient], m.sent_at, m.delivered_at, m.read_at, m.failed_at)
            for m in world.truth().messages
        }

    order = list(range(500))
    there = fates(order)
    Random(1).shuffle(order)
    assert fates(order) == there


def test_a_second_message_to_a_person_has_a_fate_of_its_own() -> None:
    world = make_world(SCENARIOS["normal_load"])
    latencies = {post(world, at=6 * n).after for n in range(5)}
    assert len(latencies) == 5


def test_normal_load_is_as_its_page_says() -> None:
    world = make_world(SCENARIOS["normal_load"], rate=0)
    replies = [post(world, template(phone(n))) for n in range(20_000)]
    latencies = sorted(reply.after for reply in replies)
    assert latencies[0] >= 0.150
    assert latencies[-1] <= 0.300
    messages = world.truth().messages
    lags = sorted(m.delivered_at - m.accepted_at for m in messages if m.delivered_at is not None)
    assert 1.9 < lags[len(lags) // 2] < 2.1
    assert 50 < lags[len(lags) * 99 // 100] < 70
    assert 0.002 < 1 - len(lags) / len(messages) < 0.004
    assert 0.68 < sum(m.read_at is not None for m in messages) / len(messages) < 0.72
    failed = {m.failed_code for m in messages if m.failed_code is not None}
    assert failed == {131026, 131049}


def test_a_curve_has_the_median_and_the_tail_it_was_asked_for() -> None:
    curve = long_tail(median=2.0, p99=60.0)
    assert curve.at(0.5) == pytest.approx(2.0)
    assert curve.at(0.99) == pytest.approx(60.0)
    assert Uniform(0.15, 0.3).at(0.5) == pytest.approx(0.225)


def test_a_world_begun_anew_has_forgotten_everything_but_its_post_ids() -> None:
    world = make_world()
    post(world)
    ids = [webhook.id for _, webhook in drain(world)]
    world.reset(seed=8)
    assert world.truth().totals.arrivals == 0
    assert world.next_webhook_at() is None
    assert world.seed == 8
    post(world)
    assert min(webhook.id for _, webhook in drain(world)) > max(ids)


def test_a_world_begun_anew_may_have_other_numbers_and_another_scenario() -> None:
    world = make_world()
    world.reset(
        scenario=SCENARIOS["network_latency"],
        numbers=[SimulatedNumber("55", "+91 90000 00055", WABA)],
    )
    assert code_of(post(world)) == 100
    assert post(world, number="55").after >= 0.5


def test_without_receipts_nothing_is_posted() -> None:
    world = make_world(replace(SCENARIOS["normal_load"], receipts=False))
    post(world, text(ASHA))
    assert world.next_webhook_at() is None
    assert receipts(world) == []
    assert world.truth().messages[0].delivered_at is not None
