"""Mails the report of each day once its verdict is final: owe, claim, make, send, record.

Never while the send path owns the hour; the files are made by a process of its own, as those that
people ask for are (spec R3).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import structlog
from sqlmodel import Session

from engine.channels import mail
from engine.channels.mail import Attached, Mail
from engine.documents.report_book import MEDIA_TYPES, Book, Format
from engine.documents.report_letter import letter
from engine.documents.report_process import NotMadeError, make_file
from engine.domain.alert_channels import NotTold, Told, addressees
from engine.domain.carriers import CarrierKind
from engine.domain.ids import TenantId
from engine.domain.report_mail import NOT_AFTER, MailState, is_due
from engine.domain.retry import REPORT, RetryAt, tell_again
from engine.domain.roles import ENGINE
from engine.domain.schedule import service_day, zone_named
from engine.store import audit, carriers, report_mails
from engine.store.carriers import Reach
from engine.store.tables import ReportMail
from engine.workers.equipment import Equipment
from engine.workers.roll_up import must_wait

LOOK_EVERY_SECONDS = 5.0
OWED_EVERY = 6
"""Looks between two looks for days that are owed."""
NO_SERVER = NotTold("There is no mail server any more.", again=False)
NO_FIGURES = NotTold("The day has no figures.", again=False)

Maker = Callable[[Book, Format], Awaitable[bytes]]
log = structlog.get_logger()


class Compose(Protocol):
    """Whoever knows how a report is read and spoken: a read model, which workers do not import."""

    def __call__(self, session: Session, tenant: TenantId, day: date, now: datetime) -> Book:
        """The book of one day."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailings:
    """What it takes to mail reports. make: how files are made of a book."""

    compose: Compose
    make: Maker = make_file


async def mail_reports(equipment: Equipment, how: Mailings) -> None:
    """Mail what is due, for ever."""
    database, clock = equipment.database, equipment.clock
    await database.transact(report_mails.take_back, epoch=equipment.epoch, now=clock.now())
    looks = 0
    while True:
        equipment.beat("mail_reports")
        if not await database.read(must_wait, clock.now()):
            if looks % OWED_EVERY == 0:
                await database.transact(owe_due, clock.now())
            while await mail_next(equipment, how):
                equipment.beat("mail_reports")
        looks += 1
        await equipment.doze(LOOK_EVERY_SECONDS)


def owe_due(session: Session, now: datetime) -> int:
    """Owe every day whose time has come; how many are new."""
    since = service_day(now) - 2 * NOT_AFTER
    new = 0
    for one in report_mails.candidates(session, since):
        due = is_due(
            one.day,
            mailing=one.mailing,
            since=one.since,
            closes_at=one.closes_at,
            made_at=one.made_at,
            now=now,
            zone=zone_named(one.zone),
        )
        if due and report_mails.owe(session, one.tenant, one.day, one.mailing, now=now):
            new += 1
    return new


async def mail_next(equipment: Equipment, how: Mailings) -> bool:
    """Mail the one that waits longest; False when none is due, or the send path owns the hour."""
    database, clock = equipment.database, equipment.clock
    if await database.read(must_wait, clock.now()):
        return False
    found = await database.peek(report_mails.next_due, clock.now())
    row = None if found is None else await database.transact(_claim, found, equipment.epoch)
    if row is None:
        return False
    tenant = TenantId(row.tenant_id)
    reach = await database.read(carriers.reach, tenant, CarrierKind.MAIL)
    outcome, size = await _send(equipment, how, row, tenant, reach)
    await database.transact(_record, row, outcome, size, equipment, clock.now())
    return True


async def _send(
    equipment: Equipment, how: Mailings, row: ReportMail, tenant: TenantId, reach: Reach | None
) -> tuple[Told | NotTold, int]:
    if reach is None:
        return NO_SERVER, 0
    now = equipment.clock.now()
    book = await equipment.database.read(how.compose, tenant, row.day, now)
    if not book.pages:
        return NO_FIGURES, 0
    try:
        files = [
            Attached(
                name=f"report-{row.day}.{form.value}",
                type=MEDIA_TYPES[form].partition(";")[0],
                content=await how.make(book, form),
            )
            for form, wanted in ((Format.PDF, row.pdf), (Format.CSV, row.csv))
            if wanted
        ]
    except NotMadeError as error:
        return NotTold(f"The file could not be made: {error}", again=True), 0
    subject, text = letter(book)
    written = Mail(
        to=tuple(addressees(row.recipients)),
        subject=subject,
        text=text,
        key=f"report-{row.id}",
        at=row.created_at,
        attached=tuple(files),
    )
    told = await mail.post(reach.options, reach.secrets, written, sandbox=reach.sandbox)
    return told, sum(len(one.content) for one in files)


def _claim(session: Session, found: int, epoch: int) -> ReportMail | None:
    return report_mails.claim(session, found, epoch=epoch)


def _record(
    session: Session,
    row: ReportMail,
    outcome: Told | NotTold,
    size: int,
    equipment: Equipment,
    now: datetime,
) -> None:
    state, error, due_at = MailState.SENT, "", None
    if isinstance(outcome, NotTold):
        error = outcome.words
        decision = tell_again(
            error,
            attempts=row.attempts,
            may_pass=outcome.again,
            now=now,
            policy=REPORT,
            rng=equipment.rng,
        )
        state = MailState.FAILED
        if isinstance(decision, RetryAt):
            state, due_at = MailState.WAITING, decision.at
    if not report_mails.record(
        session,
        row.id or 0,
        epoch=equipment.epoch,
        state=state,
        error=error,
        due_at=due_at,
        size_bytes=size,
        now=now,
    ):
        return
    log.info("report.mailed" if not error else "report.not_mailed", mail=row.id, state=state)
    if state is MailState.WAITING:
        return
    audit.append(
        session,
        by=ENGINE,
        action="report.mailed" if state is MailState.SENT else "report.not_mailed",
        subject="report",
        after={"day": row.day.isoformat(), "to": row.recipients}
        | ({"why": error} if error else {}),
        now=now,
        tenant=TenantId(row.tenant_id),
    )
