"""Acts on what webhooks say besides receipts: a person's stop, a number's quality, a template's
state.

What nothing here understands stays in the inbox as it came, and is counted; it is never an error.
"""

from datetime import datetime

import structlog
from sqlmodel import Session

from engine.domain import replies
from engine.domain.consent import OptIn, OptOut, consent_in
from engine.domain.ids import Phone, PhoneNumberId, SenderId, TenantId
from engine.store import (
    broadcasts,
    consents,
    conversations,
    notices,
    own_phones,
    sender_changes,
    senders,
)
from engine.store.conversations import Heard
from engine.store.tables import Sender, Template
from engine.whatsapp.updates import (
    InboundMessage,
    NumberQuality,
    Other,
    TemplateCategory,
    TemplateEdited,
    TemplateQuality,
    TemplateStatus,
    Update,
    UserPreference,
)
from engine.workers.wishes import Wish, grant

EVIDENCE_LIMIT = 200
THROUGHPUT_UPGRADE = "THROUGHPUT_UPGRADE"
FLAGGED = "FLAGGED"
FLAGS = {FLAGGED: FLAGGED, "UNFLAGGED": "CONNECTED"}
"""Meta's events about a number that are its status, too."""
APPROVED = "APPROVED"
STATUSES = {"REINSTATED": APPROVED, "UNARCHIVED": APPROVED}
"""Meta's events about a template that are not the name of the status it has from then on."""
UNPAUSE = "UNPAUSE"
NOT_OF_A_PERSON = frozenset({"system"})
"""What WhatsApp itself says in a chat, such as that somebody has a new number."""
PREFERENCES = {"stop": False, "resume": True}
"""`signup` is what somebody asks of a page of Meta's, not of us."""

log = structlog.get_logger()


def notice(session: Session, update: Update, now: datetime) -> None:
    """Take note of one update that is not a receipt."""
    acted = False
    match update:
        case InboundMessage():
            acted = _inbound(session, update, now)
        case UserPreference():
            acted = _preference(session, update, now)
        case NumberQuality():
            acted = _number_quality(session, update, now)
        case TemplateStatus() | TemplateQuality() | TemplateCategory() | TemplateEdited():
            acted = _template(session, update, now)
        case Other():
            log.info("webhook.noticed", kind="Other", field=update.field, what=update.kind)
            return
        case _:
            pass
    log.info("webhook.noticed", kind=type(update).__name__, acted=acted)


def _inbound(session: Session, message: InboundMessage, now: datetime) -> bool:
    """A person wrote: a phone confirms itself; anything else is kept for whoever answers, and a
    stop or a start is acted on.
    """
    if own_phones.confirm(session, message.phone, message.text, now):
        return True
    sender = None if message.sender is None else senders.by_phone_number_id(session, message.sender)
    address = message.phone or message.user_id
    if sender is None or address is None or message.type in NOT_OF_A_PERSON:
        return False
    tenant = TenantId(sender.tenant_id)
    subscriber = consents.find(session, tenant, phone=message.phone, user_id=message.user_id)
    wish = _wish_in(message)
    if wish is not None and subscriber is not None:
        grant(session, tenant, subscriber, wish, now)
    asks_nothing = (wish is not None and subscriber is not None) or message.type == "reaction"
    heard = Heard(
        message_id=message.message_id,
        at=message.at,
        received_at=now,
        kind=message.type,
        text=message.text,
        reply_to=message.reply_to,
        wish="" if wish is None else "start" if wish.wants else "stop",
        words=replies.snippet(message.type, message.text),
    )
    conversation = conversations.of_person(
        session,
        tenant,
        SenderId(sender.id or 0),
        subscriber=subscriber,
        address=address,
        name=message.name,
        heard=heard,
        begins=replies.Desk.DONE if asks_nothing else replies.Desk.OPEN,
    )
    return conversations.hear(
        session, tenant, conversation, SenderId(sender.id or 0), heard, quiet=asks_nothing
    )


def _wish_in(message: InboundMessage) -> Wish | None:
    """Do they want us to stop, or to start again?"""
    match consent_in(message.text):
        case None:
            return None
        case OptOut(word=word):
            wants = False
        case OptIn(word=word):
            wants = True
    # The word alone, in its plain spelling: the rest of what people write is no evidence.
    evidence = f"Wrote “{word}”: {message.message_id}"[:EVIDENCE_LIMIT]
    return Wish(wants=wants, at=message.at, source="message", evidence=evidence)


def _preference(session: Session, said: UserPreference, now: datetime) -> bool:
    """A person told WhatsApp itself whether they want our marketing."""
    wants = PREFERENCES.get(said.value.lower())
    if wants is None:
        return False
    evidence = said.detail[:EVIDENCE_LIMIT]
    wish = Wish(wants=wants, at=said.at or now, source="user_preferences", evidence=evidence)
    return _grant(session, said.sender, said.phone, said.user_id, wish, now)


