"""By what a subscriber may be written to in an emergency, as their page shows and changes it."""

from typing import Any

import reflex as rx

from app import formats
from app.doors import ask, tell
from app.pages.subscribers.listing import tenant_of
from app.pages.subscribers.shown import ConsentShown, typed
from app.session import guarded
from app.tab import report
from app.words.speech import language_here, retold
from engine.commands.set_channel_consent import set_channel_consent
from engine.domain.emergency import Channel
from engine.domain.enrolment import SubscriberForm
from engine.domain.ids import SubscriberId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.read import subscribers as read

WORDS = {Channel.SMS: "SMS", Channel.EMAIL: "E-mail"}


class ChannelCard(rx.State):
    """One tab's."""

    sms: bool = False
    email: str = ""
    history: list[ConsentShown] = []
    problems: list[str] = []
    form_number: int = 0

    @guarded(Permission.SUBSCRIBERS_READ)
    async def load(self, *, by: Actor) -> None:
        """What they agreed to."""
        await self._look(by)

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def agree(self, form: dict[str, Any], *, by: Actor) -> None:
        """They agreed to one, when and as the form says."""
        channel = Channel.EMAIL if form.get("channel") == Channel.EMAIL.value else Channel.SMS
        address, consent = str(form.get("email") or ""), typed(form)
        await self._set(channel, given=True, address=address, consent=consent, by=by)

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def withdraw(self, channel: str, *, by: Actor) -> None:
        """They took one back."""
        if channel in set(Channel):
            form = SubscriberForm()
            await self._set(Channel(channel), given=False, address="", consent=form, by=by)

    async def _set(
        self, channel: Channel, *, given: bool, address: str, consent: SubscriberForm, by: Actor
    ) -> None:
        result = await tell(
            set_channel_consent,
            self._which(),
            channel,
            given=given,
            address=address,
            consent=consent,
            by=by,
        )
        if isinstance(result, Refused):
            said = [result.why, *result.details]
            self.problems = retold(said, await language_here(self))
            return
        await report(self, result, "Noted.")
        await self._look(by)

    async def _look(self, by: Actor) -> None:
        events = await ask(read.channels, tenant_of(by), self._which())
        latest = {one.channel: one for one in reversed(events)}
        sms, email = latest.get(Channel.SMS), latest.get(Channel.EMAIL)
        self.sms = sms is not None and sms.given
        self.email = email.address if email is not None and email.given else ""
        self.history = [
            ConsentShown(
                time=formats.date(one.at),
                tone="good" if one.given else "bad",
                title=f"{WORDS[one.channel]}: {'agreed' if one.given else 'took it back'}",
                words=". ".join(filter(None, [one.address, one.source, one.evidence])),
            )
            for one in events
        ]
        self.problems = []
        self.form_number += 1

    def _which(self) -> SubscriberId:
        number = self.router.url.path.rstrip("/").rpartition("/")[2]
        return SubscriberId(int(number) if number.isdecimal() and len(number) < 19 else 0)
