"""An author hands a draft to the approvers; what compliance forbids does not get that far (D3)."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.commands.content_checks import what_blocks
from engine.domain.content import ContentEvent, ContentState, advance, possible
from engine.domain.ids import ContentId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit
from engine.store import content as contents


@dataclass(frozen=True, slots=True)
class Submitted:
    """It waits for an approver now."""

    content: ContentId
    version: int


def submit_content(
    session: Session, content: ContentId, *, version: int, by: Actor, now: datetime
) -> Submitted | Refused:
    """Submit `version`, the one its author saw. Raises Forbidden."""
    require(by, Permission.CONTENT_WRITE)
    pack = contents.get(session, content, by.tenant, for_change=True)
    if pack is None:
        return Refused("This content does not exist any more.")
    state = ContentState(pack.state)
    if pack.version != version:
        return Refused(
            f"Somebody saved version {pack.version} in the meantime. Open it again before you "
            "submit it."
        )
    if not possible(state, ContentEvent.SUBMIT):
        return Refused(f"This content is {state}: it cannot be submitted.")
    variants = [contents.as_new(variant) for variant in contents.variants(session, content)]
    problems = what_blocks(session, pack, variants)
    if problems:
        return Refused("Compliance forbids this as it is:", problems)
    after = advance(state, ContentEvent.SUBMIT)
    if not contents.submit(session, pack, state=after, now=now):
        return Refused("Somebody else has just changed this content. Open it again.")
    audit.append(
        session,
        by=by,
        action="content.submitted",
        subject=f"content:{content}",
        before={"state": state, "version": version},
        after={"state": after, "version": version},
        tenant=TenantId(pack.tenant_id),
        now=now,
    )
    return Submitted(content, version)
