"""A whole made-up organisation: its users, senders, templates, subscribers, and approved content.

Used by the demo, by headless mornings, and by tests. It is a sandbox, so it never reaches people
(spec X5).
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from zoneinfo import ZoneInfo

from sqlmodel import Session

from engine.commands.passwords import hash_password
from engine.domain.content import ContentState, Language
from engine.domain.ids import ContentHash, ContentId, PhoneNumberId, SenderId, TenantId, UserId
from engine.domain.roles import Role
from engine.store import content as contents
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
    day = now.astimezone(ZoneInfo("Asia/Kolkata")).date()
    content, content_hash = _approved_content(session, tenant, user_ids, day, now)
    return SeededTenant(
        tenant=tenant,
        users=user_ids,
        senders=_senders(session, tenant, "primary", range(senders), rate, now),
        backups=_senders(session, tenant, "backup", range(senders, senders + backups), rate, now),
        content=content,
        content_hash=content_hash,
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
) -> tuple[ContentId, ContentHash]:
    """Written by the author, approved by the approver: four eyes, also in a demo."""
    content = contents.add(
        session, tenant, day=day, title=TITLE, author=user_ids[Role.AUTHOR], now=now
    )
    contents.replace_variants(
        session, content, [_variant(session, tenant, language, now) for language in Language]
    )
    pack = contents.get(session, content)
    assert pack is not None
    content_hash = _hash()
    contents.submit(session, pack, state=ContentState.SUBMITTED, now=now)
    session.refresh(pack)
    contents.decide(
        session,
        pack,
        state=ContentState.APPROVED,
        content_hash=content_hash,
        comment="",
        by=user_ids[Role.APPROVER],
        now=now,
    )
    return content, content_hash


def _variant(
    session: Session, tenant: TenantId, language: Language, now: datetime
) -> contents.NewVariant:
    text = TEXTS[language]
    template = templates.put(
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
    return contents.NewVariant(
        language=language,
        template_name=template.name,
        template_language=template.language,
        template_version=template.version,
        category=template.category,
        body=template.body,
        parameters=text.parameters,
    )


def _hash() -> ContentHash:
    # Stands in until the content's own hash function is here.
    words = [[language, text.body, *text.parameters] for language, text in TEXTS.items()]
    return ContentHash(hashlib.sha256(json.dumps(words).encode()).hexdigest())
