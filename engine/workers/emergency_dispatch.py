"""The ways out of an emergency: which carrier takes a message, and what stands in it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from engine.channels import mail
from engine.channels.doorway import Doorway
from engine.channels.mail import Mail
from engine.channels.sms import HttpSms, SmsProvider
from engine.domain.alert_channels import NotTold, Told
from engine.domain.content import preview
from engine.domain.emergency import Channel
from engine.domain.ids import BroadcastId
from engine.store.carriers import Reach
from engine.store.emergency_letters import Letter

Way = tuple[BroadcastId, Channel]


@dataclass(slots=True)
class Dispatch:
    """The ways out, and which of them rest because they take nothing."""

    sandbox: Doorway = field(default_factory=lambda: Doorway(sandbox=True))
    production: Doorway = field(default_factory=lambda: Doorway(sandbox=False))
    provider: Callable[[Reach], SmsProvider] | None = None
    """Who carries SMS; None: HTTP, as the organisation's settings say."""
    rests: dict[Way, tuple[datetime, timedelta]] = field(
        default_factory=lambda: dict[Way, tuple[datetime, timedelta]]()
    )

    def sms(self, reach: Reach) -> SmsProvider:
        """The provider of an organisation, which reaches what that organisation may (spec X5)."""
        if self.provider is not None:
            return self.provider(reach)
        doorway = self.sandbox if reach.sandbox else self.production
        return HttpSms(doorway, reach.options, reach.secrets)

    async def aclose(self) -> None:
        """Close what is open."""
        await self.sandbox.aclose()
        await self.production.aclose()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What was marked of one emergency for one channel, and what its messages are made of."""

    broadcast: BroadcastId
    title: str
    bodies: dict[str, str]
    letters: tuple[Letter, ...]
    reach: Reach


async def carry(dispatch: Dispatch, batch: Batch, letter: Letter, now: datetime) -> Told | NotTold:
    """Hand a marked message to its carrier."""
    reach, key = batch.reach, f"emergency-{batch.broadcast}-{letter.id}"
    to, text = letter.addresses[letter.channel], words_of(batch, letter)
    match letter.channel:
        case Channel.SMS:
            return await dispatch.sms(reach).send(to, text, key)
        case Channel.EMAIL:
            written = Mail(
                to=(to,),
                subject=f"{reach.organisation}: {batch.title}",
                text=text,
                key=key,
                at=now,
            )
            return await mail.post(reach.options, reach.secrets, written, sandbox=reach.sandbox)
    assert_never(letter.channel)


def words_of(batch: Batch, letter: Letter) -> str:
    """What was approved, as it was rendered for this person at the freeze."""
    parameters: list[str] = json.loads(letter.parameters)
    body = batch.bodies.get(letter.language, "")
    return preview(body, parameters) if body else " ".join(parameters)
