"""The dead letters as one tab looks at them: filters, pages, export."""

from typing import Any

import reflex as rx

from app.doors import ask
from app.pages.dead_letters.shown import (
    NO_CODE,
    Cause,
    Choice,
    Letter,
    Tally,
    broadcast_choices,
    causes,
    counted,
    letter,
    range_words,
    sender_choices,
    tallies,
)
from app.session import guarded
from engine.domain.dead_letter import WantedLetters
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, SenderId, TenantId
from engine.domain.roles import Actor
from engine.read import dead_letters as read

LONGEST_NUMBER = 18
FILTERS = ("broadcast", "sender", "cause")


class DeadLettersPage(rx.State):
    """What the filters let through, a page at a time."""

    loaded: bool = False
    tallies: list[Tally] = []
    causes: list[Cause] = []
    broadcasts: list[Choice] = []
    senders: list[Choice] = []
    rows: list[Letter] = []
    range: str = ""
    matching: str = ""
    kind: str = State.FAILED.value
    search: str = ""
    broadcast: str = ""
    sender: str = ""
    cause: str = ""
    has_back: bool = False
    has_next: bool = False
    _begins: list[Any] = []
    _next: Any = None

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """Fill the page; the address may narrow it: `?broadcast=7&state=held`."""
        asked = self.router.url.query_parameters
        self._begins, self.search, self.cause, self.sender = [], "", "", ""
        self.broadcast = _number(asked.get("broadcast", ""))
        self.kind = _state(asked.get("state", ""))
        await self._look(by)

    @guarded()
    async def look_for(self, text: str, *, by: Actor) -> None:
        """Search by name, phone or registration."""
        self.search, self._begins = text, []
        await self._look(by)

    @guarded()
    async def filter_by(self, field: str, value: str, *, by: Actor) -> None:
        """Narrow by broadcast, sender or cause; an empty value widens again."""
        if field in FILTERS:
            known = value if value == NO_CODE and field == "cause" else _number(value)
            setattr(self, field, known)
        self._begins = []
        await self._look(by)

    @guarded()
    async def only_cause(self, code: str, *, by: Actor) -> None:
        """Show one cause; the same again shows all."""
        known = code if code == NO_CODE else _number(code)
        self.cause, self._begins = "" if known == self.cause else known, []
        await self._look(by)

    @guarded()
    async def only(self, state: str, *, by: Actor) -> None:
        """Dead letters, held ones, or closed ones."""
        self.kind, self.cause, self._begins = _state(state), "", []
        await self._look(by)

    @guarded()
    async def clear(self, *, by: Actor) -> None:
        """Forget search and filters."""
        self.search = self.broadcast = self.sender = self.cause = ""
        self._begins = []
        await self._look(by)

    @guarded()
    async def forth(self, *, by: Actor) -> None:
        """Older ones."""
        if self._next is not None:
            self._begins = [*self._begins, self._next]
        await self._look(by)

    @guarded()
    async def back(self, *, by: Actor) -> None:
        """Newer ones."""
        self._begins = self._begins[:-1]
        await self._look(by)

    @guarded()
    async def export(self, *, by: Actor) -> Any:
        """Download what is filtered as CSV."""
        data = await ask(read.export_csv, self._wanted(by))
        return rx.download(data=data, filename="dead-letters.csv", mime_type="text/csv")

    @rx.var
    def filtered(self) -> bool:
        """Whether something narrows the list."""
        return bool(self.search or self.broadcast or self.sender or self.cause)

    async def _look(self, by: Actor) -> None:
        """Read what the filters let through."""
        wanted, tenant = self._wanted(by), _tenant(by)
        self.tallies = tallies(await ask(read.tallies, tenant))
        self.causes = causes(await ask(read.causes, wanted), wanted.state)
        choices = await ask(read.choices, tenant)
        self.broadcasts, self.senders = broadcast_choices(choices), sender_choices(choices)
        after = self._begins[-1] if self._begins else None
        found = await ask(read.page, wanted, after=after)
        self.rows = [letter(row, wanted.state) for row in found.rows]
        self.range = range_words(found.found, len(self._begins), len(found.rows))
        self.matching = counted(found.found)
        self.has_back, self.has_next = bool(self._begins), found.next is not None
        self._next, self.loaded = found.next, True

    def _wanted(self, by: Actor) -> WantedLetters:
        """What the filters mean."""
        codes = (None,) if self.cause == NO_CODE else (int(self.cause),) if self.cause else ()
        return WantedLetters(
            tenant=_tenant(by),
            state=State(_state(self.kind)),
            broadcast=BroadcastId(int(self.broadcast)) if self.broadcast else None,
            sender=SenderId(int(self.sender)) if self.sender else None,
            codes=codes,
            search=self.search,
        )


def _tenant(by: Actor) -> TenantId:
    assert by.tenant is not None
    return by.tenant


def _number(text: str) -> str:
    """The number a filter names, or nothing: it comes from a browser."""
    ascii_digits = text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER
    return text if ascii_digits else ""


def _state(text: str) -> str:
    return text if text in {state.value for state in read.LEFT} else State.FAILED.value
