"""How long a person at the list of subscribers waits for the screen of a browser.

The server is a process of its own with the whole product in it, as it is served.
"""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from engine.trials.bench.table import Row, not_measured, verdict
from engine.trials.bench.tools import Tools
from engine.trials.companion import Companion, CompanionError
from engine.trials.onlookers import share
from engine.trials.private_postgres import free_port

P95_SECONDS = 1.0
READY_SECONDS = 60.0
AT_MOST_SECONDS = 300.0
NOWHERE = "http://127.0.0.1:9"
"""Nothing is sent in it."""
GOAL = f"p95 ≤ {P95_SECONDS:g} s"


def measure(tools: Tools, database_url: str, rows: int) -> Row:
    """From what a person did until its rows stand there, over a fixed list of deeds."""
    name = f"subscriber page, {rows:,} rows, to the screen"
    tools.tell(name)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="dawncast-bench-") as folder:
        told = {
            "database_url": database_url,
            "journals": str(Path(folder) / "journal"),
            "api_url": NOWHERE,
            "port": port,
            "log_level": "error",
        }
        serving = Companion(tools.pages, told=told)
        try:
            serving.ready(READY_SECONDS)
            found = _at_the_screen(tools, database_url, f"http://127.0.0.1:{port}")
        except (CompanionError, OSError, subprocess.SubprocessError, ValueError) as error:
            return not_measured(name, GOAL, f"no browser looked: {type(error).__name__}")
        finally:
            serving.stop()
    took = sorted(seconds for _, seconds in found["took"])
    slowest, longest = max(found["took"], key=lambda one: one[1])
    p95 = share(took, 0.95)
    return Row(
        name=name,
        ours=f"p95 {p95:.2f} s, p50 {share(took, 0.5):.2f} s",
        goal=GOAL,
        verdict=verdict(p95 <= P95_SECONDS),
        why=f"slowest: {slowest}: {longest:.2f} s; opened in {found['opened']:.2f} s",
        figures={"screen_p95_s": round(p95, 3), "screen_s": found["took"]},
    )


def _at_the_screen(tools: Tools, database_url: str, url: str) -> dict[str, Any]:
    told = json.dumps({"url": url, "database_url": database_url}) + "\n"
    done = subprocess.run(  # noqa: S603 - our own command
        tools.screen,
        input=told,
        capture_output=True,
        text=True,
        timeout=AT_MOST_SECONDS,
        check=True,
    )
    return json.loads(done.stdout.strip().splitlines()[-1])
