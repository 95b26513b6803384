"""An administrator says to whom the report of each day goes, or has one sent now."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlmodel import Session

from engine.domain.carriers import CarrierKind
from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.report_mail import Mailing, read_mailing
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, carriers, report_mails

CHANGED = Refused("Somebody else has just changed this. Look at theirs first.")
NO_SERVER = Refused("Say first which mail server carries it.")


def set_mailing(
    session: Session,
    tenant: TenantId,
    typed: Mapping[str, str],
    *,
    version: int,
    by: Actor,
    now: datetime,
) -> Refused | None:
    """Keep what was typed in, over what is at `version`. Raises Forbidden."""
    require(by, Permission.SETTINGS_WRITE, tenant)
    read = read_mailing(typed)
    if not isinstance(read, Mailing):
        return Refused("Nothing was changed.", read)
    if read.active and carriers.get(session, tenant, CarrierKind.MAIL) is None:
        return NO_SERVER
    row = report_mails.mailing(session, tenant)
    was = {} if row is None else _told(report_mails.as_mailing(row))
    if not report_mails.keep_mailing(session, tenant, read, version=version, now=now):
        return CHANGED
    audit.append(
        session,
        by=by,
        action="report_mailing.changed",
        subject="report_mailing",
        before=was,
        after=_told(read),
        now=now,
        tenant=tenant,
    )
    return None


def mail_report_now(
    session: Session, tenant: TenantId, day: date, *, by: Actor, now: datetime
) -> Refused | None:
    """Mail a day's report once more to those who get it every day. Raises Forbidden."""
    require(by, Permission.SETTINGS_WRITE, tenant)
    row = report_mails.mailing(session, tenant)
    if row is None or not row.recipients:
        return Refused("Say first to whom it goes.")
    if carriers.get(session, tenant, CarrierKind.MAIL) is None:
        return NO_SERVER
    what = report_mails.as_mailing(row)
    if not (what.pdf or what.csv):
        what = replace(what, pdf=True)
    # Two presses within a minute are one.
    occasion = f"{by.label} {now.replace(second=0, microsecond=0).isoformat()}"
    if not report_mails.owe(session, tenant, day, what, occasion=occasion, now=now):
        return Refused("It is on its way already.")
    audit.append(
        session,
        by=by,
        action="report.mail_asked",
        subject="report",
        after={"day": day.isoformat(), "people": len(what.to)},
        now=now,
        tenant=tenant,
    )
    return None


def _told(what: Mailing) -> dict[str, object]:
    files = [name for name, wanted in (("PDF", what.pdf), ("CSV", what.csv)) if wanted]
    return {
        "to": ", ".join(what.to),
        "at": what.at.isoformat("minutes"),
        "files": ", ".join(files),
        "active": what.active,
    }
