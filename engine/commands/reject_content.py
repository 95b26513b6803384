"""An approver says no, or takes an approval back, with a comment to act on (spec D2)."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.domain.content import ContentEvent, ContentState, advance, possible
from engine.domain.ids import ContentId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit
from engine.store import content as contents

COMMENT_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class Rejected:
    """It is back with its author. `took_back` when it had been approved before."""

    content: ContentId
    took_back: bool


def reject_content(
    session: Session, content: ContentId, *, version: int, comment: str, by: Actor, now: datetime
) -> Rejected | Refused:
    """Reject `version`, the one the approver saw. Raises Forbidden."""
    require(by, Permission.CONTENT_APPROVE)
    comment = comment.strip()
    if by.user is None:
        return Refused("A decision needs a person: sign in as an approver.")
    if not comment:
        return Refused("Say what has to change, so that the author can mend it.")
    if len(comment) > COMMENT_LENGTH:
        return Refused(f"The comment is longer than {COMMENT_LENGTH} characters.")
    pack = contents.get(session, content, by.tenant, for_change=True)
    if pack is None:
        return Refused("This content does not exist any more.")
    state = ContentState(pack.state)
    if pack.version != version:
        return Refused("The content was changed after you opened it. Read the new version first.")
    if not possible(state, ContentEvent.REJECT):
        return Refused(f"This content is {state}: there is nothing to reject.")
    before = {"state": state, "version": version, "content_hash": pack.content_hash}
    after = advance(state, ContentEvent.REJECT)
    if not contents.decide(
        session, pack, state=after, content_hash=None, comment=comment, by=by.user, now=now
    ):
        return Refused("Somebody else has just decided on this content. Look again.")
    audit.append(
        session,
        by=by,
        action="content.rejected",
        subject=f"content:{content}",
        before=before,
        after={"state": after, "version": version, "comment": comment},
        now=now,
    )
    return Rejected(content, took_back=state is ContentState.APPROVED)
