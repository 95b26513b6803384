"""Which dialog of the Subscribers page is open, and what its button does."""

from typing import Any

import reflex as rx

from app.doors import ask, tell
from app.pages.subscribers.listing import tenant_of
from app.pages.subscribers.questions import QUESTIONS
from app.pages.subscribers.refreshing import refresh
from app.pages.subscribers.shown import ConsentShown, Entry, consent_lines, entry, typed
from app.session import guarded
from app.tab import report, say
from engine.commands.add_subscriber import add_subscriber
from engine.commands.edit_subscriber import edit_subscriber
from engine.commands.erase_subscriber import erase_subscriber
from engine.commands.set_subscriber_status import set_subscriber_status
from engine.domain.ids import SubscriberId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.read import subscribers as read


class SubscriberDialog(rx.State):
    """One entry's form, or the question before a status changes. `problems` stand in the dialog."""

    is_open: bool = False
    entry: Entry = Entry()
    history: list[ConsentShown] = []
    problems: list[str] = []
    asked: str = ""
    asked_name: str = ""
    _asked_id: int = 0

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def open_new(self) -> None:
        """An empty form."""
        self.entry, self.history, self.problems = Entry(), [], []
        self.is_open = True

    @guarded(Permission.SUBSCRIBERS_READ)
    async def open_entry(self, subscriber: int, *, by: Actor) -> None:
        """One entry with its consent history."""
        details = await ask(read.details, tenant_of(by), SubscriberId(subscriber))
        if details is None:
            await say(self, "bad", "This subscriber is not in your list any more.")
            return
        self.entry, self.history = entry(details), consent_lines(details.history)
        self.problems, self.is_open = [], True

    @guarded()
    async def set_open(self, is_open: bool) -> None:
        """Escape, a press outside, or Cancel."""
        self.is_open, self.asked, self.problems = is_open, "", []

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def save(self, form: dict[str, Any], *, by: Actor) -> Any:
        """Add or correct; what is wrong stays in the dialog, beside what was typed."""
        if self.entry.id:
            whom = SubscriberId(self.entry.id)
            result: Any = await tell(edit_subscriber, whom, typed(form), by=by)
            return await self._after(result, "Saved.")
        result = await tell(add_subscriber, tenant_of(by), typed(form), by=by)
        return await self._after(result, "Added. They are part of the next morning's audience.")

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def ask_about(self, subscriber: int, name: str, what: str) -> None:
        """Ask before a status changes."""
        self._asked_id, self.asked_name, self.problems = subscriber, name, []
        self.asked = what if what in QUESTIONS else ""

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def answer(self, form: dict[str, Any], *, by: Actor) -> Any:
        """Yes: change the status."""
        question = QUESTIONS[self.asked]
        if question.status is None:
            return await self._erase(str(form.get("reference") or ""), question.done, by)
        result = await tell(
            set_subscriber_status,
            SubscriberId(self._asked_id),
            question.status,
            reason=str(form.get("reason") or ""),
            consent=typed(form),
            by=by,
        )
        return await self._after(result, question.done.format(name=self.asked_name))

    async def _erase(self, reference: str, done: str, by: Actor) -> Any:
        whom = SubscriberId(self._asked_id)
        return await self._after(await tell(erase_subscriber, whom, reference, by=by), done)

    async def _after(self, result: object, done: str) -> Any:
        if isinstance(result, Refused):
            self.problems = [result.why, *result.details]
            return None
        self.is_open, self.asked = False, ""
        await report(self, result, done)
        return refresh(self.router.url.path)
