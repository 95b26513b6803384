"""`dawncast simulator`: the stand-in for WhatsApp's Cloud API, as a process of its own."""

import asyncio
import json
import signal
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass

from app.command_line.terminal import USAGE, give_up, out
from engine.loops import calm_collector, fast_loop
from engine.simulator.server import RunningSimulator, serve
from engine.trials.companion import leave_with_parent, read_told
from engine.trials.stand_in import options
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET, WABA_ID
from engine.whatsapp.transport import ForbiddenHostError


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The command's options, as they were typed."""

    host: str
    port: int
    scenario: str
    seed: int
    numbers: int
    rate: float
    webhook_url: str | None
    access_token: str | None
    app_secret: str | None
    receipts: bool
    as_json: bool
    companion: bool


def run(asked: Asked) -> None:
    """Run until SIGINT or SIGTERM; as a companion, also only as long as whoever started it."""
    secrets: dict[str, str] = {}
    if asked.companion:
        secrets = read_told()
        leave_with_parent()
    try:
        wanted = options(
            numbers=asked.numbers,
            rate=asked.rate,
            scenario=asked.scenario,
            seed=asked.seed,
            webhook_url=asked.webhook_url,
            receipts=asked.receipts,
            access_token=secrets.get("access_token") or asked.access_token or ACCESS_TOKEN,
            app_secret=secrets.get("app_secret") or asked.app_secret or APP_SECRET,
        )
    except ValueError as wrong:
        give_up(str(wrong), code=USAGE)

    def ready(simulator: RunningSimulator) -> None:
        if asked.as_json:
            out.file.write(json.dumps(_facts(asked, simulator)) + "\n")
            out.file.flush()
        else:
            _tell(asked, simulator)

    try:
        calm_collector()
        with asyncio.Runner(loop_factory=fast_loop) as runner:
            runner.run(_until_told(serve(wanted, asked.host, asked.port, ready=ready)))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return
    except ForbiddenHostError as wrong:
        give_up(f"--webhook-url will not do: {wrong}.")
    except OSError as wrong:
        give_up(
            f"Cannot listen on {asked.host}, port {asked.port} ({wrong.strerror}): "
            "choose another --port, or 0 for any that is free."
        )


async def _until_told(serving: Coroutine[None, None, None]) -> None:
    """Serve until SIGINT or SIGTERM. Told to the loop itself: an interrupt raised while it is busy
    with something else can get lost.
    """
    task = asyncio.current_task()
    assert task is not None
    with suppress(NotImplementedError):  # not on Windows
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    await serving


def _facts(asked: Asked, simulator: RunningSimulator) -> dict[str, object]:
    numbers = list(simulator.face.world.account.numbers)
    return {"url": simulator.url, "scenario": asked.scenario, "seed": asked.seed} | {
        "webhook_url": asked.webhook_url,
        "waba_id": WABA_ID,
        "phone_number_ids": numbers,
    }


def _tell(asked: Asked, simulator: RunningSimulator) -> None:
    numbers = list(simulator.face.world.account.numbers)
    pace = f"{asked.rate:g} messages a second each" if asked.rate else "no limit"
    out.print(f"A stand-in for WhatsApp's Cloud API listens at {simulator.url}")
    out.print(f"  scenario {asked.scenario}, seed {asked.seed}")
    out.print(f"  {len(numbers)} numbers from id {numbers[0]}, {pace}")
    out.print(f"  webhooks go to {asked.webhook_url or 'nobody: set --webhook-url'}")
    out.print(f"  what really happened: {simulator.url}/_sim/truth")
