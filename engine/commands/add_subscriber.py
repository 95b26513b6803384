"""A person adds one subscriber, with the consent without which nothing is sent (spec S1, S3)."""

from datetime import datetime

from sqlmodel import Session

from engine.documents.subscriber_form import Problem, check_channels, check_consent, check_details
from engine.domain.audit import Personal
from engine.domain.enrolment import Consent, Details, Enrolment, SubscriberForm
from engine.domain.ids import SubscriberId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, subscribers


def add_subscriber(
    session: Session, tenant: TenantId, form: SubscriberForm, *, by: Actor, now: datetime
) -> SubscriberId | Refused:
    """The new subscriber's id, or everything that is wrong with the form. Raises Forbidden."""
    require(by, Permission.SUBSCRIBERS_WRITE, tenant)
    details, consent = check_details(form), check_consent(form, now)
    if not isinstance(details, Details) or not isinstance(consent, Consent):
        problems = [p for part in (details, consent) if isinstance(part, tuple) for p in part]
        return Refused("The subscriber was not added.", tuple(p.words for p in problems))
    channels = check_channels(form, consent)
    if isinstance(channels, Problem):
        return Refused("The subscriber was not added.", (channels.words,))
    entry = Enrolment(details=details, consent=consent, channels=channels)
    inserted = subscribers.insert_new(session, tenant, [entry], now=now)
    if details.phone not in inserted:
        return Refused("A subscriber with this phone number exists already. Search for it.")
    subscriber = inserted[details.phone]
    audit.append(
        session,
        by=by,
        action="subscriber.added",
        subject=f"subscriber:{subscriber}",
        after={
            "name": Personal(details.name),
            "phone": Personal(details.phone),
            "language": details.language.value,
            "tier": details.tier.value,
            "region": Personal(details.region),
            "consent_source": Personal(consent.source),
            "consent_at": consent.at,
            "channels": [one.channel.value for one in channels],
        },
        now=now,
        tenant=tenant,
    )
    return subscriber
