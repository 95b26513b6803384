"""What people wish, acted on at once: who says stop gets nothing more, nor what is planned (S3).

Each wish changes the subscriber, the consent history, the unsent deliveries and the audit trail in
the transaction that read it.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session

from engine.domain.enrolment import Consent
from engine.domain.ids import SubscriberId, TenantId
from engine.domain.roles import ENGINE
from engine.domain.subscriber import Status
from engine.store import audit, consents, outbox, subscribers

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """That somebody wants messages, or no more of them, as of `at`; `source` says how we know."""

    wants: bool
    at: datetime
    source: str
    evidence: str


def grant(
    session: Session, tenant: TenantId, subscriber: SubscriberId, wish: Wish, now: datetime
) -> bool:
    """Do as they wish; False when they had it so already, or said something else since."""
    standing = consents.standing(session, subscriber)
    if standing is None or _is_as_wished(standing, wish):
        return False
    consent = Consent(at=wish.at, source=wish.source, evidence=wish.evidence)
    last = standing.last_word_at
    # WhatsApp's seconds are whole; webhooks come in any order.
    if last is not None and wish.at < last.replace(microsecond=0):
        consents.keep(session, tenant, subscriber, consent, given=wish.wants)
        return False
    subscribers.record_consent(session, tenant, subscriber, consent, given=wish.wants)
    status = Status.ACTIVE if wish.wants else Status.OPTED_OUT
    subscribers.move_status(session, subscriber, old=standing.status, new=status, now=now)
    cancelled = 0
    if not wish.wants:
        reason = f"They said stop ({wish.source})."
        cancelled = outbox.cancel_unsent_to(session, subscriber, reason=reason, now=now)
    audit.append(
        session,
        by=ENGINE,
        action="subscriber.status_changed",
        subject=f"subscriber:{subscriber}",
        before={"status": standing.status.value},
        after={"status": status.value, "reason": wish.source, "cancelled": cancelled},
        now=now,
        tenant=tenant,
    )
    event = "consent.given" if wish.wants else "consent.withdrawn"
    log.info(event, subscriber=subscriber, source=wish.source, cancelled=cancelled)
    return True


def _is_as_wished(standing: consents.Standing, wish: Wish) -> bool:
    if wish.wants:
        return standing.status is Status.ACTIVE and standing.consented
    return standing.status is Status.OPTED_OUT and not standing.consented
