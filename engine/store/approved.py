"""Which deliveries bear the words that were approved for their broadcast (spec E1, D6)."""

import sqlalchemy as sa
from sqlalchemy import select

from engine.store.dialects import spelled, table
from engine.store.tables import Broadcast, Delivery

_broadcasts, _deliveries = table(Broadcast), table(Delivery)
_second = sa.case(
    (_broadcasts.c.b_content_hash != spelled(""), _broadcasts.c.b_content_hash),
    else_=_broadcasts.c.content_hash,
)
"""Of the second wording, or the first where there is none: no hash at all approves nothing."""


def has_approved_words(broadcast: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether a delivery says what somebody read and approved, in one wording or the other.

    broadcast: the id of its broadcast, as an expression.
    """
    approved = (
        select(words).where(_broadcasts.c.id == broadcast).scalar_subquery()
        for words in (_broadcasts.c.content_hash, _second)
    )
    return sa.or_(*(_deliveries.c.content_hash == one for one in approved))
