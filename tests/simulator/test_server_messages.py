"""Messages over real sockets, and the webhooks that come back."""

import asyncio
import time

import aiohttp
import pytest

from engine.simulator.server import SimulatorOptions, running
from engine.whatsapp.transport import ForbiddenHostError
from tests.simulator.cast import ASHA, NUMBERS, ONE, SECRET, TOKEN, TWO, WABA, phone, template, text
from tests.simulator.sockets import Stage, on_stage

MESSAGES = f"/v25.0/{ONE}/messages"


def test_a_message_is_accepted_and_its_receipts_arrive_signed() -> None:
    async def story(on: Stage) -> None:
        status, answer = await on.call("POST", MESSAGES, text(tracker="dc.1.1.सुबह"))
        assert status == 200
        await on.receiver.until(lambda r: len(r.statuses()) == 3)
        assert [s["status"] for s in on.receiver.statuses()] == ["sent", "delivered", "read"]
        assert {s["id"] for s in on.receiver.statuses()} == {answer["messages"][0]["id"]}
        assert {s["biz_opaque_callback_data"] for s in on.receiver.statuses()} == {"dc.1.1.सुबह"}
        assert all(on.receiver.signed(n) for n in range(len(on.receiver.bodies)))
        assert on.receiver.headers[0]["Content-Type"] == "application/json"

    on_stage(story)


@pytest.mark.parametrize("version", ["v17.0", "v25.0", "v26.0", "v100.1"])
def test_any_version_of_graph_will_do(version: str) -> None:
    async def story(on: Stage) -> None:
        status, _ = await on.call("POST", f"/{version}/{ONE}/messages", text())
        assert status == 200

    on_stage(story, webhooks=False)


def test_no_version_is_no_path() -> None:
    async def story(on: Stage) -> None:
        for path in (f"/{ONE}/messages", f"/version/{ONE}/messages", "/", "/v25.0"):
            status, answer = await on.call("POST", path, text())
            assert (status, answer["error"]["code"]) == (400, 2500)

    on_stage(story, webhooks=False)


def test_the_token_may_come_in_the_header_or_in_the_query() -> None:
    async def story(on: Stage) -> None:
        wrong = await on.call("POST", MESSAGES, text(), token="stolen")
        none = await on.call("POST", MESSAGES, text(), token=None)
        query = await on.call("POST", f"{MESSAGES}?access_token={TOKEN}", text(), token=None)
        assert (wrong[0], wrong[1]["error"]["code"]) == (401, 190)
        assert (none[0], none[1]["error"]["code"]) == (401, 104)
        assert query[0] == 200

    on_stage(story, webhooks=False)


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b"\xff", b'"x"', b"[" * 20_000])
def test_garbage_is_refused_in_metas_words(garbage: bytes) -> None:
    async def story(on: Stage) -> None:
        status, answer = await on.call("POST", MESSAGES, data=garbage)
        assert (status, answer["error"]["code"]) == (400, 100)

    on_stage(story, webhooks=False)


def test_a_read_mark_is_no_message() -> None:
    async def story(on: Stage) -> None:
        mark = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x"}
        assert await on.call("POST", MESSAGES, mark) == (200, {"success": True})
        assert on.simulator.face.world.truth().totals.arrivals == 0

    on_stage(story, webhooks=False)


def test_answers_take_their_latency() -> None:
    async def story(on: Stage) -> None:
        began = time.perf_counter()
        await on.call("POST", MESSAGES, text())
        assert 0.150 <= time.perf_counter() - began < 1.5

    on_stage(story, "normal_load", webhooks=False)


def test_who_hangs_up_was_accepted_all_the_same() -> None:
    async def story(on: Stage) -> None:
        patience = aiohttp.ClientTimeout(total=0.1)
        with pytest.raises(TimeoutError):
            await on.call("POST", MESSAGES, text(tracker="dc.1.1.a"), timeout=patience)
        assert "dc.1.1.a" in on.simulator.face.world.truth().trackers

    on_stage(story, "normal_load", webhooks=False)


def test_a_reset_connection_was_an_acceptance_whose_receipts_come() -> None:
    async def story(on: Stage) -> None:
        await on.call("POST", "/_sim/faults", {"kind": "drop_answers", "how": "reset"})
        with pytest.raises(aiohttp.ClientConnectionError):
            await on.call("POST", MESSAGES, text(tracker="dc.1.1.a"))
        await on.receiver.until(lambda r: len(r.statuses()) == 3)
        assert {s["biz_opaque_callback_data"] for s in on.receiver.statuses()} == {"dc.1.1.a"}

    on_stage(story)


