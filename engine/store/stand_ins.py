"""Templates that may take the place of a content's own: which there are, which were approved, and
the change itself.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain import compliance
from engine.domain.content import ContentState, content_hash
from engine.domain.ids import BroadcastId, ContentHash, ContentId, TenantId
from engine.domain.stand_ins import StandIn, can_carry
from engine.domain.templates import Member, order_of_standing_in
from engine.domain.wordings import Side
from engine.store import compliance as rules
from engine.store import templates
from engine.store.content import NewVariant
from engine.store.day_steps import BEFORE_WINDOW
from engine.store.dialects import table
from engine.store.tables import Broadcast, Content, Delivery, StandInTemplate, Template, Variant

_broadcasts, _deliveries = table(Broadcast), table(Delivery)
AT_ONCE = 500
"""Deliveries stamped in one transaction."""


def possible(
    session: Session, tenant: TenantId, variants: Sequence[NewVariant]
) -> tuple[StandIn, ...]:
    """Who of the templates' groups could take over in each language, in their order."""
    found: list[StandIn] = []
    for variant in variants:
        own = templates.get(session, tenant, variant.template_name, variant.template_language)
        if own is None or not own.group_name:
            continue
        able = [
            row
            for row in _group(session, tenant, own)
            if row.name != own.name
            and can_carry(variant, row.body, row.category)
            and not _forbidden(session, tenant, variant, row)
        ]
        by_name = {row.name: row for row in able}
        order = order_of_standing_in([_member(row) for row in able])
        found += [
            StandIn(
                language=variant.language.value,
                template_name=member.name,
                template_language=variant.template_language,
                template_version=by_name[member.name].version,
                category=by_name[member.name].category,
                body=by_name[member.name].body,
                position=place,
            )
            for place, member in enumerate(order)
        ]
    return tuple(found)


def bind(
    session: Session, content: ContentId, stand_ins: Sequence[StandIn], approved: ContentHash
) -> None:
    """These were approved with the content, and no others."""
    session.exec(sa.delete(StandInTemplate).where(col(StandInTemplate.content_id) == content))
    session.add_all(
        StandInTemplate(
            content_id=content,
            language=one.language,
            template_name=one.template_name,
            template_language=one.template_language,
            template_version=one.template_version,
            category=one.category,
            body=one.body,
            position=one.position,
            content_hash=approved,
        )
        for one in stand_ins
    )
    session.flush()


def bound(session: Session, content: ContentId, approved: str) -> dict[str, list[StandIn]]:
    """Those approved with exactly this content, by language, in order."""
    asked = (
        select(StandInTemplate)
        .where(
            col(StandInTemplate.content_id) == content,
            col(StandInTemplate.content_hash) == approved,
        )
        .order_by(col(StandInTemplate.position), col(StandInTemplate.template_name))
    )
    found: dict[str, list[StandIn]] = {}
    for row in session.exec(asked):
        found.setdefault(row.language, []).append(
            StandIn(
                language=row.language,
                template_name=row.template_name,
                template_language=row.template_language,
                template_version=row.template_version,
                category=row.category,
                body=row.body,
                position=row.position,
            )
        )
    return found


def taken(session: Session, content: ContentId) -> list[tuple[str, str, str]]:
    """(language, whose place, who took it) of the changes that were made."""
    asked = (
        select(StandInTemplate)
        .where(col(StandInTemplate.content_id) == content)
        .where(col(StandInTemplate.taken_at).is_not(None))
        .order_by(col(StandInTemplate.taken_at), col(StandInTemplate.language))
    )
    return [(row.language, row.instead_of, row.template_name) for row in session.exec(asked)]


def standing_in(variant: NewVariant, stand_in: StandIn) -> NewVariant:
    """The variant in the other template's words: the same values, header and line."""
    return replace(
        variant,
        template_name=stand_in.template_name,
        template_language=stand_in.template_language,
        template_version=stand_in.template_version,
        category=stand_in.category,
        body=stand_in.body,
    )


