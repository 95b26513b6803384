"""The yardstick: a bare aiohttp loop that makes the same requests of the same simulator, and
nothing else.

No database, no journal, no receipts: what is left is what HTTP itself costs on this machine, now.
"""

import asyncio
import json
import resource
import sys
from dataclasses import asdict, dataclass

import aiohttp

from engine.domain.ids import AttemptId, DeliveryId, DeliveryKey, Phone
from engine.domain.message import Recipient, TemplateMessage
from engine.loops import fast_loop
from engine.trials.simulator_process import simulator_process
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET, WABA_ID, trial_numbers
from engine.whatsapp.requests import message_body

SIZE = 60
"""Characters of each parameter: as long as a day's words usually are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BareOptions:
    """The same figures as a morning's; rate 0 is unthrottled, `in_flight` at once."""

    messages: int
    senders: int
    rate: float
    in_flight: int
    scenario: str = "normal_load"
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BareResult:
    """Seconds from the first to the last POST's start and to the last answer, and CPU spent."""

    send_s: float
    done_s: float
    cpu_s_per_1000: float
    failed: int


async def run_bare(options: BareOptions) -> BareResult:
    """Send `messages`, spread evenly over the senders, each at `rate`."""
    async with simulator_process(
        numbers=trial_numbers(options.senders, options.rate or 1_000_000.0),
        access_token=ACCESS_TOKEN,
        app_secret=APP_SECRET,
        waba_id=WABA_ID,
        webhook_url=None,
        seed=options.seed,
        scenario=options.scenario,
        receipts=False,
    ) as simulator:
        loop = _Loop(options, simulator.url)
        return await loop.run()


class _Loop:
    def __init__(self, options: BareOptions, url: str) -> None:
        self._options = options
        self._url = url
        self._slots = asyncio.Semaphore(options.in_flight)
        self._starts: list[float] = []
        self._failed = 0

    async def run(self) -> BareResult:
        """All senders at once, as the lanes do."""
        options = self._options
        numbers = trial_numbers(options.senders, options.rate)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            loop = asyncio.get_running_loop()
            cpu, began = _cpu_seconds(), loop.time()
            async with asyncio.TaskGroup() as lanes:
                for place, number in enumerate(numbers):
                    ids = range(1 + place, options.messages + 1, options.senders)
                    lanes.create_task(self._lane(session, number.phone_number_id, ids))
            done, cpu = loop.time() - began, _cpu_seconds() - cpu
        return BareResult(
            send_s=max(self._starts) - min(self._starts),
            done_s=done,
            cpu_s_per_1000=1_000 * cpu / options.messages,
            failed=self._failed,
        )

    async def _lane(self, session: aiohttp.ClientSession, number: str, ids: range) -> None:
        loop = asyncio.get_running_loop()
        opened = loop.time()
        async with asyncio.TaskGroup() as posts:
            for place, message in enumerate(ids):
                if self._options.rate > 0:
                    wait = opened + place / self._options.rate - loop.time()
                    if wait > 0:
                        await asyncio.sleep(wait)
                await self._slots.acquire()
                self._starts.append(loop.time())
                posts.create_task(self._post(session, number, message))

    async def _post(self, session: aiohttp.ClientSession, number: str, message: int) -> None:
        body = message_body(
            Recipient(phone=Phone(f"+9198{message:08d}")),
            TemplateMessage(
                template="morning_market_note", language="en", parameters=("x" * SIZE,) * 4
            ),
            AttemptId(DeliveryId(message), 1).tracker(DeliveryKey("0" * 64)),
        )
        try:
            async with session.post(
                f"{self._url}/v25.0/{number}/messages",
                data=json.dumps(body).encode(),
                headers={
                    "Authorization": f"Bearer {ACCESS_TOKEN}",
                    "Content-Type": "application/json",
                },
            ) as response:
                await response.read()
                self._failed += response.status != 200
        finally:
            self._slots.release()


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=fast_loop) as _runner:
        _result = _runner.run(run_bare(BareOptions(**json.loads(sys.argv[1]))))
    print(json.dumps(asdict(_result)))  # noqa: T201
