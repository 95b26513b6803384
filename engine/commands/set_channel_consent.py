"""A person writes down that a subscriber agreed to SMS or e-mail, or took it back (spec E6, S3)."""

from datetime import datetime

from sqlmodel import Session

from engine.documents.subscriber_form import check_consent
from engine.domain.alert_channels import is_mail
from engine.domain.audit import Personal
from engine.domain.emergency import Agreed, Channel
from engine.domain.enrolment import Consent, SubscriberForm
from engine.domain.ids import SubscriberId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, channel_consents, subscribers

ADDRESS_LIMIT = 254  # RFC 5321


def set_channel_consent(
    session: Session,
    subscriber: SubscriberId,
    channel: Channel,
    *,
    given: bool,
    address: str = "",
    consent: SubscriberForm,
    by: Actor,
    now: datetime,
) -> Refused | None:
    """Add the event to their history. address: for e-mail. consent: when, how and by what evidence
    they agreed; for taking it back only the evidence counts. Raises Forbidden.
    """
    require(by, Permission.SUBSCRIBERS_WRITE)
    row = subscribers.get(session, by.tenant, subscriber)
    if row is None:
        return Refused("This subscriber is not in your list any more.")
    if row.erased_at is not None:
        return Refused("This subscriber was erased. Add them anew, with a consent of theirs.")
    before = channel_consents.standing(session, [subscriber]).get(subscriber, {})
    if not given and channel not in before:
        return Refused("They have not agreed to it.")
    mail = address.strip() if channel is Channel.EMAIL and given else ""
    if channel is Channel.EMAIL and given and not (is_mail(mail) and len(mail) <= ADDRESS_LIMIT):
        return Refused("That is not an e-mail address.")
    if channel is Channel.SMS and given and not row.phone:
        return Refused("They have no phone number here.")
    checked = _checked(given, consent, by, now)
    if not isinstance(checked, Consent):
        return checked
    event = Agreed(
        channel=channel,
        given=given,
        at=checked.at,
        source=checked.source,
        evidence=checked.evidence,
        address=mail,
    )
    tenant = TenantId(row.tenant_id)
    channel_consents.add(session, tenant, [(subscriber, event)])
    audit.append(
        session,
        by=by,
        action="subscriber.channel_agreed" if given else "subscriber.channel_withdrawn",
        subject=f"subscriber:{subscriber}",
        after={
            "channel": channel.value,
            "address": Personal(mail),
            "consent_source": Personal(checked.source),
            "consent_at": checked.at,
        },
        now=now,
        tenant=tenant,
    )
    return None


def _checked(given: bool, form: SubscriberForm, by: Actor, now: datetime) -> Consent | Refused:
    if not given:
        return Consent(at=now, source=f"told {by.name}", evidence=form.consent_evidence.strip())
    checked = check_consent(form, now)
    if isinstance(checked, Consent):
        return checked
    return Refused("Nothing was changed.", tuple(problem.words for problem in checked))
