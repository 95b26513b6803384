"""Twenty people look at Live while a morning of 2,000 goes out: what that costs the sends, and how
old what they see is; beside the same morning with nobody looking.
"""

import asyncio
import math
from collections.abc import Sequence
from datetime import timedelta

from engine.trials.bench.table import Row, failed, verdict
from engine.trials.bench.tools import Tools
from engine.trials.companion import CompanionError
from engine.trials.onlookers import Onlookers, share
from engine.trials.options import MorningOptions, MorningResult
from engine.trials.real import run_real

CLIENTS, WINDOWS = 18, 2
SENDERS, RATE, PEOPLE = 4, 80.0, 2_000
COME_SECONDS = 25.0
"""Browsers take a while to start, and nothing of that belongs to the morning."""
LATE_P99_SECONDS = 0.025
STALE_P95_SECONDS = 1.0
KEPT = 0.99
NAME = f"with {CLIENTS + WINDOWS} viewers on Live"
GOAL = (
    f"sends late p99 ≤ {LATE_P99_SECONDS * 1000:.0f} ms, board old p95 ≤ {STALE_P95_SECONDS:g} s, "
    "verdicts unchanged"
)


def measure(tools: Tools) -> list[Row]:
    """Two real mornings, one after the other: without and with them."""
    people = 200 if tools.quick else PEOPLE
    try:
        alone, unseen = _morning(tools, people, clients=0, windows=0)
        beside, seen = _morning(tools, people, clients=CLIENTS, windows=WINDOWS)
    except CompanionError as error:
        return [failed(NAME, GOAL, str(error))]
    return [judged(alone, beside, seen, alone_late=share(unseen.lateness, 0.99))]


def judged(
    alone: MorningResult, beside: MorningResult, seen: Onlookers, *, alone_late: float = 0.0
) -> Row:
    """The row: a figure nobody noted, or browsers that did not come, cannot hold."""
    late, old = share(seen.lateness, 0.99), share(seen.staleness, 0.95)
    same = _verdicts(alone) == _verdicts(beside)
    everybody_came = seen.browsers == WINDOWS and bool(seen.staleness) and bool(seen.lateness)
    kept = late <= LATE_P99_SECONDS and old <= STALE_P95_SECONDS
    figures = {
        "late_p99_ms": round(late * 1000, 1),
        "alone_late_p99_ms": round(alone_late * 1000, 1),
        "late_worst_ms": round(1000 * max(seen.lateness, default=math.nan), 1),
        "board_p50_s": round(share(seen.staleness, 0.5), 3),
        "board_p95_s": round(old, 3),
        "cpu_s_per_1000": round(beside.cpu_s_per_1000, 2),
        "alone_cpu_s_per_1000": round(alone.cpu_s_per_1000, 2),
        "verdicts": _verdicts(beside),
        "alone_verdicts": _verdicts(alone),
    }
    why = [
        "" if seen.browsers == WINDOWS else f"{seen.browsers} browsers instead of {WINDOWS}",
        "" if same else f"verdicts {_verdicts(alone)} became {_verdicts(beside)}",
        f"worst send {figures['late_worst_ms']:.0f} ms late; alone p99 {alone_late * 1000:.0f} ms",
    ]
    return Row(
        name=NAME,
        ours=f"late p99 {late * 1000:.1f} ms, board p95 {old:.2f} s",
        beside=f"CPU/1,000: {beside.cpu_s_per_1000:.2f} s, alone {alone.cpu_s_per_1000:.2f} s",
        ratio=beside.cpu_s_per_1000 / alone.cpu_s_per_1000 if alone.cpu_s_per_1000 else None,
        goal=GOAL,
        verdict=verdict(everybody_came and kept and same),
        why="; ".join(one for one in why if one),
        figures=figures,
    )


def _verdicts(found: MorningResult) -> dict[str, int | bool]:
    """What the day is judged by. Which phones are off is the seed's doing, and the same twice."""
    return {
        "targeted": found.targeted,
        "handed over": found.handed_over >= KEPT * found.targeted,
        "on time": found.on_time >= KEPT * found.targeted,
        "lost": found.lost,
        "doubled": found.doubled,
        "held": found.held,
    }


def _morning(
    tools: Tools, people: int, *, clients: int, windows: int
) -> tuple[MorningResult, Onlookers]:
    options = MorningOptions(
        subscribers=people, senders=SENDERS, rate=RATE, lead_seconds=COME_SECONDS
    )
    looking = Onlookers(
        command=tools.onlookers,
        clients=clients,
        windows=windows,
        sending=timedelta(seconds=people / (SENDERS * RATE)),
    )
    tools.tell(f"a morning with {clients + windows} viewers")
    visitors: Sequence[Onlookers] = [looking]
    return asyncio.run(run_real(options, tools.pages, visitors=visitors)), looking
