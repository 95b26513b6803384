"""Graph's other nodes over real sockets: numbers, accounts, templates, media, subscriptions."""

import hashlib
import io

import aiohttp
import pytest

from engine.simulator.world import SimulatedTemplate
from tests.simulator.cast import ONE, TWO, WABA, template, text
from tests.simulator.sockets import Stage, on_stage

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


def form(content: bytes = PNG, mime: str = "image/png", **more: str) -> aiohttp.FormData:
    data = aiohttp.FormData({"messaging_product": "whatsapp"} | more)
    data.add_field("file", io.BytesIO(content), filename="sun.png", content_type=mime)
    return data


def test_a_number_shows_what_is_asked_of_it() -> None:
    async def story(on: Stage) -> None:
        status, node = await on.call("GET", f"/v25.0/{ONE}?fields=status,quality_rating,throughput")
        assert status == 200
        assert node == {
            "id": ONE,
            "status": "CONNECTED",
            "quality_rating": "GREEN",
            "throughput": {"level": "STANDARD"},
        }
        _, whole = await on.call("GET", f"/v25.0/{ONE}")
        assert whole["display_phone_number"] == "+91 90000 00001"
        assert whole["health_status"]["can_send_message"] == "AVAILABLE"

    on_stage(story)


def test_an_account_lists_its_numbers_page_by_page() -> None:
    async def story(on: Stage) -> None:
        _, first = await on.call("GET", f"/v25.0/{WABA}/phone_numbers?limit=1&fields=status")
        assert first["data"] == [{"id": ONE, "status": "CONNECTED"}]
        after = first["paging"]["cursors"]["after"]
        _, last = await on.call("GET", f"/v25.0/{WABA}/phone_numbers?limit=1&after={after}")
        assert [node["id"] for node in last["data"]] == [TWO]
        assert "next" in first["paging"]
        assert "next" not in last["paging"]

    on_stage(story)


def test_an_account_tells_its_health() -> None:
    async def story(on: Stage) -> None:
        _, node = await on.call("GET", f"/v25.0/{WABA}?fields=health_status")
        assert node["health_status"]["entities"][0]["entity_type"] == "WABA"

    on_stage(story)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v25.0/999"),
        ("GET", "/v25.0/999/phone_numbers"),
        ("GET", "/v25.0/999/message_templates"),
        ("POST", "/v25.0/999/subscribed_apps"),
        ("POST", "/v25.0/999/media"),
        ("POST", "/v25.0/999"),
        ("DELETE", "/v25.0/999"),
    ],
)
def test_what_does_not_exist_is_code_100_subcode_33(method: str, path: str) -> None:
    async def story(on: Stage) -> None:
        status, answer = await on.call(method, path)
        assert status == 400
        assert (answer["error"]["code"], answer["error"]["error_subcode"]) == (100, 33)

    on_stage(story)


@pytest.mark.parametrize(
    "path",
    [
        f"/v25.0/{ONE}",
        f"/v25.0/{WABA}/phone_numbers",
        f"/v25.0/{WABA}/message_templates",
        f"/v25.0/{WABA}/subscribed_apps",
        "/_media/1500000000000001",
    ],
)
def test_nothing_of_graph_is_shown_without_the_token(path: str) -> None:
    async def story(on: Stage) -> None:
        status, answer = await on.call("GET", path, token=None)
        assert (status, answer["error"]["code"]) == (401, 104)

    on_stage(story)


def test_media_is_uploaded_described_fetched_sent_and_deleted() -> None:
    async def story(on: Stage) -> None:
        status, uploaded = await on.call("POST", f"/v25.0/{ONE}/media", data=form(type="image/png"))
        assert status == 200
        media_id = uploaded["id"]
        _, node = await on.call("GET", f"/v25.0/{media_id}")
        assert node["mime_type"] == "image/png"
        assert node["file_size"] == len(PNG)
        assert node["sha256"] == hashlib.sha256(PNG).hexdigest()
        headers = {"Authorization": "Bearer EAAsimulated"}
        async with on.client.get(node["url"], headers=headers) as response:
            assert await response.read() == PNG
            assert response.content_type == "image/png"
        image = text() | {"type": "image", "image": {"id": media_id}}
        assert (await on.call("POST", f"/v25.0/{ONE}/messages", image))[0] == 200
        assert await on.call("DELETE", f"/v25.0/{media_id}") == (200, {"success": True})
        assert (await on.call("GET", f"/v25.0/{media_id}"))[0] == 400
        status, answer = await on.call("POST", f"/v25.0/{ONE}/messages", image)
        assert (status, answer["error"]["code"]) == (400, 131009)

    on_stage(story)


