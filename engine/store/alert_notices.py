"""The outbox of alerts: what is owed to which channel, and the log of what became of it.

A notice is written in the transaction that opens, changes or ends its alert, so that none is lost;
its key makes it once. Then it is claimed, sent, and recorded, as a delivery is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.alert_channels import TOLD_OF, ChannelKind, NoticeState
from engine.domain.alerting import News, Severity
from engine.domain.ids import TenantId
from engine.store import alert_channels
from engine.store.dialects import insert_ignoring, table
from engine.store.tables import AlertNotice

CLAIM_BATCH = 20

_n = table(AlertNotice)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTell:
    """What is to be told, to whichever channels are told of it."""

    alert: int
    version: int
    event: News
    severity: Severity
    subject: str
    words: str


def owe(session: Session, tenant: TenantId, news: ToTell, now: datetime) -> int:
    """Owe it to every channel that is told of such; how many are new.

    An end, or that somebody sees to it, is told where the alert itself was.
    """
    new = 0
    for channel in alert_channels.told_from(session, tenant, news.severity):
        if news.event not in TOLD_OF[ChannelKind(channel.kind)]:
            continue
        new += _add(
            session,
            tenant,
            channel.id or 0,
            key=f"alert-{news.alert}-{news.version}-{channel.id}",
            alert=news.alert,
            event=news.event,
            severity=news.severity,
            subject=news.subject,
            words=news.words,
            now=now,
        )
    return new


def owe_test(
    session: Session, tenant: TenantId, channel: int, *, key: str, words: str, now: datetime
) -> int | None:
    """A test for one channel; the notice's number, None when this very test is owed already."""
    added = _add(
        session,
        tenant,
        channel,
        key=key,
        alert=None,
        event=News.TEST,
        severity=Severity.INFO,
        subject="A test: nothing is wrong",
        words=words,
        now=now,
    )
    found = session.exec(select(col(AlertNotice.id)).where(col(AlertNotice.key) == key)).first()
    return found if added else None


def channels_due(session: Session, now: datetime) -> list[int]:
    """The channels that anything can be sent to now; seldom more than a few rows are looked at."""
    asked = sa.select(_n.c.channel_id).where(*_is_due(now)).distinct().order_by(_n.c.channel_id)
    return list(session.connection().execute(asked).scalars())


def _is_due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Due, and nothing earlier of the same alert is still on its way to the same channel: an end
    that overtook its beginning would open it for ever.
    """
    before = _n.alias()
    earlier = (
        sa.select(before.c.id)
        .where(before.c.alert_id == _n.c.alert_id, before.c.channel_id == _n.c.channel_id)
        .where(before.c.id < _n.c.id)
        .where(sa.or_(before.c.state == _WAITING, before.c.state == _SENDING))
    )
    return _n.c.state == _WAITING, _n.c.due_at <= now, ~earlier.exists()


def claim(session: Session, channel: int, *, epoch: int, now: datetime) -> list[AlertNotice]:
    """Take what is due of a channel, the oldest first, at most a batch of it."""
    asked = (
        select(AlertNotice)
        .where(col(AlertNotice.channel_id) == channel, *_is_due(now))
        .order_by(col(AlertNotice.id))
        .limit(CLAIM_BATCH)
    )
    rows = list(session.exec(asked).all())
    for row in rows:
        row.state, row.epoch = NoticeState.SENDING.value, epoch
        row.attempts += 1
        session.add(row)
    session.flush()
    return rows


def record(
    session: Session,
    notices: Sequence[int],
    *,
    epoch: int,
    state: NoticeState,
    error: str = "",
    due_at: datetime | None = None,
    now: datetime,
) -> int:
    """Write down what became of claimed ones; how many were still ours."""
    ended = None if state is NoticeState.WAITING else now
    values: dict[str, object] = {"state": state.value, "error": error, "ended_at": ended}
    if due_at is not None:
        values["due_at"] = due_at
    changed = session.connection().execute(
        sa.update(_n)
        .where(_n.c.id.in_(list(notices)), _n.c.state == _SENDING, _n.c.epoch == epoch)
        .values(**values)
    )
    return changed.rowcount


def take_back(session: Session, *, epoch: int, now: datetime) -> int:
    """What an engine that ended had in its hands goes again; how many.

    It may have been told already: its key is the same, so PagerDuty, a mail reader and a program of
    the organisation's take it for the one they had.
    """
    changed = session.connection().execute(
        sa.update(_n)
        .where(_n.c.state == _SENDING, _n.c.epoch < epoch)
        .values(state=NoticeState.WAITING.value, due_at=now)
    )
    return changed.rowcount


_WAITING = sa.literal_column(f"'{NoticeState.WAITING.value}'", sa.String())
_SENDING = sa.literal_column(f"'{NoticeState.SENDING.value}'", sa.String())


def _add(
    session: Session,
    tenant: TenantId,
    channel: int,
    *,
    key: str,
    alert: int | None,
    event: News,
    severity: Severity,
    subject: str,
    words: str,
    now: datetime,
) -> int:
    insert = insert_ignoring(session, AlertNotice, ["key"]).values(
        tenant_id=tenant,
        channel_id=channel,
        alert_id=alert,
        key=key,
        event=event.value,
        severity=int(severity),
        subject=subject,
        words=words,
        state=NoticeState.WAITING.value,
        due_at=now,
        created_at=now,
    )
    return int(session.connection().execute(insert.returning(_n.c.id)).first() is not None)
