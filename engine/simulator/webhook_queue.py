"""The webhooks WhatsApp has to post: gathered into batches, signed, repeated until answered 200.

Receipts wait in buckets of the batch interval, so that adding one costs an append and not a heap;
only the buckets and the retries are ordered.
"""

import heapq
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

from engine.simulator.numbers import NumberState
from engine.simulator.receipts import Receipt, receipt_entries, webhook_body
from engine.simulator.scenarios import Scenario

RETRY_FIRST = 1.0
RETRY_MAX = 600.0
"""Seconds until a POST not answered 200 is repeated: doubling from the first to the last."""
DUPLICATE_LAG = 0.7
"""Seconds after which a doubled POST is posted again although it was answered."""


@dataclass(frozen=True, slots=True)
class WebhookPost:
    """One POST to the webhook URL; `signature` is its `X-Hub-Signature-256` header."""

    id: int
    body: bytes
    signature: str
    statuses: int


class WebhookQueue:
    """Everything that still has to be posted. `chance` decides which POSTs come twice."""

    def __init__(
        self,
        *,
        app_secret: str,
        scenario: Scenario,
        numbers: dict[str, NumberState],
        chance: Callable[..., float],
        first_id: int = 1,
    ) -> None:
        self._secret = app_secret.encode()
        self._scenario = scenario
        self._numbers = numbers
        self._chance = chance
        self._buckets: dict[int, list[Receipt]] = {}
        self._bucket_order: list[int] = []
        self._others: list[tuple[float, int, dict[str, Any]]] = []
        self._again: list[tuple[float, int, WebhookPost]] = []
        self._tries: dict[int, int] = {}
        self._out: dict[int, WebhookPost] = {}
        self._withheld_until = 0.0
        self._next_id = first_id
        self._batches = 0
        self.posted = 0
        self.refused = 0

    def add(self, receipt: Receipt, due: float) -> None:
        """Post this receipt with the first batch that closes at `due` or after it."""
        bucket = ceil(due / self._scenario.batch_seconds)
        waiting = self._buckets.get(bucket)
        if waiting is None:
            self._buckets[bucket] = [receipt]
            heapq.heappush(self._bucket_order, bucket)
        else:
            waiting.append(receipt)

    def add_change(self, waba_id: str, field: str, value: dict[str, Any], due: float) -> None:
        """Post a change not about messages (a template's status ...), in a POST of its own."""
        entry = {"id": waba_id, "time": int(due), "changes": [{"value": value, "field": field}]}
        heapq.heappush(self._others, (due, self._take_id(), entry))

    def withhold(self, until: float) -> None:
        """Post nothing before this instant."""
        self._withheld_until = until

    def is_withheld(self, now: float) -> bool:
        """Whether nothing is posted now, whatever is due."""
        return now < self._withheld_until

    def next_at(self) -> float | None:
        """When something will be due to be posted, as far as is known; None when nothing waits."""
        soonest = min(
            (self._bucket_order[0] * self._scenario.batch_seconds if self._bucket_order else None),
            (self._others[0][0] if self._others else None),
            (self._again[0][0] if self._again else None),
            key=_or_never,
        )
        return None if soonest is None else max(soonest, self._withheld_until)

    def take(self, now: float) -> list[WebhookPost]:
        """The POSTs that are due, each until `answered` says what came of it."""
        if self.is_withheld(now):
            return []
        posts = self._take_again(now)
        while self._others and self._others[0][0] <= now:
            posts.append(self._sign(webhook_body([heapq.heappop(self._others)[2]]), 0))
        receipts: list[Receipt] = []
        while self._bucket_order and self._bucket_order[0] * self._scenario.batch_seconds <= now:
            receipts += self._buckets.pop(heapq.heappop(self._bucket_order))
        size = self._scenario.batch_size
        for start in range(0, len(receipts), size):
            batch = receipts[start : start + size]
            entries = receipt_entries(batch, self._numbers, contacts=self._scenario.contacts)
            post = self._sign(webhook_body(entries), len(batch))
            posts.append(post)
            self._batches += 1
            if self._chance("again", self._batches) < self._scenario.duplicate_share:
                copy = WebhookPost(self._take_id(), post.body, post.signature, post.statuses)
                heapq.heappush(self._again, (now + DUPLICATE_LAG, copy.id, copy))
        for post in posts:
            self._out[post.id] = post
        self.posted += len(posts)
        return posts

    def answered(self, post_id: int, status: int | None, now: float) -> None:
        """What a POST was answered with; None is no answer. All but 200 is posted again, for ever.

        An id that is not out is ignored: the world may have been reset in between.
        """
        post = self._out.pop(post_id, None)
        if post is None:
            return
        if status == 200:
            self._tries.pop(post_id, None)
            return
        self.refused += 1
        tries = self._tries[post_id] = self._tries.get(post_id, 0) + 1
        # 2 ** 10 s is above the longest wait: no need to raise 2 to a day's number of tries.
        wait = min(RETRY_MAX, RETRY_FIRST * 2 ** min(tries - 1, 10))
        heapq.heappush(self._again, (now + wait, post_id, post))

    def next_id(self) -> int:
        """The next POST's id: a world begun anew goes on there, so that no two share one."""
        return self._next_id

    def waiting(self) -> int:
        """How many POSTs are out or wait to be repeated; receipts not yet in one do not count."""
        return len(self._out) + len(self._again) + len(self._others)

    def receipts_waiting(self) -> int:
        """How many receipts are not in a POST yet, those of later instants included."""
        return sum(len(bucket) for bucket in self._buckets.values())

    def _take_again(self, now: float) -> list[WebhookPost]:
        posts: list[WebhookPost] = []
        while self._again and self._again[0][0] <= now:
            posts.append(heapq.heappop(self._again)[2])
        return posts

    def _sign(self, body: bytes, statuses: int) -> WebhookPost:
        digest = hmac.new(self._secret, body, "sha256").hexdigest()
        return WebhookPost(self._take_id(), body, f"sha256={digest}", statuses)

    def _take_id(self) -> int:
        taken = self._next_id
        self._next_id += 1
        return taken


def _or_never(instant: float | None) -> float:
    return float("inf") if instant is None else instant
