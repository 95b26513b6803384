"""Test messages, from the asking to what WhatsApp said of them."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.ids import ContentId, MessageId, SenderId, UserId
from engine.domain.receipts import ReceiptStatus
from engine.domain.test_message import OPEN, TestState, parse
from engine.store.tables import TestMessage

SHOWN = 5
_HEARD = {
    ReceiptStatus.DELIVERED: (TestState.DELIVERED, "It is on your phone."),
    ReceiptStatus.READ: (TestState.READ, "You have read it."),
    ReceiptStatus.FAILED: (TestState.FAILED, "WhatsApp could not deliver it."),
}
_ORDER = (TestState.SENDING, TestState.ACCEPTED, TestState.DELIVERED, TestState.READ)
_S = TestState


def add(session: Session, row: TestMessage) -> int:
    """A new one; its number."""
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def asked_lately(session: Session, user: UserId, since: datetime) -> Sequence[datetime]:
    """When a user asked for tests since then."""
    statement = select(TestMessage.asked_at).where(
        col(TestMessage.user_id) == user, col(TestMessage.asked_at) > since
    )
    return session.exec(statement).all()


def latest(session: Session, user: UserId, content: ContentId) -> Sequence[TestMessage]:
    """A user's latest tests of a content, the newest first."""
    statement = (
        select(TestMessage)
        .where(col(TestMessage.user_id) == user, col(TestMessage.content_id) == content)
        .order_by(col(TestMessage.id).desc())
        .limit(SHOWN)
    )
    return session.exec(statement).all()


def any_open(session: Session) -> bool:
    """Whether the engine has something to do."""
    return _next(session) is not None


def next_open(session: Session) -> TestMessage | None:
    """The oldest one the engine has to do something about."""
    return _next(session)


def take(session: Session, number: int, sender: SenderId) -> bool:
    """Mark it as leaving through `sender`; False when somebody else has."""
    return _move(session, number, (_S.ASKED,), state=_S.SENDING.value, sender_id=sender)


def end(
    session: Session,
    number: int,
    state: TestState,
    words: str,
    *,
    message_id: MessageId | None = None,
    now: datetime,
) -> bool:
    """What came of it; a receipt that was faster stands."""
    values = {"words": words, "ended_at": now}
    if message_id is not None:
        values["message_id"] = message_id
    return _move(session, number, (_S.ASKED, _S.SENDING), state=state.value, **values)


def leave_unknown(session: Session, now: datetime) -> int:
    """An engine that died while one was leaving cannot say what came of it: nobody resends it."""
    statement = (
        sa.update(TestMessage)
        .where(col(TestMessage.state) == _S.SENDING.value)
        .values(state=_S.UNKNOWN.value, words="The engine stopped while it left.", ended_at=now)
    )
    return session.exec(statement).rowcount


def is_test(tracker: str | None) -> bool:
    """Whether a receipt's tracker is that of a test."""
    return parse(tracker or "") is not None


def hear(session: Session, tracker: str, status: ReceiptStatus, now: datetime) -> bool:
    """Apply a receipt; never backwards. False when it says nothing new, or of somebody else's."""
    named = parse(tracker)
    if named is None or status not in _HEARD:
        return False
    state, words = _HEARD[status]
    before = _before(state)
    row = session.get(TestMessage, named[0])
    if row is None or not row.content_hash.startswith(named[1]):
        return False
    return _move(session, named[0], before, state=state.value, words=words, ended_at=now)


def _before(state: TestState) -> tuple[TestState, ...]:
    """What a receipt may follow; what was not known is known by it."""
    if state is _S.FAILED:
        return (_S.SENDING, _S.ACCEPTED, _S.UNKNOWN)
    return (*_ORDER[: _ORDER.index(state)], _S.UNKNOWN)


def _next(session: Session) -> TestMessage | None:
    statement = (
        select(TestMessage)
        .where(col(TestMessage.state).in_([state.value for state in OPEN]))
        .order_by(col(TestMessage.id))
        .limit(1)
    )
    return session.exec(statement).first()


def _move(session: Session, number: int, before: Sequence[TestState], **values: object) -> bool:
    statement = (
        sa.update(TestMessage)
        .where(
            col(TestMessage.id) == number,
            col(TestMessage.state).in_([state.value for state in before]),
        )
        .values(**values)
    )
    return session.exec(statement).rowcount == 1
