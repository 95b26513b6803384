"""Somebody who may read the audit trail asks for a day's evidence pack (spec L3)."""

from datetime import date, datetime

from sqlmodel import Session

from engine.domain.evidence_pack import People
from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.sla import LATE_RECEIPTS
from engine.store import audit, broadcasts, evidence_packs


def ask_evidence(
    session: Session, tenant: TenantId, day: date, people: People, *, by: Actor, now: datetime
) -> int | Refused:
    """Have the pack made in its turn; its number, or why not. Raises Forbidden."""
    require(by, Permission.AUDIT_READ, tenant)
    if why := why_not_yet(session, tenant, day, now):
        return Refused(why)
    if (there := evidence_packs.waiting(session, tenant, day, people)) is not None:
        return there
    pack = evidence_packs.ask(session, tenant, day, people, by=by.label, now=now)
    audit.append(
        session,
        by=by,
        action="evidence.asked",
        subject=f"evidence:{pack}",
        after={"day": day, "people": people.value},
        now=now,
        tenant=tenant,
    )
    return pack


def why_not_yet(session: Session, tenant: TenantId, day: date, now: datetime) -> str:
    """Why a pack of that day would prove nothing, or not yet; empty when it would."""
    found = broadcasts.closes_of(session, tenant, day)
    if not found:
        return "There was no broadcast on this day."
    if any(now < closes_at + LATE_RECEIPTS for closes_at in found):
        return "The day is not over: its verdicts are final ten minutes after the window closed."
    return ""
