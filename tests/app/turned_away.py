"""What is on record of webhooks that were told to come again."""

import asyncio

from sqlmodel import Session, select

from engine.store.database import Database
from engine.store.tables import IntakeGap


async def written_down(database: Database, webhooks: int) -> None:
    """Return once so many are; the test's own time-out ends it otherwise."""
    while database.read_now(_turned_away) != webhooks:  # noqa: ASYNC110 - the server writes
        await asyncio.sleep(0.01)


def _turned_away(session: Session) -> int:
    return sum(session.exec(select(IntakeGap.webhooks)))
