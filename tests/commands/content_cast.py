"""The cast of the content and sender tests: one firm, its people, its templates, its numbers."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlmodel import Session

from engine.domain.content import Language
from engine.domain.ids import PhoneNumberId, SenderId, TenantId, UserId
from engine.domain.roles import Actor, Role
from engine.store import senders, templates
from engine.store.tables import Subscriber, Tenant, User

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DAY = date(2026, 11, 22)
USUAL_SENDER = 4101

WARNINGS = {
    Language.EN: (
        "Investment in securities market are subject to market risks. "
        "Read all the related documents carefully before investing."
    ),
    Language.HI: (
        "प्रतिभूति बाज़ार में निवेश बाज़ार जोखिमों के अधीन है। निवेश करने से पहले सभी संबंधित दस्तावेज़ ध्यान से पढ़ें।"
    ),
    Language.MR: (
        "रोखे बाजारातील गुंतवणूक बाजारातील जोखमींच्या अधीन आहे. "
        "गुंतवणूक करण्यापूर्वी सर्व संबंधित कागदपत्रे काळजीपूर्वक वाचा."
    ),
}


@dataclass(frozen=True, slots=True)
class Cast:
    """Asha writes, Bharat approves, Chitra runs the morning, Dev looks on, Esha keeps the house."""

    tenant: TenantId
    asha: Actor
    bharat: Actor
    chitra: Actor
    dev: Actor
    esha: Actor
    stranger: Actor  # an administrator of another firm


def cast(session: Session) -> Cast:
    """One firm with its people, and a stranger."""
    ours = _tenant(session, "Udaya Research")
    theirs = _tenant(session, "Another Firm")
    return Cast(
        tenant=ours,
        asha=_person(session, ours, "Asha Kulkarni", Role.AUTHOR),
        bharat=_person(session, ours, "Bharat Iyer", Role.APPROVER),
        chitra=_person(session, ours, "Chitra Rao", Role.OPERATOR),
        dev=_person(session, ours, "Dev Shah", Role.VIEWER),
        esha=_person(session, ours, "Esha Menon", Role.ADMINISTRATOR),
        stranger=_person(session, theirs, "Farid Khan", Role.ADMINISTRATOR),
    )


def add_sender(
    session: Session, tenant: TenantId, number: int, *, role: str = "primary", rate: float = 80.0
) -> SenderId:
    """A sender +91 80 4000 41xx."""
    return senders.add(
        session,
        tenant,
        PhoneNumberId(f"10000000000{number}"),
        display_phone=f"+91 80 4000 {number}",
        label=f"Morning {number}",
        role=role,
        position=number,
        rate_per_second=rate,
        now=NOW,
    )


def add_what_lacks(session: Session, tenant: TenantId) -> None:
    """The templates and the sender +91 80 4000 4101, in a house that others have used before."""
    add_templates(session, tenant)
    if not any(row.position == USUAL_SENDER for row in senders.pool(session, tenant)):
        add_sender(session, tenant, USUAL_SENDER)


def add_subscriber(
    session: Session, tenant: TenantId, name: str, language: Language, phone: str
) -> None:
    """An active, consenting subscriber."""
    session.add(
        Subscriber(
            tenant_id=tenant,
            phone=phone,
            name=name,
            language=language,
            registration_no="INH000001234",
            consented=True,
            created_at=NOW,
            updated_at=NOW,
        )
    )
    session.flush()


def add_templates(session: Session, tenant: TenantId) -> None:
    """`morning_view` in the three languages, approved, with the warning in its footer's place."""
    for language, warning in WARNINGS.items():
        templates.put(
            session,
            tenant,
            name="morning_view",
            language=language.lower(),
            category="UTILITY",
            status="APPROVED",
            body=f"Namaste {{{{1}}}}, {{{{2}}}}\n\nSEBI INH000001234. {warning}",
            now=NOW,
        )


def _tenant(session: Session, name: str) -> TenantId:
    row = Tenant(name=name, created_at=NOW)
    session.add(row)
    session.flush()
    assert row.id is not None
    return TenantId(row.id)


def _person(session: Session, tenant: TenantId, name: str, role: Role) -> Actor:
    row = User(
        tenant_id=tenant,
        email=f"{name.split()[0].lower()}@udaya.example",
        name=name,
        role=role,
        password_hash="not a hash",
        created_at=NOW,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return Actor(name, tenant, role, UserId(row.id), "127.0.0.1")
