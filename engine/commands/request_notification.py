"""A program asks for one message to one person (spec I1, E5)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from engine.domain.api_access import IDEMPOTENCY_KEPT, RECIPIENT_LIMITS, Caller, Scope
from engine.domain.ids import DeliveryKey, Phone, SenderId, SubscriberId
from engine.domain.priority import Priority
from engine.domain.quality import CANNOT_SEND
from engine.domain.replies import closes_at
from engine.domain.roles import ENGINE, Actor
from engine.domain.template_standing import SENDABLE
from engine.domain.templates import variables
from engine.store import consents, conversations, notifications, senders, subscribers, templates
from engine.store.notifications import Addressee, New, Row
from engine.store.tables import Subscriber

ORIGIN = "api"
AHEAD_MAX = timedelta(days=7)
"""How far ahead a message may be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a program wants. `text`, or a template with its parameters, one for each variable."""

    public_id: str
    client_key: str | None
    event_type: str
    phone: Phone
    text: str = ""
    template: str = ""
    language: str = ""
    parameters: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    scheduled_for: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=lambda: dict[str, Any]())

    def fingerprint(self) -> str:
        """The same request has the same one."""
        said = [self.event_type, self.phone, self.text, self.template, self.language]
        more = [*self.parameters, int(self.priority), str(self.scheduled_for), dict(self.details)]
        return hashlib.sha256(json.dumps([said, more], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Why a request was not taken: a code for the program, a sentence for whoever reads its log."""

    code: str
    why: str
    field: str = ""
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Taken:
    """The message as it stands. `anew`: False when the same was asked for before."""

    row: Row
    anew: bool


def request_notification(
    session: Session, caller: Caller, request: Request, *, by: Actor, now: datetime
) -> Taken | NotTaken:
    """Put the message on its way, once for each client key.

    A key is remembered for 24 hours; what is unique in the database decides, so that two requests
    at once make one message.
    """
    assert by is ENGINE, "a program asks, not a person"
    if Scope.SEND not in caller.scopes:
        return NotTaken("FORBIDDEN", "This key may not send. An administrator can make another.")
    fingerprint = request.fingerprint()
    if request.client_key is not None:
        notifications.forget_key(
            session, caller.tenant, ORIGIN, request.client_key, now - IDEMPOTENCY_KEPT
        )
        if known := _known(session, caller, request.client_key, fingerprint):
            return known
    new = _new(session, caller, request, fingerprint, now)
    if isinstance(new, NotTaken):
        return new
    if notifications.add(session, new, now=now) is None:
        known = _known(session, caller, request.client_key or "", fingerprint)
        return known or NotTaken("CONFLICT", "The same request is just being taken. Ask again.")
    row = notifications.by_public_id(session, caller.tenant, ORIGIN, request.public_id)
    assert row is not None
    return Taken(row, anew=True)


def _known(
    session: Session, caller: Caller, client_key: str, fingerprint: str
) -> Taken | NotTaken | None:
    row = notifications.by_client_key(session, caller.tenant, ORIGIN, client_key)
    if row is None:
        return None
    if row.request_hash != fingerprint:
        return NotTaken(
            "IDEMPOTENCY_KEY_REUSED",
            "This Idempotency-Key was used for another request within the last 24 hours.",
        )
    return Taken(row, anew=False)


def _new(
    session: Session, caller: Caller, request: Request, fingerprint: str, now: datetime
) -> New | NotTaken:
    person = _recipient(session, caller, request, now)
    if isinstance(person, NotTaken):
        return person
    expires_at: datetime | None = None
    if request.text:
        window = _window(session, caller, person, now)
        if isinstance(window, NotTaken):
            return window
        sender, expires_at = window
    else:
        if why := _why_not_template(session, caller, request):
            return why
        sender = _sender(session, caller)
    if sender is None:
        return NotTaken("NO_SENDER", "No phone number of the organisation may send now.")
    return New(
        tenant=caller.tenant,
        origin=ORIGIN,
        public_id=request.public_id,
        to=Addressee(
            sender=sender,
            subscriber=SubscriberId(person.id or 0),
            phone=person.phone,
            bsuid=person.bsuid,
            tier=person.tier,
        ),
        key=DeliveryKey(hashlib.sha256(f"api:{request.public_id}".encode()).hexdigest()),
        client_key=request.client_key,
        request_hash=fingerprint,
        text=request.text,
        template_name=request.template,
        template_language=request.language,
        parameters=request.parameters,
        priority=request.priority,
        api_key=caller.key,
        event_type=request.event_type,
        details=dict(request.details),
        due_at=max(now, request.scheduled_for or now),
        expires_at=expires_at,
    )


def _recipient(
    session: Session, caller: Caller, request: Request, now: datetime
) -> Subscriber | NotTaken:
    """Somebody of the list who wants our messages: nothing goes to anybody else (spec S3)."""
    at = "recipient.phone_number"
    found = consents.find(session, caller.tenant, phone=request.phone, user_id=None)
    person = None if found is None else subscribers.get(session, caller.tenant, found)
    if person is None:
        return NotTaken("RECIPIENT_UNKNOWN", "No subscriber of yours has this number.", at)
    if person.status != "ACTIVE" or not person.consented:
        return NotTaken(
            "RECIPIENT_OPTED_OUT", "This subscriber does not want messages now, or paused.", at
        )
    for span, most in RECIPIENT_LIMITS:
        if notifications.count_to(session, caller.tenant, request.phone, now - span) >= most:
            hours = int(span / timedelta(hours=1))
            every = "an hour" if hours == 1 else "a day"
            why = f"One person gets at most {most} notifications {every}."
            return NotTaken("RECIPIENT_RATE_LIMITED", why, at, wait=span / most)
    return person


def _window(
    session: Session, caller: Caller, person: Subscriber, now: datetime
) -> tuple[SenderId, datetime] | NotTaken:
    """The number they wrote to, and until when free text may go: to nobody else (131047)."""
    found = conversations.of_subscriber(session, caller.tenant, SubscriberId(person.id or 0))
    if found is None or now >= closes_at(found.heard_at):
        return NotTaken(
            "OUTSIDE_SERVICE_WINDOW",
            "WhatsApp takes free text only within 24 hours of their last message to us. "
            "Send a template.",
            "message.text",
        )
    return SenderId(found.sender_id), closes_at(found.heard_at)


def _why_not_template(session: Session, caller: Caller, request: Request) -> NotTaken | None:
    known = templates.get(session, caller.tenant, request.template, request.language)
    if known is None:
        why = "There is no such template in this language."
        return NotTaken("TEMPLATE_UNKNOWN", why, "template.name")
    if known.status != SENDABLE:
        why = f"WhatsApp does not let this template be sent now: {known.status.lower()}."
        return NotTaken("TEMPLATE_NOT_SENDABLE", why, "template.name")
    if known.header_format not in {"", "TEXT"}:
        why = "This template has a picture or a file on top, which a notification cannot bring."
        return NotTaken("TEMPLATE_NEEDS_MEDIA", why, "template.name")
    wanted = len(variables(known.body))
    if wanted != len(request.parameters):
        why = f"This template has {wanted} parameters; {len(request.parameters)} were given."
        return NotTaken("TEMPLATE_PARAMETERS", why, "template.parameters")
    return None


def _sender(session: Session, caller: Caller) -> SenderId | None:
    """The first number that may send: backups stay for mornings that need them."""
    pool = [
        row
        for row in senders.pool(session, caller.tenant)
        if row.state == "active" and row.status not in CANNOT_SEND
    ]
    return SenderId(pool[0].id or 0) if pool else None
