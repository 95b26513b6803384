"""Carries WhatsApp's webhooks to whatever process is there to take them in, through whatever
befalls them on the way.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

from engine.clock import Clock
from engine.simulator.world import WebhookPost, World

PATIENCE_SECONDS = 10.0
"""How long WhatsApp waits for an answer."""
FOREIGN = (None, "", "order-4711", "dc.1.1.0000000000000000", "dc.9999999.1.abcdef0123456789")
"""What another app of the account may send along with its messages, ours by its looks or not."""

JUMBLED_SECONDS = 8.0


class Door(Protocol):
    """A process as WhatsApp sees it."""

    async def take_in(self, body: bytes) -> int:
        """The status it answers."""
        ...


@dataclass(slots=True)
class PostOffice:
    """Runs for ever; `hurry` tells it that WhatsApp has something new to say."""

    world: World
    clock: Clock
    rng: Random
    doors: Callable[[], Sequence[Door]]
    """Who is there, and not frozen."""
    refuses: int = 0
    """How many in front of us answer 503 in our place."""
    loses: int = 0
    """How many in front of us let calls go unanswered."""
    echoes: int = 0
    """While there are, each status comes once more, alone and in any order."""
    strangers: int = 0
    """While there are, each POST is followed by one about another app's messages."""
    jumbles: int = 0
    """While there are, POSTs overtake one another, and all but `sent` come without our tracker."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _alarm: asyncio.TimerHandle | None = None
    _alarm_at: float | None = None
    _made_up: int = 0

    def hurry(self) -> None:
        """WhatsApp may have something to post sooner than it had."""
        self._news.set()

    async def run(self, tasks: asyncio.TaskGroup) -> None:
        """Post what is due, for ever."""
        while True:
            now = self._now()
            for post in self.world.take_webhooks(now):
                tasks.create_task(self._carry(post))
            self._set_alarm(self.world.next_webhook_at(), now)
            self._news.clear()
            await self._news.wait()

    def _set_alarm(self, at: float | None, now: float) -> None:
        """For the next post; it is mostly the one that is waited for already."""
        if at == self._alarm_at:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at, self._alarm = at, None
        if at is not None:
            wait = max(0.001, at - now)
            self._alarm = asyncio.get_running_loop().call_later(wait, self._ring)

    def _ring(self) -> None:
        self._alarm_at = None
        self._news.set()

    async def insist(self, body: bytes) -> None:
        """Call with this until it is answered 200."""
        wait = 1.0
        while await self._deliver(body) != 200:
            await asyncio.sleep(wait)
            wait = min(wait * 2, 600.0)

    async def _carry(self, post: WebhookPost) -> None:
        more = self._more(post)
        if more and self.rng.random() < 0.5:
            await self._deliver_all(more)
            more = []
        body = post.body
        if self.jumbles:
            body = _unnamed(body)
            await asyncio.sleep(self.rng.uniform(0.0, JUMBLED_SECONDS))
        status = await self._deliver(body)
        self.world.webhook_answered(post.id, status, self._now())
        self.hurry()
        await self._deliver_all(more)

    async def _deliver_all(self, bodies: list[bytes]) -> None:
        for body in bodies:
            await self._deliver(body)

    async def _deliver(self, body: bytes) -> int | None:
        """What came of one call; None is no answer."""
        doors = self.doors()
        if self.refuses:
            return 503
        if self.loses or not doors:
            return None
        door = doors[self.rng.randrange(len(doors))]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await door.take_in(body)
        except TimeoutError:
            return None

    def _more(self, post: WebhookPost) -> list[bytes]:
        if not self.echoes and not self.strangers:
            return []
        body = json.loads(post.body)
        statuses = [
            (entry["id"], change["value"], status)
            for entry in body["entry"]
            for change in entry["changes"]
            for status in change["value"].get("statuses", ())
        ]
        more: list[bytes] = []
        if self.echoes:
            more += [_alone(*one) for one in statuses]
            self.rng.shuffle(more)
        if self.strangers and statuses:
            waba, value, status = statuses[self.rng.randrange(len(statuses))]
            self._made_up += 1
            foreign = {key: word for key, word in status.items() if key != _TRACKER}
            foreign["id"] = f"wamid.foreign.{self._made_up}"
            tracker = self.rng.choice(FOREIGN)
            more.append(
                _alone(waba, value, foreign | ({} if tracker is None else {_TRACKER: tracker}))
            )
        return more

    def _now(self) -> float:
        return self.clock.now().timestamp()


_TRACKER = "biz_opaque_callback_data"


def _unnamed(body: bytes) -> bytes:
    """A webhook without our word in what follows a `sent`: only that names the message then."""
    told = json.loads(body)
    for entry in told["entry"]:
        for change in entry["changes"]:
            for status in change["value"].get("statuses", ()):
                if status["status"] in ("delivered", "read"):
                    status.pop(_TRACKER, None)
    return json.dumps(told).encode()


def _alone(waba: str, value: dict[str, Any], status: dict[str, Any]) -> bytes:
    """A webhook of one status: other bytes, so it is not known by its hash."""
    change = {"field": "messages", "value": value | {"statuses": [status]}}
    return json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": waba, "changes": [change]}]}
    ).encode()
