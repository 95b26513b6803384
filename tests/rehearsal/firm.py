"""A firm whose morning is an hour ahead, a stand-in for WhatsApp that knows its numbers and
templates, and our own webhook address; all on real sockets.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from aiohttp import web
from sqlmodel import Session, col, select

from engine.chores.rehearsal import rehearse
from engine.chores.rehearsal_stage import Asked
from engine.domain.content import ContentState, content_hash
from engine.domain.ids import BroadcastId, SenderId
from engine.domain.rehearsal import Check, Rehearsal
from engine.rehearsal.access import Access
from engine.simulator.server import RunningSimulator, SimulatorOptions, running
from engine.simulator.world import SimulatedNumber, SimulatedTemplate
from engine.store import content, leases, media, senders
from engine.store.database import Database
from engine.store.tables import Broadcast, Content, Schedule, Variant
from engine.trials.tenant import SeededTenant, seed_sandbox
from engine.trials.texts import TEMPLATE
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET, WABA_ID
from tests.documents.drawn import png
from tests.simulator.sockets import Receiver

NOW = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
AHEAD = timedelta(minutes=30)
OPENS = NOW + AHEAD


@dataclass
class Firm:
    """What a test may plant something in."""

    database: Database
    seeded: SeededTenant
    simulator: RunningSimulator
    receiver: Receiver
    access: Access

    async def rehearse(self, broadcast: BroadcastId | None = None) -> Rehearsal:
        """As `dawncast rehearse` does, on a thread of its own."""
        asked = Asked(
            tenant=self.seeded.tenant, broadcast=broadcast, reserve=0.1, at_once=None, now=NOW
        )
        return await asyncio.to_thread(rehearse, self.database, self.access, asked)


def furnish(session: Session, now: datetime = NOW, people: int = 60) -> SeededTenant:
    """Two senders and a backup, approved content, a one-off in half an hour, an engine's lease."""
    seeded = seed_sandbox(
        session,
        subscribers=people,
        senders=2,
        backups=1,
        rate=80.0,
        now=now,
        rng=Random(7),
        password=None,
    )
    session.add(
        Schedule(
            tenant_id=seeded.tenant,
            name="Trial morning",
            kind="once",
            once_at=now + AHEAD,
            content_id=seeded.content,
            pacing="fastest",
            created_at=now - timedelta(days=1),
        )
    )
    leases.take(session, owner="engine", ttl=timedelta(hours=1), even_from=None)
    return seeded


def with_picture(session: Session, seeded: SeededTenant, uploaded: dict[SenderId, str]) -> None:
    """The English text gets a picture, approved anew and uploaded to these senders."""
    for row in content.variants(session, seeded.content):
        if row.language == "EN":
            row.header_sha256, row.header_type = "ab" * 32, "image/png"
            row.header_name, row.header_bytes = "outlook.png", 9
            session.add(row)
    session.flush()
    pack = session.get(Content, seeded.content)
    assert pack is not None
    rows = session.exec(select(Variant).where(col(Variant.content_id) == seeded.content)).all()
    pack.content_hash = content_hash(map(content.as_new, rows))
    for sender, identity in uploaded.items():
        media.note_upload(
            session,
            sender,
            sha256="ab" * 32,
            brand_line="",
            whatsapp_id=identity,
            took_ms=5,
            now=NOW - timedelta(minutes=1),
        )


@asynccontextmanager
async def firm(database: Database, now: datetime = NOW) -> AsyncGenerator[Firm]:
    """The firm, and everybody it talks to."""
    seeded = database.transact_now(furnish, now)
    receiver = Receiver()
    app = web.Application()
    app.router.add_get("/hook", receiver.greet)
    app.router.add_get("/webhooks/whatsapp", receiver.greet)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    pool = database.read_now(senders.pool, seeded.tenant)
    options = SimulatorOptions(
        numbers=[SimulatedNumber(row.phone_number_id, row.display_phone, WABA_ID) for row in pool],
        access_token=ACCESS_TOKEN,
        app_secret=APP_SECRET,
        waba_id=WABA_ID,
        scenario="instant",
        templates=[
            SimulatedTemplate(name=TEMPLATE, language=language) for language in ("en", "hi", "mr")
        ],
    )
    try:
        async with running(options) as simulator:
            yield Firm(
                database,
                seeded,
                simulator,
                receiver,
                Access(
                    api_url=simulator.url,
                    graph_version="v25.0",
                    sandbox=True,
                    tokens={"": ACCESS_TOKEN},
                    business=WABA_ID,
                    webhook=receiver.url,
                    verify_token=receiver.verify_token,
                ),
            )
    finally:
        await runner.cleanup()


def upload(stage: Firm) -> dict[SenderId, str]:
    """A picture at the stand-in for each sender; the ids."""
    shelf = stage.simulator.face.world.account.media
    found: dict[SenderId, str] = {}
    for sender in (*stage.seeded.senders, *stage.seeded.backups):
        kept = shelf.upload("image/png", png(), stage.simulator.face.now())
        assert not hasattr(kept, "code")
        found[sender] = kept.id  # pyright: ignore[reportAttributeAccessIssue]
    return found


def opened(session: Session, seeded: SeededTenant, *, frozen_at: datetime | None) -> BroadcastId:
    """The broadcast of the one-off as the calendar opens it; not frozen yet, or said to be."""
    schedule = session.exec(select(Schedule)).one()
    row = Broadcast(
        tenant_id=seeded.tenant,
        schedule_id=schedule.id or 0,
        service_day=seeded.day,
        title="Trial morning",
        content_id=seeded.content,
        state="scheduled" if frozen_at is None else "frozen",
        frozen_at=frozen_at,
        pacing="fastest",
        seed="ab",
        opens_at=OPENS,
        window_ends_at=OPENS + timedelta(seconds=150),
        closes_at=OPENS + timedelta(seconds=300),
        created_at=NOW,
    )
    session.add(row)
    session.flush()
    return BroadcastId(row.id or 0)


def unapprove(session: Session, seeded: SeededTenant) -> None:
    """Somebody took the approval back."""
    pack = session.get(Content, seeded.content)
    assert pack is not None
    pack.state, pack.content_hash = ContentState.REJECTED.value, None


def failing(found: Rehearsal) -> set[str]:
    """The names of the checks that fail."""
    return {check.name for check in found.failing}


def named(found: Rehearsal, name: str) -> Check:
    """One check."""
    return next(check for check in found.checks if check.name == name)
