"""Schedules, the broadcasts they make, and the lanes a broadcast is sent through."""

from datetime import date, datetime

from sqlmodel import Field, Index, SQLModel, UniqueConstraint


class Schedule(SQLModel, table=True):
    __tablename__ = "schedules"  # pyright: ignore[reportAssignmentType]
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id", index=True)
    name: str
    kind: str  # daily, once
    at: str = "06:00"  # daily: local time of the opening for marketing templates
    zone: str = "Asia/Kolkata"
    once_at: datetime | None = None
    content_id: int | None = Field(
        default=None, foreign_key="contents.id"
    )  # once: which; daily: the day's
    pacing: str = "jittered"  # jittered, fastest, even
    window_seconds: int | None = None  # from the reference to the end of the window; None: as usual
    late_policy: str = "skip"  # skip, ask, send (spec C2)
    late_after_seconds: int = 600
    canary: bool = False  # a few go first, and the rest only when they did well (spec P6)
    canary_wait_seconds: int = 10
    canary_failures: int = 3  # it halts above this many …
    canary_failure_percent: int = 10  # … and above this share of them
    active: bool = True
    weekdays: str = "1234567"  # daily: on which days of the week, by their ISO numbers
    version: int = 1  # goes up with each change: who saw an older one does not write over it
    holds_since: datetime | None = None  # when its time last changed: it has no earlier openings
    created_at: datetime


class SkipDay(SQLModel, table=True):
    """A day on which a tenant's daily schedules leave out their broadcast: a market holiday."""

    __tablename__ = "skip_days"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("tenant_id", "day", name="uq_skip_days_day"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    day: date
    reason: str
    created_at: datetime


class Broadcast(SQLModel, table=True):
    __tablename__ = "broadcasts"  # pyright: ignore[reportAssignmentType]
    # Two engines, one broadcast: the key decides, not a check (spec C1).
    __table_args__ = (
        UniqueConstraint("schedule_id", "service_day", name="uq_broadcasts_schedule_day"),
        Index("ix_broadcasts_tenant_day", "tenant_id", "service_day"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    schedule_id: int = Field(foreign_key="schedules.id")
    service_day: date
    title: str
    content_id: int | None = Field(default=None, foreign_key="contents.id")
    content_hash: str = ""  # approved; with the next one, all that may be sent
    b_content_hash: str = ""  # of the second wording; empty: there is none
    b_content_id: int | None = None
    b_percent: int = 0  # how many of a hundred get it: fixed at the freeze
    category: str = "UTILITY"
    state: str  # domain.broadcast.BroadcastState
    state_reason: str = ""
    pacing: str = "jittered"
    routing: str = "sticky"  # domain.routing.Routing, as it was when the broadcast was opened
    seed: str = ""  # hex from `secrets`; with it the plan can be replayed (spec P1)
    opens_at: datetime
    window_ends_at: datetime
    closes_at: datetime  # the SLA's end, 06:05:00
    frozen_at: datetime | None = None
    planned_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    control_at: datetime | None = None  # when a person last paused, resumed or aborted it
    canary: str = "off"  # domain.canary.CanaryState
    canary_until: datetime | None = None  # who is planned up to here goes first
    targeted: int = 0
    excluded: int = 0
    created_at: datetime


class Lane(SQLModel, table=True):
    """The deliveries of one broadcast through one sender."""

    __tablename__ = "lanes"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("broadcast_id", "sender_id", name="uq_lanes_sender"),)
    id: int | None = Field(default=None, primary_key=True)
    broadcast_id: int = Field(foreign_key="broadcasts.id")
    sender_id: int = Field(foreign_key="senders.id")
    epoch: int = 0  # fencing token: a mark under an older epoch is refused (spec R6)
    rate_per_second: float
    state: str = "ready"  # ready, sending, stopped, done
    state_reason: str = ""
    planned: int = 0
    last_planned_at: datetime | None = None
    returned_at: datetime | None = None  # since when it comes back from a failover, step by step


class Exclusion(SQLModel, table=True):
    """A subscriber who was in the tenant's list at the freeze but is not targeted, and why."""

    __tablename__ = "exclusions"  # pyright: ignore[reportAssignmentType]
    # A freeze that was cut off begins again: the key decides who is in it already.
    __table_args__ = (Index("uq_exclusions_person", "broadcast_id", "subscriber_id", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    broadcast_id: int = Field(foreign_key="broadcasts.id")
    subscriber_id: int = Field(foreign_key="subscribers.id")
    reason: str


class LogEntry(SQLModel, table=True):
    """One line of a broadcast's log: a fixed event name, and the sentence people read."""

    __tablename__ = "log_entries"  # pyright: ignore[reportAssignmentType]
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    broadcast_id: int | None = Field(default=None, foreign_key="broadcasts.id", index=True)
    at: datetime
    event: str
    words: str


class Sample(SQLModel, table=True):
    """What one lane did in one second; written once a second while it runs."""

    __tablename__ = "samples"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("lane_id", "second", name="uq_samples_second"),)
    id: int | None = Field(default=None, primary_key=True)
    lane_id: int = Field(foreign_key="lanes.id")
    second: datetime
    started: int = 0
    in_flight: int = 0
    late_ms: int = 0  # the worst lateness of a send against its planned instant
