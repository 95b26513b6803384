"""The calls about numbers, templates and media: what is asked, and what is made of the answers."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.domain.ids import PhoneNumberId
from engine.domain.media import LIMITS, MediaType
from engine.domain.outcome import Blame, Failure
from engine.whatsapp.graph import Graph
from engine.whatsapp.media import UPLOADS_AT_ONCE, upload_everywhere, upload_media
from engine.whatsapp.numbers import NumberNode, Problem, list_numbers, read_number
from engine.whatsapp.templates import TemplateNode, list_templates
from engine.whatsapp.transport import ForbiddenHostError, Timeouts
from tests.whatsapp.meta import Meta, Reply, Request, always, answer, meta, play

SENDER = PhoneNumberId("1000")
JPEG = b"\xff\xd8\xff" + bytes(100)
SHORT = Timeouts(connect=timedelta(seconds=0.3), response=timedelta(seconds=0.5))
NODE = {
    "id": "1000",
    "display_phone_number": "+91 80000 00001",
    "verified_name": "Dawncast",
    "quality_rating": "GREEN",
    "status": "CONNECTED",
    "throughput": {"level": "STANDARD"},
    "whatsapp_business_manager_messaging_limit": "TIER_10K",
    "health_status": {
        "can_send_message": "LIMITED",
        "entities": [
            {"entity_type": "PHONE_NUMBER", "id": "1000", "can_send_message": "AVAILABLE"},
            {
                "entity_type": "WABA",
                "id": "4711",
                "can_send_message": "LIMITED",
                "errors": [
                    {
                        "error_code": 141010,
                        "error_description": "Not verified",
                        "possible_solution": "Verify the business",
                    }
                ],
            },
        ],
    },
}


@asynccontextmanager
async def graph(url: str) -> AsyncGenerator[Graph]:
    opened = Graph(
        api_url=url, token=lambda sender: f"token-of-{sender}", sandbox=True, timeouts=SHORT
    )
    try:
        yield opened
    finally:
        await opened.aclose()


def ask(reply: Reply, question: Callable[[Graph], Awaitable[Any]]) -> tuple[Any, list[Request]]:
    """What the question makes of the reply, and what was asked over the wire."""
    answers: list[Any] = []
    heard: list[Meta] = []

    async def story() -> None:
        async with meta(reply) as server, graph(server.url) as opened:
            answers.append(await question(opened))
            heard.append(server)

    play(story, "uvloop")
    return answers[0], heard[0].requests


def said(value: object, status: str = "200 OK") -> bytes:
    return answer(json.dumps(value).encode(), status)


def test_a_number_is_read_whole() -> None:
    number, [request] = ask(always(said(NODE)), lambda g: read_number(g, SENDER))

    assert number == NumberNode(
        phone_number_id=SENDER,
        display_phone="+91 80000 00001",
        verified_name="Dawncast",
        quality="GREEN",
        status="CONNECTED",
        throughput="STANDARD",
        messaging_limit="TIER_10K",
        can_send="LIMITED",
        problems=(
            Problem(
                entity="WABA",
                can_send="LIMITED",
                code="141010",
                description="Not verified",
                solution="Verify the business",
            ),
        ),
    )
    assert request.line.startswith("GET /v25.0/1000?fields=id,display_phone_number")
    assert request.headers["authorization"] == "Bearer token-of-1000"


@pytest.mark.parametrize("rating", ["NA", "UNKNOWN", "", None])
def test_a_number_without_a_rating_is_unknown(rating: str | None) -> None:
    number, _ = ask(always(said({"quality_rating": rating})), lambda g: read_number(g, SENDER))

    assert (number.quality, number.status, number.problems) == ("UNKNOWN", "UNKNOWN", ())


def test_all_numbers_of_an_account_are_listed() -> None:
    rows = {"data": [NODE, {"no": "id"}, {"id": "2000"}]}

    numbers, [request] = ask(always(said(rows)), lambda g: list_numbers(g, "4711"))

    assert [number.phone_number_id for number in numbers] == ["1000", "2000"]
    assert request.line.startswith("GET /v25.0/4711/phone_numbers?")
    assert request.headers["authorization"] == "Bearer token-of-None"


def pages(count: int) -> Reply:
    """An account with `count` pages of one template each."""

    async def reply(request: Request, writer: asyncio.StreamWriter) -> None:
        query = parse_qs(urlsplit(request.line.split(" ")[1]).query)
        page = int(query.get("after", ["0"])[0])
        paging: dict[str, Any] = {"cursors": {"before": "x", "after": str(page + 1)}}
        if page + 1 < count:
            paging["next"] = "https://graph.facebook.com/elsewhere"
        template = {
            "id": f"9{page}",
            "name": "daily",
            "language": "en-US",
            "category": "UTILITY",
            "status": "APPROVED",
            "quality_score": {"score": "YELLOW", "date": 1},
            "components": [
                {"type": "HEADER", "format": "IMAGE"},
                {"type": "BODY", "text": "{{1}}, {{2}} and {{1}} again"},
                {"type": "FOOTER", "text": "Reply STOP"},
            ],
        }
        writer.write(said({"data": [template], "paging": paging}))

    return reply


def test_templates_are_read_page_by_page() -> None:
    templates, requests = ask(pages(3), lambda g: list_templates(g, "4711"))

    assert [template.template_id for template in templates] == ["90", "91", "92"]
    assert templates[0] == TemplateNode(
        template_id="90",
        name="daily",
        language="en_US",
        category="UTILITY",
        status="APPROVED",
        quality="YELLOW",
        header_format="IMAGE",
        body="{{1}}, {{2}} and {{1}} again",
        footer="Reply STOP",
        parameters=("1", "2"),
        header_text="",
        buttons=(),
        examples=(),
        reason="",
    )
    assert len(requests) == 3


def test_a_list_that_never_ends_is_given_up() -> None:
    async def reply(_request: Request, writer: asyncio.StreamWriter) -> None:
        paging = {"cursors": {"after": "same"}, "next": "https://graph.facebook.com/again"}
        writer.write(said({"data": [], "paging": paging}))

    templates, requests = ask(reply, lambda g: list_templates(g, "4711"))

    assert (templates, len(requests)) == ((), 2)


def test_templates_are_all_or_none() -> None:
    async def reply(request: Request, writer: asyncio.StreamWriter) -> None:
        if "after=" in request.line:
            writer.write(said({"error": {"code": 80007, "message": "too many"}}, "429 Too Many"))
        else:
            await pages(3)(request, writer)

    templates, _ = ask(reply, lambda g: list_templates(g, "4711"))

    assert isinstance(templates, Failure)
    assert templates.code == 80007


def test_an_image_is_uploaded_as_a_form() -> None:
    media, [request] = ask(always(said({"id": "55"})), lambda g: upload_media(g, SENDER, JPEG))

    assert media == "55"
    assert request.line == "POST /v25.0/1000/media HTTP/1.1"
    assert b'name="messaging_product"\r\n\r\nwhatsapp' in request.body
    assert b'name="type"\r\n\r\nimage/jpeg' in request.body
    assert b'filename="image.jpg"\r\nContent-Type: image/jpeg\r\n\r\n' + JPEG in request.body


@pytest.mark.parametrize("image", [b"", b"GIF89a", JPEG + bytes(LIMITS[MediaType.JPEG])])
def test_an_image_meta_would_refuse_does_not_leave(image: bytes) -> None:
    media, requests = ask(always(said({"id": "55"})), lambda g: upload_media(g, SENDER, image))

    assert isinstance(media, Failure)
    assert (media.blame, requests) == (Blame.US, [])


def test_uploads_go_a_few_at_a_time_and_one_failure_spoils_no_other() -> None:
    under_way = 0
    most = 0

    async def reply(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        broken = "/7/media" in request.line
        writer.write(said({"error": {"code": 131000}}, "500 Oops") if broken else said({"id": "5"}))

    senders = [PhoneNumberId(str(number)) for number in range(25)]
    media, _ = ask(reply, lambda g: upload_everywhere(g, senders, JPEG))

    assert [sender for sender in senders if isinstance(media[sender], Failure)] == ["7"]
    assert most == UPLOADS_AT_ONCE


async def _hang_up(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _be_silent(_request: Request, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3)


@pytest.mark.parametrize("reply", [_hang_up, _be_silent, always(b"SSH-2.0\r\n\r\n")])
def test_a_call_that_breaks_may_be_made_again(reply: Reply) -> None:
    number, _ = ask(reply, lambda g: read_number(g, SENDER))

    assert isinstance(number, Failure)
    assert (number.blame, number.retryable) == (Blame.PLATFORM, True)


@pytest.mark.parametrize("body", [b"", b"[]", b"<html/>", b"[" * 100_000])
def test_an_answer_that_is_no_object_is_a_failure(body: bytes) -> None:
    number, _ = ask(always(answer(body)), lambda g: read_number(g, SENDER))

    assert isinstance(number, Failure)


def test_an_expired_token_is_the_accounts_fault() -> None:
    refusal = said({"error": {"code": 190, "message": "expired"}}, "401 Unauthorized")

    number, _ = ask(always(refusal), lambda g: read_number(g, SENDER))

    assert isinstance(number, Failure)
    assert number.blame is Blame.ACCOUNT


def test_without_a_token_nothing_is_asked() -> None:
    async def story() -> None:
        async with meta(always(said(NODE))) as heard:
            opened = Graph(api_url=heard.url, token=lambda _: "", sandbox=True)
            assert isinstance(await read_number(opened, SENDER), Failure)
            await opened.aclose()
            assert heard.requests == []

    play(story, "asyncio")


def test_a_sandbox_asks_its_own_machine_only() -> None:
    with pytest.raises(ForbiddenHostError):
        Graph(api_url="https://graph.facebook.com", token=lambda _: "t", sandbox=True)