def _grant(
    session: Session,
    number: PhoneNumberId | None,
    phone: Phone | None,
    user_id: str | None,
    wish: Wish,
    now: datetime,
) -> bool:
    """Do as they wish, if they wrote to a number of ours and are on its tenant's list."""
    sender = None if number is None else senders.by_phone_number_id(session, number)
    if sender is None:
        return False
    tenant = TenantId(sender.tenant_id)
    subscriber = consents.find(session, tenant, phone=phone, user_id=user_id)
    return subscriber is not None and grant(session, tenant, subscriber, wish, now)


def _number_quality(session: Session, update: NumberQuality, now: datetime) -> bool:
    """A number's limit or throughput changed, or Meta flagged it."""
    event = update.event.upper()
    values = {
        "messaging_limit": update.current_limit,
        "status": FLAGS.get(event, ""),
        "throughput": "HIGH" if event == THROUGHPUT_UPGRADE else "",
    }
    given = {name: value for name, value in values.items() if value}
    found = notices.senders_with_phone(session, update.display_phone)
    for sender in found:
        which = SenderId(sender.id or 0)
        before = sender_changes.said(session, which)
        if notices.change_sender(session, sender, given, now):
            sender_changes.note(
                session,
                TenantId(sender.tenant_id),
                which,
                before=before,
                after=sender_changes.said(session, which),
                source="webhook",
                now=now,
            )
            says = event.replace("_", " ").lower() or "news"
            words = f"Sender {_tail(sender)}: WhatsApp says {says}"
            limit = f", limit {update.current_limit}" if update.current_limit else ""
            _tell(session, sender.tenant_id, "sender.changed", words + limit, now)
    return bool(found)


def _template(
    session: Session,
    update: TemplateStatus | TemplateQuality | TemplateCategory | TemplateEdited,
    now: datetime,
) -> bool:
    """What Meta says of a template, on all rows of ours that it may mean."""
    ref = update.template
    found = notices.templates_meant(
        session, whatsapp_id=ref.template_id, name=ref.name, language=ref.language
    )
    for template in found:
        match update:
            case TemplateStatus():
                news = _status(session, template, update, now)
            case TemplateQuality():
                news = _quality(session, template, update, now)
            case TemplateCategory():
                news = _category(session, template, update, now)
            case TemplateEdited():
                # We know that the words changed, not to what.
                news = "was edited at WhatsApp: our copy of it may be old"
        if news:
            words = f"Template {template.name} ({template.language}) {news}"
            _tell(session, template.tenant_id, "template.changed", words, now)
    return bool(found)


def _status(session: Session, template: Template, update: TemplateStatus, now: datetime) -> str:
    status = APPROVED if update.title == UNPAUSE else STATUSES.get(update.event, update.event)
    # A warning: it may be disabled, but is not.
    warned = update.event == FLAGGED
    if not warned and not notices.change_template(session, template, {"status": status}, now):
        return ""
    why = f": {update.reason}" if update.reason else ""
    said = update.reason or update.title.replace("_", " ").lower()
    # Not a change of its own: a second webhook with another reason is no news.
    template.status_reason = "" if status == APPROVED else said
    template.status_at = template.status_at if warned else now
    return f"is {update.event.lower().replace('_', ' ')}{why}"


def _quality(session: Session, template: Template, update: TemplateQuality, now: datetime) -> str:
    changed = notices.change_template(session, template, {"quality": update.new.upper()}, now)
    return f"has quality {update.new.lower()}" if changed else ""


def _category(session: Session, template: Template, update: TemplateCategory, now: datetime) -> str:
    """Another category costs another price, and approvals bind to it: they are void from here on.

    What Meta only announces (then `effective_at` is set) is told, and changes nothing yet.
    """
    if update.effective_at is not None:
        coming = {"coming_category": update.correct.upper(), "coming_at": update.effective_at}
        told = notices.change_template(session, template, coming, now)
        return f"will become {update.correct.lower()}, says WhatsApp" if told else ""
    notices.change_template(session, template, {"coming_category": "", "coming_at": None}, now)
    if notices.recategorise(session, template, update.new.upper(), now):
        return f"is {update.new.lower()} now: check the cost"
    return ""


def _tail(sender: Sender) -> str:
    return f"·· {sender.display_phone[-4:]}"


def _tell(session: Session, tenant: int, event: str, words: str, now: datetime) -> None:
    """A line for the board, of the broadcast it may concern."""
    log.info(event, tenant=tenant, words=words)
    broadcasts.log(
        session,
        tenant=TenantId(tenant),
        broadcast=broadcasts.running(session, TenantId(tenant)),
        event=event,
        words=words,
        now=now,
    )
