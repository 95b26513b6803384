"""The form of a template: typed beside the phone that shows it, then submitted for review."""

from typing import Any

import reflex as rx

from app.doors import ask, tell
from app.pages.templates.listing import TemplatesPage, _tenant
from app.pages.templates.shown import Typed, changed, completed, typed
from app.session import guarded
from app.tab import report
from engine.commands.submit_template import edit_template, submit_template
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.read import templates as read

FIELDS = frozenset({"name", "language", "category", "header", "body", "footer"})
LONGEST = 2_000


class TemplateForm(rx.State):
    """What is typed. `number` makes the fields new ones whenever another template is opened."""

    is_open: bool = False
    typed: Typed = Typed()
    problems: list[str] = []
    number: int = 0

    @guarded(Permission.TEMPLATES_WRITE)
    async def begin(self) -> None:
        """An empty form."""
        self._open(completed(Typed()))

    @guarded(Permission.TEMPLATES_WRITE)
    async def edit(self, template: int, *, by: Actor) -> None:
        """One that there is."""
        draft = await ask(read.draft, _tenant(by), template)
        if draft is not None:
            self._open(typed(template, draft))

    @guarded(Permission.TEMPLATES_WRITE)
    async def set_open(self, is_open: bool) -> None:
        """Escape, a press outside, or Cancel."""
        self.is_open = is_open and self.is_open

    @guarded(Permission.TEMPLATES_WRITE)
    async def type_in(self, field: str, text: str) -> None:
        """A field was typed into; the phone follows."""
        if field in FIELDS:
            self.typed = changed(self.typed, **{field: text[:LONGEST]})

    @guarded(Permission.TEMPLATES_WRITE)
    async def type_example(self, place: int, text: str) -> None:
        """An example for a variable."""
        if 0 <= place < len(self.typed.examples):
            examples = [str(words) for words in self.typed.examples]
            examples[place] = text[:LONGEST]
            self.typed = changed(self.typed, examples=examples)

    @guarded(Permission.TEMPLATES_WRITE)
    async def type_button(self, place: int, text: str) -> None:
        """The words of a button."""
        if 0 <= place < len(self.typed.buttons):
            buttons = [str(words) for words in self.typed.buttons]
            buttons[place] = text[:LONGEST]
            self.typed = changed(self.typed, buttons=buttons)

    @guarded(Permission.TEMPLATES_WRITE)
    async def submit(self, *, by: Actor) -> Any:
        """Off to WhatsApp's review. What is wrong stays in the form."""
        draft = self.typed.draft()
        if self.typed.template:
            result = await tell(edit_template, _tenant(by), self.typed.template, draft, by=by)
        else:
            result = await tell(submit_template, _tenant(by), draft, by=by)
        if isinstance(result, Refused):
            self.problems = [result.why, *result.details]
            return
        self.is_open = False
        await report(self, result, f"{draft.name} goes to WhatsApp's review.")
        await (await self.get_state(TemplatesPage))._look(by)

    def _open(self, form: Typed) -> None:
        self.typed, self.problems, self.is_open = form, [], True
        self.number += 1
