"""The door to WhatsApp, as the engine sees it. `cloud_api.CloudApi` is the real one; simulations
bring theirs.
"""

from collections.abc import Callable
from typing import Protocol

from engine.domain.ids import PhoneNumberId, Tracker
from engine.domain.message import Message, Recipient
from engine.domain.outcome import Outcome

MayGo = Callable[[], bool]
"""Whether a request may still leave (the lease, spec R6)."""


def always() -> bool:
    """Nothing forbids it."""
    return True


class Gateway(Protocol):
    """Sends one message and tells what came of it. Never retries, never raises for what the API
    says.
    """

    async def send(
        self,
        sender: PhoneNumberId,
        to: Recipient,
        message: Message,
        tracker: Tracker,
        may_go: MayGo = always,
    ) -> Outcome:
        """One POST. `tracker` comes back in every receipt of the message
        (`biz_opaque_callback_data`).

        may_go: asked when a connection is there and nothing but the write is left to do. When it
        says no, nothing leaves, and the outcome is a failure that may be tried again.
        """
        ...

    async def warm(self, connections: int) -> int:
        """Open this many connections ahead of the window, so that the first send pays no
        handshake; how many of them got an answer.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...
