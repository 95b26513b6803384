"""The door to WhatsApp, as the engine sees it. `cloud_api.CloudApi` is the real one; simulations
bring theirs.
"""

from typing import Protocol

from engine.domain.ids import PhoneNumberId, Tracker
from engine.domain.message import Message, Recipient
from engine.domain.outcome import Outcome


class Gateway(Protocol):
    """Sends one message and tells what came of it. Never retries, never raises for what the API
    says.
    """

    async def send(
        self, sender: PhoneNumberId, to: Recipient, message: Message, tracker: Tracker
    ) -> Outcome:
        """One POST. `tracker` comes back in every receipt of the message
        (`biz_opaque_callback_data`).
        """
        ...

    async def warm(self, connections: int) -> None:
        """Open this many connections ahead of the window, so that the first send pays no
        handshake.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...
