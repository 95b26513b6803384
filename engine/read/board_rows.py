"""The board as values: what the Live page shows, and nothing of how it is found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.domain.broadcast import BroadcastState, Moment
from engine.domain.canary import CanaryState
from engine.domain.day_steps import Step
from engine.domain.delivery import State
from engine.domain.forecast import Forecast
from engine.domain.ids import BroadcastId
from engine.domain.sla import Percentiles, Standing
from engine.read.morning_ahead import Ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRow:
    """One lane as the operator sees it. Rates are messages per second."""

    sender_id: int
    label: str
    phone_tail: str
    role: str
    quality: str
    state: str
    state_reason: str
    returning: float  # the part of its rate it may use, coming back from a failover
    rate_now: int
    rate_limit: float
    left: int
    delivered: int
    planned: int
    in_flight: int
    p95_seconds: float | None
    expected_at: datetime | None = None  # 99 % of its own people have it, most probably


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong for how many, in words, with what is done about it."""

    title: str
    words: str
    count: int
    code: int | None
    state: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log."""

    at: datetime
    event: str
    words: str


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One of the day's two verdicts."""

    name: str
    count: int
    of: int
    share: float
    met: bool
    missing: int
    standing: Standing


class Mark(StrEnum):
    """How far a step is, as people see it."""

    WAITS = "waits"
    RUNS = "runs"
    DONE = "done"
    FAILED = "failed"
    LEFT_OUT = "left_out"  # nothing had to be done, or nothing can be done any more


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One line. at: when it is due; done_at: when it ended, if that is known."""

    step: Step
    at: datetime
    mark: Mark
    done_at: datetime | None = None
    words: str = ""
    may_retry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything the Live page shows, as of one instant."""

    at: datetime
    moment: Moment
    ahead: Ahead
    broadcast_id: BroadcastId | None = None
    title: str = ""
    state: BroadcastState | None = None
    state_reason: str = ""
    canary: CanaryState = CanaryState.OFF
    content_hash: str = ""
    b_content_hash: str = ""
    b_percent: int = 0
    approved_at: datetime | None = None
    languages: int = 0
    opens_at: datetime | None = None
    window_ends_at: datetime | None = None
    closes_at: datetime | None = None
    finished_at: datetime | None = None
    targeted: int = 0
    excluded: int = 0
    counts: Mapping[State, int]
    handed_over: int = 0
    delivered: int = 0
    on_time_percent: float = 0.0
    """Delivered by now (or by the close) of all targeted."""
    forecast: Forecast | None = None
    forecast_why: str = ""
    """What holds it up, in a sentence, where that is worth saying."""
    levers: tuple[str, ...] = ()
    """What was done about a late end, in sentences."""
    time_to_delivered: Percentiles | None = None
    delivered_points: tuple[tuple[int, int], ...] = ()
    """(seconds after the opening, delivered in all by then)."""
    planned_points: tuple[tuple[int, int], ...] = ()
    lanes: tuple[LaneRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    log: tuple[LogLine, ...] = ()
    verdicts: tuple[VerdictRow, ...] = ()
    day: tuple[StepRow, ...] = ()
    """The steps of the morning, in their order."""
