"""Watches for what people should know: measures, judges by the rules, and owes the channels.

Each second while a broadcast is in its window, every few seconds otherwise. Looking writes nothing;
only what a look changes is written, and with it, in the same transaction, what is to be told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from engine.domain.alert_rules import Watched
from engine.domain.alert_words import sentence, subject
from engine.domain.alerting import Alert, AlertState, News, Reading, Rule, Step, step
from engine.domain.ids import TenantId
from engine.store import (
    alert_notices,
    alert_rules,
    alerts,
    leases,
    measures,
    measures_house,
)
from engine.store.alert_notices import ToTell
from engine.store.alerts import Standing
from engine.store.measures import Readings, Running
from engine.workers.equipment import Equipment
from engine.workers.gauges import Gauge, Source

IN_WINDOW_SECONDS = 1.0
OUTSIDE_SECONDS = 10.0
HOUSE_SECONDS = 3.0
"""What does not change by the second is looked at more seldom, also in the window."""
BEFORE, AFTER = timedelta(minutes=2), timedelta(seconds=30)
"""The window, for whoever watches: from so long before the opening until after the close."""
WORTH = 25.0
"""A look may take this part of the time until the next: a very large broadcast is looked at more
seldom …"""
LONGEST_PAUSE = 2.0
"""… but often enough for two looks, a hold between them, and the telling within five seconds."""
FIGURES_SECONDS = 5.0
"""How old the figures of a standing alert may be, as people see them."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Change:
    """What one look changes about one rule's alert."""

    tenant: TenantId
    rule: str
    before: Standing | None
    step: Step


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen: what changes, and whether a window is open."""

    changes: tuple[Change, ...]
    in_window: bool


@dataclass(slots=True)
class Watch:
    """One engine run's watch: what it remembers between two looks."""

    gauges: Sequence[Gauge] = ()
    sources: Sequence[Source] = ()
    house_at: datetime | None = None
    written: dict[tuple[TenantId, str], datetime] = field(
        default_factory=lambda: dict[tuple[TenantId, str], datetime]()
    )


async def watch_alerts(equipment: Equipment, watch: Watch) -> None:
    """Look again and again, for ever."""
    database, clock = equipment.database, equipment.clock
    await database.transact(alert_rules.seed, clock.now())
    while True:
        equipment.beat("alerts")
        began, now = clock.loop_time(), clock.now()
        look = await database.read(see, watch, now)
        if look.changes:
            await database.transact(write, look.changes, epoch=equipment.epoch, now=now)
            for change in look.changes:
                watch.written[change.tenant, change.rule] = now
        took = clock.loop_time() - began
        pause = IN_WINDOW_SECONDS if look.in_window else OUTSIDE_SECONDS
        # In steps of a heart's beat; and a window may open meanwhile.
        await equipment.doze(max(pause, min(LONGEST_PAUSE, WORTH * took)))


def see(session: Session, watch: Watch, now: datetime) -> Look:
    """Measure everything that is due, and judge it. Writes nothing."""
    rules = alert_rules.holding(session)
    running = measures.watched(session, now)
    house = watch.house_at is None or (now - watch.house_at).total_seconds() >= HOUSE_SECONDS
    if house:
        watch.house_at = now
    machine: Readings = {}
    for gauge in watch.gauges:
        machine |= gauge()
    standing = alerts.live(session)
    silent = alerts.silenced(session, now)
    changes: list[Change] = []
    for tenant, mine in rules.items():
        broadcasts = running.get(tenant, [])
        readings = machine | measures.of_broadcasts(session, tenant, broadcasts, now)
        readings |= measures_house.of_senders(session, tenant)
        if house:
            readings |= _house(session, tenant, broadcasts, now)
        for source in watch.sources:
            readings |= source(session, tenant, now)
        for key, rule in mine.items():
            known = standing.get((tenant, key.value))
            silenced = bool({(tenant, ""), (tenant, key.value)} & silent)
            made = _judge(session, tenant, rule, known, readings.get(key), now, silenced=silenced)
            if made is not None and _matters(watch, made, now):
                changes.append(made)
    return Look(
        tuple(changes), any(_in_window(one, now) for all_ in running.values() for one in all_)
    )


