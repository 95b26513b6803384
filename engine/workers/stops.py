"""Who said stop while their message was marked already: asked right before each POST (spec S3).

A lane marks a second ahead. What is not marked yet, the database keeps back; what is, this does.
"""

from engine.domain.ids import SubscriberId
from engine.store import consents
from engine.store.database import Database


class Stops:
    """The people who said stop since this engine run began."""

    def __init__(self) -> None:
        self._people: set[SubscriberId] = set()
        self._heard: int | None = None

    def __contains__(self, subscriber: SubscriberId) -> bool:
        return subscriber in self._people

    async def hear(self, database: Database) -> None:
        """Learn what the consent history says beyond what was heard before."""
        while True:
            news = await database.peek(consents.news, self._heard)
            if news.newest == self._heard:
                return
            self._heard = news.newest
            self._people -= news.want
            self._people |= news.stop
