"""A crowd of webhooks: POSTs of one status each, signed beforehand, sent at instants that no answer
moves.

An answer's time counts from the instant at which its POST was due, so a server that falls behind
cannot hide it by slowing us down. Runs as a process of its own: `python -m engine.trials.load`,
with its options as JSON, and prints what it found.
"""

import asyncio
import json
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any, cast

from engine.loops import calm_collector, fast_loop
from engine.trials.statuses import STATUSES, status_body
from engine.trials.trial_senders import APP_SECRET
from engine.whatsapp.signature import sign

TICK_SECONDS = 0.001
DRAIN_SECONDS = 5.0
"""How long to wait for the last answers of a step."""
STEP_DOWN = 0.96
FAR_DOWN = 0.85
FAR = 4
"""Times the limit: where the better try is as slow as that, the next rate is a good deal lower."""
STEPS_AT_MOST = 28
TRIES = 2
LEAST_RATE = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """What to send, and where to. `rate` 0 looks for the highest one at which the slowest hundredth
    of the answers still comes within `limit_ms`; otherwise it is kept for `seconds`.

    series: makes the statuses of one run differ from those of any other. messages: statuses name
    so many messages, `wamid.{about}.0` and on, in turn.
    """

    port: int
    path: str
    series: int = 0
    about: str = "earlier"
    messages: int = 1_000_000
    rate: float = 0.0
    seconds: float = 2.0
    warm_seconds: float = 0.7
    limit_ms: float = 50.0
    connections: int = 256
    after: float = 0.0
    """Seconds to wait before the first POST of a kept rate."""
    start: float = 0.0
    """A rate to begin the search with; 0 asks the server, by a burst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Some seconds at one rate. per_second: what was answered with 200; times from the due
    instants.
    """

    asked_per_second: float
    per_second: float
    p50_ms: float
    p99_ms: float
    worst_ms: float
    refused: int
    """Answered with anything but 200, or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """The best step that kept the limit (`kept`), or the last one that did not; and all of them."""

    kept: bool
    best: Step
    steps: Sequence[Step]


async def run_load(options: LoadOptions) -> LoadResult:
    """Send as the options say."""
    crowd = _Crowd(options)
    await crowd.connect()
    try:
        if options.rate > 0:
            crowd.prepare(options.rate, options.seconds)
            await asyncio.sleep(options.after)
            steps = [await crowd.step(options.rate, options.seconds)]
        else:
            steps = await _search(options, crowd)
    finally:
        crowd.close()
    best = steps[-1]
    kept = best.p99_ms < options.limit_ms and not best.refused
    return LoadResult(kept=kept, best=best, steps=steps)


async def _search(options: LoadOptions, crowd: "_Crowd") -> list[Step]:
    """From what the server can do in a burst downwards, until the answers come in time.

    Each rate has TRIES: a machine that hiccups once within some seconds says nothing of a server.
    """
    rate = options.start or await crowd.burst(options.warm_seconds)
    steps: list[Step] = []
    while len(steps) < STEPS_AT_MOST and rate > LEAST_RATE:
        for _ in range(TRIES):
            steps.append(await crowd.step(rate, options.seconds))
            if steps[-1].p99_ms < options.limit_ms and not steps[-1].refused:
                return steps
        slow = min(step.p99_ms for step in steps[-TRIES:])
        rate *= FAR_DOWN if slow > FAR * options.limit_ms else STEP_DOWN
    return steps


@dataclass(slots=True)
class _Tally:
    """What came of the POSTs of one step. Instants are the loop's."""

    times: list[float] = field(default_factory=lambda: list[float]())
    refused: int = 0
    last_at: float = 0.0

    def answered(self, due: float, now: float, *, well: bool) -> None:
        self.last_at = now
        if well:
            self.times.append(now - due)
        else:
            self.refused += 1


