"""What a person does about dead letters: asked first, told how many it is about, then done."""

from typing import Any

import reflex as rx

from app import formats
from app.bulk import Total, in_slices
from app.doors import tell
from app.pages.dead_letters.listing import DeadLettersPage
from app.session import guarded
from app.tab import report, say
from engine.commands.discard_dead_letters import discard_dead_letters
from engine.commands.discard_delivery import discard_delivery
from engine.commands.requeue_dead_letters import requeue_dead_letters
from engine.commands.requeue_delivery import requeue_delivery
from engine.domain.ids import DeliveryId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission

QUESTIONS = ("requeue", "close", "requeue_all", "close_all")


class DeadLetterDialog(rx.State):
    """Which question stands open, about whom, and how far a deed about many has come."""

    asked: str = ""
    name: str = ""
    problem: str = ""
    working: str = ""
    _id: int = 0

    @guarded(Permission.DELIVERIES_SETTLE)
    async def ask_about(self, delivery: int, name: str, what: str) -> None:
        """Ask before anything is done; delivery 0 means all that match."""
        self._id, self.name, self.problem = delivery, name, ""
        self.asked = what if what in QUESTIONS else ""

    @guarded(Permission.DELIVERIES_SETTLE)
    async def set_open(self, is_open: bool) -> None:
        """Escape, a press outside, or Cancel."""
        self.asked = self.asked if is_open else ""

    @guarded(Permission.DELIVERIES_SETTLE)
    async def requeue(self, *, by: Actor) -> Any:
        """Yes: this one goes again."""
        self.asked = ""
        result = await tell(requeue_delivery, DeliveryId(self._id), by=by)
        await report(self, result, f"{self.name} is sent to again.")
        return await self._look(by)

    @guarded(Permission.DELIVERIES_SETTLE)
    async def close(self, form: dict[str, Any], *, by: Actor) -> Any:
        """Yes: this one is closed, with its reason."""
        reason = str(form.get("reason") or "")
        result = await tell(discard_delivery, DeliveryId(self._id), reason, by=by)
        if isinstance(result, Refused):
            self.problem = result.why
            return None
        self.asked = ""
        await report(self, result, "Closed. Nothing more is sent for it.")
        return await self._look(by)

    @guarded(Permission.DELIVERIES_SETTLE, background=True)
    async def requeue_all(self, *, by: Actor) -> None:
        """Yes: all that match go again, as far as they may."""
        async with self:
            self.asked, self.working = "", "Putting them back"
            wanted = (await self.get_state(DeadLettersPage))._wanted(by)
        done = await in_slices(
            lambda before: tell(requeue_dead_letters, wanted, before=before, by=by), self._so_far
        )
        await self._end(done, "put back", by)

    @guarded(Permission.DELIVERIES_SETTLE, background=True)
    async def close_all(self, form: dict[str, Any], *, by: Actor) -> None:
        """Yes: all that match are closed, with one reason."""
        reason = str(form.get("reason") or "")
        async with self:
            self.working, self.problem = "Closing them", ""
            wanted = (await self.get_state(DeadLettersPage))._wanted(by)
        done = await in_slices(
            lambda before: tell(discard_dead_letters, wanted, reason, before=before, by=by),
            self._so_far,
        )
        if isinstance(done, Refused):
            async with self:
                self.problem, self.working = done.why, ""
            return
        async with self:
            self.asked = ""
        await self._end(done, "closed", by)

    async def _so_far(self, count: int) -> None:
        async with self:
            self.working = f"{formats.number(count)} so far"

    async def _end(self, done: Total | Refused, word: str, by: Actor) -> None:
        async with self:
            self.working = ""
            if isinstance(done, Refused):
                await report(self, done, "")
            else:
                tone = "good" if done.count else "warn"
                await say(self, tone, summary(done, word), done.details)
            await self._look(by)

    async def _look(self, by: Actor) -> None:
        page = await self.get_state(DeadLettersPage)
        page._begins = []
        await page._look(by)


def summary(done: Total, word: str) -> str:
    """31 put back, 4 stay: what a person is told, with the reasons below it."""
    said = f"{formats.count(done.count, 'subscriber')} {word}."
    stayed = sum(done.stayed.values())
    if stayed:
        said += f" {formats.number(stayed)} {'stays' if stayed == 1 else 'stay'}."
    return f"{said} There are more: press again." if done.more else said
