"""The day's report reaches a real mail server: when it is final, once, with its files, or again."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.formats import SPOKEN
from engine.clock import MachineClock
from engine.documents.report_book import Book, Format
from engine.documents.report_process import make_file
from engine.domain.carriers import CarrierDraft, CarrierKind
from engine.domain.ids import TenantId
from engine.domain.report_mail import Mailing
from engine.domain.schedule import IST, zone_named
from engine.read.report_book import of_day
from engine.store import carriers, report_mails
from engine.store.database import Database
from engine.store.tables import AuditEntry, ReportMail
from engine.workers import roll_up
from engine.workers.mail_reports import Mailings, mail_next, owe_due
from tests.channels.receivers import PostOffice, post_office
from tests.workers.cast import NOW, Cast, equipment, stage
from tests.workers.nobody import Nobody
from tests.workers.test_roll_up import Watch, arrive, end

pytestmark = pytest.mark.anyio
CLOSES = NOW + timedelta(seconds=300)
FINAL = CLOSES + timedelta(minutes=10)
SEVEN = datetime.combine(NOW.astimezone(zone_named(IST)).date(), time(7), zone_named(IST))
PEOPLE = ("ceo@example.test", "ops@example.test")


@dataclass
class StoodClock(MachineClock):
    """Where a test puts it."""

    at: datetime = SEVEN

    def now(self) -> datetime:
        return self.at


def of_the_day(session: Session, tenant: TenantId, day: date, now: datetime) -> Book:
    return of_day(session, tenant, day, now, spoken=SPOKEN)


async def quick(book: Book, form: Format) -> bytes:
    """A file without a process of its own."""
    return f"{form.value} of {book.title}".encode()


@dataclass
class Office:
    """A house whose morning is over, its mail server, and a clock."""

    database: Database
    cast: Cast
    box: PostOffice
    clock: StoodClock = field(default_factory=StoodClock)
    how: Mailings = field(default_factory=lambda: Mailings(compose=of_the_day, make=quick))

    @property
    def tenant(self) -> TenantId:
        return self.cast.seeded.tenant

    def want(self, *, since: datetime = NOW, version: int = 0, **changed: Any) -> None:
        values: dict[str, Any] = {"to": PEOPLE, "at": time(7), "pdf": True, "csv": False}
        values |= {"active": True} | changed
        what = Mailing(**values)
        kept = self.database.transact_now(
            report_mails.keep_mailing, self.tenant, what, version=version, now=since
        )
        assert kept

    async def count(self) -> None:
        """Count the day, as the roll-up does."""
        await roll_up.look(self.database, Watch(self.clock.at))

    async def look(self, *, token: int = 1) -> int:
        """Owe what is due and mail it; how many were tried."""
        self.database.transact_now(owe_due, self.clock.at)
        made, tried = equipment(self.database, Nobody(), token=token, clock=self.clock), 0
        while await mail_next(made, self.how):
            tried += 1
        return tried

    def log(self) -> list[tuple[str, int, str]]:
        asked = select(ReportMail).order_by(col(ReportMail.id))
        return self.database.read_now(
            lambda s: [(one.state, one.attempts, one.error) for one in s.exec(asked)]
        )


@pytest.fixture
async def office(database: Database) -> AsyncGenerator[Office]:
    async with post_office() as (box, port):

        def prepare(session: Session) -> Cast:
            cast = stage(session)
            end(session)
            arrive(session, 0, 10)
            options = {"host": "127.0.0.1", "port": str(port), "security": "none"}
            draft = CarrierDraft(
                kind=CarrierKind.MAIL, options=options | {"from": "reports@example.test"}
            )
            carriers.write(session, cast.seeded.tenant, draft, version=0, now=NOW)
            return cast

        yield Office(database, database.transact_now(prepare), box)


async def test_the_report_comes_with_its_paper_and_the_days_figures(office: Office) -> None:
    office.how = Mailings(compose=of_the_day, make=make_file)
    office.want(csv=True)
    await office.count()
    assert await office.look() == 1
    (mail,) = office.box.mails
    assert office.box.to == [list(PEOPLE)]
    assert "16.6 % delivered in time" in str(mail["Subject"])
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Delivered in time: 16.6 % (1 of 6)" in body.get_content()
    files = {str(part.get_filename()): part.get_content() for part in mail.iter_attachments()}
    day = office.cast.seeded.day
    assert sorted(files) == [f"report-{day}.csv", f"report-{day}.pdf"]
    assert files[f"report-{day}.pdf"].startswith(b"%PDF-")
    assert day.isoformat() in str(files[f"report-{day}.csv"])
    assert [(state, error) for state, _, error in office.log()] == [("sent", "")]


async def test_nothing_goes_before_the_verdict_is_final_nor_before_its_time(
    office: Office,
) -> None:
    office.want(at=time(6, 5))
    office.clock.at = FINAL - timedelta(seconds=1)
    await office.count()
    assert await office.look() == 0
    office.clock.at = FINAL
    assert await office.look() == 0  # not counted since
    await office.count()
    assert await office.look() == 1
    office.want(version=1, to=("late@example.test",))
    assert await office.look() == 0
    office.clock.at = SEVEN
    assert await office.look() == 1


async def test_a_day_goes_once_to_a_list_of_people(office: Office) -> None:
    office.want()
    await office.count()
    assert [await office.look(), await office.look(token=2)] == [1, 0]
    office.want(version=1, to=(PEOPLE[1].upper(), PEOPLE[0]))
    assert await office.look() == 0, "the same people in another order"
    office.want(version=2, to=("cfo@example.test",))
    assert await office.look() == 1
    assert len(office.box.mails) == 2


async def test_days_before_it_was_switched_on_are_nobodys_mail(office: Office) -> None:
    office.want(since=SEVEN)
    await office.count()
    assert await office.look() == 0
    office.want(version=1, active=False)
    assert await office.look() == 0


async def test_a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not(
    office: Office,
) -> None:
    office.want()
    await office.count()
    office.box.refuse = "451 come back later"
    assert await office.look() == 1
    assert office.log() == [("waiting", 1, "The server said 451: come back later")]
    office.clock.at += timedelta(seconds=20)
    assert await office.look() == 0
    office.box.refuse = "554 no thanks"
    office.clock.at += timedelta(seconds=60)
    assert await office.look() == 1
    assert office.log() == [("failed", 2, "The server said 554: no thanks")]
    office.clock.at += timedelta(hours=1)
    assert await office.look() == 0
    told = select(AuditEntry.action).where(col(AuditEntry.action) == "report.not_mailed")
    assert len(office.database.read_now(lambda s: list(s.exec(told)))) == 1


async def test_what_a_dead_engine_was_sending_goes_again_as_the_same_mail(office: Office) -> None:
    office.want()
    await office.count()
    office.database.transact_now(owe_due, SEVEN)
    found = office.database.read_now(report_mails.next_due, SEVEN)
    assert found is not None
    assert office.database.transact_now(report_mails.claim, found, epoch=1) is not None
    assert await office.look() == 0
    assert office.database.transact_now(report_mails.take_back, epoch=2, now=SEVEN) == 1
    assert await office.look(token=2) == 1
    assert [str(mail["Message-ID"]) for mail in office.box.mails] == [f"<report-{found}@dawncast>"]
