"""The database that every simulated morning begins with: made up once, then copied.

The largest cast there can be; a morning strikes out whom it does not need. To make one up for each
of thousands of mornings would take most of their time.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from random import Random

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel, col, select

from engine.domain import content as content_rules
from engine.domain.ids import ContentHash, ContentId
from engine.domain.message import TemplateMessage
from engine.store import content as content_store
from engine.store.tables import Content, Schedule, Sender, Subscriber, Variant
from engine.trials.tenant import SeededTenant, seed_sandbox
from engine.trials.two_wordings import write_second

STARTS_AT = datetime(2026, 11, 23, 0, 25, tzinfo=UTC)
"""05:55 in India."""
MOST_SUBSCRIBERS = 500
MOST_SENDERS = 6
MOST_BACKUPS = 2
B_PERCENT = 40
"""Of the people, who get the other wording in a morning that has two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A furnished database, who is in it, and what each person is to get."""

    connection: sqlite3.Connection
    """In memory; copied, never written again."""
    seeded: SeededTenant
    second: ContentId
    """Wording B of the content, approved as well. Most mornings do without it."""
    messages: Mapping[ContentHash, Mapping[str, TemplateMessage]]
    """The approved message of either wording, by the phone number it goes to."""


@cache
def image() -> Image:
    """The one image of this process, made at the first call."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    db_engine = sa.create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    with db_engine.begin() as opened, Session(bind=opened, expire_on_commit=False) as session:
        SQLModel.metadata.create_all(opened)
        seeded = seed_sandbox(
            session,
            subscribers=MOST_SUBSCRIBERS,
            senders=MOST_SENDERS,
            backups=MOST_BACKUPS,
            rate=1.0,
            now=STARTS_AT,
            rng=Random(1),
            password=None,
        )
        second = write_second(session, seeded, now=STARTS_AT, percent=B_PERCENT)
        messages = dict(_messages(session, one) for one in (seeded.content, second))
        session.flush()
    return Image(connection=connection, seeded=seeded, second=second, messages=messages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a morning takes of the image. rate: messages a second of each sender."""

    subscribers: int
    senders: int
    backups: int
    rate: float
    pacing: str
    late_policy: str
    canary: bool
    two_wordings: bool
    opens_at: datetime


def tailor(session: Session, needs: Needs) -> None:
    """Strike out whom this morning does not need, and set it on its schedule."""
    assert needs.subscribers <= MOST_SUBSCRIBERS
    seeded = image().seeded
    people = select(Subscriber.id).order_by(col(Subscriber.id)).offset(needs.subscribers)
    last = session.scalars(people.limit(1)).first()
    connection = session.connection()
    if last is not None:
        connection.execute(sa.text("DELETE FROM consents WHERE subscriber_id >= :n"), {"n": last})
        connection.execute(sa.text("DELETE FROM subscribers WHERE id >= :n"), {"n": last})
    if not needs.two_wordings:
        connection.execute(sa.delete(Variant).where(col(Variant.content_id) == image().second))
        connection.execute(sa.delete(Content).where(col(Content.id) == image().second))
    spared = (*seeded.senders[needs.senders :], *seeded.backups[needs.backups :])
    connection.execute(sa.delete(Sender).where(col(Sender.id).in_(spared)))
    connection.execute(sa.update(Sender).values(rate_per_second=needs.rate))
    session.add(
        Schedule(
            tenant_id=seeded.tenant,
            name="Trial morning",
            kind="once",
            once_at=needs.opens_at,
            content_id=seeded.content,
            pacing=needs.pacing,
            late_policy=needs.late_policy,
            canary=needs.canary,
            created_at=STARTS_AT,
        )
    )


def _messages(
    session: Session, identity: ContentId
) -> tuple[ContentHash, dict[str, TemplateMessage]]:
    content = content_store.get(session, identity)
    assert content is not None
    variants = {row.language: row for row in content_store.variants(session, identity)}
    messages: dict[str, TemplateMessage] = {}
    for person in session.exec(select(Subscriber)):
        variant = variants[person.language]
        messages[person.phone or ""] = TemplateMessage(
            template=variant.template_name,
            language=variant.template_language,
            parameters=tuple(
                content_rules.render(
                    content_store.parameters(variant),
                    name=person.name,
                    registration_no=person.registration_no,
                )
            ),
        )
    return ContentHash(str(content.content_hash)), messages
