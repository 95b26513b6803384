"""What can be made to go wrong, and for how long."""

import json

import pytest

from engine.simulator.fault_forms import KINDS, BadFaultError, read_fault
from engine.simulator.faults import (
    DropAnswers,
    ExpireToken,
    FailLater,
    Fault,
    PaceTemplate,
    RefuseAll,
    SetRate,
    SetStatus,
    SetTemplateStatus,
    SlowAnswers,
    WithholdWebhooks,
)
from engine.simulator.scenarios import PlannedFault
from engine.simulator.world import NEVER, SimulatedTemplate
from tests.simulator.cast import (
    MORNING,
    NUMBERS,
    ONE,
    TWO,
    code_of,
    drain,
    make_world,
    phone,
    post,
    receipts,
    strike,
    template,
    text,
)


def test_everything_is_refused_with_a_code_for_a_while() -> None:
    world = make_world()
    strike(world, RefuseAll(code=131057, seconds=60))
    assert code_of(post(world, at=0)) == 131057
    assert post(world, at=0).status == 500
    assert code_of(post(world, at=59)) == 131057
    assert code_of(post(world, at=60)) is None


def test_a_fault_of_one_number_is_no_other_numbers() -> None:
    world = make_world()
    strike(world, RefuseAll(code=131016, number=TWO))
    assert code_of(post(world, number=ONE)) is None
    assert code_of(post(world, number=TWO)) == 131016


def test_a_fault_strikes_with_its_probability() -> None:
    world = make_world(rate=0)
    strike(world, RefuseAll(code=131016, probability=0.2))
    refused = sum(code_of(post(world, text(phone(n)))) == 131016 for n in range(2000))
    assert 330 < refused < 470


def test_two_faults_strike_independently() -> None:
    world = make_world(rate=0)
    strike(world, RefuseAll(code=131016, probability=0.5))
    strike(world, RefuseAll(code=131057, probability=0.5))
    codes = [code_of(post(world, text(phone(n)))) for n in range(2000)]
    assert 420 < codes.count(131057) < 580  # of those the first one spared
    assert 420 < codes.count(None) < 580


def test_luck_is_the_persons_and_not_the_queues() -> None:
    def struck(order: list[int]) -> set[int]:
        world = make_world(rate=0)
        strike(world, RefuseAll(code=131016, probability=0.3))
        return {n for n in order if code_of(post(world, text(phone(n))))}

    assert struck(list(range(300))) == struck(list(reversed(range(300))))


def test_a_second_try_has_luck_of_its_own() -> None:
    world = make_world(rate=0)
    strike(world, RefuseAll(code=131016, probability=0.5))
    tries = [code_of(post(world, text(phone(1)), at=n)) for n in range(40)]
    assert {None, 131016} <= set(tries)


def test_an_expired_token_is_refused_until_it_is_good_again() -> None:
    world = make_world()
    strike(world, ExpireToken())
    reply = post(world)
    assert (reply.status, code_of(reply)) == (401, 190)
    strike(world, ExpireToken(expired=False))
    assert post(world).status == 200


def test_a_lost_answer_was_an_acceptance() -> None:
    world = make_world()
    strike(world, DropAnswers(accepted=True, how="timeout"))
    reply = post(world, text(tracker="dc.1.1.a"))
    assert (reply.answered, reply.after) == (False, NEVER)
    (message,) = world.truth().trackers["dc.1.1.a"]
    assert not message.answered
    assert [status["status"] for _, status in receipts(world)] == ["sent", "delivered"]
    assert world.truth().totals.unanswered == 1


def test_a_lost_request_was_none() -> None:
    world = make_world()
    strike(world, DropAnswers(accepted=False, how="reset"))
    reply = post(world)
    assert not reply.answered
    assert reply.after < 2
    assert world.truth().totals.accepted == 0
    assert world.next_webhook_at() is None


def test_answers_are_lost_either_way() -> None:
    world = make_world(rate=0)
    strike(world, DropAnswers(how="either"))
    waits = [post(world, text(phone(n))).after for n in range(400)]
    assert 150 < sum(wait == NEVER for wait in waits) < 250


def test_answers_may_be_slow_or_trickle() -> None:
    world = make_world()
    strike(world, SlowAnswers(low=2, high=4, number=ONE))
    strike(world, SlowAnswers(low=5, high=6, drip=True, number=TWO))
    late, trickling = post(world, number=ONE), post(world, number=TWO)
    assert 2 <= late.after <= 4
    assert late.drip == 0
    assert trickling.after == 0
    assert 5 <= trickling.drip <= 6


def test_a_persons_marketing_cap_is_told_by_webhook() -> None:
    world = make_world()
    strike(world, FailLater(code=131049))
    assert post(world).status == 200
    ((_, status),) = receipts(world)
    assert status["status"] == "failed"
    assert status["errors"][0]["code"] == 131049
    assert "pricing" not in status


def test_a_paused_template_is_refused_and_its_pause_is_told() -> None:
    world = make_world(templates=[SimulatedTemplate(name="morning", language="hi")])
    strike(world, SetTemplateStatus(template="morning", status="PAUSED"))
    assert code_of(post(world, template(words=0))) == 132015
    ((_, webhook),) = drain(world)
    (change,) = json.loads(webhook.body)["entry"][0]["changes"]
    assert change["field"] == "message_template_status_update"
    assert change["value"]["event"] == "PAUSED"
    assert change["value"]["message_template_name"] == "morning"
    assert isinstance(change["value"]["message_template_id"], int)


