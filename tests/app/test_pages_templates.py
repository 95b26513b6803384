"""The Templates page over a real socket: what Meta says at the front door is on it in seconds."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from sqlmodel import Session

from app.api.webhooks import PATH, Intake, webhook_routes
from app.pages.templates.listing import TemplatesPage
from engine.domain.roles import Role
from engine.store import templates
from engine.whatsapp.signature import sign
from engine.workers.receive import receive
from tests.app.browserless import Tab, sign_in
from tests.app.house import House
from tests.app.pages_cast import heard, visit
from tests.app.serving import serving
from tests.workers.cast import equipment
from tests.workers.nobody import Nobody

PAGE = TemplatesPage.get_full_name()
SECRET = "app-s3cret"
pytestmark = pytest.mark.anyio


def furnish(session: Session, house: House) -> None:
    templates.put(
        session,
        house.tenant,
        name="watched_note",
        language="en",
        category="UTILITY",
        status="APPROVED",
        body="Good morning {{1}}.",
        whatsapp_id="88001",
        now=house.clock.now(),
    )


def said(field: str, **value: Any) -> bytes:
    named = {
        "message_template_id": 88001,
        "message_template_name": "watched_note",
        "message_template_language": "en-US",
    }
    entry = {"id": "1", "time": 1, "changes": [{"field": field, "value": named | value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


async def test_a_pause_a_rating_and_a_category_that_meta_posts_are_shown_within_five_seconds(
    house: House,
) -> None:
    house.database.transact_now(furnish, house)
    intake = Intake(
        store=house.database,
        now=house.clock.now,
        secrets=lambda: (SECRET,),
        verify_token=lambda: "v3rify",
    )
    reading = asyncio.create_task(receive(equipment(house.database, Nobody())))
    try:
        async with (
            Tab(house, await sign_in(house, Role.VIEWER)) as tab,
            serving(webhook_routes(intake)) as url,
            httpx.AsyncClient(base_url=url, trust_env=False) as meta,
        ):
            await visit(tab, f"{PAGE}.load", "/templates")

            async def shows(field: str, words: str, body: bytes) -> None:
                loop = asyncio.get_running_loop()
                began = loop.time()
                signed = {"X-Hub-Signature-256": sign(body, SECRET)}
                assert (await meta.post(PATH, content=body, headers=signed)).status_code == 200

                def there(cards: Any) -> bool:
                    mine = [one for one in cards if one["name"] == "watched_note"]
                    return bool(mine) and words in mine[0][field]

                await heard(tab, PAGE, "cards", there, seconds=5.0)
                assert loop.time() - began < 5.0

            await shows(
                "status",
                "Paused",
                said(
                    "message_template_status_update",
                    event="PAUSED",
                    reason="NONE",
                    other_info={"title": "FIRST_PAUSE"},
                ),
            )
            await shows(
                "quality",
                "Low quality",
                said(
                    "message_template_quality_update",
                    previous_quality_score="GREEN",
                    new_quality_score="RED",
                ),
            )
            await shows(
                "category",
                "Marketing",
                said(
                    "template_category_update",
                    previous_category="UTILITY",
                    new_category="MARKETING",
                ),
            )
    finally:
        reading.cancel()