@pytest.mark.parametrize(
    ("content", "mime", "code"),
    [
        (PNG, "image/tiff", 100),
        (b"", "image/png", 131053),
        (b"x" * (5 * 1024 * 1024 + 1), "image/jpeg", 131053),
    ],
    ids=["unknown kind", "empty", "too large"],
)
def test_media_that_whatsapp_would_not_take_is_refused(
    content: bytes, mime: str, code: int
) -> None:
    async def story(on: Stage) -> None:
        status, answer = await on.call("POST", f"/v25.0/{ONE}/media", data=form(content, mime))
        assert (status, answer["error"]["code"]) == (400, code)

    on_stage(story)


def test_an_upload_is_a_form_with_a_file() -> None:
    async def story(on: Stage) -> None:
        for data in (b"PNG", {"messaging_product": "whatsapp"}):
            status, answer = await on.call("POST", f"/v25.0/{ONE}/media", data=data)
            assert (status, answer["error"]["code"]) == (400, 100)

    on_stage(story)


TEMPLATES = [
    SimulatedTemplate(name="morning", language="en", body="Good morning {{1}}"),
    SimulatedTemplate(name="morning", language="hi", body="सुप्रभात {{1}}"),
    SimulatedTemplate(name="evening", language="en", status="REJECTED"),
]


def test_templates_are_listed_and_found_by_name_status_and_language() -> None:
    async def story(on: Stage) -> None:
        path = f"/v25.0/{WABA}/message_templates"
        _, everything = await on.call("GET", path)
        _, approved = await on.call("GET", f"{path}?status=APPROVED&fields=name,language")
        _, hindi = await on.call("GET", f"{path}?name=morning&language=hi")
        assert len(everything["data"]) == 3
        assert {(t["name"], t["language"]) for t in approved["data"]} == {
            ("morning", "en"),
            ("morning", "hi"),
        }
        (found,) = hindi["data"]
        assert found["components"][0]["text"] == "सुप्रभात {{1}}"
        _, node = await on.call("GET", f"/v25.0/{found['id']}?fields=status,quality_score")
        assert node == {
            "id": found["id"],
            "status": "APPROVED",
            "quality_score": {"score": "GREEN", "date": node["quality_score"]["date"]},
        }

    on_stage(story, templates=TEMPLATES)


def test_a_new_template_is_pending_then_approved_by_webhook() -> None:
    async def story(on: Stage) -> None:
        path = f"/v25.0/{WABA}/message_templates"
        new = {
            "name": "noon",
            "language": "en",
            "category": "UTILITY",
            "components": [{"type": "BODY", "text": "Noon, {{1}} and {{2}}"}],
        }
        _, created = await on.call("POST", path, new)
        assert created["status"] == "PENDING"
        send = template(name="noon", language="en", words=2)
        _, early = await on.call("POST", f"/v25.0/{ONE}/messages", send)
        assert early["error"]["code"] == 132001
        await on.receiver.until(lambda r: bool(r.changes()))
        (change,) = on.receiver.changes()
        assert change["field"] == "message_template_status_update"
        assert change["value"]["event"] == "APPROVED"
        assert str(change["value"]["message_template_id"]) == created["id"]
        assert (await on.call("POST", f"/v25.0/{ONE}/messages", send))[0] == 200
        _, again = await on.call("POST", path, new)
        assert again["error"]["error_subcode"] == 2388024

    on_stage(story, templates=TEMPLATES)


def test_an_edited_template_is_reviewed_again() -> None:
    async def story(on: Stage) -> None:
        _, listed = await on.call("GET", f"/v25.0/{WABA}/message_templates?name=evening")
        path = f"/v25.0/{listed['data'][0]['id']}"
        edit = {"components": [{"type": "BODY", "text": "Good evening {{1}}"}]}
        assert await on.call("POST", path, edit) == (200, {"success": True})
        assert (await on.call("GET", f"{path}?fields=status"))[1]["status"] == "PENDING"

    on_stage(story, templates=TEMPLATES)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Good Morning"},
        {"name": None},
        {"language": ""},
        {"category": "SPAM"},
        {"components": None},
    ],
)
def test_a_wrong_template_is_not_taken(change: dict[str, object]) -> None:
    async def story(on: Stage) -> None:
        body = {"name": "noon", "language": "en", "category": "UTILITY", "components": []}
        path = f"/v25.0/{WABA}/message_templates"
        status, answer = await on.call("POST", path, body | change)
        assert (status, answer["error"]["code"]) == (400, 100)
        assert len((await on.call("GET", path))[1]["data"]) == 3

    on_stage(story, templates=TEMPLATES)