def test_a_template_may_be_paused_where_any_name_goes() -> None:
    world = make_world()
    strike(world, SetTemplateStatus(template="morning", status="PAUSED"))
    assert code_of(post(world, template())) == 132015
    assert code_of(post(world, template(name="evening"))) is None


def test_paced_messages_wait_and_are_released_together() -> None:
    world = make_world()
    strike(world, PaceTemplate(template="morning", seconds=60))
    held = post(world, template(phone(1)), at=10)
    assert held.body["messages"][0]["message_status"] == "held_for_quality_assessment"
    post(world, template(phone(2)), at=50)
    post(world, template(phone(3), name="evening"), at=50)
    truth = world.truth().recipients
    assert [truth[phone(n)][0].sent_at for n in (1, 2, 3)] == [
        MORNING + 60,
        MORNING + 60,
        MORNING + 50,
    ]
    free = post(world, template(phone(4)), at=60)
    assert free.body["messages"][0]["message_status"] == "accepted"


def test_pacing_that_goes_badly_drops_what_was_held_and_pauses_the_template() -> None:
    world = make_world()
    strike(world, PaceTemplate(template="morning", outcome="paused", seconds=60))
    assert post(world, template(phone(1)), at=10).status == 200
    ((at, status),) = receipts(world)
    assert at == pytest.approx(MORNING + 60, abs=1)
    assert status["errors"][0]["code"] == 132015
    assert code_of(post(world, template(phone(2)), at=61)) == 132015


def test_webhooks_are_withheld_and_then_all_come() -> None:
    world = make_world()
    post(world)
    strike(world, WithholdWebhooks(seconds=30), at=0)
    assert world.take_webhooks(MORNING + 29) == []
    assert world.next_webhook_at() == MORNING + 30
    assert [at for at, _ in drain(world)] == [MORNING + 30]


def test_a_fault_without_an_instant_begins_with_the_next_call() -> None:
    world = make_world()
    world.inject(RefuseAll(code=131016, seconds=5))
    assert code_of(post(world, at=100)) == 131016
    assert code_of(post(world, at=104)) == 131016
    assert code_of(post(world, at=105)) is None


def test_a_planned_fault_begins_at_its_second_after_the_first_post() -> None:
    planned = PlannedFault(after=3.0, nth_number=1, fault=SetStatus(status="BANNED", code=131045))
    world = make_world(faults=(planned,))
    codes = [code_of(post(world, text(phone(n)), at=10 + n, number=TWO)) for n in range(5)]
    assert codes == [None, None, None, 131045, 131045]
    assert code_of(post(world, at=20, number=ONE)) is None


def test_a_planned_fault_ends_by_its_own_clock_however_late_it_is_noticed() -> None:
    planned = PlannedFault(after=3.0, fault=RefuseAll(code=131016, seconds=10))
    world = make_world(faults=(planned,))
    post(world, at=0)
    assert code_of(post(world, text(phone(2)), at=12.9)) == 131016
    assert code_of(post(world, text(phone(3)), at=13)) is None


def test_a_new_world_has_no_faults_but_its_scenarios() -> None:
    world = make_world()
    strike(world, ExpireToken())
    strike(world, RefuseAll(code=131016))
    strike(world, SetRate(rate_per_second=1))
    world.reset()
    assert [post(world, text(phone(n))).status for n in range(5)] == [200] * 5


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            {"kind": "set_status", "number": ONE, "status": "FLAGGED"},
            SetStatus(number=ONE, status="FLAGGED"),
        ),
        (
            {"kind": "set_rate", "rate_per_second": 20, "seconds": 5},
            SetRate(rate_per_second=20, seconds=5),
        ),
        ({"kind": "refuse_all", "code": 131057}, RefuseAll(code=131057)),
        ({"kind": "expire_token"}, ExpireToken()),
        ({"kind": "drop_answers", "how": "reset"}, DropAnswers(how="reset")),
        ({"kind": "drop_answers", "how": "gently"}, None),
        ({"kind": "drop_answers", "chance": 0.5}, None),
        ({"kind": "withhold_webhooks", "seconds": 3}, WithholdWebhooks(seconds=3)),
        ({"kind": "withhold_webhooks"}, None),
        ({"kind": "set_status", "number": "999"}, None),
        ({"kind": "earthquake"}, None),
        ({"kind": "set_rate", "rate_per_second": "fast"}, None),
        ([], None),
    ],
)
def test_faults_are_read_from_json_or_refused(row: object, fault: Fault | None) -> None:
    numbers = {number.phone_number_id for number in NUMBERS}
    if fault is None:
        with pytest.raises(BadFaultError):
            read_fault(row, numbers)
    else:
        assert read_fault(row, numbers) == fault


def test_every_fault_has_a_name_in_json() -> None:
    assert sorted(KINDS) == [
        "drop_answers",
        "expire_token",
        "fail_later",
        "pace_template",
        "person_writes",
        "refuse_all",
        "set_quality",
        "set_rate",
        "set_status",
        "set_template_category",
        "set_template_quality",
        "set_template_status",
        "slow_answers",
        "withhold_webhooks",
    ]
