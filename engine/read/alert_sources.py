"""What alerts are judged by that other parts of the house reckon: the forecast, the budget, the
backup, the rehearsal, the emergency (spec A1, E6).
"""

import json
from datetime import datetime, timedelta

from sqlmodel import Session

from engine.domain.alert_rules import Watched
from engine.domain.alerting import Reading
from engine.domain.day_steps import Step
from engine.domain.ids import TenantId
from engine.domain.keeping import ChoreState
from engine.domain.rehearsal import from_plain
from engine.domain.schedule import service_day
from engine.read.keeping import keeping
from engine.read.rehearsal import is_past
from engine.read.report import budget_of
from engine.store import day_steps, emergencies, forecasts, rehearsals
from engine.store.measures import Readings

HEARD_FOR = timedelta(minutes=30)


def forecast_late(session: Session, tenant: TenantId, now: datetime) -> Readings:
    """By how many seconds the end is foretold to be late. 0 where nothing is foretold, too: what
    is over or goes well ends an alert. What is only possible neither opens nor ends one.
    """
    late = forecasts.seconds_late(session, tenant, now)
    return {} if late is None else {Watched.FORECAST: Reading(value=late)}


def budget_spent(session: Session, tenant: TenantId, now: datetime) -> Readings:
    """Percent of the month's budget that is spent; 0 without a budget."""
    share = budget_of(session, tenant, service_day(now)).share
    return {Watched.COST: Reading(value=100.0 * float(share or 0))}


def backup_failed(session: Session, tenant: TenantId, now: datetime) -> Readings:
    """1 when the last backup failed, or no good one was made for too long; of the whole house."""
    del tenant
    found = keeping(session, now=now)
    # Where none was ever asked for, none is missed: backups can be switched off.
    wrong = bool(found.rows) and found.trouble != ""
    return {Watched.BACKUP: Reading(value=float(wrong))}


def rehearsal_no_go(session: Session, tenant: TenantId, now: datetime) -> Readings:
    """How many checks speak against the morning ahead, by its last rehearsal; a rehearsal that came
    to nothing counts as one. 0 once it is GO, or the window has opened.
    """
    row = rehearsals.latest(session, tenant)
    if row is None or is_past(row, now) or row.go:
        return {Watched.REHEARSAL: Reading(value=0.0)}
    if row.state == ChoreState.FAILED and row.opens_at is None:
        return {Watched.REHEARSAL: Reading(value=0.0)}  # there was no morning to rehearse
    made = None if row.state == ChoreState.FAILED else from_plain(json.loads(row.result))
    names = ("It could not be rehearsed",) if made is None else tuple(c.name for c in made.failing)
    return {Watched.REHEARSAL: Reading(value=float(max(1, row.failing)), members=names)}


def emergency_declared(session: Session, tenant: TenantId, now: datetime) -> Readings:
    """1 while an emergency goes on, and as long after as those should hear of it who decide."""
    titles = emergencies.declared_since(session, tenant, now - HEARD_FOR)
    return {Watched.EMERGENCY: Reading(value=float(bool(titles)), members=titles)}


def not_ready(session: Session, tenant: TenantId, now: datetime) -> Readings:
    """How many steps before a window that is ahead have failed."""
    del now
    failed = tuple(WORDS[step] for step in day_steps.failed(session, tenant))
    return {Watched.NOT_READY: Reading(value=float(len(failed)), members=failed)}


WORDS = {
    Step.MEDIA: "uploads of media",
    Step.TEMPLATES: "templates",
    Step.CONNECTIONS: "connections",
}
SOURCES = (
    forecast_late,
    budget_spent,
    backup_failed,
    rehearsal_no_go,
    emergency_declared,
    not_ready,
)
