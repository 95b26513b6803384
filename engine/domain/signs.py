"""What a forecast looks at: a running broadcast in numbers, as of one instant.

All instants are seconds from `now` (ahead is positive); counts may be weighted, where only every
so-many-th delivery of a large audience was looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

HEARD_SECONDS = 10
"""How far back the lanes' latest attempts are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSigns:
    """One lane. Rates are messages per second."""

    lane: int
    sender: int
    name: str
    sends: bool
    """Whether it may send at all now."""
    rate: float
    """What it may send at most."""
    back_in: float | None = None
    """It stands still, and is tried again by itself in so many seconds."""
    planned: int = 0
    delivered: int = 0
    due: Mapping[int, float] = field(default_factory=dict[int, float])
    """Unsent deliveries by the second they are due in; what is overdue is negative."""
    on_way: Mapping[int, float] = field(default_factory=dict[int, float])
    """As in `Signs`, of this lane."""
    accepted: int = 0
    """Attempts of the last HEARD_SECONDS that WhatsApp took."""
    refused: int = 0
    """Those that it refused, and that will be made again or were given up."""
    unanswered: int = 0
    share: float = 1.0
    """The part of its rate that it may use now, coming back from a failover; the rest follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """One broadcast."""

    now: datetime
    opens_at: datetime
    closes_at: datetime
    targeted: int
    delivered: int
    paused: bool = False
    heard: float | None = None
    """Seconds since the newest instant that WhatsApp told us of; None: it told nothing yet."""
    arrived: Mapping[int, float] = field(default_factory=dict[int, float])
    """Those on the phone, by whole seconds from the send to the phone."""
    on_way: Mapping[int, float] = field(default_factory=dict[int, float])
    """Taken by WhatsApp, or about to be, and not on the phone: by whole seconds since the send."""
    doubtful: Mapping[int, float] = field(default_factory=dict[int, float])
    """Sent without an answer, by whole seconds since the send."""
    kept_back: Mapping[int, float] = field(default_factory=dict[int, float])
    """Held by WhatsApp while it assesses the template, by whole seconds since the send."""
    failed: Mapping[int, float] = field(default_factory=dict[int, float])
    """Taken, and failed by a receipt for good: by whole seconds since the send."""
    given_up: float = 0.0
    """Never taken: given up, cancelled, or held for a person."""
    lanes: tuple[LaneSigns, ...] = ()
