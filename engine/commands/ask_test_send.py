"""Somebody wants a saved content on their own phone, before it is anybody else's (spec D7)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain import compliance, template_standing
from engine.domain import test_message as rules
from engine.domain.broadcast import BroadcastState
from engine.domain.compliance_rules import ALWAYS_BLOCK
from engine.domain.content import Language, content_hash
from engine.domain.ids import ContentId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.test_message import TestState
from engine.store import audit, broadcasts, own_phones, templates, test_messages
from engine.store import content as contents
from engine.store.content import NewVariant
from engine.store.tables import TestMessage

ON_THE_ROAD = frozenset({BroadcastState.SENDING, BroadcastState.PAUSED})


def ask_test_send(
    session: Session,
    content: ContentId,
    *,
    version: int,
    language: Language,
    by: Actor,
    now: datetime,
) -> int | Refused:
    """Ask the engine for one test of `version` in one language; the test's number.

    It goes to the asker's own confirmed phone and to no other. Raises Forbidden.
    """
    require(by, Permission.TEST_SEND)
    assert by.user is not None, "only people have a phone"
    pack = contents.get(session, content, by.tenant)
    if pack is None:
        return Refused("This content does not exist any more.")
    if pack.version != version:
        return Refused("Somebody saved another version meanwhile. Open it again.")
    phone = own_phones.of(session, by.user)
    if phone is None or phone.confirmed_at is None:
        return Refused("Confirm your phone first: a test goes to no other.")
    why = rules.too_many(test_messages.asked_lately(session, by.user, now - rules.WITHIN), now)
    if why is not None:
        return Refused(why)
    tenant = TenantId(pack.tenant_id)
    running = broadcasts.running(session, tenant)
    if running is not None and broadcasts.get(session, running).state in ON_THE_ROAD:
        return Refused("A broadcast is going out: tests wait until it is through.")
    variants = [contents.as_new(variant) for variant in contents.variants(session, content)]
    variant = next((one for one in variants if one.language == language), None)
    if variant is None:
        return Refused(f"Nothing is written in {compliance.LANGUAGE_NAMES[language]}.")
    problems = _refused_by_whatsapp(session, tenant, variant)
    if problems:
        return Refused("WhatsApp would refuse this as it is:", problems)
    number = test_messages.add(
        session,
        TestMessage(
            tenant_id=tenant,
            user_id=by.user,
            content_id=content,
            content_version=version,
            content_hash=content_hash(variants),
            language=language.value,
            phone=phone.phone,
            state=TestState.ASKED.value,
            words="It leaves in a moment.",
            asked_at=now,
        ),
    )
    audit.append(
        session,
        by=by,
        action="content.test_asked",
        subject=f"content:{content}",
        after={"version": version, "language": language.value, "test": number},
        now=now,
    )
    return number


def _refused_by_whatsapp(
    session: Session, tenant: TenantId, variant: NewVariant
) -> tuple[str, ...]:
    """What no test can pass. What compliance forbids may be tried on one's own phone."""
    problems = [
        check.words
        for check in compliance.check([variant], ())
        if check.name in ALWAYS_BLOCK and not check.passed
    ]
    standing = templates.standing(session, tenant, variant.template_name, variant.template_language)
    problem = template_standing.problem(variant, standing)
    return tuple([*problems, problem] if problem is not None else problems)
