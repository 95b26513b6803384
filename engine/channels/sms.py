"""SMS by a provider's HTTP interface: one POST of JSON for each message, with a key in a header.

Every provider has its own field names and none has much more than these, so the body is a template
of the organisation's. A provider that speaks otherwise satisfies `SmsProvider`, too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.channels.doorway import Doorway, judged
from engine.domain.alert_channels import URL, NotTold, Told
from engine.domain.carriers import (
    BODY,
    HEADER,
    KEY_HOLE,
    PHONE_HOLE,
    SECRET,
    TEXT_HOLE,
    USUAL_BODY,
    filled,
)


class SmsProvider(Protocol):
    """Whoever carries an SMS."""

    async def send(self, phone: str, text: str, key: str) -> Told | NotTold:
        """Hand over one message. phone: E.164. key: the same for the same message."""
        ...


@dataclass(frozen=True, slots=True)
class HttpSms:
    """A provider that takes JSON over HTTP."""

    doorway: Doorway
    options: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)

    async def send(self, phone: str, text: str, key: str) -> Told | NotTold:
        """One POST. 2xx: taken. What nobody answered, or a server error, is in doubt."""
        holes = {PHONE_HOLE: phone, TEXT_HOLE: text, KEY_HOLE: key}
        try:
            made = filled(self.options.get(BODY, USUAL_BODY), holes)
        except ValueError:
            return NotTold("What is posted is no JSON.", again=False)
        headers = {self.options.get(HEADER, "Authorization"): self.secrets.get(SECRET, "")}
        body = json.dumps(made, ensure_ascii=False).encode()
        return judged(await self.doorway.post(self.options.get(URL, ""), body, headers))
