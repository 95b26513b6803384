"""The world as the engine's gateway, in process: no socket, and time only the event loop's."""

import asyncio
import json

from engine.clock import Clock
from engine.domain.ids import PhoneNumberId, Tracker
from engine.domain.message import Message, Recipient
from engine.domain.outcome import Blame, Failure, Outcome, Unknown
from engine.simulator.world import World
from engine.whatsapp.connections import NotReachedError
from engine.whatsapp.gateway import MayGo, always
from engine.whatsapp.requests import UnsendableError, message_body
from engine.whatsapp.responses import read_response
from engine.whatsapp.transport import read_unreached

RESPONSE_TIMEOUT = 30.0
"""Seconds the client waits for an answer (spec E2)."""


class SimulatedWhatsApp:
    """Satisfies `Gateway` of engine/whatsapp: the same JSON out and in, through the world."""

    def __init__(
        self, world: World, clock: Clock, *, response_timeout: float = RESPONSE_TIMEOUT
    ) -> None:
        self._world = world
        self._clock = clock
        self._timeout = response_timeout

    async def send(
        self,
        sender: PhoneNumberId,
        to: Recipient,
        message: Message,
        tracker: Tracker,
        may_go: MayGo = always,
    ) -> Outcome:
        """One POST. Accepted is what the world accepts on arrival, also if the answer is lost."""
        try:
            body = message_body(to, message, tracker)
        except UnsendableError as error:
            return Failure(blame=Blame.US, code=None, title="Unsendable", detail=str(error))
        if not may_go():
            return read_unreached(NotReachedError("the right to send ended"))
        now = self._clock.now().timestamp()
        reply = self._world.post_message(sender, body, self._world.access_token, now)
        takes = reply.after + reply.drip
        if takes > self._timeout:
            await asyncio.sleep(self._timeout)
            return Unknown(f"no answer within {self._timeout:g} s")
        await asyncio.sleep(takes)
        if not reply.answered:
            return Unknown("the connection broke before the answer")
        return read_response(reply.status, json.dumps(reply.body).encode())

    async def warm(self, connections: int) -> int:
        """Nothing to open."""
        return connections

    async def aclose(self) -> None:
        """Nothing to close."""