def test_a_deleted_template_is_gone_in_all_languages() -> None:
    async def story(on: Stage) -> None:
        path = f"/v25.0/{WABA}/message_templates"
        assert await on.call("DELETE", f"{path}?name=morning") == (200, {"success": True})
        assert [t["name"] for t in (await on.call("GET", path))[1]["data"]] == ["evening"]
        assert (await on.call("DELETE", f"{path}?name=morning"))[0] == 400
        assert (await on.call("DELETE", path))[0] == 400

    on_stage(story, templates=TEMPLATES)


def test_a_pause_is_lifted_by_hand() -> None:
    async def story(on: Stage) -> None:
        _, listed = await on.call("GET", f"/v25.0/{WABA}/message_templates?language=hi")
        unpause = f"/v25.0/{listed['data'][0]['id']}/unpause"
        assert (await on.call("POST", unpause))[0] == 400
        fault = {"kind": "set_template_status", "template": "morning", "language": "hi"}
        await on.call("POST", "/_sim/faults", fault)
        send = template()
        _, paused = await on.call("POST", f"/v25.0/{ONE}/messages", send)
        assert paused["error"]["code"] == 132015
        assert await on.call("POST", unpause) == (200, {"success": True})
        assert (await on.call("POST", f"/v25.0/{ONE}/messages", send))[0] == 200

    on_stage(story, templates=TEMPLATES)


def test_subscribing_with_an_address_asks_it_for_the_handshake_first() -> None:
    async def story(on: Stage) -> None:
        path = f"/v25.0/{WABA}/subscribed_apps"
        there = on.receiver.url
        wrong = {"override_callback_uri": there, "verify_token": "guess"}
        right = {"override_callback_uri": there, "verify_token": on.receiver.verify_token}
        away = {"override_callback_uri": "http://example.org/hook", "verify_token": "x"}
        assert (await on.call("POST", path, wrong))[0] == 400
        assert (await on.call("POST", path, away))[0] == 400
        assert on.simulator.face.pump.url is None
        assert await on.call("POST", path, right) == (200, {"success": True})
        assert on.simulator.face.pump.url == there
        assert (await on.call("GET", path))[1]["data"]
        await on.call("POST", f"/v25.0/{ONE}/messages", text())
        await on.receiver.until(lambda r: len(r.statuses()) == 3)

    on_stage(story, webhooks=False)


def test_subscribing_and_unsubscribing_without_an_address_is_a_word() -> None:
    async def story(on: Stage) -> None:
        path = f"/v25.0/{WABA}/subscribed_apps"
        assert await on.call("POST", path) == (200, {"success": True})
        assert await on.call("DELETE", path) == (200, {"success": True})

    on_stage(story)


def test_a_template_is_deleted_in_one_language_alone() -> None:
    async def story(on: Stage) -> None:
        body = {
            "name": "two",
            "category": "UTILITY",
            "components": [{"type": "BODY", "text": "Hi"}],
        }
        path = f"/v25.0/{WABA}/message_templates"
        _, english = await on.call("POST", path, body | {"language": "en"})
        await on.call("POST", path, body | {"language": "hi"})
        status, _ = await on.call("DELETE", f"{path}?name=two&hsm_id={english['id']}")
        assert status == 200
        _, left = await on.call("GET", f"{path}?name=two")
        assert [node["language"] for node in left["data"]] == ["hi"]
        status, _ = await on.call("DELETE", f"{path}?name=another&hsm_id={left['data'][0]['id']}")
        assert status == 400

    on_stage(story)


def test_a_template_in_review_is_not_edited_and_all_of_it_is_shown() -> None:
    async def story(on: Stage) -> None:
        parts = [
            {"type": "HEADER", "format": "TEXT", "text": "Morning"},
            {"type": "BODY", "text": "Hi {{1}}.", "example": {"body_text": [["Asha"]]}},
            {"type": "FOOTER", "text": "Reply STOP"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Read"}]},
        ]
        body = {"name": "whole", "language": "en", "category": "UTILITY", "components": parts}
        _, made = await on.call("POST", f"/v25.0/{WABA}/message_templates", body)
        _, listed = await on.call("GET", f"/v25.0/{WABA}/message_templates?name=whole")
        assert listed["data"][0]["components"] == parts
        status, refused = await on.call("POST", f"/v25.0/{made['id']}", {"components": parts})
        assert (status, refused["error"]["error_subcode"]) == (400, 2388039)

    on_stage(story)
