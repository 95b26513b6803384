"""The outbox of reports: which are owed to whom, and the log of what became of them.

A day's own mail is owed once to a list of people, whoever looks and how often: its key says so.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.alert_channels import addressees
from engine.domain.ids import TenantId
from engine.domain.report_mail import Mailing, MailState
from engine.store.dialects import insert_ignoring, spelled, table
from engine.store.tables import ReportDay, ReportMail, ReportMailing, Tenant

LOG = 20

_m, _days = table(ReportMail), table(ReportDay).c
_ONCE = ("tenant_id", "day", "list_hash", "occasion")


class Candidate(NamedTuple):
    """A day that was counted, and to whom it may be owed."""

    tenant: TenantId
    day: date
    closes_at: datetime
    made_at: datetime
    zone: str
    mailing: Mailing
    since: datetime


def mailing(session: Session, tenant: TenantId) -> ReportMailing | None:
    """To whom an organisation's reports go; None when nobody ever said."""
    return session.get(ReportMailing, tenant, populate_existing=True)


def as_mailing(row: ReportMailing) -> Mailing:
    """The row as the domain has it."""
    return Mailing(
        to=tuple(addressees(row.recipients)),
        at=row.at,
        pdf=row.pdf,
        csv=row.csv,
        active=row.active,
    )


def keep_mailing(
    session: Session, tenant: TenantId, what: Mailing, *, version: int, now: datetime
) -> bool:
    """Keep it over one that is at `version`, 0 when there was none. False: somebody was quicker."""
    row = mailing(session, tenant)
    if (0 if row is None else row.version) != version:
        return False
    since = now if row is None or not row.active else row.since
    values = {
        "recipients": ", ".join(what.to),
        "at": what.at,
        "pdf": what.pdf,
        "csv": what.csv,
        "active": what.active,
        "since": since,
        "version": version + 1,
    }
    mailings = table(ReportMailing)
    if row is None:
        insert = insert_ignoring(session, ReportMailing, ["tenant_id"])
        insert = insert.values(tenant_id=tenant, **values).returning(mailings.c.tenant_id)
        return session.connection().execute(insert).first() is not None
    done = session.connection().execute(
        sa.update(mailings)
        .where(mailings.c.tenant_id == tenant, mailings.c.version == version)
        .values(**values)
    )
    return done.rowcount == 1


def candidates(session: Session, since: date) -> list[Candidate]:
    """The counted days from `since` on of organisations that want their report mailed."""
    asked = (
        select(ReportMailing, ReportDay, Tenant.zone)
        .join(ReportDay, col(ReportDay.tenant_id) == col(ReportMailing.tenant_id))
        .join(Tenant, col(Tenant.id) == col(ReportMailing.tenant_id))
        .where(col(ReportMailing.active).is_(True), col(ReportDay.day) >= since)
        .order_by(col(ReportDay.day), col(ReportDay.tenant_id))
    )
    return [
        Candidate(
            tenant=TenantId(day.tenant_id),
            day=day.day,
            closes_at=day.closes_at,
            made_at=day.made_at,
            zone=zone,
            mailing=as_mailing(row),
            since=row.since,
        )
        for row, day, zone in session.exec(asked)
    ]


def owe(
    session: Session,
    tenant: TenantId,
    day: date,
    what: Mailing,
    *,
    occasion: str = "",
    now: datetime,
) -> bool:
    """Owe a day's report to these people; False when it is owed or sent already."""
    insert = insert_ignoring(session, ReportMail, _ONCE).values(
        tenant_id=tenant,
        day=day,
        list_hash=what.list_hash,
        occasion=occasion,
        recipients=", ".join(what.to),
        pdf=what.pdf,
        csv=what.csv,
        state=MailState.WAITING.value,
        due_at=now,
        created_at=now,
    )
    return session.connection().execute(insert.returning(_m.c.id)).first() is not None


def next_due(session: Session, now: datetime) -> int | None:
    """The one that waits longest of those that may be tried now."""
    asked = (
        sa.select(_m.c.id)
        .where(_m.c.state == spelled(MailState.WAITING), _m.c.due_at <= now)
        .order_by(_m.c.due_at, _m.c.id)
        .limit(1)
    )
    return session.connection().execute(asked).scalar()


def claim(session: Session, mail: int, *, epoch: int) -> ReportMail | None:
    """Take one; None when somebody was quicker."""
    changed = session.connection().execute(
        sa.update(_m)
        .where(_m.c.id == mail, _m.c.state == spelled(MailState.WAITING))
        .values(state=MailState.SENDING.value, epoch=epoch, attempts=_m.c.attempts + 1)
    )
    if changed.rowcount != 1:
        return None
    row = session.get(ReportMail, mail, populate_existing=True)
    assert row is not None
    session.expunge(row)
    return row


def record(
    session: Session,
    mail: int,
    *,
    epoch: int,
    state: MailState,
    error: str = "",
    due_at: datetime | None = None,
    size_bytes: int = 0,
    now: datetime,
) -> bool:
    """Write down what became of a claimed one, if it is still ours."""
    values: dict[str, object] = {"state": state.value, "error": error, "size_bytes": size_bytes}
    values["ended_at"] = None if state is MailState.WAITING else now
    if due_at is not None:
        values["due_at"] = due_at
    changed = session.connection().execute(
        sa.update(_m)
        .where(_m.c.id == mail, _m.c.state == spelled(MailState.SENDING), _m.c.epoch == epoch)
        .values(**values)
    )
    return changed.rowcount == 1


def take_back(session: Session, *, epoch: int, now: datetime) -> int:
    """What an engine that ended had in its hands goes again; how many.

    It may have been sent already: its Message-ID is the same, so a mailbox takes it for the one it
    has.
    """
    changed = session.connection().execute(
        sa.update(_m)
        .where(_m.c.state == spelled(MailState.SENDING), _m.c.epoch < epoch)
        .values(state=MailState.WAITING.value, due_at=now)
    )
    return changed.rowcount


def latest(session: Session, tenant: TenantId) -> Sequence[ReportMail]:
    """The log, the newest first."""
    asked = select(ReportMail).where(col(ReportMail.tenant_id) == tenant)
    return session.exec(asked.order_by(col(ReportMail.id).desc()).limit(LOG)).all()
