"""The mornings a forecast is built on and judged by, drawn from seeds.

Everybody's morning: 600 to 1,800 people over one to four senders with up to two backups, all three
pacings, sends that take from a quarter of a minute to two and a half minutes at full rate. Each
morning has phones of its own speed (median 1 to 6 s, p99 15 to 120 s, now and then far slower) and
of its own deafness (up to 0.6 % of the messages never arrive, in one morning of eight up to 3 %),
and one to three faults with random beginnings, lengths and strengths: refusals, throttling, lost
answers, slow answers, failures by receipt, webhooks held back, a banned sender, templates held for
assessment, a paused template, a refused token.
"""

import math
from dataclasses import dataclass
from random import Random

from engine.simulator.curves import Uniform, long_tail
from engine.simulator.faults import (
    DropAnswers,
    ExpireToken,
    FailLater,
    Fault,
    PaceTemplate,
    RefuseAll,
    SetRate,
    SetStatus,
    SetTemplateStatus,
    SlowAnswers,
    WithholdWebhooks,
)
from engine.simulator.scenarios import PlannedFault, Scenario
from engine.trials.options import MorningOptions
from engine.trials.texts import TEMPLATE

BUILDING = range(10_000, 20_000)
"""Seeds that the forecast's constants were fitted on."""
JUDGING = range(50_000, 60_000)
"""Seeds that it is held to; nothing was fitted on them."""
EARLY_SECONDS = 45.0
"""Faults begin before this: what the forecast at T+60 s is judged by."""
LATER_SECONDS = 210.0
"""Faults begin before this: what the announcements of a late end are judged by."""
PASSING_CODES = (131000, 131016, 131057, 4, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One morning of the family."""

    options: MorningOptions
    scenario: Scenario


def draw(seed: int, *, latest: float) -> Drawn:
    """The morning of a seed; its faults begin before `latest` seconds after the first message."""
    rng = Random(f"forecast {seed} {latest:g}")
    subscribers = round(600 * 3 ** rng.random())
    senders = rng.randint(1, 4)
    lasts = rng.uniform(15.0, 150.0)
    pacing = rng.choices(("jittered", "fastest", "even"), weights=(5, 3, 2))[0]
    options = MorningOptions(
        subscribers=subscribers,
        senders=senders,
        backups=rng.randint(0, 2),
        rate=float(max(1, math.ceil(subscribers / senders / lasts))),
        seed=seed,
        pacing=pacing,
        window_seconds=None,
    )
    faults = tuple(_planned(rng, senders, latest) for _ in range(rng.randint(1, 3)))
    return Drawn(options=options, scenario=_phones(rng, faults))


def _planned(rng: Random, senders: int, latest: float) -> PlannedFault:
    """A fault of one sender or of all; only one sender at once is banned."""
    fault = _fault(rng)
    of_one = isinstance(fault, SetStatus) or rng.random() < 0.5
    return PlannedFault(
        after=rng.uniform(0.0, latest),
        fault=fault,
        nth_number=rng.randrange(senders) if of_one else None,
    )


def _phones(rng: Random, faults: tuple[PlannedFault, ...]) -> Scenario:
    median = _between(rng, 1.0, 6.0)
    p99 = _between(rng, 15.0, 120.0) if rng.random() < 0.85 else _between(rng, 120.0, 900.0)
    deaf = rng.uniform(0.0, 0.004) if rng.random() < 0.88 else rng.uniform(0.006, 0.03)
    return Scenario(
        name="foretold",
        api_latency=Uniform(0.05, _between(rng, 0.2, 1.0)),
        delivered_lag=long_tail(median=median, p99=max(p99, 5 * median)),
        never_delivered=deaf,
        failures=((131026, rng.uniform(0.0, 0.001)), (131049, rng.uniform(0.0, 0.001))),
        read_share=rng.uniform(0.3, 0.8),
        read_lag=long_tail(median=_between(rng, 60.0, 400.0), p99=5_400.0),
        faults=faults,
    )


def _fault(rng: Random) -> Fault:
    seconds = _between(rng, 4.0, 90.0)
    share = rng.choice((0.05, 0.2, 0.5, 1.0))
    match rng.randrange(16):
        case 0 | 1 | 2:
            code = rng.choice(PASSING_CODES)
            return RefuseAll(code=code, probability=share, seconds=seconds)
        case 3 | 4 | 5:
            return SetRate(share_of_busiest=rng.choice((0.2, 0.5)), seconds=seconds)
        case 6 | 7:
            return DropAnswers(
                accepted=rng.random() < 0.6, how="either", probability=share / 2, seconds=seconds
            )
        case 8 | 9:
            return SlowAnswers(
                low=1.0, high=rng.choice((5.0, 20.0)), drip=rng.random() < 0.5, seconds=seconds
            )
        case 10:
            code = rng.choice((131026, 131049, 131000))
            return FailLater(code=code, probability=share / 10, seconds=seconds)
        case 11 | 12:
            return WithholdWebhooks(seconds=seconds)
        case _:
            return _lasting(rng, seconds, share)


def _lasting(rng: Random, seconds: float, share: float) -> Fault:
    """What does not pass by itself, or passes with a bang."""
    match rng.randrange(8):
        case 0:
            return ExpireToken()
        case 1:
            return SetTemplateStatus(template=TEMPLATE, status="PAUSED")
        case 2 | 3:
            return PaceTemplate(
                template=TEMPLATE, outcome="released", probability=share, seconds=seconds
            )
        case _:
            return SetStatus(status="BANNED", code=131045)


def _between(rng: Random, low: float, high: float) -> float:
    """From low to high, each factor as likely."""
    return low * (high / low) ** rng.random()
