"""An author begins a second wording of a day's content, to go out beside the first (spec D6)."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.domain.content import ContentState
from engine.domain.ids import ContentId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.wordings import USUAL_PERCENT
from engine.store import audit, wordings
from engine.store import content as contents

FROZEN = frozenset({ContentState.LOCKED, ContentState.SENT})


@dataclass(frozen=True, slots=True)
class Begun:
    """The second wording: a draft of its own, with the words of the first."""

    content: ContentId


def begin_second_wording(
    session: Session, content: ContentId, *, by: Actor, now: datetime
) -> Begun | Refused:
    """Begin wording B of a content; refused when there is one. Raises Forbidden.

    It is written, checked and approved like any content, by itself.
    """
    require(by, Permission.CONTENT_WRITE)
    if by.user is None or by.tenant is None:
        return Refused("Content needs an author: sign in as the person who writes it.")
    pack = contents.get(session, content, by.tenant, for_change=True)
    if pack is None:
        return Refused("This content does not exist any more.")
    if pack.b_of is not None:
        return Refused("This is a second wording itself: there are two at most.")
    if ContentState(pack.state) in FROZEN:
        return Refused("This content is part of a broadcast already.")
    if wordings.second_of(session, content) is not None:
        return Refused("There is a second wording already. Open that one.")
    second = contents.add(
        session,
        by.tenant,
        day=pack.day,
        title=pack.title,
        evergreen=pack.evergreen,
        b_of=content,
        b_percent=USUAL_PERCENT,
        author=by.user,
        now=now,
    )
    words = [contents.as_new(one) for one in contents.variants(session, content)]
    contents.replace_variants(session, second, words)
    audit.append(
        session,
        by=by,
        action="content.second_wording_begun",
        subject=f"content:{second}",
        after={
            "beside": content,
            "day": pack.day,
            "title": pack.title,
            "b_percent": USUAL_PERCENT,
            "version": 1,
            "state": ContentState.DRAFT,
        },
        now=now,
    )
    return Begun(second)
