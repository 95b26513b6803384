"""A simulator in a process of its own, for trials: a companion that ends when the trial does."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, cast

import aiohttp

from engine.loops import calm_collector, fast_loop
from engine.simulator.server import SimulatorOptions, serve
from engine.simulator.world import SimulatedNumber
from engine.trials.companion import Companion, leave_with_parent, read_told
from engine.trials.findings import SimulatorTruth

READY_SECONDS = 60.0
"""On a machine that has much else to do."""


@dataclass(frozen=True, slots=True)
class SimulatorProcess:
    """A running simulator: its base address, and what only a trial asks of it."""

    url: str
    session: aiohttp.ClientSession

    async def truth(self) -> SimulatorTruth:
        """Who was accepted how often, and how fast it came."""
        return read_truth(await self.whole_truth())

    async def whole_truth(self) -> dict[str, Any]:
        """All that `/_sim/truth` tells, message by message."""
        async with self.session.get(f"{self.url}/_sim/truth") as response:
            return await response.json()

    async def webhooks_waiting(self) -> int:
        """How many webhook POSTs the simulator still has to make, retries included."""
        async with self.session.get(f"{self.url}/_sim/truth?messages=0") as response:
            return (await response.json())["totals"]["webhooks_waiting"]


@asynccontextmanager
async def simulator_process(
    *,
    numbers: Sequence[SimulatedNumber],
    access_token: str,
    app_secret: str,
    waba_id: str,
    webhook_url: str | None,
    seed: int,
    scenario: str,
    receipts: bool,
    fault_at: float | None = None,
) -> AsyncGenerator[SimulatorProcess]:
    """A simulator on a free port for as long as the block lasts."""
    told = {
        "numbers": [asdict(number) for number in numbers],
        "access_token": access_token,
        "app_secret": app_secret,
        "waba_id": waba_id,
        "webhook_url": webhook_url,
        "seed": seed,
        "scenario": scenario,
        "receipts": receipts,
        "fault_at": fault_at,
    }
    companion = Companion([sys.executable, "-m", __name__], told=told)
    try:
        found = await asyncio.to_thread(companion.ready, READY_SECONDS)
        async with aiohttp.ClientSession() as session:
            yield SimulatorProcess(str(found["url"]), session)
    finally:
        await asyncio.to_thread(companion.stop)


def read_truth(truth: dict[str, Any]) -> SimulatorTruth:
    """`/_sim/truth` as the findings want it."""
    by_tracker: dict[str, int] = {}
    by_recipient: dict[str, int] = {}
    for message in truth["messages"]:
        by_recipient[message["recipient"]] = by_recipient.get(message["recipient"], 0) + 1
        if message["tracker"] is not None:
            by_tracker[message["tracker"]] = by_tracker.get(message["tracker"], 0) + 1
    numbers = cast("dict[str, dict[str, int]]", truth["numbers"])
    return SimulatorTruth(
        accepted_by_tracker=by_tracker,
        accepted_by_recipient=by_recipient,
        arrivals_max_per_second=max(
            (number["arrivals_max_per_second"] for number in numbers.values()), default=0
        ),
        rate_errors=truth["totals"]["rate_errors"],
    )


async def _main() -> None:
    told = read_told()
    leave_with_parent()
    told["numbers"] = [SimulatedNumber(**number) for number in told["numbers"]]
    await serve(
        SimulatorOptions(strict_media=False, **told),
        ready=lambda running: print(json.dumps({"url": running.url}), flush=True),  # noqa: T201
    )


if __name__ == "__main__":
    calm_collector()
    with asyncio.Runner(loop_factory=fast_loop) as _runner:
        _runner.run(_main())
