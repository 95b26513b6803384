"""Whether a broadcast is sent in two wordings, decided once: when its audience begins to be frozen
(spec D6).

B goes with A or not at all: what is wrong with B costs nobody the day's message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session

from engine.domain import content as content_rules
from engine.domain.content import APPROVED_OR_BETTER, Category, ContentEvent, ContentState
from engine.domain.ids import BroadcastId, ContentId, TenantId
from engine.domain.schedule import strictest
from engine.domain.wordings import pair_problem, share_problem
from engine.store import broadcasts, wordings
from engine.store import content as contents
from engine.store.content import NewVariant
from engine.store.tables import Broadcast, Content

log = structlog.get_logger()

NOT_APPROVED = "Wording B is not approved"
TAMPERED = "Wording B is not what was approved"


@dataclass(frozen=True, slots=True)
class Second:
    """The second wording that goes out: its content, and its languages."""

    content: Content
    variants: Sequence[NewVariant]


def begin(
    session: Session,
    broadcast: Broadcast,
    first: Content,
    variants: Sequence[NewVariant],
    now: datetime,
) -> Second | None:
    """Lock the second wording of `first` into a broadcast whose freeze begins; None: A alone, and
    why that is stands in the broadcast's log.

    variants: the languages of `first`.
    """
    content = wordings.second_of(session, ContentId(first.id or 0))
    if content is None:
        return None
    others = _variants(session, content)
    why = _why_not(content, others, variants)
    if why is None:
        locked = content_rules.advance(ContentState(content.state), ContentEvent.LOCK)
        if contents.move(session, content, state=locked, now=now):
            _tell(session, broadcast, _shares(content.b_percent), now)
            return Second(content, others)
        why = NOT_APPROVED  # the approval was taken back this very moment
    log.warning("freeze.one_wording", broadcast=broadcast.id, content=content.id, why=why)
    _tell(session, broadcast, f"{why.rstrip('.')}: everybody gets wording A", now)
    return None


def again(session: Session, broadcast: Broadcast) -> Second | None:
    """What a freeze that was cut off had begun with: the same, whatever became approved since.

    Raises LookupError when that is not what was approved any more.
    """
    if broadcast.b_content_id is None:
        return None
    content = contents.get(session, ContentId(broadcast.b_content_id))
    others = [] if content is None else _variants(session, content)
    if content is None or content_rules.content_hash(others) != broadcast.b_content_hash:
        raise LookupError(TAMPERED)
    return Second(content, others)


def _variants(session: Session, content: Content) -> list[NewVariant]:
    stored = contents.variants(session, ContentId(content.id or 0))
    return [contents.as_new(variant) for variant in stored]


def _why_not(
    content: Content, others: Sequence[NewVariant], variants: Sequence[NewVariant]
) -> str | None:
    if ContentState(content.state) not in APPROVED_OR_BETTER:
        return NOT_APPROVED
    if content_rules.content_hash(others) != content.content_hash:
        # Somebody changed the tables behind the commands' back: not one word of it is sent.
        log.error("freeze.tampered", content=content.id)
        return TAMPERED
    category, other = (
        strictest(Category(one.category) for one in some) for some in (variants, others)
    )
    return share_problem(content.b_percent) or pair_problem(
        [one.language for one in variants],
        [one.language for one in others],
        same_category=category is other,
    )


def _shares(b_percent: int) -> str:
    return f"Two wordings go out: A to {100 - b_percent} %, B to {b_percent} % of their readers"


def _tell(session: Session, broadcast: Broadcast, words: str, now: datetime) -> None:
    broadcasts.log(
        session,
        tenant=TenantId(broadcast.tenant_id),
        broadcast=BroadcastId(broadcast.id or 0),
        event="freeze.wordings",
        words=words,
        now=now,
    )
