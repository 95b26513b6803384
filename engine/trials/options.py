"""What a trial morning is asked to be, and what it found."""

from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

USUAL_PATIENCE = timedelta(seconds=300)
AFTER_AN_EVEN_WINDOW = timedelta(seconds=120)
"""For the last receipts: an even pacing sends until nearly the end of its window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MorningOptions:
    """One headless broadcast. rate 0 is unthrottled, at most `in_flight` requests at once."""

    subscribers: int = 2_000
    senders: int = 4
    backups: int = 1
    rate: float = 80.0
    scenario: str = "normal_load"
    seed: int = 1
    pacing: str = "fastest"
    window_seconds: float | None = None
    """How long the broadcast's window is, where not as usual; `even` spreads the sends over it."""
    in_flight: int | None = None
    receipts: bool = True
    fault_at: float | None = None
    """Seconds from the first POST to the scenario's trouble; None: as the scenario has it."""
    flood: float = 0.0
    """So many webhooks a second beside it, about an earlier broadcast, while it sends."""
    lead_seconds: float = 0.0
    """So much longer until the opening, for visitors to come; in real time."""
    settle: bool = True
    """Whether to wait until WhatsApp has nothing left to say; in real time."""

    @property
    def patience(self) -> timedelta:
        """How long after the opening to wait at most, in real time."""
        window = self.window_seconds
        wait = USUAL_PATIENCE if window is None else timedelta(seconds=window)
        return wait + AFTER_AN_EVEN_WINDOW if self.pacing == "even" else wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Deliveries that one sender was to send and another one did.

    sent_before: what the first sender got accepted of its own, before it stopped. tried_before: of
    those moved, how many it had tried.
    """

    from_sender: str
    to_sender: str
    to_role: str
    moved: int
    tried_before: int
    sent_before: int


@dataclass(slots=True, kw_only=True)
class MorningResult:
    """What a broadcast came to, compared with the simulator's truth person by person."""

    targeted: int = 0
    handed_over: int = 0
    delivered: int = 0
    on_time: int = 0
    failed: int = 0
    unknown: int = 0
    held: int = 0
    lost: int = 0
    """Neither with WhatsApp nor told: still planned at the end, or believed sent and never
    accepted.
    """
    doubled: int = 0
    """By the simulator's truth: more than one message accepted."""
    doubled_by_receipts: int = 0
    """Those of them that our own receipts show, as the broadcast's page counts them (spec E3)."""
    p50_s: float | None = None
    p95_s: float | None = None
    p99_s: float | None = None
    floor_s: float = 0.0
    send_s: float = 0.0
    time_over_floor: float | None = None
    window_s: float = 0.0
    after_window: int = 0
    """Attempts that ended after the window."""
    max_per_second: int = 0
    arrivals_max_per_second: int = 0
    rate_errors: int = 0
    cpu_s_per_1000: float = 0.0
    peak_rss_mb: float = 0.0
    wall_s: float = 0.0
    stop_s: float | None = None
    """From the first refusal that was a sender's own to the last POST it began after that."""
    moves: list[Move] = field(default_factory=lambda: list[Move]())
    webhooks_per_second: float | None = None
    webhooks_p99_ms: float | None = None
    webhooks_refused: int | None = None
    seed: int = 0

    def as_json(self) -> dict[str, Any]:
        """The figures by name, rounded for people."""
        return {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }
