"""Channels: who carries mail and SMS for the organisation, and who gets the report of each day."""

from datetime import date
from typing import Any

import reflex as rx

from app import formats
from app.components.cards import page_head, skeleton
from app.doors import ask, tell
from app.frame import page
from app.navigation import Group
from app.pages.channels import view
from app.pages.channels.shown import CarrierShown, MailingShown, MailLine, carrier, line, mailing
from app.session import guarded
from app.tab import report
from app.words.speech import language_here, retold
from engine.commands.carriers import remove_carrier, set_carrier
from engine.commands.mail_reports import mail_report_now, set_mailing
from engine.domain.carriers import CarrierKind
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.read.carriers import carried

GIVEN = Permission.SETTINGS_WRITE
AS_TYPED = frozenset({"name", "value", "shown", "people"})


class Channels(rx.State):
    """One tab's."""

    loaded: bool = False
    mail: CarrierShown = CarrierShown()
    sms: CarrierShown = CarrierShown()
    mailing: MailingShown = MailingShown()
    log: list[MailLine] = []
    latest: str = ""
    problems: list[str] = []
    wrong: str = ""
    form_number: int = 0
    _latest: date | None = None

    @guarded(GIVEN)
    async def load(self, *, by: Actor) -> None:
        """What holds now."""
        await self._look(by)

    @guarded(GIVEN)
    async def save_mail(self, form: dict[str, Any], *, by: Actor) -> None:
        """Set the mail server."""
        await self._set(CarrierKind.MAIL, self.mail.version, form, by)

    @guarded(GIVEN)
    async def save_sms(self, form: dict[str, Any], *, by: Actor) -> None:
        """Set the SMS provider."""
        await self._set(CarrierKind.SMS, self.sms.version, form, by)

    @guarded(GIVEN)
    async def remove(self, kind: str, *, by: Actor) -> None:
        """Take one away."""
        assert by.tenant is not None
        if kind in {one.value for one in CarrierKind}:
            done = await tell(remove_carrier, by.tenant, CarrierKind(kind), by=by)
            await report(self, done, "Removed, and its secrets with it.")
            await self._look(by)

    @guarded(GIVEN)
    async def save_mailing(self, form: dict[str, Any], *, by: Actor) -> None:
        """Say who gets the report."""
        assert by.tenant is not None
        typed = {name: _typed(value) for name, value in form.items()}
        version = self.mailing.version
        await self._done(
            "mailing", await tell(set_mailing, by.tenant, typed, version=version, by=by)
        )
        await self._look_unless_wrong(by)

    @guarded(GIVEN)
    async def send_now(self, *, by: Actor) -> None:
        """The latest day once more, to those who get it every day."""
        assert by.tenant is not None
        if self._latest is not None:
            done = await tell(mail_report_now, by.tenant, self._latest, by=by)
            await report(self, done, "It is on its way. The log below tells what becomes of it.")
            await self._look(by)

    @guarded(GIVEN)
    async def look_again(self, *, by: Actor) -> None:
        """The log as it is now."""
        await self._look(by)

    async def _set(self, kind: CarrierKind, version: int, form: dict[str, Any], by: Actor) -> None:
        assert by.tenant is not None
        typed = {name: str(value) for name, value in form.items()}
        result = await tell(set_carrier, by.tenant, kind, typed, version=version, by=by)
        await self._done(kind.value, result)
        await self._look_unless_wrong(by)

    async def _done(self, which: str, result: Refused | None) -> None:
        if isinstance(result, Refused):
            said = [result.why, *result.details]
            self.problems, self.wrong = retold(said, await language_here(self)), which
            return
        self.problems, self.wrong = [], ""
        await report(self, result, "Kept.")

    async def _look_unless_wrong(self, by: Actor) -> None:
        """What somebody typed stays in its field until it is right."""
        if not self.problems:
            await self._look(by)

    async def _look(self, by: Actor) -> None:
        assert by.tenant is not None
        found = await ask(carried, by.tenant)
        language = await language_here(self)
        rows = {row.kind: retold(carrier(row), language, but=AS_TYPED) for row in found.carriers}
        self.mail, self.sms = rows[CarrierKind.MAIL], rows[CarrierKind.SMS]
        self.mailing = mailing(found.mailing)
        self.log = retold([line(row) for row in found.log], language, but=AS_TYPED)
        self._latest = found.latest_day
        self.latest = "" if found.latest_day is None else formats.calendar_day(found.latest_day)
        self.problems, self.wrong = [], ""
        self.form_number += 1
        self.loaded = True


def _typed(value: Any) -> str:
    return "on" if value is True else "" if value is False or value is None else str(value)


@page(
    "/settings/channels",
    "Channels",
    permission=GIVEN,
    group=Group.FOOT,
    icon="send",
    on_load=Channels.load,
)
def channels_page() -> rx.Component:
    """The report's readers, the two carriers, and the log."""
    return rx.fragment(
        page_head("Channels", "What goes by e-mail or SMS: the day's report, and the emergency"),
        rx.cond(
            Channels.loaded,
            rx.fragment(view.mailing(Channels), view.carriers(Channels), view.log(Channels)),
            rx.fragment(skeleton(4), skeleton(4)),
        ),
    )
