"""The channels as a tab looks at them: added, changed, tested, removed; and the delivery log."""

from typing import Any

import reflex as rx

from app.doors import ask, tell
from app.pages.alerts.shown import KINDS, ChannelLine, Notice, channel_line, fields, notice
from app.session import guarded
from app.tab import report
from engine.commands.alert_channels import (
    add_alert_channel,
    change_alert_channel,
    remove_alert_channel,
    switch_alert_channel,
    try_alert_channel,
)
from engine.domain.alert_channels import ChannelKind
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.read import alerts as read

GIVEN = Permission.SETTINGS_WRITE


class Places(rx.State):
    """One tab's."""

    channels: list[ChannelLine] = []
    log: list[Notice] = []
    editing: bool = False
    edited: ChannelLine = ChannelLine()
    problems: list[str] = []

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """What there is now."""
        await self._look(by)

    @guarded(GIVEN)
    async def begin(self, kind: str) -> None:
        """An empty form."""
        if kind not in {one.value for one in ChannelKind}:
            return
        chosen = ChannelKind(kind)
        self.edited = ChannelLine(kind=kind, kind_words=KINDS[chosen], fields=fields(chosen, {}))
        self.editing, self.problems = True, []

    @guarded(GIVEN)
    async def edit(self, channel: int) -> None:
        """Its form; what is secret is not in it."""
        found = next((one for one in self.channels if one.id == channel), None)
        if found is not None:
            self.edited, self.editing, self.problems = found, True, []

    @guarded(GIVEN)
    async def set_editing(self, is_open: bool) -> None:
        """Escape, or a press outside."""
        self.editing, self.problems = is_open and self.editing, []

    @guarded(GIVEN)
    async def save(self, form: dict[str, Any], *, by: Actor) -> None:
        """Add it, or change it."""
        assert by.tenant is not None
        typed = {name: str(value) for name, value in form.items()}
        if self.edited.id:
            version = self.edited.version
            result: object = await tell(
                change_alert_channel, self.edited.id, typed, version=version, by=by
            )
        elif self.edited.kind:
            kind = ChannelKind(self.edited.kind)
            result = await tell(add_alert_channel, by.tenant, kind, typed, by=by)
        else:
            return
        if isinstance(result, Refused):
            self.problems = [result.why, *result.details]
            return
        self.editing, self.problems = False, []
        await report(self, result, "Kept. Send it a test.")
        await self._look(by)

    @guarded(GIVEN)
    async def test(self, channel: int, *, by: Actor) -> None:
        """A test message."""
        result = await tell(try_alert_channel, channel, by=by)
        await report(self, result, "A test is on its way. The log below tells what becomes of it.")
        await self._look(by)

    @guarded(GIVEN)
    async def switch(self, channel: int, active: bool, *, by: Actor) -> None:
        """Tell it things, or nothing."""
        result = await tell(switch_alert_channel, channel, active=active, by=by)
        await report(self, result, "It is told again." if active else "It is told nothing.")
        await self._look(by)

    @guarded(GIVEN)
    async def remove(self, channel: int, *, by: Actor) -> None:
        """Take it away."""
        result = await tell(remove_alert_channel, channel, by=by)
        await report(self, result, "Removed, and its secrets with it.")
        await self._look(by)

    @guarded()
    async def look_again(self, *, by: Actor) -> None:
        """The log as it is now."""
        await self._look(by)

    async def _look(self, by: Actor) -> None:
        assert by.tenant is not None
        self.channels = [channel_line(row) for row in await ask(read.channels, by.tenant)]
        self.log = [notice(row) for row in await ask(read.log, by.tenant)]
