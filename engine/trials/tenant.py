"""A whole made-up organisation: its users, senders, templates, subscribers, and approved content.

Used by the demo, by headless mornings, and by tests. It is a sandbox, so it never reaches people
(spec X5).
"""

from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import TypeVar

from sqlmodel import Session

from engine.commands.approve_content import Approved, approve_content
from engine.commands.passwords import hash_password
from engine.commands.submit_content import submit_content
from engine.commands.write_content import VariantDraft, write_content
from engine.domain.content import Language
from engine.domain.ids import ContentHash, ContentId, PhoneNumberId, SenderId, TenantId, UserId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Role
from engine.domain.schedule import service_day
from engine.store import senders as pool
from engine.store import subscribers as people
from engine.store import templates, users
from engine.store.tables.tenants import Tenant
from engine.trials.people import made_up_people
from engine.trials.texts import TEMPLATE, TEXTS, TITLE

NAME = "Dawncast Demo Advisory"
DOMAIN = "demo.dawncast.example"
FIRST_PHONE_NUMBER_ID = 1_000_000_000_001
NOBODYS_HASH = (  # of a random text that nobody kept: nobody signs in with it
    "$argon2id$v=19$m=65536,t=3,p=4$P2dsbS2ldC4FAGAsZYzRWg"
    "$HxDkSZ3+UwJFfWaQrRC1v8CaWG6cXxqNpg25eUBw2T8"
)
CATEGORY = "UTILITY"

USER_EMAILS: dict[Role, str] = {
    Role.AUTHOR: f"author@{DOMAIN}",
    Role.APPROVER: f"approver@{DOMAIN}",
    Role.OPERATOR: f"operator@{DOMAIN}",
    Role.VIEWER: f"viewer@{DOMAIN}",
    Role.ADMINISTRATOR: f"admin@{DOMAIN}",
}
_USER_NAMES: dict[Role, str] = {
    Role.AUTHOR: "Asha Kulkarni",
    Role.APPROVER: "Vikram Menon",
    Role.OPERATOR: "Neha Sharma",
    Role.VIEWER: "Rohan Desai",
    Role.ADMINISTRATOR: "Meera Iyer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededTenant:
    """Who and what was made up. `subscribers` is their number; `content` is approved for `day`."""

    tenant: TenantId
    users: dict[Role, UserId]
    senders: tuple[SenderId, ...]
    backups: tuple[SenderId, ...]
    content: ContentId
    content_hash: ContentHash
    day: date
    subscribers: int


def seed_sandbox(
    session: Session,
    *,
    subscribers: int,
    senders: int,
    backups: int,
    rate: float,
    now: datetime,
    rng: Random,
    password: str | None,
) -> SeededTenant:
    """Make up a sandbox tenant; the same `rng` makes the same one.

    rate: messages a second each sender may be given; password: of every user, None for users who
    cannot sign in. The content is approved for the service day `now` lies in.
    """
    tenant = _tenant(session, now)
    user_ids = _users(session, tenant, password, now)
    day = service_day(now)
    approved = _approved_content(session, tenant, user_ids, day, now)
    return SeededTenant(
        tenant=tenant,
        users=user_ids,
        senders=_senders(session, tenant, "primary", range(senders), rate, now),
        backups=_senders(session, tenant, "backup", range(senders, senders + backups), rate, now),
        content=approved.content,
        content_hash=approved.content_hash,
        day=day,
        subscribers=_subscribers(session, tenant, subscribers, now, rng),
    )


def _tenant(session: Session, now: datetime) -> TenantId:
    tenant = Tenant(name=NAME, sandbox=True, created_at=now)
    session.add(tenant)
    session.flush()
    assert tenant.id is not None
    return TenantId(tenant.id)


def _users(
    session: Session, tenant: TenantId, password: str | None, now: datetime
) -> dict[Role, UserId]:
    # One hash for all: argon2 takes a tenth of a second on purpose, and the password is one anyway.
    password_hash = NOBODYS_HASH if password is None else hash_password(password)
    return {
        role: users.add(
            session,
            tenant,
            email=email,
            name=_USER_NAMES[role],
            role=role,
            password_hash=password_hash,
            must_change=False,
            now=now,
        )
        for role, email in USER_EMAILS.items()
    }


def _senders(
    session: Session, tenant: TenantId, role: str, places: range, rate: float, now: datetime
) -> tuple[SenderId, ...]:
    return tuple(_sender(session, tenant, role, place, rate, now) for place in places)


def _sender(
    session: Session, tenant: TenantId, role: str, place: int, rate: float, now: datetime
) -> SenderId:
    sender = pool.add(
        session,
        tenant,
        PhoneNumberId(str(FIRST_PHONE_NUMBER_ID + place)),
        display_phone=f"+91 22 4800 {4101 + place}",
        label=f"{'Line' if role == 'primary' else 'Backup'} {place + 1}",
        role=role,
        position=place,
        rate_per_second=rate,
        now=now,
    )
    pool.record_poll(
        session,
        sender,
        quality="GREEN",
        status="CONNECTED",
        throughput="STANDARD",
        messaging_limit="TIER_UNLIMITED",
        now=now,
    )
    return sender


def _subscribers(session: Session, tenant: TenantId, count: int, now: datetime, rng: Random) -> int:
    made_up = made_up_people(count, rng, now=now)
    return len(people.insert_new(session, tenant, made_up, now=now))


def _approved_content(
    session: Session, tenant: TenantId, user_ids: dict[Role, UserId], day: date, now: datetime
) -> Approved:
    """Written by the author, approved by the approver: four eyes, also in a demo."""
    author = Actor("author", tenant, Role.AUTHOR, user_ids[Role.AUTHOR])
    approver = Actor("approver", tenant, Role.APPROVER, user_ids[Role.APPROVER])
    variants = [_variant(session, tenant, language, now) for language in Language]
    written = _done(
        write_content(
            session,
            content=None,
            version=None,
            day=day,
            title=TITLE,
            variants=variants,
            by=author,
            now=now,
        )
    )
    _done(submit_content(session, written.content, version=written.version, by=author, now=now))
    return _done(
        approve_content(session, written.content, version=written.version, by=approver, now=now)
    )


def _variant(session: Session, tenant: TenantId, language: Language, now: datetime) -> VariantDraft:
    text = TEXTS[language]
    templates.put(
        session,
        tenant,
        name=TEMPLATE,
        language=text.template_language,
        category=CATEGORY,
        status="APPROVED",
        body=text.body,
        footer=text.footer,
        quality="GREEN",
        now=now,
    )
    return VariantDraft(
        language=language,
        template_name=TEMPLATE,
        template_language=text.template_language,
        parameters=text.parameters,
    )


T = TypeVar("T")


def _done(result: T | Refused) -> T:
    if isinstance(result, Refused):
        raise TypeError(f"the made-up content was refused: {result}")
    return result