def take(
    session: Session,
    broadcast: Broadcast,
    pack: Content,
    variants: Sequence[NewVariant],
    chosen: Sequence[tuple[NewVariant, StandIn]],
    *,
    now: datetime,
) -> ContentHash | None:
    """Put the chosen ones in their places: the content's new hash, or None when the broadcast does
    not wait for its window any more.

    variants: all languages as they are now; chosen: whose place is taken, and by whom.
    """
    content = ContentId(pack.id or 0)
    column = "b_content_hash" if broadcast.b_content_id == pack.id else "content_hash"
    by_language = {variant.language: stand_in for variant, stand_in in chosen}
    after = [
        variant
        if (stand_in := by_language.get(variant.language)) is None
        else standing_in(variant, stand_in)
        for variant in variants
    ]
    new = content_hash(after)
    before = str(pack.content_hash)
    if not _rebind(session, broadcast, column, before, new):
        return None
    for variant, stand_in in chosen:
        session.exec(
            sa.update(Variant)
            .where(col(Variant.content_id) == content, col(Variant.language) == variant.language)
            .values(
                template_name=stand_in.template_name,
                template_language=stand_in.template_language,
                template_version=stand_in.template_version,
                category=stand_in.category,
                body=stand_in.body,
            )
        )
        session.exec(
            sa.update(StandInTemplate)
            .where(
                col(StandInTemplate.content_id) == content,
                col(StandInTemplate.language) == stand_in.language,
                col(StandInTemplate.template_name) == stand_in.template_name,
            )
            .values(instead_of=variant.template_name, taken_at=now)
        )
    # Those of the other languages were approved as well, and stay so.
    session.exec(
        sa.update(StandInTemplate)
        .where(
            col(StandInTemplate.content_id) == content,
            col(StandInTemplate.content_hash) == before,
        )
        .values(content_hash=new)
    )
    session.exec(
        sa.update(Content)
        .where(col(Content.id) == content, col(Content.state) == ContentState.LOCKED.value)
        .values(content_hash=new, updated_at=now)
    )
    session.expire_all()
    return new


def stamp(session: Session, broadcast: BroadcastId, most: int) -> int:
    """Write the broadcast's content hash, or its second wording's, on up to `most` deliveries that
    have another; how many.
    """
    hash_now = sa.case(
        (_deliveries.c.wording == Side.B.value, _hash_of(broadcast, Broadcast.b_content_hash)),
        else_=_hash_of(broadcast, Broadcast.content_hash),
    )
    some = (
        sa.select(_deliveries.c.id)
        .where(
            _deliveries.c.broadcast_id == broadcast,
            _deliveries.c.content_hash != hash_now,
            _deliveries.c.attempts == 0,
        )
        .limit(most)
    )
    changed = session.connection().execute(
        sa.update(_deliveries).where(_deliveries.c.id.in_(some)).values(content_hash=hash_now)
    )
    return cast("sa.CursorResult[Any]", changed).rowcount


def _hash_of(broadcast: BroadcastId, column: Any) -> Any:
    return sa.select(col(column)).where(col(Broadcast.id) == broadcast).scalar_subquery()


def _rebind(
    session: Session, broadcast: Broadcast, column: str, before: str, new: ContentHash
) -> bool:
    waiting = [state.value for state in BEFORE_WINDOW]
    changed = session.connection().execute(
        sa.update(_broadcasts)
        .where(
            _broadcasts.c.id == broadcast.id,
            _broadcasts.c[column] == before,
            _broadcasts.c.state.in_(waiting),
        )
        .values({column: new})
    )
    return changed.rowcount == 1


def _forbidden(session: Session, tenant: TenantId, variant: NewVariant, row: Template) -> bool:
    """Whether the house's rules would block the other words, too."""
    then = replace(variant, template_name=row.name, body=row.body, category=row.category)
    found = compliance.check([then], {variant.language}, rules.current(session, tenant))
    return bool(compliance.blocking(found))


def _group(session: Session, tenant: TenantId, own: Template) -> Sequence[Template]:
    asked = select(Template).where(
        col(Template.tenant_id) == tenant,
        col(Template.group_name) == own.group_name,
        col(Template.language) == own.language,
    )
    return session.exec(asked.order_by(col(Template.position), col(Template.name))).all()


def _member(row: Template) -> Member:
    return Member(
        name=row.name,
        status=row.status,
        quality=row.quality,
        failing=False,
        position=row.position,
        fallback=row.fallback,
        conservative=row.conservative,
    )
