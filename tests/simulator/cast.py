"""The standing cast of the simulator's tests: one account, its numbers, and messages to people."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from engine.simulator.faults import Fault
from engine.simulator.scenarios import SCENARIOS, PlannedFault, Scenario
from engine.simulator.world import Reply, SimulatedNumber, SimulatedTemplate, WebhookPost, World

TOKEN = "EAAsimulated"
SECRET = "app-secret"
WABA = "102290129340398"
ONE, TWO = "106540352242922", "106540352242923"
MORNING = 1_795_393_800.0  # 2026-11-23, 06:00 in Kolkata
ASHA = "+919812345610"
NUMBERS = (
    SimulatedNumber(ONE, "+91 90000 00001", WABA),
    SimulatedNumber(TWO, "+91 90000 00002", WABA),
)
CALM = replace(SCENARIOS["instant"], name="calm", read_share=0.0)
"""Everything is delivered at once and nobody reads: what a test changes is all that happens."""


def phone(n: int) -> str:
    return f"+9198{n:08d}"


def make_world(
    scenario: Scenario = CALM,
    *,
    seed: int = 7,
    rate: float = 80.0,
    faults: tuple[PlannedFault, ...] = (),
    templates: list[SimulatedTemplate] | None = None,
    strict_media: bool = False,
) -> World:
    return World(
        seed,
        replace(scenario, faults=scenario.faults + faults),
        [replace(number, rate_per_second=rate) for number in NUMBERS],
        TOKEN,
        SECRET,
        WABA,
        templates,
        strict_media=strict_media,
    )


def text(to: str = ASHA, tracker: str | None = None, **more: Any) -> dict[str, Any]:
    body = {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": "नमस्ते"}}
    return body | ({} if tracker is None else {"biz_opaque_callback_data": tracker}) | more


def template(
    to: str = ASHA, *, name: str = "morning", language: str = "hi", words: int = 1
) -> dict[str, Any]:
    parameters = [{"type": "text", "text": f"word {n}"} for n in range(words)]
    content = {
        "name": name,
        "language": {"code": language},
        "components": [{"type": "body", "parameters": parameters}] if words else [],
    }
    return {"messaging_product": "whatsapp", "to": to, "type": "template", "template": content}


def post(
    world: World, body: Any = None, *, at: float = 0.0, number: str = ONE, token: str | None = TOKEN
) -> Reply:
    """One POST, `at` seconds into the morning."""
    return world.post_message(number, text() if body is None else body, token, MORNING + at)


def code_of(reply: Reply) -> int | None:
    return reply.body["error"]["code"] if "error" in reply.body else None


def strike(world: World, fault: Fault, at: float = 0.0) -> None:
    world.inject(fault, MORNING + at)


def drain(world: World, until: float | None = None) -> Iterator[tuple[float, WebhookPost]]:
    """Every webhook with the instant it was posted at, each answered 200."""
    while (at := world.next_webhook_at()) is not None and (until is None or at <= until):
        for webhook in world.take_webhooks(at):
            world.webhook_answered(webhook.id, 200, at)
            yield at, webhook


def statuses(webhook: WebhookPost) -> list[dict[str, Any]]:
    return [
        status
        for entry in json.loads(webhook.body)["entry"]
        for change in entry["changes"]
        for status in change["value"].get("statuses", [])
    ]


def receipts(world: World) -> list[tuple[float, dict[str, Any]]]:
    """Every status that comes by webhook, with the instant it was posted at."""
    return [(at, status) for at, webhook in drain(world) for status in statuses(webhook)]
