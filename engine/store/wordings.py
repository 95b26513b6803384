"""The second wording of a content, where there is one (spec D6)."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.ids import ContentId
from engine.domain.wordings import Side, message_key
from engine.store.content import variants
from engine.store.tables.content import Content, Variant


def by_key(session: Session, content: int, second: int | None = None) -> list[tuple[str, Variant]]:
    """What a broadcast sends, each under its `message_key`. second: the second wording's pack."""
    first = variants(session, ContentId(content))
    named = [(message_key(one.language), one) for one in first]
    if second is not None:
        others = variants(session, ContentId(second))
        named += [(message_key(one.language, Side.A), one) for one in first]
        named += [(message_key(one.language, Side.B), one) for one in others]
    return named


def second_of(session: Session, content: ContentId) -> Content | None:
    """The second wording of a pack; None: it has one only."""
    return session.exec(select(Content).where(col(Content.b_of) == content)).one_or_none()


def states(session: Session, packs: Sequence[Content]) -> dict[int, str]:
    """How the second wordings of these packs stand, by the first's id."""
    asked = select(Content.b_of, Content.state).where(
        col(Content.b_of).in_([pack.id for pack in packs])
    )
    return {first: state for first, state in session.exec(asked) if first is not None}


def move_second(session: Session, content: ContentId, *, day: date, evergreen: bool) -> None:
    """The second wording of a pack, if there is one, is for the same day."""
    session.exec(
        sa.update(Content)
        .where(col(Content.b_of) == content)
        .values(day=day, evergreen=evergreen)
        .execution_options(synchronize_session=False)
    )
