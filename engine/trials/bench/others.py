"""The goals that are a number of seconds: a simulated morning, an import, a start."""

import asyncio
import http.client
import socket
import statistics
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from engine.clock import MachineClock
from engine.commands.import_subscribers import ImportPreview, import_subscribers, preview_import
from engine.domain.enrolment import SubscriberForm
from engine.domain.roles import Actor, Role
from engine.store import migrations
from engine.store.database import Database
from engine.trials import simulated
from engine.trials.bench.table import Row, failed, verdict
from engine.trials.bench.tools import RunError, Tools
from engine.trials.options import MorningOptions
from engine.trials.usage import used

FAULTY = ("phone_failure", "api_rate_limit", "timeout_after_accept")
SIMULATED_SECONDS = 3.0
IMPORT_ROWS = 100_000
IMPORT_SECONDS = 10.0
START_SECONDS = 3.0
GIVE_UP_SECONDS = 60.0


def measure_simulated(tools: Tools) -> list[Row]:
    """A morning of 2,000 in simulated time, with each kind of trouble; the slowest counts."""
    goal = f"≤ {SIMULATED_SECONDS:g} s"
    name = "simulated morning, 2,000 with faults"
    took: dict[str, float] = {}
    for scenario in FAULTY[: 1 if tools.quick else None]:
        tools.tell(f"{name}: {scenario}")
        try:
            found = tools.run_morning(
                simulated=True, subscribers=2_000, senders=4, rate=80, scenario=scenario
            )
        except RunError as error:
            return [failed(name, goal, f"{scenario}: {error}")]
        took[scenario] = found["wall_s"]
    worst = max(took, key=lambda scenario: took[scenario])
    return [
        Row(
            name=name,
            ours=f"{took[worst]:.2f} s",
            goal=goal,
            verdict=verdict(took[worst] <= SIMULATED_SECONDS),
            why=f"slowest: {worst}",
            figures={"simulated_wall_s": took},
        )
    ]


def measure_import(tools: Tools) -> list[Row]:
    """100,000 rows of CSV: read, checked, held against who is there, and added."""
    rows = IMPORT_ROWS // (10 if tools.quick else 1)
    tools.tell(f"import of {rows:,} rows")
    clock = MachineClock()
    data = _list_of(rows)
    with tempfile.TemporaryDirectory(prefix="dawncast-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'import.db'}"
        migrations.upgrade(url)
        database = Database(url)
        now = clock.now()
        seeded = database.transact_now(simulated.seed, MorningOptions(subscribers=1), now)
        by = Actor("operator", seeded.tenant, Role.OPERATOR, seeded.users[Role.OPERATOR])
        consent = SubscriberForm(consent_date="2026-11-01", consent_source="bench")
        began, cpu = clock.loop_time(), used().cpu_s
        preview = database.read_now(preview_import, seeded.tenant, data, consent=consent, now=now)
        assert isinstance(preview, ImportPreview), preview
        done = database.transact_now(
            import_subscribers,
            seeded.tenant,
            preview.fresh,
            file_name="bench.csv",
            left_out=preview.left_out,
            all_or_nothing=True,
            by=by,
            now=now,
        )
        took, cpu = clock.loop_time() - began, used().cpu_s - cpu
        database.close()
    goal = IMPORT_SECONDS * rows / IMPORT_ROWS
    return [
        Row(
            name=f"import of {rows:,} CSV rows",
            ours=f"{took:.1f} s",
            goal=f"≤ {goal:g} s",
            verdict=verdict(took <= goal and getattr(done, "added", 0) == rows),
            why=f"{cpu:.1f} s of CPU",
            figures={"import_s": round(took, 2), "import_cpu_s": round(cpu, 2)},
        )
    ]


def _list_of(rows: int) -> bytes:
    lines = ["name,phone,language,tier,region,registration_no,tags"]
    lines += [
        f"Person {number},+9198{number:08d},{('EN', 'HI', 'MR')[number % 3]},"
        f"{('PREMIUM', 'PRO', 'BASIC')[number % 3]},Maharashtra,ARN-{number},bench"
        for number in range(rows)
    ]
    return "\n".join(lines).encode()


def measure_start(tools: Tools) -> list[Row]:
    """From the command to the first page, with the front end built and the database there."""
    goal = f"≤ {START_SECONDS:g} s"
    name = "start to first page, build present"
    took: list[float] = []
    with tempfile.TemporaryDirectory(prefix="dawncast-bench-") as folder:
        for number in range(tools.rounds + 1):  # the first one makes the database
            tools.tell(f"start {number + 1} of {tools.rounds + 1}")
            try:
                took.append(asyncio.run(_start(tools, Path(folder))))
            except RunError as error:
                return [failed(name, goal, str(error))]
    seconds = statistics.median(took[1:])
    return [
        Row(
            name=name,
            ours=f"{seconds:.2f} s",
            goal=goal,
            verdict=verdict(seconds <= START_SECONDS),
            why=f"{took[0]:.1f} s with a new database",
            figures={"start_s": [round(one, 2) for one in took[1:]]},
        )
    ]


async def _start(tools: Tools, home: Path) -> float:
    """Seconds until the sign-in page is answered."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    clock = MachineClock()
    began = clock.loop_time()
    with (home / "serve.log").open("wb") as log:
        serving = await asyncio.create_subprocess_exec(
            *tools.serve(home, port), stdout=log, stderr=subprocess.STDOUT
        )
    try:
        while not await asyncio.to_thread(_is_answered, port):
            if serving.returncode is not None or clock.loop_time() - began > GIVE_UP_SECONDS:
                raise RunError("the page did not come")
            await asyncio.sleep(0.02)
        return clock.loop_time() - began
    finally:
        if serving.returncode is None:
            serving.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(serving.wait(), 20.0)


def _is_answered(port: int) -> bool:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=10.0)
    try:
        asking.request("GET", "/sign-in")
        return asking.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()
