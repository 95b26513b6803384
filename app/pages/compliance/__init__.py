"""What compliance looks for in every content: the rules as data, edited, with their history."""

from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from app import formats
from app.components.cards import page_head, skeleton
from app.doors import ask, tell
from app.frame import page
from app.navigation import Group
from app.pages.compliance import view
from app.pages.compliance.words import change_words, complaint, field_words
from app.session import guarded
from app.tab import report, say
from engine.commands.change_compliance_rules import change_compliance_rules
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.domain.rules_form import as_fields
from engine.read.compliance import Edition, RulesShown, as_json, rules

ROUTE = "/settings/compliance"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One field of an edition."""

    label: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionShown:
    """One edition."""

    title: str
    who: str
    note: str
    changes: list[ChangeLine] = field(default_factory=list[ChangeLine])


class ComplianceRules(rx.State):
    """The rules as this tab looks at them."""

    loaded: bool = False
    values: dict[str, str] = {}
    usual: bool = True
    edition: str = ""
    doubts: list[str] = []
    problems: list[str] = []
    history: list[EditionShown] = []
    form_number: int = 0
    _number: int = 0
    _found: RulesShown | None = None

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """What holds now."""
        self.problems = []
        await self._look(by)

    @guarded(Permission.COMPLIANCE_WRITE)
    async def save(self, form: dict[str, Any], *, by: Actor) -> None:
        """All of it as the next edition, or nothing when something is wrong."""
        assert by.tenant is not None
        typed = {name: str(form.get(name, "")) for name in as_fields()}
        result = await tell(
            change_compliance_rules,
            by.tenant,
            typed,
            number=self._number,
            note=str(form.get("note", "")),
            by=by,
        )
        if isinstance(result, Refused):
            self.problems = [result.why, *(complaint(detail) for detail in result.details)]
            return
        self.problems = []
        if result.fields:
            count = formats.count(len(result.fields), "field")
            await report(self, result, f"Edition {result.number} holds: {count} changed.")
        else:
            await say(self, "busy", "Nothing was different.")
        await self._look(by)

    @guarded()
    async def fill_in_usual(self) -> None:
        """The rules the product comes with, into the form; nothing is saved by that."""
        if self._found is not None:
            self.values = dict(self._found.usual)
            self.form_number += 1

    @guarded()
    async def download(self) -> Any:
        """The rules that hold, as a file."""
        if self._found is None:
            return None
        return rx.download(
            data=as_json(self._found.form).encode(),
            filename=f"compliance-rules-{self._number}.json",
            mime_type="application/json",
        )

    async def _look(self, by: Actor) -> None:
        assert by.tenant is not None
        found = await ask(rules, by.tenant)
        self._found, self._number = found, found.number
        self.values, self.doubts = dict(found.form), list(found.doubts)
        self.edition = (
            f"Edition {found.number}" if found.number else "The rules the product comes with"
        )
        self.usual = found.form == found.usual
        self.history = [_edition(one) for one in found.history]
        self.form_number += 1
        self.loaded = True


def _edition(one: Edition) -> EditionShown:
    return EditionShown(
        title=f"Edition {one.number}",
        who=f"{one.who}, {formats.moment(one.at)}",
        note=one.note,
        changes=[
            ChangeLine(label=field_words(name), change=change_words(name, before, after))
            for name, (before, after) in one.changes.items()
        ],
    )


@page(ROUTE, "Compliance rules", group=Group.FOOT, icon="scale", on_load=ComplianceRules.load)
def compliance_page() -> rx.Component:
    """The rules, and every edition before."""
    return rx.fragment(
        page_head(
            "Compliance rules",
            "What every content is checked for, when it is submitted and when it is approved",
            view.tools(ComplianceRules),
        ),
        rx.cond(
            ComplianceRules.loaded,
            rx.fragment(view.form(ComplianceRules), view.history(ComplianceRules)),
            rx.fragment(skeleton(6), skeleton(6)),
        ),
    )
