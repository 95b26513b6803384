"""What becomes of one message, read off a hash of the seed, the person, and how many they had.

Nothing is drawn from a stream, so the order in which messages arrive changes nobody's fate: a slow
client and a quick one meet the same people.
"""

from hashlib import blake2b
from struct import Struct
from typing import NamedTuple

from engine.simulator.scenarios import Scenario

_TEN = Struct("<10I")
_ONE = Struct("<I")
_STEP = 1.0 / 2**32
STRAGGLER_GAP_MAX = 60.0
"""A status overtaken by one that comes later than this would not be out of order but lost."""
_SWAPPABLE_PER_STATUS = 0.45
"""Roughly the share of statuses that have a next one close enough to be overtaken by."""


class Fate(NamedTuple):
    """Seconds from acceptance (`read_lag`: from delivery); None is never."""

    latency: float
    sent_lag: float
    delivered_lag: float | None
    read_lag: float | None
    read_at_once: bool
    failed_code: int | None
    sent_straggles: bool
    delivered_straggles: bool
    straggler_lag: float


class Fates:
    """The fates of one scenario under one seed."""

    def __init__(self, seed: int, scenario: Scenario) -> None:
        self._key = blake2b(str(seed).encode(), digest_size=32).digest()
        self._scenario = scenario
        self._straggle = scenario.straggler_share / _SWAPPABLE_PER_STATUS

    def of(self, recipient: str, nth: int) -> Fate:
        """The fate of the `nth` message (from 0) that WhatsApp accepts for this person."""
        digest = blake2b(f"{recipient} {nth}".encode(), digest_size=40, key=self._key).digest()
        u = [(n + 0.5) * _STEP for n in _TEN.unpack(digest)]
        scenario = self._scenario
        failed_code, reached = self._failure(u[2])
        delivered_lag = read_lag = None
        read_at_once = False
        sent_lag = scenario.sent_lag.at(u[1])
        if reached:
            delivered_lag = scenario.delivered_lag.at(u[3])
            sent_lag = min(sent_lag, delivered_lag)
            if u[4] < scenario.read_share:
                read_at_once = u[6] < scenario.read_at_once_share
                read_lag = 0.0 if read_at_once else scenario.read_lag.at(u[5])
        return Fate(
            latency=scenario.api_latency.at(u[0]),
            sent_lag=sent_lag,
            delivered_lag=delivered_lag,
            read_lag=read_lag,
            read_at_once=read_at_once,
            failed_code=failed_code,
            sent_straggles=u[7] < self._straggle,
            delivered_straggles=u[8] < self._straggle,
            straggler_lag=0.3 + u[9] * 2.0,
        )

    def chance(self, *what: str | int) -> float:
        """A number in (0, 1) that depends on the seed and on `what` alone."""
        digest = blake2b(repr(what).encode(), digest_size=4, key=self._key).digest()
        return (_ONE.unpack(digest)[0] + 0.5) * _STEP

    def _failure(self, u: float) -> tuple[int | None, bool]:
        """The code a message fails with, and whether it ever reaches the phone."""
        if u < self._scenario.never_delivered:
            return None, False
        edge = self._scenario.never_delivered
        for code, share in self._scenario.failures:
            edge += share
            if u < edge:
                return code, False
        return None, True
