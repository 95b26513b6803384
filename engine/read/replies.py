"""What the Replies page shows: who wrote, what was answered, and how long one may still answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import ConversationId, SubscriberId, TenantId, UserId
from engine.domain.replies import Desk, Shelf, closes_at
from engine.domain.roles import ALLOWED, Permission, Role
from engine.store import conversations, searching, tables, users
from engine.store.dialects import table

PAGE = 30
THREAD_LIMIT = 200

_c, _i, _n = table(tables.Conversation), table(tables.Inbound), table(tables.Notification)
_d, _s, _u = table(tables.Delivery), table(tables.Subscriber), table(tables.User)
_senders, _b = table(tables.Sender), table(tables.Broadcast)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who wrote. `subscriber` is None for somebody who is not on the list."""

    subscriber: SubscriberId | None
    name: str
    phone: str | None
    status: str
    erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the inbox."""

    id: ConversationId
    person: Person
    state: Desk
    unread: int
    assigned_to: UserId | None
    assigned_name: str
    closes_at: datetime
    last_at: datetime
    last_words: str


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the inbox; `next` goes on from it, None at the end."""

    rows: list[Row]
    next: tuple[datetime, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many there are on each shelf; `unread`: open conversations nobody has read."""

    open: int
    mine: int
    done: int
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of a thread. Theirs has a `kind`; ours a `state`, and who wrote it."""

    key: str
    ours: bool
    at: datetime
    text: str
    kind: str = ""
    wish: str = ""
    author: str = ""
    state: State | None = None
    reason: str = ""
    answers: str = ""
    """What of ours it answers: the title of a broadcast, or "an answer"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One conversation, oldest message first."""

    row: Row
    sender: str
    said: list[Said]


def colleagues(session: Session, tenant: TenantId) -> list[tuple[UserId, str]]:
    """Who may be given a conversation."""
    may = ALLOWED[Permission.REPLIES_WRITE]
    return [
        (UserId(row.id or 0), row.name)
        for row in users.everyone(session, tenant)
        if row.active and Role(row.role) in may
    ]


def counts(session: Session, tenant: TenantId, me: UserId | None) -> Counts:
    """What stands beside the filters."""
    c = _c.c
    is_open = c.state == Desk.OPEN.value
    shelves = (
        is_open,
        sa.and_(is_open, c.assigned_to == (me or 0)),
        c.state == Desk.DONE.value,
        sa.and_(is_open, c.unread > 0),
    )
    counted = [sa.func.coalesce(sa.func.sum(sa.case((shelf, 1), else_=0)), 0) for shelf in shelves]
    asked: Any = sa.select(*counted).where(c.tenant_id == tenant)
    row: Any = session.connection().execute(asked).one()
    return Counts(open=int(row[0]), mine=int(row[1]), done=int(row[2]), unread=int(row[3]))


def page(
    session: Session,
    tenant: TenantId,
    shelf: Shelf,
    *,
    me: UserId | None,
    search: str = "",
    after: tuple[datetime, int] | None = None,
) -> Found:
    """The conversations of a shelf, the latest first."""
    asked = _rows(tenant).order_by(_c.c.last_at.desc(), _c.c.id.desc()).limit(PAGE + 1)
    state = Desk.DONE if shelf is Shelf.DONE else Desk.OPEN
    asked = asked.where(_c.c.state == state.value)
    if shelf is Shelf.MINE:
        asked = asked.where(_c.c.assigned_to == (me or 0))
    name = sa.func.coalesce(_s.c.name, _c.c.name)
    phone = sa.func.coalesce(_s.c.phone, _c.c.address, "")
    wanted = searching.matches(session, search, names=(name,), phone=phone)
    if wanted is not None:
        asked = asked.where(wanted)
    if after is not None:
        at, number = after
        asked = asked.where(
            sa.or_(_c.c.last_at < at, sa.and_(_c.c.last_at == at, _c.c.id < number))
        )
    found = [_row(row) for row in session.connection().execute(asked)]
    more = len(found) > PAGE
    rows = found[:PAGE]
    return Found(rows, (rows[-1].last_at, rows[-1].id) if more else None)


def thread(session: Session, tenant: TenantId, conversation: ConversationId) -> Thread | None:
    """One conversation with its latest messages; None when it is nobody's of this tenant."""
    row = session.connection().execute(_rows(tenant).where(_c.c.id == conversation)).one_or_none()
    kept = conversations.get(session, tenant, conversation)
    if row is None or kept is None:
        return None
    sender = session.get(tables.Sender, kept.sender_id)
    said = [*_theirs(session, conversation), *_ours(session, conversation)]
    said.sort(key=lambda one: (one.at, one.ours))
    return Thread(
        row=_row(row),
        sender="" if sender is None else sender.display_phone,
        said=said[-THREAD_LIMIT:],
    )


def _theirs(session: Session, conversation: ConversationId) -> list[Said]:
    broadcast = (
        sa.select(_b.c.title)
        .join(_d, _d.c.broadcast_id == _b.c.id)
        .where(_d.c.message_id == _i.c.reply_to)
        .limit(1)
        .scalar_subquery()
    )
    rows = session.connection().execute(
        sa.select(_i, sa.case((_i.c.reply_to.is_not(None), broadcast)).label("answers"))
        .where(_i.c.conversation_id == conversation)
        .order_by(_i.c.at.desc(), _i.c.id.desc())
        .limit(THREAD_LIMIT)
    )
    return [
        Said(
            key=f"i{row.id}",
            ours=False,
            at=row.at,
            text=row.text,
            kind=row.kind,
            wish=row.wish,
            answers=row.answers or "",
        )
        for row in rows
    ]


def _ours(session: Session, conversation: ConversationId) -> list[Said]:
    rows = session.connection().execute(
        sa.select(_n.c.id, _n.c.created_at, _n.c.text, _u.c.name, _d.c.state, _d.c.reason)
        .join(_d, _d.c.id == _n.c.delivery_id)
        .join(_u, _u.c.id == _n.c.user_id, isouter=True)
        .where(_n.c.conversation_id == conversation)
        .order_by(_n.c.created_at.desc(), _n.c.id.desc())
        .limit(THREAD_LIMIT)
    )
    return [
        Said(
            key=f"o{row.id}",
            ours=True,
            at=row.created_at,
            text=row.text,
            author=row.name or "",
            state=State(row.state),
            reason=row.reason,
        )
        for row in rows
    ]


def _rows(tenant: TenantId) -> Any:
    return (
        sa.select(
            _c,
            _s.c.name.label("person"),
            _s.c.phone,
            _s.c.status,
            _s.c.erased_at,
            _u.c.name.label("colleague"),
        )
        .join(_s, _s.c.id == _c.c.subscriber_id, isouter=True)
        .join(_u, _u.c.id == _c.c.assigned_to, isouter=True)
        .where(_c.c.tenant_id == tenant)
    )


def _row(row: Any) -> Row:
    known = row.subscriber_id is not None
    address = row.address or ""
    return Row(
        id=ConversationId(row.id),
        person=Person(
            subscriber=SubscriberId(row.subscriber_id) if known else None,
            name=row.person if known else row.name,
            phone=row.phone if known else (address if address.startswith("+") else None),
            status=row.status or "",
            erased=row.erased_at is not None,
        ),
        state=Desk(row.state),
        unread=row.unread,
        assigned_to=None if row.assigned_to is None else UserId(row.assigned_to),
        assigned_name=row.colleague or "",
        closes_at=closes_at(row.heard_at),
        last_at=row.last_at,
        last_words=row.last_words,
    )
