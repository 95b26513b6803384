"""What one browser tab is told: short notices, and where to go when its session is over.

A tab keeps its state on the server across sign-out and sign-in, so the state also remembers whose
it is: `app.session` empties it before another session sees it.
"""

from dataclasses import dataclass

import reflex as rx

from app.styles import Tone
from app.words.speech import language_here, told
from engine.domain.refusal import Refused

KEPT_NOTICES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice. `tone` is good, bad, warn or busy; `urgent` ones are read out at once."""

    number: int
    tone: str
    text: str
    details: list[str]


class Tab(rx.State):
    """One tab. It has no handlers: notices fade by themselves."""

    notices: list[Notice] = []
    leave_to: str = ""
    _session: str = ""
    _notices_made: int = 0

    def _say(self, tone: Tone, text: str, details: tuple[str, ...] = ()) -> None:
        self._notices_made += 1
        said = Notice(number=self._notices_made, tone=tone, text=text, details=list(details))
        self.notices = [*self.notices, said][-KEPT_NOTICES:]


async def say(state: rx.State, tone: Tone, text: str, details: tuple[str, ...] = ()) -> None:
    """Show a notice in the tab of `state`; a background handler does so in `async with self`."""
    tab, language = await state.get_state(Tab), await language_here(state)
    tab._say(tone, told(text, language), tuple(told(line, language) for line in details))


async def report(state: rx.State, result: object, done: str) -> bool:
    """Say what came of a command: its refusal in red, or `done` in green. True when it was done."""
    if isinstance(result, Refused):
        await say(state, "bad", result.why, result.details)
        return False
    await say(state, "good", done)
    return True


async def send_away(state: rx.State, path: str) -> None:
    """Make the browser leave for `path` with a full page load."""
    tab = await state.get_state(Tab)
    tab.leave_to = path
