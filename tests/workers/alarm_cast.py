"""A house whose alerts are looked at once a second by a clock that a test moves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.alert_channels import ChannelDraft, ChannelKind
from engine.domain.alert_rules import Watched
from engine.domain.alerting import Severity
from engine.domain.ids import TenantId
from engine.store import alert_channels, alert_rules
from engine.store.database import Database
from engine.store.dialects import table
from engine.store.measures import Readings
from engine.store.tables import Alert, AlertNotice, Attempt, Broadcast, Delivery
from engine.workers.alerts import Watch, see, write
from tests.workers.cast import EPOCH, NOW, Cast, stage

SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Lookout:
    """The watch of one engine, and what came of it."""

    database: Database
    cast: Cast
    channel: int
    now: datetime = NOW + 100 * SECOND
    stride: int = 1
    """Seconds between two looks."""
    watch: Watch = field(default_factory=Watch)
    shown: Readings = field(default_factory=lambda: dict[Any, Any]())
    """What gauges show."""

    def __post_init__(self) -> None:
        self.watch.gauges = (lambda: dict(self.shown),)

    @property
    def tenant(self) -> TenantId:
        return TenantId(self.cast.seeded.tenant)

    def look(self, times: int = 1) -> None:
        """Look once in a stride."""
        for _ in range(times):
            found = self.database.read_now(see, self.watch, self.now)
            self.database.transact_now(write, found.changes, epoch=EPOCH, now=self.now)
            for change in found.changes:
                self.watch.written[change.tenant, change.rule] = self.now
            self.now += self.stride * SECOND

    def until(self, happened: Callable[[], bool], within: int) -> int:
        """Looks until it has; how many seconds that took."""
        for second in range(0, within, self.stride):
            self.look()
            if happened():
                return second
        raise AssertionError(f"not within {within} s; there is {self.all()}")

    def change(self, work: Callable[..., object], *args: Any) -> None:
        self.database.transact_now(work, *args)

    def all(self) -> list[tuple[str, str, int]]:
        """Every alert: rule, state, severity."""
        asked = select(Alert.rule, Alert.state, Alert.severity).order_by(col(Alert.id))
        return self.database.read_now(
            lambda s: [(row[0], row[1], row[2]) for row in s.exec(asked).all()]
        )

    def of(self, key: Watched) -> list[tuple[str, int]]:
        """A rule's alerts that opened: state and severity."""
        return [(s, v) for rule, s, v in self.all() if rule == key.value and s != "pending"]

    def told(self, key: Watched) -> list[str]:
        """What the channel is told of a rule."""
        asked = (
            select(AlertNotice.event)
            .join(Alert, col(Alert.id) == col(AlertNotice.alert_id))
            .where(col(Alert.rule) == key.value)
            .order_by(col(AlertNotice.id))
        )
        return self.database.read_now(lambda s: list(s.exec(asked).all()))


def lookout(database: Database, *, people: int = 220) -> Lookout:
    """A broadcast in its window whose people all have their message, and one channel."""

    def furnish(session: Session) -> tuple[Cast, int]:
        cast = stage(session, people=people)
        alert_rules.seed(session, NOW)
        channel = alert_channels.add(
            session,
            TenantId(cast.seeded.tenant),
            ChannelDraft(
                kind=ChannelKind.WEBHOOK,
                name="Ops",
                least=Severity.INFO,
                options={"url": "http://127.0.0.1:9/hook"},
                secrets={"secret": "x" * 20},
            ),
            NOW,
        )
        put(session, cast, people, state="delivered", planned_at=NOW, delivered_at=NOW, attempts=1)
        return cast, channel

    cast, channel = database.transact_now(furnish)
    return Lookout(database, cast, channel)


def put(session: Session, cast: Cast, count: int, **values: object) -> None:
    """Give the first `count` deliveries of the broadcast these values."""
    if not values:
        return
    deliveries = table(Delivery)
    first = (
        sa.select(deliveries.c.id)
        .where(deliveries.c.broadcast_id == cast.broadcast)
        .order_by(deliveries.c.id)
        .limit(count)
    )
    session.connection().execute(
        sa.update(deliveries).where(deliveries.c.id.in_(first)).values(**values)
    )


def asked(
    session: Session, cast: Cast, count: int, wrong: int, *, took: float, at: datetime
) -> None:
    """`count` requests that began at `at`, the first `wrong` of them refused by the platform."""
    session.connection().execute(sa.delete(table(Attempt)))
    ids = session.exec(select(col(Delivery.id)).limit(count)).all()
    for place, delivery in enumerate(ids):
        failed = place < wrong
        session.add(
            Attempt(
                delivery_id=delivery or 0,
                number=1,
                sender_id=cast.seeded.senders[0],
                epoch=EPOCH,
                started_at=at,
                ended_at=at + timedelta(seconds=took),
                outcome="failed" if failed else "accepted",
                blame="platform" if failed else None,
            )
        )
    session.flush()


def move_broadcast(session: Session, cast: Cast, **values: object) -> None:
    """Other values for the broadcast."""
    session.connection().execute(
        sa.update(table(Broadcast)).where(table(Broadcast).c.id == cast.broadcast).values(**values)
    )
