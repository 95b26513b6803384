"""How long the engine takes to read what a flood of webhooks left in its inbox."""

import tempfile
from pathlib import Path

from engine.store import migrations
from engine.trials.bench.table import Row, verdict
from engine.trials.bench.tools import Tools
from engine.trials.drain import STATUSES, drain

DRAIN_SECONDS = 30.0


def measure(tools: Tools) -> list[Row]:
    """A webhook for each status, three statuses for each message, out of order."""
    count = STATUSES // (20 if tools.quick else 1)
    tools.tell(f"{count:,} statuses are drained")
    with tempfile.TemporaryDirectory(prefix="dawncast-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'drain.db'}"
        migrations.upgrade(url)
        drained = drain(url, statuses=count)
    goal = DRAIN_SECONDS * count / STATUSES
    return [
        Row(
            name=f"{count:,} statuses drained, a webhook each",
            ours=f"{drained.seconds:.1f} s",
            goal=f"≤ {goal:g} s",
            verdict=verdict(drained.seconds <= goal),
            why=f"{count / drained.seconds:,.0f}/s, {drained.cpu_seconds:.1f} s of CPU",
            figures={"drain_s": round(drained.seconds, 2)},
        )
    ]
