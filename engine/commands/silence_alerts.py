"""A person keeps alerts quiet for a while: they open and end all the same, and nobody is told."""

from datetime import datetime, timedelta

from sqlmodel import Session

from engine.domain.alert_rules import Watched
from engine.domain.digits import grouped
from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import alert_silences, audit

REASON_LIMIT = 200
LONGEST = timedelta(days=7)


def silence_alerts(
    session: Session,
    tenant: TenantId,
    *,
    rule: str,
    minutes: str,
    reason: str,
    by: Actor,
    now: datetime,
) -> int | Refused:
    """Keep a rule, or all of them (empty), quiet for so many minutes from now. Raises Forbidden."""
    require(by, Permission.ALERTS_ACKNOWLEDGE, tenant)
    if rule and rule not in {key.value for key in Watched}:
        return Refused("There is no such rule.")
    typed, reason = minutes.strip(), " ".join(reason.split())
    most = int(LONGEST.total_seconds() // 60)
    if not (typed.isascii() and typed.isdigit() and len(typed) < 6 and 1 <= int(typed) <= most):
        return Refused(f"Say for how many minutes: 1 to {grouped(most)}.")
    if not 1 <= len(reason) <= REASON_LIMIT:
        return Refused(f"Say why, in {REASON_LIMIT} characters at most.")
    ends_at = now + timedelta(minutes=int(typed))
    made = alert_silences.add(
        session, tenant, rule=rule, starts_at=now, ends_at=ends_at, reason=reason, by=by.user
    )
    audit.append(
        session,
        by=by,
        action="alerts.silenced",
        subject=f"silence:{made}",
        after={"rule": rule or "all", "until": ends_at.isoformat(), "reason": reason},
        now=now,
        tenant=tenant,
    )
    return made


def end_silence(session: Session, silence: int, *, by: Actor, now: datetime) -> Refused | None:
    """From now on people are told again, also of what opened meanwhile. Raises Forbidden."""
    require(by, Permission.ALERTS_ACKNOWLEDGE)
    tenant = alert_silences.end(session, by.tenant, silence, now)
    if tenant is None:
        return Refused("It is over already.")
    audit.append(
        session,
        by=by,
        action="alerts.silence_ended",
        subject=f"silence:{silence}",
        now=now,
        tenant=tenant,
    )
    return None