class _Crowd:
    """Connections that stay open, each with one POST under way at most."""

    def __init__(self, options: LoadOptions) -> None:
        self._options = options
        self._bodies = _bodies(options)
        self._free: list[_Line] = []
        self._lines: list[_Line] = []
        self._waiting: deque[tuple[bytes, float]] = deque()
        self._tally = _Tally()
        self._under_way = 0
        self._prepared: list[bytes] = []

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(self._options.connections):
            _, line = await loop.create_connection(
                lambda: _Line(self._answered), "127.0.0.1", self._options.port
            )
            self._lines.append(line)
            self._free.append(line)

    def close(self) -> None:
        for line in self._lines:
            line.close()

    async def burst(self, seconds: float) -> float:
        """POSTs a second when each connection sends its next one at once."""
        loop = asyncio.get_running_loop()
        ready = list(islice(self._bodies, round(8_000 * seconds)))
        self._tally = _Tally()
        began = loop.time()
        until = began + seconds
        while ready and loop.time() < until:
            while self._free and ready:
                self._put(ready.pop(), loop.time())
            await asyncio.sleep(0)
        await self._drained()
        return len(self._tally.times) / (self._tally.last_at - began)

    def prepare(self, rate: float, seconds: float) -> None:
        """Sign the POSTs of a step, if they are not yet."""
        self._prepared = self._prepared or list(islice(self._bodies, round(rate * seconds)))

    async def step(self, rate: float, seconds: float) -> Step:
        """Some seconds at one rate, evenly spaced."""
        loop = asyncio.get_running_loop()
        self.prepare(rate, seconds)
        ready, self._prepared = self._prepared, []
        self._tally = tally = _Tally()
        began = loop.time()
        for place, post in enumerate(ready):
            due = began + place / rate
            while (wait := due - loop.time()) > 0:  # noqa: ASYNC110 - it waits for an instant
                await asyncio.sleep(max(wait, TICK_SECONDS))
            self._put(post, due)
            if not place % 64:  # behind: let the answers in all the same
                await asyncio.sleep(0)
        await self._drained()
        tally.refused += len(ready) - len(tally.times) - tally.refused
        return _step(rate, tally, tally.last_at - began)

    async def _drained(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + DRAIN_SECONDS
        while (self._under_way or self._waiting) and loop.time() < until:  # noqa: ASYNC110 - seldom
            await asyncio.sleep(0.005)
        self._waiting.clear()

    def _put(self, post: bytes, due: float) -> None:
        while self._free:
            line = self._free.pop()
            if line.is_open:
                self._under_way += 1
                line.send(post, due)
                return
        self._waiting.append((post, due))

    def _answered(self, line: "_Line", due: float, status: int) -> None:
        self._under_way -= 1
        self._tally.answered(due, asyncio.get_running_loop().time(), well=status == 200)
        if not line.is_open:
            return
        if self._waiting:
            post, later = self._waiting.popleft()
            self._under_way += 1
            line.send(post, later)
        else:
            self._free.append(line)


class _Line(asyncio.Protocol):
    """One connection. Reads of an answer what it must: its status, and where it ends."""

    def __init__(self, answered: Any) -> None:
        self._answered = answered
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self._due = 0.0
        self._busy = False

    @property
    def is_open(self) -> bool:
        """Whether something can be sent on it: a server hangs up where nothing came for long."""
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def send(self, post: bytes, due: float) -> None:
        assert self._transport is not None
        self._due, self._busy = due, True
        self._transport.write(post)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head = self._got.find(b"\r\n\r\n")
        if head < 0 or len(self._got) < head + 4 + _length(self._got[:head]):
            return
        status = int(self._got[9:12])
        self._got = b""
        self._end(status)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(0)

    def _end(self, status: int) -> None:
        if self._busy:
            self._busy = False
            self._answered(self, self._due, status)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


def _bodies(options: LoadOptions) -> Iterator[bytes]:
    """Whole requests without end: of each message `sent`, then of each `delivered`, then `read`."""
    head = f"POST {options.path} HTTP/1.1\r\nHost: 127.0.0.1:{options.port}\r\n"
    number = 0
    while True:
        turn, message = divmod(number, options.messages)
        body = status_body(
            f"wamid.{options.about}.{message}", STATUSES[turn % 3], options.series + turn // 3
        )
        yield (
            f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"X-Hub-Signature-256: {sign(body, APP_SECRET)}\r\n\r\n"
        ).encode() + body
        number += 1


def _step(rate: float, tally: _Tally, took: float) -> Step:
    times = sorted(tally.times)

    def share(part: float) -> float:
        return 1_000 * times[min(len(times) - 1, int(len(times) * part))] if times else float("inf")

    return Step(
        asked_per_second=round(rate, 1),
        per_second=round(len(times) / max(took, 1e-9), 1),
        p50_ms=round(share(0.50), 2),
        p99_ms=round(share(0.99), 2),
        worst_ms=round(share(1.0), 2),
        refused=tally.refused,
    )


if __name__ == "__main__":
    calm_collector()
    with asyncio.Runner(loop_factory=fast_loop) as _runner:
        _result = _runner.run(run_load(LoadOptions(**json.loads(sys.argv[1]))))
    print(json.dumps(asdict(_result)))  # noqa: T201
