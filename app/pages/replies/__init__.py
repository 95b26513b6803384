"""Who answered the morning message, what do they want, and may we still answer (spec S5)."""

import secrets
from typing import Any

import reflex as rx

from app.components.cards import page_head, skeleton
from app.doors import ask, now, tell
from app.following import turns
from app.frame import page
from app.navigation import Group
from app.pages.replies import view
from app.pages.replies.shown import (
    Bubble,
    Line,
    Shown,
    Tallies,
    assignee,
    bubbles,
    line,
    shown,
    tallies,
)
from app.session import guarded
from app.tab import report
from engine.commands.answer_reply import answer_reply
from engine.commands.handle_reply import assign_reply, close_reply, read_reply, reopen_reply
from engine.domain.ids import ConversationId, TenantId
from engine.domain.refusal import Refused
from engine.domain.replies import Shelf
from engine.domain.roles import Actor, Permission, may
from engine.read import replies as read

ROUTE = "/replies"


class Replies(rx.State):
    """The inbox as this tab looks at it, and the conversation that is open."""

    loaded: bool = False
    shelf: str = Shelf.OPEN.value
    search: str = ""
    lines: list[Line] = []
    tallies: Tallies = Tallies()
    open: Shown = Shown()
    said: list[Bubble] = []
    colleagues: list[list[str]] = []
    problem: str = ""
    form_key: str = ""
    has_back: bool = False
    has_next: bool = False
    _begins: list[Any] = []
    _next: Any = None
    _turn: int = 0

    @guarded()
    async def load(self, *, by: Actor) -> Any:
        """Fill the page; the address may open one: `?conversation=7`."""
        asked = self.router.url.query_parameters.get("conversation", "")
        self.colleagues = [
            [str(user), name] for user, name in await ask(read.colleagues, _tenant(by))
        ]
        self._begins, self.problem = [], ""
        self.open = Shown()
        await self._look(by)
        if asked.isascii() and asked.isdecimal() and len(asked) < 10:
            await self._open(int(asked), by)
        self.loaded = True
        return Replies.follow

    @guarded(background=True)
    async def follow(self, *, by: Actor) -> None:
        """Look again and again: what people write shows within seconds."""
        async with self:
            self._turn += 1
            turn = self._turn
        async for _ in turns(self, ROUTE):
            async with self:
                if self._turn != turn:
                    return
                await self._look(by)

    @guarded()
    async def only(self, shelf: str, *, by: Actor) -> None:
        """Open ones, mine, or done ones."""
        self.shelf = shelf if shelf in set(Shelf) else Shelf.OPEN.value
        self._begins = []
        await self._look(by)

    @guarded()
    async def look_for(self, text: str, *, by: Actor) -> None:
        """Search by name or phone."""
        self.search, self._begins = text, []
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
    async def choose(self, conversation: int, *, by: Actor) -> None:
        """Open one; who may answer has read it by that."""
        await self._open(conversation, by)
        await self._look(by)

    @guarded()
    async def close_thread(self) -> None:
        """Back to the list, on a phone."""
        self.open, self.said, self.problem = Shown(), [], ""

    @guarded(Permission.REPLIES_WRITE)
    async def answer(self, form: dict[str, Any], *, by: Actor) -> None:
        """Send an answer, once however often the form comes. What is refused stays typed."""
        result = await tell(
            answer_reply,
            ConversationId(self.open.id),
            str(form.get("text") or ""),
            client_key=str(form.get("key") or ""),
            by=by,
        )
        if isinstance(result, Refused):
            self.problem = result.why
            await self._look(by)
            return
        self.problem, self.form_key = "", secrets.token_hex(12)
        await self._look(by)

    @guarded(Permission.REPLIES_WRITE)
    async def assign(self, user: str, *, by: Actor) -> None:
        """Give it to a colleague, or to nobody."""
        result = await tell(assign_reply, ConversationId(self.open.id), assignee(user), by=by)
        names = {one[0]: one[1] for one in self.colleagues}
        await report(self, result, f"It is for {names.get(user, 'nobody')} now.")
        await self._look(by)

    @guarded(Permission.REPLIES_WRITE)
    async def done(self, *, by: Actor) -> None:
        """It is dealt with."""
        result = await tell(close_reply, ConversationId(self.open.id), by=by)
        await report(self, result, "Done.")
        await self._look(by)

    @guarded(Permission.REPLIES_WRITE)
    async def reopen(self, *, by: Actor) -> None:
        """There is something to do after all."""
        result = await tell(reopen_reply, ConversationId(self.open.id), by=by)
        await report(self, result, "Open again.")
        await self._look(by)

    @rx.var
    def filtered(self) -> bool:
        """Whether a search narrows the list."""
        return bool(self.search)

    async def _open(self, conversation: int, by: Actor) -> None:
        if may(by, Permission.REPLIES_WRITE):
            await tell(read_reply, ConversationId(conversation), by=by)
        self.problem, self.form_key = "", secrets.token_hex(12)
        self.open = Shown(id=conversation)
        await self._look_at_thread(by)

    async def _look(self, by: Actor) -> None:
        after = self._begins[-1] if self._begins else None
        found = await ask(
            read.page,
            _tenant(by),
            Shelf(self.shelf),
            me=by.user,
            search=self.search,
            after=after,
        )
        self._put("lines", [line(row, now()) for row in found.rows])
        self._put("tallies", tallies(await ask(read.counts, _tenant(by), by.user)))
        self._put("has_back", bool(self._begins))
        self._put("has_next", found.next is not None)
        self._next = found.next
        await self._look_at_thread(by)

    async def _look_at_thread(self, by: Actor) -> None:
        if not self.open.id:
            return
        thread = await ask(read.thread, _tenant(by), ConversationId(self.open.id))
        self._put("open", Shown() if thread is None else shown(thread, now()))
        self._put("said", [] if thread is None else bubbles(thread))

    def _put(self, name: str, value: Any) -> None:
        if getattr(self, name) != value:
            setattr(self, name, value)


def _tenant(by: Actor) -> TenantId:
    assert by.tenant is not None
    return by.tenant


@page("/replies", "Replies", group=Group.PEOPLE, icon="messages-square", on_load=Replies.load)
def replies_page() -> rx.Component:
    """The inbox at the left, the conversation that is open at the right."""
    return rx.fragment(
        page_head("Replies", "What people answered, and how long you may still answer them"),
        rx.cond(Replies.loaded, view.desk(Replies), rx.fragment(skeleton(3), skeleton(6))),
    )
