"""What a rehearsal's WhatsApp and phones are like: as the senders' own last mornings were.

A sender with enough messages of its own is taken by them, another by what the house saw; where
that is too little, too, the usual holds, and says so.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import pstdev

from sqlmodel import Session

from engine.domain.failure import classify
from engine.domain.ids import SenderId, TenantId
from engine.domain.outcome import Blame
from engine.domain.schedule import service_day
from engine.rehearsal.behaviour import USUAL, Behaviour
from engine.simulator.curves import Curve, measured
from engine.simulator.scenarios import Scenario
from engine.store import observed
from engine.store.observed import UNIT_SECONDS, Day, Requests

LOOKED_BACK = timedelta(days=14)
OF_ITS_OWN = 2_000
"""Messages from which a sender's phones are taken for its own."""
OF_THE_HOUSE = 200
ANSWERS = 50
NOISE_MOST = 0.2
"""More than this share of trouble was an incident, and no weather."""
SPREAD, SPREAD_LEAST, SPREAD_MOST = 1.15, 1.03, 1.6
"""By what factor a morning's lags may differ, where fewer than three days tell; its bounds."""
PASSES = frozenset({Blame.PACE, Blame.PAIR, Blame.PLATFORM})
"""What may well happen again on a good morning; the rest was somebody's doing."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Each sender's behaviour, and where it is from, in words."""

    of_sender: dict[SenderId, Behaviour]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Phones:
    """What messages that WhatsApp took came to."""

    lags: Curve
    never: float
    failures: tuple[tuple[int, float], ...]
    spread: float


def calibrate(
    session: Session, tenant: TenantId, senders: Sequence[SenderId], now: datetime
) -> Calibration:
    """The behaviour behind each of these senders, as of now."""
    since = service_day(now) - LOOKED_BACK
    days = observed.days(session, tenant, since)
    failures = _of_people(observed.failures(session, tenant, since))
    handed = observed.handed_over(session, tenant)
    found: dict[SenderId, Behaviour] = {}
    for sender in senders:
        own = [day for day in days if day.sender == sender]
        phones = _phones(own if _seen(own) >= OF_ITS_OWN else days, failures, days)
        requests = observed.requests(session, sender, now - LOOKED_BACK)
        found[sender] = _behaviour(phones, requests, handed)
    return Calibration(found, _words(days, found))


def behaviour_of(lags: "Counter[int]", sent: int, latency: Curve | None = None) -> Behaviour:
    """What follows from so many seconds to the phone of `sent` messages alone, and from answers."""
    phones = _Phones(measured(lags), max(0.0, 1.0 - sum(lags.values()) / sent), (), SPREAD)
    scenario = _scenario(phones, latency or USUAL.scenario.api_latency, Counter())
    return Behaviour(scenario=scenario, answered=True, spread=SPREAD)


def _behaviour(phones: _Phones | None, requests: Requests, handed: "Counter[int]") -> Behaviour:
    usual = USUAL.scenario
    answers = sum(requests.took.values())
    latency = measured(requests.took, UNIT_SECONDS) if answers >= ANSWERS else usual.api_latency
    refused: tuple[tuple[int, float], ...] = ()
    unknown = 0.0
    if requests.made >= ANSWERS:
        refused = _weather(requests)
        unknown = min(requests.unknown / requests.made, NOISE_MOST)
    if phones is None:
        phones = _Phones(usual.delivered_lag, usual.never_delivered, usual.failures, USUAL.spread)
        scenario = _scenario(phones, latency, handed)
        return Behaviour(scenario=scenario, refused=refused, unknown=unknown, spread=phones.spread)
    scenario = _scenario(phones, latency, handed)
    return Behaviour(
        scenario=scenario, refused=refused, unknown=unknown, answered=True, spread=phones.spread
    )


def _scenario(phones: _Phones, latency: Curve, handed: "Counter[int]") -> Scenario:
    usual = USUAL.scenario
    return Scenario(
        name="calibrated",
        api_latency=latency,
        sent_lag=measured(handed) if sum(handed.values()) >= ANSWERS else usual.sent_lag,
        delivered_lag=phones.lags,
        never_delivered=phones.never,
        failures=phones.failures,
    )


def _phones(days: Sequence[Day], failures: dict[int, int], house: Sequence[Day]) -> _Phones | None:
    lags = _together(days)
    arrived = sum(lags.values())
    if arrived < OF_THE_HOUSE:
        return None
    sent, delivered = sum(day.sent for day in days), sum(day.delivered for day in days)
    # Of all that WhatsApp took: it hands some over and tells of others that they fail.
    taken = sum(day.sent for day in house) + sum(failures.values())
    shares = tuple((code, count / taken) for code, count in failures.items())
    failing = sum(share for _, share in shares)
    never = max(0.0, 1.0 - delivered / sent) * (1.0 - failing) if sent else 0.0
    return _Phones(measured(lags), never, shares, _spread(days))


def _spread(days: Iterable[Day]) -> float:
    """How much the mornings differ: in the logarithm, by their slowest tenth."""
    by_day: dict[object, Counter[int]] = {}
    for day in days:
        by_day.setdefault(day.day, Counter()).update(day.lags)
    slow = [
        math.log(max(1.0, measured(lags).at(0.9)))
        for lags in by_day.values()
        if sum(lags.values()) >= OF_THE_HOUSE
    ]
    if len(slow) < 3:
        return SPREAD
    return min(max(math.exp(pstdev(slow)), SPREAD_LEAST), SPREAD_MOST)


def _weather(requests: Requests) -> tuple[tuple[int, float], ...]:
    passing = [
        (131016 if code is None else code, count / requests.made)
        for code, count in requests.refused.items()
        if classify(code, None).blame in PASSES
    ]
    whole = sum(share for _, share in passing)
    factor = min(1.0, NOISE_MOST / whole) if whole else 1.0
    return tuple((code, share * factor) for code, share in sorted(passing))


def _of_people(failures: dict[int, int]) -> dict[int, int]:
    return {
        code: count
        for code, count in failures.items()
        if code >= 0 and classify(code, None).blame is Blame.RECIPIENT
    }


def _seen(days: Iterable[Day]) -> int:
    return sum(sum(day.lags.values()) for day in days)


def _together(days: Iterable[Day]) -> "Counter[int]":
    whole: Counter[int] = Counter()
    for day in days:
        whole.update(day.lags)
    return whole


def _words(days: Sequence[Day], found: dict[SenderId, Behaviour]) -> tuple[str, ...]:
    lags = _together(days)
    said: list[str] = []
    if sum(lags.values()) < OF_THE_HOUSE:
        said.append(USUAL.words)
    else:
        mornings, curve = len({day.day for day in days}), measured(lags)
        said.append(
            f"Phones as in the last {mornings} mornings ({sum(lags.values()):,} messages): half "
            f"within {curve.at(0.5):.0f} s, 99 of 100 within {curve.at(0.99):.0f} s."
        )
    latencies = [one.scenario.api_latency.at(0.5) for one in found.values()]
    if latencies:
        said.append(f"WhatsApp answers in {sum(latencies) / len(latencies):.2f} s.")
    trouble = [one.unknown + sum(share for _, share in one.refused) for one in found.values()]
    if max(trouble, default=0.0) > 0:
        share = 100 * sum(trouble) / len(trouble)
        said.append(f"{share:.1f} % of the requests are refused for now or get no answer.")
    return tuple(said)
