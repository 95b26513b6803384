"""How WhatsApp and the phones are taken to behave behind one sender."""

from dataclasses import dataclass, field

from engine.simulator.curves import Uniform, long_tail
from engine.simulator.scenarios import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """refused: shares of the requests that WhatsApp refuses, by code; unknown: those that get no
    answer. answered: the lags of `scenario` count from WhatsApp's answer, as we see them, not from
    the request's arrival there. spread: by what factor a morning's lags may differ from the curve.
    words: where all this is from.
    """

    scenario: Scenario
    refused: tuple[tuple[int, float], ...] = ()
    unknown: float = 0.0
    answered: bool = False
    spread: float = 1.3
    words: str = ""

    @property
    def reaches(self) -> float:
        """The share of accepted messages that come to the phone, however late."""
        lost = sum(share for _, share in self.scenario.failures)
        return max(0.0, 1.0 - self.scenario.never_delivered - lost)


def _usual() -> Scenario:
    return Scenario(
        name="usual",
        api_latency=Uniform(0.150, 0.300),
        sent_lag=long_tail(median=0.4, p99=3.0),
        delivered_lag=long_tail(median=2.0, p99=60.0),
    )


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds where nothing was measured: a healthy morning as the simulator knows it."""

    behaviour: Behaviour = field(
        default_factory=lambda: Behaviour(
            scenario=_usual(),
            words="No morning was measured yet: answers in 0.15 to 0.3 s, half of the phones "
            "within 2 s, 99 of 100 within a minute, 3 in 1,000 never.",
        )
    )


USUAL = Usual().behaviour
