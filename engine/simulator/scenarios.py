"""Mornings to rehearse: how WhatsApp and the phones behave, and what the product must make of it.

`SCENARIOS` is how the world behaves; `EXPECTED` is the verdicts a run is held to (spec Z1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from engine.simulator.curves import AT_ONCE, Curve, Uniform, long_tail
from engine.simulator.faults import NOT_OF_A_NUMBER, DropAnswers, Fault, SetRate, SetStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFault:
    """`fault` begins `after` seconds into the world's life, which starts with the first POST.

    `nth_number` makes it the fault of the world's n-th number (from 0), whatever its id.
    """

    after: float
    fault: Fault
    nth_number: int | None = None

    def for_number(self, numbers: Sequence[str]) -> Fault:
        """The fault, with the id of the number it strikes in its place."""
        fault = self.fault
        if self.nth_number is None or isinstance(fault, NOT_OF_A_NUMBER):
            return fault
        return replace(fault, number=numbers[self.nth_number % len(numbers)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How WhatsApp behaves. Curves are in seconds, shares between 0 and 1.

    `delivered_lag` counts from the acceptance, `read_lag` from the delivery. `failures` are webhook
    error codes with the share of messages each strikes; `never_delivered` is silence: a phone that
    is switched off.
    """

    name: str
    api_latency: Curve = field(default_factory=lambda: Uniform(0.150, 0.300))
    sent_lag: Curve = field(default_factory=lambda: long_tail(median=0.4, p99=3.0))
    delivered_lag: Curve = field(default_factory=lambda: long_tail(median=2.0, p99=60.0))
    never_delivered: float = 0.002
    failures: tuple[tuple[int, float], ...] = ((131026, 0.0006), (131049, 0.0004))
    read_share: float = 0.70
    read_lag: Curve = field(default_factory=lambda: long_tail(median=180.0, p99=5400.0))
    read_at_once_share: float = 0.05
    """Of those who read: the chat is open, so WhatsApp skips `delivered` (facts D)."""
    straggler_share: float = 0.02
    """Of all statuses: their webhook comes after that of the message's next status."""
    duplicate_share: float = 0.01
    """Of all webhook POSTs: posted a second time."""
    batch_seconds: float = 0.25
    batch_size: int = 500
    receipts: bool = True
    contacts: bool = False
    """Whether receipts name the contact also of messages sent by phone, as Meta now does."""
    faults: tuple[PlannedFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a broadcast must come to under a scenario. Shares are of the targeted recipients.

    Handed over and delivered count until 300 s after the window opened (06:05:00); lost and doubled
    are counted person by person against the world's truth; held, failed and unknown as they stand
    at the end. `max_rate_errors` None is any number; `min_*` counts prove that the trouble struck.
    """

    min_handed_over: float = 0.99
    min_delivered: float = 0.99
    max_lost: int = 0
    max_doubled: int = 0
    max_held: float = 0.0
    max_failed: float = 0.005
    max_unknown: float = 0.0
    max_rate_errors: int | None = 0
    min_rate_errors: int = 0
    min_sender_errors: int = 0
    min_unanswered: int = 0

    def misses(self, figures: Mapping[str, float]) -> list[str]:
        """What a run's figures fall short of, in words; none when it went as it should.

        `figures` are counts: targeted, handed_over, on_time, held, failed, unknown, lost, doubled,
        rate_errors, and where known sender_errors and unanswered (from the world's truth).
        """
        targeted = figures["targeted"]
        at_least = {
            "handed_over": self.min_handed_over * targeted,
            "on_time": self.min_delivered * targeted,
            "rate_errors": self.min_rate_errors,
            "sender_errors": self.min_sender_errors,
            "unanswered": self.min_unanswered,
        }
        at_most = {
            "lost": self.max_lost,
            "doubled": self.max_doubled,
            "held": self.max_held * targeted,
            "failed": self.max_failed * targeted,
            "unknown": self.max_unknown * targeted,
            "rate_errors": inf if self.max_rate_errors is None else self.max_rate_errors,
        }
        low = [
            f"{name} {figures[name]:g}, at least {limit:g} expected"
            for name, limit in at_least.items()
            if name in figures and figures[name] < limit
        ]
        high = [
            f"{name} {figures[name]:g}, at most {limit:g} expected"
            for name, limit in at_most.items()
            if figures[name] > limit
        ]
        return low + high


SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario(name="normal_load"),
        Scenario(
            name="phone_failure",
            faults=(
                # 131045 is the number's own trouble; 131031 and 368 would stop the whole account.
                PlannedFault(
                    after=3.0, nth_number=0, fault=SetStatus(status="BANNED", code=131045)
                ),
            ),
        ),
        Scenario(
            name="api_rate_limit",
            faults=(PlannedFault(after=3.0, fault=SetRate(share_of_busiest=0.5, seconds=30.0)),),
        ),
        Scenario(name="network_latency", api_latency=Uniform(0.5, 5.0)),
        Scenario(
            name="timeout_after_accept",
            faults=(
                PlannedFault(
                    after=0.0, fault=DropAnswers(accepted=True, how="either", probability=0.03)
                ),
            ),
        ),
        Scenario(
            name="all_read",
            delivered_lag=long_tail(median=1.0, p99=4.0),
            never_delivered=0.0,
            failures=(),
            read_share=1.0,
            read_lag=long_tail(median=1.0, p99=4.0),
            read_at_once_share=0.0,
        ),
        Scenario(
            name="instant",
            api_latency=AT_ONCE,
            sent_lag=AT_ONCE,
            delivered_lag=AT_ONCE,
            read_lag=AT_ONCE,
            never_delivered=0.0,
            failures=(),
            read_share=1.0,
            read_at_once_share=0.0,
            straggler_share=0.0,
            duplicate_share=0.0,
        ),
    )
}


def scenario_named(name: str, *, receipts: bool = True, fault_at: float | None = None) -> Scenario:
    """A scenario of the catalogue. Without receipts it posts no webhooks for messages; `fault_at`:
    seconds into the world's life at which its first trouble begins, the others as long after it.

    KeyError for one that does not exist.
    """
    scenario = replace(SCENARIOS[name], receipts=receipts)
    if fault_at is None or not scenario.faults:
        return scenario
    later = fault_at - min(planned.after for planned in scenario.faults)
    faults = tuple(replace(one, after=one.after + later) for one in scenario.faults)
    return replace(scenario, faults=faults)


EXPECTED: dict[str, Expected] = {
    "normal_load": Expected(),
    # The dead sender's lane goes over to the others inside the window (spec N4).
    "phone_failure": Expected(min_sender_errors=1),
    "api_rate_limit": Expected(max_rate_errors=None, min_rate_errors=1),
    "network_latency": Expected(),
    # Receipts settle what the answers did not say; whose receipts never come are held (spec E3).
    "timeout_after_accept": Expected(max_held=0.01, min_unanswered=1),
    # Three receipts for each message, and all of them soon.
    "all_read": Expected(min_handed_over=1.0, min_delivered=1.0, max_failed=0.0),
    "instant": Expected(min_handed_over=1.0, min_delivered=1.0, max_failed=0.0),
}
