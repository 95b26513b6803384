"""Gateways for workers under test: they satisfy the Protocol and reach nobody."""

from engine.domain.ids import PhoneNumberId, Tracker
from engine.domain.message import Message, Recipient
from engine.domain.outcome import Outcome
from engine.whatsapp.gateway import MayGo, always


class Nobody:
    """For workers that send nothing: a send is a fault of the test."""

    async def send(
        self,
        sender: PhoneNumberId,
        to: Recipient,
        message: Message,
        tracker: Tracker,
        may_go: MayGo = always,
    ) -> Outcome:
        del may_go
        raise AssertionError(f"nothing was to be sent, but {tracker} was")

    async def warm(self, connections: int) -> int:
        return connections

    async def aclose(self) -> None:
        return None
