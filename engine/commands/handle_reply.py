"""Who sees to a conversation, and when it is dealt with (spec S5)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import ConversationId, TenantId, UserId
from engine.domain.refusal import Refused
from engine.domain.replies import Desk
from engine.domain.roles import ALLOWED, Actor, Permission, Role, require
from engine.store import audit, conversations, users
from engine.store.tables import Conversation

GONE = Refused("There is no such conversation.")
OVERTAKEN = Refused("Somebody else has just changed it. Look again.")


def assign_reply(
    session: Session,
    conversation: ConversationId,
    user: UserId | None,
    *,
    by: Actor,
    now: datetime,
) -> Refused | None:
    """Give it to a colleague, or to nobody. Returns None, or why not. Raises Forbidden."""
    require(by, Permission.REPLIES_WRITE)
    row = conversations.get(session, by.tenant, conversation)
    if row is None:
        return GONE
    if user is not None:
        colleague = users.get(session, user)
        if colleague is None or not colleague.active or colleague.tenant_id != row.tenant_id:
            return Refused("That colleague cannot sign in.")
        if Role(colleague.role) not in ALLOWED[Permission.REPLIES_WRITE]:
            return Refused(f"{colleague.name} may not answer: their role does not.")
    was = None if row.assigned_to is None else UserId(row.assigned_to)
    if was == user:
        return Refused("It is theirs already." if user else "It is nobody's already.")
    if not conversations.assign(session, conversation, was=was, user=user, now=now):
        return OVERTAKEN
    _write(session, row, "reply.assigned", {"user": was}, {"user": user}, by, now)
    return None


def close_reply(
    session: Session, conversation: ConversationId, *, by: Actor, now: datetime
) -> Refused | None:
    """It is dealt with. Returns None, or why not. Raises Forbidden."""
    return _move(session, conversation, Desk.DONE, by, now)


def reopen_reply(
    session: Session, conversation: ConversationId, *, by: Actor, now: datetime
) -> Refused | None:
    """There is something to do after all. Returns None, or why not. Raises Forbidden."""
    return _move(session, conversation, Desk.OPEN, by, now)


def read_reply(session: Session, conversation: ConversationId, *, by: Actor, now: datetime) -> None:
    """Somebody who may answer has it before them. Nothing that is audited. Raises Forbidden."""
    require(by, Permission.REPLIES_WRITE)
    if conversations.get(session, by.tenant, conversation) is not None:
        conversations.mark_read(session, conversation, now=now)


def _move(
    session: Session, conversation: ConversationId, to: Desk, by: Actor, now: datetime
) -> Refused | None:
    require(by, Permission.REPLIES_WRITE)
    row = conversations.get(session, by.tenant, conversation)
    if row is None:
        return GONE
    was = Desk(row.state)
    if was is to:
        return Refused("It is done already." if to is Desk.DONE else "It is open already.")
    if not conversations.set_desk(session, conversation, was=was, state=to, now=now):
        return OVERTAKEN
    action = "reply.done" if to is Desk.DONE else "reply.reopened"
    _write(session, row, action, {"state": was.value}, {"state": to.value}, by, now)
    return None


def _write(
    session: Session,
    row: Conversation,
    action: str,
    before: dict[str, object],
    after: dict[str, object],
    by: Actor,
    now: datetime,
) -> None:
    audit.append(
        session,
        by=by,
        action=action,
        subject=f"conversation:{row.id}",
        before=before,
        after=after,
        now=now,
        tenant=TenantId(row.tenant_id),
    )
