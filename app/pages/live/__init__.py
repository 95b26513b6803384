"""The morning as it happens: will it go out, is it going out, who did not get it (spec L1)."""

import asyncio
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import reflex as rx

from app import live
from app.bell import strip
from app.doors import ask, now, tell
from app.frame import count_down_to, page
from app.navigation import Group
from app.pages.live import held, view
from app.pages.live.chart import Chart
from app.pages.live.day import StepShown
from app.pages.live.rehearsal import Rehearsals
from app.pages.live.rows import CheckShown, LaneShown, LogShown, ProblemShown, VerdictShown
from app.pages.live.shown import Head, Hero, Part, Shown, stopped_words
from app.pages.live.telling import told
from app.session import RECHECK_SECONDS, guarded, is_open, who
from app.tab import report, say, send_away
from app.words.speech import language_here
from engine.commands.abort_broadcast import abort_broadcast
from engine.commands.answer_late_start import send_anyway, skip_day
from engine.commands.pause_broadcast import pause_broadcast
from engine.commands.resume_broadcast import resume_broadcast
from engine.commands.retry_step import retry_step
from engine.commands.start_morning import start_morning
from engine.domain.ids import BroadcastId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.read.in_flight import in_flight, stopped
from engine.read.startable import startable

STARTS_IN = timedelta(seconds=30)
STOP_WATCHED_SECONDS = 10
STOP_TOLD_SECONDS = 1.0
"""The engine, which alone knows what had left and what was only in hand, has told by then."""
PAUSED = "Paused"


class Live(rx.State):
    """What the board shows in one tab. Each var is sent only when it changed."""

    moment: str = ""
    broadcast: int = 0
    head: Head = Head()
    hero: Hero = Hero()
    parts: list[Part] = []
    chart: Chart = Chart()
    lanes: list[LaneShown] = []
    problems: list[ProblemShown] = []
    log: list[LogShown] = []
    checks: list[CheckShown] = []
    verdicts: list[VerdictShown] = []
    day: list[StepShown] = []
    held: str = ""
    no_problems: str = ""
    can_start: bool = False
    _turn: int = 0

    @guarded()
    async def load(self, *, by: Actor) -> Any:
        """Show the board as it is, and follow it from then on."""
        assert by.tenant is not None
        self.can_start = await ask(startable, by.tenant, now=now()) is not None
        self._put(told(by.tenant, await live.latest(by.tenant), await language_here(self)))
        return Live.follow

    @guarded(background=True)
    async def follow(self, *, by: Actor) -> None:
        """Show each new snapshot, until the tab closes, leaves the page, or its session ends."""
        assert by.tenant is not None
        async with self:
            self._turn += 1
            turn = self._turn
        loop = asyncio.get_running_loop()
        checked = loop.time()
        async with aclosing(live.watch(by.tenant)) as snapshots:
            async for board in snapshots:
                if not is_open(self):
                    return
                if loop.time() - checked >= RECHECK_SECONDS:
                    checked = loop.time()
                    if await who(self) is None:
                        async with self:
                            await send_away(self, "/sign-in")
                        return
                async with self:
                    if self._turn != turn or self.router.url.path != "/":
                        return
                    if board is not None:
                        self._put(told(by.tenant, board, await language_here(self)))
                        await count_down_to(self, live.window_of(board, now()))

    @guarded(Permission.BROADCAST_CONTROL, background=True)
    async def pause(self, *, by: Actor) -> None:
        """Stop the lanes; nothing is lost."""
        await self._stop(pause_broadcast, PAUSED, by)

    @guarded(Permission.BROADCAST_CONTROL, background=True)
    async def abort(self, *, by: Actor) -> None:
        """End the broadcast for good."""
        await self._stop(abort_broadcast, "Aborted", by)

    @guarded(Permission.BROADCAST_CONTROL)
    async def resume(self, *, by: Actor) -> None:
        """Open the lanes again."""
        result = await tell(resume_broadcast, BroadcastId(self.broadcast), by=by)
        await report(self, result, "Sending again.")

    @guarded(Permission.BROADCAST_CONTROL)
    async def start(self, *, by: Actor) -> None:
        """Start a morning in a moment, with the approved content of the day."""
        assert by.tenant is not None
        content = await ask(startable, by.tenant, now=now())
        if content is None:
            await say(self, "bad", "There is no approved content to start a morning with.")
            return
        result = await tell(
            start_morning,
            content,
            tenant=by.tenant,
            opens_at=now() + STARTS_IN,
            name="Started by hand",
            by=by,
        )
        await report(self, result, f"A morning opens in {STARTS_IN.seconds} seconds.")

    @guarded(Permission.BROADCAST_CONTROL)
    async def send_anyway(self, *, by: Actor) -> None:
        """It missed its opening and goes out all the same."""
        result = await tell(send_anyway, BroadcastId(self.broadcast), by=by)
        await report(self, result, "It is frozen anew and opens in ten seconds.")

    @guarded(Permission.BROADCAST_CONTROL)
    async def skip_day(self, *, by: Actor) -> None:
        """It missed its opening and does not go out."""
        result = await tell(skip_day, BroadcastId(self.broadcast), by=by)
        await report(self, result, "This day is left out.")

    @guarded(Permission.BROADCAST_CONTROL)
    async def retry(self, step: str, *, by: Actor) -> None:
        """Have a step before the window done again."""
        result = await tell(retry_step, BroadcastId(self.broadcast), step, by=by)
        await report(self, result, "It is done again in a moment.")

    @guarded(Permission.DELIVERIES_SETTLE, background=True)
    async def resend_held(self, *, by: Actor) -> None:
        """All held ones go again, knowingly."""
        done = await held.resend(BroadcastId(self.broadcast), by, _no_progress)
        told = held.told(done, "sent to again.")
        async with self:
            await say(self, told.tone, told.text, told.details)

    async def _stop(self, command: Any, done: str, by: Actor) -> None:
        """Tell the lanes to stop, and how long it took until nothing was on its way any more."""
        assert by.tenant is not None
        loop = asyncio.get_running_loop()
        began = loop.time()
        broadcast = BroadcastId(self.broadcast)
        result = await tell(command, broadcast, by=by)
        if isinstance(result, Refused):
            async with self:
                await report(self, result, "")
            return
        on_their_way = left = await ask(in_flight, by.tenant, broadcast)
        measured = ""
        while loop.time() - began < STOP_WATCHED_SECONDS and not measured:
            if not left and loop.time() - began > STOP_TOLD_SECONDS:
                break
            await asyncio.sleep(0.1)
            measured = await ask(stopped, by.tenant, broadcast) if done == PAUSED else ""
            left = await ask(in_flight, by.tenant, broadcast)
        async with self:
            words = stopped_words(done, loop.time() - began, on_their_way, left)
            await say(self, "good", f"{measured}." if measured else words)

    def _put(self, shown: Shown) -> None:
        for name in Shown.__dataclass_fields__:
            value = getattr(shown, name)
            if getattr(self, name) != value:
                setattr(self, name, value)


async def _no_progress(_count: int) -> None:
    """The board itself shows how far it has come."""


LOADS = [Live.load, Rehearsals.load, Rehearsals.follow]


@page("/", "Live", group=Group.MORNING, icon="activity", on_load=LOADS)
def live_page() -> rx.Component:
    """Before, during and after the day's broadcast, or why there is none."""
    return rx.fragment(
        strip(),
        rx.match(
            Live.moment,
            ("before", view.before(Live)),
            ("during", view.during(Live)),
            ("after", view.after(Live)),
            ("none", view.nothing(Live)),
            view.loading(),
        ),
    )
