"""What is wrong, what people were told of it, and by which channels."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, Index, SQLModel, UniqueConstraint

LIVE = sa.text("state = 'pending' OR state = 'open' OR state = 'acknowledged'")
WAITS = sa.text("state = 'waiting' OR state = 'sending'")


class AlertRule(SQLModel, table=True):
    """One edition of one rule; the highest number holds, the others are its history."""

    __tablename__ = "alert_rules"  # pyright: ignore[reportAssignmentType]
    tenant_id: int = Field(primary_key=True, foreign_key="tenants.id")
    key: str = Field(primary_key=True)  # domain.alert_rules.Watched
    number: int = Field(primary_key=True)
    levels: str  # JSON list of [threshold, severity], the mildest first
    hold_seconds: float
    calm_seconds: float
    cool_down_seconds: float
    active: bool = True
    written_by: int | None = Field(default=None, foreign_key="users.id")  # NULL: as it came
    created_at: datetime


class Alert(SQLModel, table=True):
    """One alert from its cause to its end: domain.alerting.Alert as a row."""

    __tablename__ = "alerts"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        # Two looks at once, one alert: the key decides.
        Index(
            "uq_alerts_live",
            "tenant_id",
            "rule",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_alerts_rule", "tenant_id", "rule", "id"),
        Index("ix_alerts_since", "tenant_id", "since", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    rule: str
    state: str  # domain.alerting.AlertState
    severity: int
    since: datetime
    value: float
    out_of: int = 0
    members: str = "[]"  # JSON list of names
    words: str = ""
    opened_at: datetime | None = None
    clear_since: datetime | None = None
    worse: int | None = None
    worse_since: datetime | None = None
    told: int | None = None
    told_members: str = "[]"
    told_at: datetime | None = None
    quiet_until: datetime | None = None
    quiet: int | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: int | None = Field(default=None, foreign_key="users.id")
    resolved_at: datetime | None = None
    version: int = (
        1  # goes up with each change: the worker and a person do not overwrite each other
    )


class AlertMoment(SQLModel, table=True):
    """One line of an alert's history."""

    __tablename__ = "alert_moments"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_alert_moments_alert", "alert_id", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alerts.id")
    at: datetime
    event: str  # domain.alerting.News
    severity: int
    words: str
    told: bool = False  # whether channels were told
    user_id: int | None = Field(default=None, foreign_key="users.id")


class AlertChannel(SQLModel, table=True):
    """Where alerts are told. Its secrets stand in a table that no page and no export reads."""

    __tablename__ = "alert_channels"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_alert_channels_tenant", "tenant_id", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    kind: str  # domain.alert_channels.ChannelKind
    name: str
    shown: str  # where it leads, without what is secret
    options: str = "{}"  # JSON of what is not secret
    least: int = 1  # from which severity on it is told
    active: bool = True
    version: int = 1
    created_at: datetime
    removed_at: datetime | None = None


class AlertSecret(SQLModel, table=True):
    """What is secret about a channel: written, used, and never shown."""

    __tablename__ = "alert_secrets"  # pyright: ignore[reportAssignmentType]
    channel_id: int = Field(primary_key=True, foreign_key="alert_channels.id")
    value: str  # JSON of domain.alert_channels' secret fields


class AlertNotice(SQLModel, table=True):
    """One notification owed to one channel: the outbox of alerts, and the log of deliveries."""

    __tablename__ = "alert_notices"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("key", name="uq_alert_notices_key"),
        Index(
            "ix_alert_notices_due", "state", "due_at", sqlite_where=WAITS, postgresql_where=WAITS
        ),
        Index("ix_alert_notices_tenant", "tenant_id", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    channel_id: int = Field(foreign_key="alert_channels.id")
    alert_id: int | None = Field(default=None, foreign_key="alerts.id")  # NULL: a test
    key: str  # alert, version and channel: nothing is told twice
    event: str  # domain.alerting.News
    severity: int
    subject: str
    words: str
    state: str  # domain.alert_channels.NoticeState
    attempts: int = 0
    due_at: datetime
    epoch: int = 0  # the engine run that sends it
    error: str = ""
    created_at: datetime
    ended_at: datetime | None = None


class AlertSilence(SQLModel, table=True):
    """A time in which a rule, or all, are not told; alerts open and end all the same."""

    __tablename__ = "alert_silences"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_alert_silences_tenant", "tenant_id", "ends_at"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    rule: str = ""  # empty: all of them
    starts_at: datetime
    ends_at: datetime
    reason: str
    made_by: int | None = Field(default=None, foreign_key="users.id")
    created_at: datetime
