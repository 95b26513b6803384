"""The simulated account of every trial: its secrets open the simulator only."""

from engine.simulator.world import SimulatedNumber

ACCESS_TOKEN = "simulated-access-token"  # noqa: S105 - opens the simulator only
APP_SECRET = "simulated-app-secret"  # noqa: S105 - signs the simulator's webhooks only
WABA_ID = "100000000000001"


def trial_numbers(count: int, rate: float) -> list[SimulatedNumber]:
    """Numbers for runs without a database."""
    return [
        SimulatedNumber(f"{1_000_000_000_001 + place}", f"+9122000{place:05d}", WABA_ID, rate)
        for place in range(count)
    ]
