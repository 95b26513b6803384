"""Somebody who did not write it approves a content: exactly this, and nothing else (spec D2)."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.commands.content_checks import what_blocks
from engine.domain.content import ContentEvent, ContentState, advance, content_hash, possible
from engine.domain.cut_off import Phase
from engine.domain.ids import ContentHash, ContentId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.stand_ins import StandIn, digest
from engine.store import audit, deadlines
from engine.store import content as contents
from engine.store import stand_ins as may_stand_in
from engine.store.tables import Content


@dataclass(frozen=True, slots=True)
class Approved:
    """The approval, and the hash of what it binds to."""

    content: ContentId
    version: int
    content_hash: ContentHash


def approve_content(
    session: Session,
    content: ContentId,
    *,
    version: int,
    comment: str = "",
    late: bool = False,
    stand_ins: str | None = None,
    by: Actor,
    now: datetime,
) -> Approved | Refused:
    """Approve `version`, the one the approver saw; refused when it is another by now.

    Four eyes: whoever wrote any word of it may not approve it, whatever their role. What is wrong
    with it by now, by the checks of its submission, refuses it too. After the cut-off an approval
    needs `late`, the approver's explicit word; after the last call it is refused. stand_ins: the
    digest of the templates that the approver saw, and lets take the place of the content's own when
    WhatsApp stops those; None: no one may. Raises Forbidden.
    """
    require(by, Permission.CONTENT_APPROVE)
    pack = contents.get(session, content, by.tenant, for_change=True)
    refused = _why_not(pack, version, by) or _too_late_beside(session, pack)
    if refused is not None:
        return refused
    assert pack is not None
    phase = _phase(session, pack, now)
    if phase is Phase.CLOSED:
        return Refused("The last call is over: what goes out this morning is decided.")
    if phase is Phase.LATE and not late:
        return Refused(
            "The cut-off is over. Say explicitly that you approve late: the audience is frozen "
            "the moment you do."
        )
    assert by.user is not None
    variants = [contents.as_new(variant) for variant in contents.variants(session, content)]
    problems = what_blocks(session, pack, variants)
    if problems:
        return Refused("Something has changed since it was submitted:", problems)
    allowed = ()
    if stand_ins is not None:
        allowed = may_stand_in.possible(session, TenantId(pack.tenant_id), variants)
        if digest(allowed) != stand_ins:
            return Refused(
                "The templates that may stand in have changed after you opened it. Look again."
            )
    bound = content_hash(variants)
    before = {"state": pack.state, "version": version}
    after = advance(ContentState(pack.state), ContentEvent.APPROVE)
    if not contents.decide(
        session,
        pack,
        state=after,
        content_hash=bound,
        comment=comment.strip(),
        by=by.user,
        now=now,
    ):
        return Refused("Somebody else has just decided on this content. Look again.")
    may_stand_in.bind(session, content, allowed, bound)
    audit.append(
        session,
        by=by,
        action="content.approved",
        subject=f"content:{content}",
        before=before,
        after={
            "state": after,
            "version": version,
            "content_hash": bound,
            "languages": [variant.language for variant in variants],
            "comment": comment.strip(),
            **({"late": True} if phase is Phase.LATE else {}),
            **({"stand_ins": [_told(one) for one in allowed]} if allowed else {}),
        },
        now=now,
    )
    return Approved(content, version, bound)


def _told(one: StandIn) -> dict[str, object]:
    return {
        "language": one.language,
        "template": one.template_name,
        "template_version": one.template_version,
        "body": one.body,
    }


def _why_not(pack: Content | None, version: int, by: Actor) -> Refused | None:
    if by.user is None:
        return Refused("An approval needs a person: sign in as an approver.")
    if pack is None:
        return Refused("This content does not exist any more.")
    if by.user in contents.writers(pack):
        return Refused("You wrote part of this content. Somebody else has to approve it.")
    if pack.version != version:
        return Refused(
            f"The content was changed after you opened it: it is version {pack.version} now. "
            "Read it again before you approve it."
        )
    if not possible(ContentState(pack.state), ContentEvent.APPROVE):
        return Refused(_NOTHING_TO_APPROVE[ContentState(pack.state)])
    return None


def _too_late_beside(session: Session, pack: Content | None) -> Refused | None:
    """A second wording comes too late once the first is frozen into a broadcast without it."""
    first = None if pack is None or pack.b_of is None else ContentId(pack.b_of)
    row = None if first is None else contents.get(session, first, for_change=True)
    if row is None or row.state != ContentState.LOCKED:
        return None
    return Refused("The audience is frozen already: everybody gets wording A this time.")


def _phase(session: Session, pack: Content, now: datetime) -> Phase:
    """How late it is for the pack's own day; a day without a daily morning has no hurry."""
    if pack.evergreen:
        return Phase.EARLY
    found = deadlines.of_day(session, TenantId(pack.tenant_id), pack.day)
    # A day whose morning was long ago is written for a one-off: nothing waits for it.
    if found is None or now > found.opens_at:
        return Phase.EARLY
    return found.phase(now)


_NOTHING_TO_APPROVE = {
    ContentState.DRAFT: "The author has not submitted this content yet.",
    ContentState.REJECTED: "This content was rejected; the author has to submit it again.",
    ContentState.APPROVED: "This content is approved already.",
    ContentState.LOCKED: "This content is approved already and part of a broadcast.",
    ContentState.SENT: "This content was approved and sent.",
}
