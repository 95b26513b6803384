"""A person pauses, resumes or opts out a subscriber; it counts at once (spec S1, S3)."""

from datetime import datetime

from sqlmodel import Session

from engine.documents.subscriber_form import check_consent
from engine.domain.audit import Personal
from engine.domain.enrolment import Consent, SubscriberForm
from engine.domain.ids import SubscriberId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.schedule import service_day
from engine.domain.subscriber import SAID, Status
from engine.store import audit, subscribers
from engine.store.tables import Subscriber

BY_HAND: dict[Status, frozenset[Status]] = {
    Status.ACTIVE: frozenset({Status.PAUSED, Status.OPTED_OUT}),
    Status.PAUSED: frozenset({Status.ACTIVE, Status.OPTED_OUT}),
    Status.UNREACHABLE: frozenset({Status.ACTIVE, Status.PAUSED, Status.OPTED_OUT}),
    Status.OPTED_OUT: frozenset({Status.ACTIVE}),
}
"""What a person may set. Only WhatsApp's word makes somebody unreachable."""


def set_subscriber_status(
    session: Session,
    subscriber: SubscriberId,
    status: Status,
    *,
    reason: str = "",
    consent: SubscriberForm | None = None,
    by: Actor,
    now: datetime,
) -> Refused | None:
    """Move one subscriber to `status`.

    reason: for the audit trail and, when they opt out, the evidence in their consent history.
    consent: the new consent of somebody who had said stop; nothing else brings them back.
    Returns None, or why not. Raises Forbidden.
    """
    require(by, Permission.SUBSCRIBERS_WRITE)
    row = subscribers.get(session, by.tenant, subscriber)
    if row is None:
        return Refused("This subscriber is not in your list any more.")
    old = Status(row.status)
    if why := _why_not(row, old, status):
        return Refused(why)
    given = _consent_for(old, status, reason, consent, by, now)
    if old is Status.OPTED_OUT and isinstance(given, Consent):
        given = _newer_than_the_stop(session, subscriber, given)
    if isinstance(given, Refused):
        return given
    if not subscribers.move_status(session, subscriber, old=old, new=status, now=now):
        return Refused("Somebody else has just changed this subscriber. Look again.")
    tenant = TenantId(row.tenant_id)
    if given is not None:
        agreed = status is Status.ACTIVE
        subscribers.record_consent(session, tenant, subscriber, given, given=agreed)
    audit.append(
        session,
        by=by,
        action="subscriber.status_changed",
        subject=f"subscriber:{subscriber}",
        before={"status": old.value},
        after={"status": status.value, "reason": Personal(reason.strip())},
        now=now,
        tenant=tenant,
    )
    return None


def _why_not(row: Subscriber, old: Status, new: Status) -> str:
    if row.erased_at is not None:
        return "This subscriber was erased. Add them anew, with a consent of theirs."
    if old is new:
        return f"{row.name} is {SAID[new]} already."
    if new not in BY_HAND[old]:
        return f"Who is {SAID[old]} cannot be made {SAID[new]} by hand."
    return ""


def _consent_for(
    old: Status,
    new: Status,
    reason: str,
    consent: SubscriberForm | None,
    by: Actor,
    now: datetime,
) -> Consent | Refused | None:
    """The event that belongs into the consent history, if this change is one."""
    if new is Status.OPTED_OUT:
        return Consent(at=now, source=f"told {by.name}", evidence=reason.strip())
    if old is not Status.OPTED_OUT:
        return None
    checked = check_consent(consent or SubscriberForm(), now)
    if isinstance(checked, Consent):
        return checked
    return Refused(
        "They said stop: only a new consent brings them back.",
        tuple(problem.words for problem in checked),
    )


def _newer_than_the_stop(
    session: Session, subscriber: SubscriberId, consent: Consent
) -> Consent | Refused:
    """A consent from before the day they said stop brings nobody back."""
    stopped = subscribers.last_stop(session, subscriber)
    if stopped is None or service_day(consent.at) >= service_day(stopped):
        return consent
    day = f"{service_day(stopped):%d %b %Y}"
    return Refused(f"They said stop on {day}: only a consent given since then counts.")