def test_an_answer_that_never_comes_leaves_the_client_waiting() -> None:
    async def story(on: Stage) -> None:
        fault = {"kind": "drop_answers", "how": "timeout", "accepted": False}
        await on.call("POST", "/_sim/faults", fault)
        patience = aiohttp.ClientTimeout(total=0.3)
        with pytest.raises(TimeoutError):
            await on.call("POST", MESSAGES, text(), timeout=patience)
        assert on.simulator.face.world.truth().totals.accepted == 0

    on_stage(story, webhooks=False)


def test_an_answer_may_trickle_in() -> None:
    async def story(on: Stage) -> None:
        fault = {"kind": "slow_answers", "low": 0.4, "high": 0.4, "drip": True}
        await on.call("POST", "/_sim/faults", fault)
        began = time.perf_counter()
        async with on.client.post(
            on.simulator.url + MESSAGES,
            json=text(),
            headers={"Authorization": f"Bearer {TOKEN}"},
        ) as response:
            assert time.perf_counter() - began < 0.35  # the head came before the end
            assert (await response.json())["messages"]
        assert time.perf_counter() - began >= 0.39

    on_stage(story, webhooks=False)


def test_a_refused_webhook_comes_again() -> None:
    async def story(on: Stage) -> None:
        on.receiver.answers = [500, 503]
        await on.call("POST", MESSAGES, text())
        await on.receiver.until(lambda r: len(r.bodies) == 3)
        assert len(set(on.receiver.bodies)) == 1
        await asyncio.sleep(0.1)
        totals = on.simulator.face.world.truth().totals
        assert (totals.webhooks_refused, totals.webhooks_waiting) == (2, 0)

    on_stage(story)


def test_a_webhook_that_leads_elsewhere_is_not_followed() -> None:
    async def story(on: Stage) -> None:
        on.receiver.status = 307
        await on.call("POST", MESSAGES, text())
        await on.receiver.until(lambda r: len(r.bodies) == 2)
        assert on.simulator.face.world.truth().totals.webhooks_refused >= 1

    on_stage(story)


def test_webhooks_wait_for_a_receiver_that_is_not_there_yet() -> None:
    async def story(on: Stage) -> None:
        url, gone = on.receiver.url, "http://127.0.0.1:9/hook"  # the discard port: nobody listens
        await on.call("POST", "/_sim/reset", {"webhook_url": gone})
        await on.call("POST", MESSAGES, text())
        await asyncio.sleep(0.5)
        assert on.simulator.face.world.truth().totals.webhooks_refused >= 1
        on.simulator.face.pump.set_url(url)
        await on.receiver.until(lambda r: len(r.statuses()) == 3)

    on_stage(story)


def test_webhooks_are_posted_several_at_a_time_and_no_more() -> None:
    async def story(on: Stage) -> None:
        on.receiver.delay = 0.05
        world, now = on.simulator.face.world, on.simulator.face.now
        for n in range(4000):  # 12,000 statuses: 24 POSTs
            world.post_message(ONE, text(phone(n)), TOKEN, now())
        on.simulator.face.pump.wake()
        await on.receiver.until(lambda r: len(r.statuses()) == 12_000)
        assert 2 <= on.receiver.most_at_once <= 8

    on_stage(story)


def test_many_clients_at_once_are_all_heard_once() -> None:
    async def story(on: Stage) -> None:
        async with asyncio.TaskGroup() as group:
            calls = [
                group.create_task(
                    on.call(
                        "POST", f"/v25.0/{(ONE, TWO)[n % 2]}/messages", template(phone(n), words=2)
                    )
                )
                for n in range(300)
            ]
        assert {call.result()[0] for call in calls} == {200}
        await on.receiver.until(lambda r: len(r.statuses()) >= 900)
        totals = on.simulator.face.world.truth().totals
        assert (totals.accepted, totals.doubled) == (300, 0)

    on_stage(story)


@pytest.mark.parametrize(
    "url", ["http://example.org/hook", "http://10.0.0.1/hook", "https://graph.facebook.com", "hook"]
)
def test_webhooks_never_leave_this_machine(url: str) -> None:
    async def story() -> None:
        options = SimulatorOptions(
            numbers=NUMBERS, access_token=TOKEN, app_secret=SECRET, waba_id=WABA, webhook_url=url
        )
        async with running(options):
            pass

    with pytest.raises(ForbiddenHostError):
        asyncio.run(story())


def test_what_goes_wrong_in_the_block_is_raised_as_it_was() -> None:
    async def story(on: Stage) -> None:
        del on
        raise KeyError(ASHA)

    with pytest.raises(KeyError):
        on_stage(story)