def write(session: Session, changes: Sequence[Change], *, epoch: int, now: datetime) -> int:
    """Write what a look found, and what is to be told of it; how many held.

    A run whose lease was taken writes nothing: another one looks by now.
    """
    lease = leases.standing(session)
    if lease is not None and lease.token != epoch:
        return 0
    return sum(_write_one(session, change, now) for change in changes)


def _house(
    session: Session, tenant: TenantId, broadcasts: Sequence[Running], now: datetime
) -> Readings:
    return {
        Watched.SLA: measures.verdict(session, broadcasts, now),
        Watched.TEMPLATE: measures_house.of_templates(session, tenant, now),
        Watched.DEAD_LETTERS: measures_house.of_dead_letters(session, tenant, now),
        Watched.MONTHLY_QUALITY: measures_house.of_the_month(session, tenant, now),
        **measures_house.of_the_morning(session, tenant, now),
    }


def _judge(
    session: Session,
    tenant: TenantId,
    rule: Rule,
    known: Standing | None,
    reading: Reading | None,
    now: datetime,
    *,
    silenced: bool,
) -> Change | None:
    before = None if known is None else known.alert
    begins = before is None and reading is not None and rule.judge(reading) is not None
    if before is None and not begins:
        return None
    last = alerts.past(session, tenant, rule.key) if begins else None
    made = step(before, reading, rule, now, silenced=silenced, last=last)
    return None if made.alert == before else Change(tenant, rule.key, known, made)


def _matters(watch: Watch, change: Change, now: datetime) -> bool:
    """Whether to write it: new figures alone wait for a few seconds."""
    if change.before is None or change.step.happened or change.step.tell:
        return True
    assert change.step.alert is not None
    if _but_figures(change.step.alert) != _but_figures(change.before.alert):
        return True
    written = watch.written.get((change.tenant, change.rule))
    return written is None or (now - written).total_seconds() >= FIGURES_SECONDS


def _but_figures(alert: Alert) -> tuple[object, ...]:
    return (alert.state, alert.severity, alert.clear_since, alert.worse, alert.worse_since)


def _in_window(one: Running, now: datetime) -> bool:
    return not one.is_over and one.opens_at - BEFORE <= now <= one.closes_at + AFTER


def _write_one(session: Session, change: Change, now: datetime) -> bool:
    alert = change.step.alert
    assert alert is not None
    words = sentence(change.rule, alert)
    if change.step.happened is News.RESOLVED:
        words = f"It is well again. It was: {words}"
    if change.before is None:
        number, version = alerts.begin(session, change.tenant, change.rule, alert, words), 1
    elif alert.state is AlertState.PASSED:
        alerts.forget(session, change.before)
        return True
    elif alerts.change(session, change.before, alert, words):
        number, version = change.before.id, change.before.version + 1
    else:
        return False  # a person was faster; the next look sees what they did
    told = _tell(session, change, alert, number, version, words, now)
    if change.step.happened is not None:
        event = change.step.happened
        alerts.note(session, number, event, alert.severity, words, now=now, told=told)
        log.info(
            "alert.changed", event_=event.value, rule=change.rule, severity=alert.severity.word
        )
    return True


def _tell(
    session: Session,
    change: Change,
    alert: Alert,
    number: int,
    version: int,
    words: str,
    now: datetime,
) -> bool:
    event = change.step.tell
    if event is None:
        return False
    worst = alert.told or alert.severity
    news = ToTell(
        alert=number,
        version=version,
        event=event,
        # An end goes wherever the worst of it went.
        severity=worst if event is News.RESOLVED else alert.severity,
        subject=subject(event, change.rule, alert),
        words=words,
    )
    alert_notices.owe(session, change.tenant, news, now)
    return True
