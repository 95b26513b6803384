"""Somebody who comes to a trial morning: does something while it goes out, or watches, and looks at
what came of it before the database is gone.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from engine.clock import Clock
from engine.domain.ids import BroadcastId
from engine.store.database import Database
from engine.trials.options import MorningResult
from engine.trials.tenant import SeededTenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The morning a visitor comes to, in real or virtual time; `url` says where it is served."""

    database: Database
    clock: Clock
    seeded: SeededTenant
    opens_at: datetime
    url: str = ""


class Visitor(Protocol):
    """Comes to one morning."""

    async def during(self, scene: Scene) -> None:
        """Begins before the opening; cancelled when all is settled."""
        ...

    def after(self, session: Session, broadcast: BroadcastId, result: MorningResult) -> None:
        """When all is settled: look, and add to the result what is to be told."""
        ...
