"""A person says that they see to an alert: it is told no further until it gets worse."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.alert_words import sentence, subject
from engine.domain.alerting import LIVE, AlertState, News, acknowledge
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import alert_notices, alerts, audit, users
from engine.store.alert_notices import ToTell


def acknowledge_alert(session: Session, alert: int, *, by: Actor, now: datetime) -> Refused | None:
    """Acknowledge it. Returns None, or why not. Raises Forbidden."""
    require(by, Permission.ALERTS_ACKNOWLEDGE)
    found = alerts.get(session, by.tenant, alert)
    if found is None or found.alert.state is AlertState.PENDING:
        return Refused("There is no such alert.")
    if found.alert.state not in LIVE:
        return Refused("It is over already.")
    step = acknowledge(found.alert)
    if step.happened is None:
        return Refused("Somebody sees to it already.")
    assert step.alert is not None
    if not alerts.change(session, found, step.alert, acknowledged_at=now, acknowledged_by=by.user):
        return Refused("It has just changed. Look again.")
    who = None if by.user is None else users.get(session, by.user)
    words = f"{who.name if who else 'Somebody'} sees to it. {sentence(found.rule, step.alert)}"
    if step.tell is not None:
        news = ToTell(
            alert=alert,
            version=found.version + 1,
            event=News.ACKNOWLEDGED,
            severity=step.alert.told or step.alert.severity,
            subject=subject(News.ACKNOWLEDGED, found.rule, step.alert),
            words=words,
        )
        alert_notices.owe(session, found.tenant, news, now)
    alerts.note(
        session,
        alert,
        News.ACKNOWLEDGED,
        step.alert.severity,
        words,
        now=now,
        told=step.tell is not None,
        user=by.user,
    )
    audit.append(
        session,
        by=by,
        action="alert.acknowledged",
        subject=f"alert:{alert}",
        after={"rule": found.rule, "severity": step.alert.severity.word},
        now=now,
        tenant=found.tenant,
    )
    return None
