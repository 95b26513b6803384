"""What the organisation set for itself, with its bounds, and who changed what."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from app import formats
from app.components.cards import page_head, skeleton
from app.doors import ask, secrets_set, tell
from app.frame import page
from app.navigation import Group
from app.pages.organisation import view
from app.pages.organisation.words import BY_KEY, complaint, value_words
from app.session import guarded
from app.tab import report, say
from engine.commands.change_settings import change_settings
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.read import settings as read


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One line of the history."""

    at: str
    who: str
    label: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret of the installation: that it is there, never what it is."""

    name: str
    is_set: bool


class Organisation(rx.State):
    """The settings as this tab looks at them."""

    loaded: bool = False
    values: dict[str, str] = {}
    history: list[Changed] = []
    secrets: list[Secret] = []
    problems: list[str] = []
    form_number: int = 0

    @guarded(Permission.SETTINGS_WRITE)
    async def load(self, *, by: Actor) -> None:
        """What holds now."""
        self.problems = []
        self.secrets = [Secret(name=name, is_set=is_set) for name, is_set in secrets_set()]
        await self._look(by)

    @guarded(Permission.SETTINGS_WRITE)
    async def save(self, form: dict[str, Any], *, by: Actor) -> None:
        """Set all of it, or nothing when something is wrong."""
        assert by.tenant is not None
        typed = {key: str(form[key]) for key in BY_KEY if form.get(key) is not None}
        result = await tell(change_settings, by.tenant, typed, by=by)
        if isinstance(result, Refused):
            self.problems = [result.why, *(complaint(detail) for detail in result.details)]
            return
        self.problems = []
        if result:
            await report(self, result, f"{formats.count(result, 'setting')} changed.")
        else:
            await say(self, "busy", "Nothing was different.")
        await self._look(by)

    async def _look(self, by: Actor) -> None:
        assert by.tenant is not None
        found = await ask(read.kept, by.tenant)
        self.values = found.values
        self.history = [_changed(change) for change in found.history]
        self.form_number += 1
        self.loaded = True


def _changed(change: read.Change) -> Changed:
    told = BY_KEY.get(change.key)
    before, after = value_words(change.key, change.before), value_words(change.key, change.after)
    return Changed(
        at=formats.moment(change.at),
        who=change.who,
        label=told.label if told is not None else change.key,
        change=f"{before} → {after}",
    )


@page(
    "/settings/organisation",
    "Organisation",
    permission=Permission.SETTINGS_WRITE,
    group=Group.FOOT,
    icon="sliders-horizontal",
    on_load=Organisation.load,
)
def organisation_page() -> rx.Component:
    """The form, the installation's secrets, and the history."""
    return rx.fragment(
        page_head("Organisation", "What your organisation sets for itself; each holds as it says"),
        rx.cond(
            Organisation.loaded,
            rx.fragment(
                view.form(Organisation), view.secrets(Organisation), view.history(Organisation)
            ),
            rx.fragment(skeleton(4), skeleton(4)),
        ),
    )
