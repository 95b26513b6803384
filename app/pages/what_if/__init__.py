"""What if: other people, senders, paces, limits, a loss; beside the morning as it is."""

from datetime import datetime, timedelta

import reflex as rx

from app.components.actions import button, link_button
from app.components.cards import empty, page_head, skeleton
from app.doors import ask, now, reserve
from app.frame import page
from app.pages.what_if import view
from app.pages.what_if.form import Choice, Row, backups, losses, rows, shown_wrong
from app.pages.what_if.shown import Shown, cost_words, heading, show
from app.session import guarded
from app.words.speech import language_here, retold, told
from engine.domain.ids import TenantId
from engine.domain.roles import Actor
from engine.domain.what_if import Outcome, work_out
from engine.domain.what_if_form import Standing, read_form
from engine.read.plan import NoPlan
from engine.read.what_if import standing

ROUTE = "/senders/what-if"
KEPT_FOR = timedelta(seconds=60)
"""The morning as it stands takes a look at the whole list and the last weeks: tabs share it."""
LONGEST_TYPED = 20
AS_TYPED = frozenset({"sender", "href", "pace", "cap", "value"})
"""Of what is shown: no words of ours."""


class WhatIfPage(rx.State):
    """What one tab supposes. typed: the form; wrong: what is wrong with it, by field."""

    loaded: bool = False
    why: str = ""
    heading: str = ""
    typed: dict[str, str] = {}
    wrong: dict[str, str] = {}
    is_wrong: bool = False
    rows: list[Row] = []
    losses: list[Choice] = []
    backups: list[Choice] = []
    shown: Shown = Shown()
    basis: list[str] = []

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """Begin as the morning stands."""
        await self._begin(by)

    @guarded()
    async def as_it_is(self, *, by: Actor) -> None:
        """Suppose nothing any more."""
        await self._begin(by)

    @guarded()
    async def put(self, field: str, text: str, *, by: Actor) -> None:
        """One field, as it is typed or chosen."""
        if field in self.typed:
            self.typed = self.typed | {field: text[:LONGEST_TYPED]}
            await self._work_out(by)

    @guarded()
    async def tick(self, sender: int, *, by: Actor) -> None:
        """Whether a sender takes part."""
        field = f"part_{sender}"
        if field in self.typed:
            self.typed = self.typed | {field: "" if self.typed[field] else "yes"}
            await self._work_out(by)

    async def _begin(self, by: Actor) -> None:
        assert by.tenant is not None
        self.loaded, self.typed = True, {}
        found = await _stands(by.tenant)
        if isinstance(found.morning, Standing):
            self.typed = found.morning.plain()
        await self._work_out(by)

    async def _work_out(self, by: Actor) -> None:
        assert by.tenant is not None
        language = await language_here(self)
        found = await _stands(by.tenant)
        morning = found.morning
        if isinstance(morning, NoPlan):
            self.why = told(morning.why, language)
            return
        self.why = ""
        # Who joined the pool since the form was begun stands in it as they are.
        self.typed = morning.plain() | self.typed
        supposed = read_form(self.typed, morning)
        self.wrong = {
            field: told(words, language)
            for field, words in shown_wrong(self.typed, supposed).items()
        }
        self.is_wrong = supposed.scenario is None
        then: Outcome | None = None
        if supposed.scenario is not None and found.outcome is not None:
            then = work_out(supposed.scenario, morning.phones)
            self.shown = retold(show(found.outcome, then, morning), language)
        self.rows = retold(rows(morning, self.typed, supposed, then), language, but=AS_TYPED)
        self.losses = retold(losses(morning, supposed), language, but=AS_TYPED)
        self.backups = retold(backups(morning, supposed), language, but=AS_TYPED)
        self.heading = told(heading(morning), language)
        self.basis = retold([cost_words(morning), *morning.basis], language)


class _Taken:
    """The morning as it stands, and what comes of it, as it was found last."""

    def __init__(self, morning: Standing | NoPlan, at: datetime) -> None:
        self.morning, self.at = morning, at
        self.outcome: Outcome | None = None
        if isinstance(morning, Standing):
            self.outcome = work_out(morning.scenario, morning.phones)


_latest: dict[TenantId, _Taken] = {}


async def _stands(tenant: TenantId) -> _Taken:
    at, kept = now(), _latest.get(tenant)
    if kept is None or at - kept.at >= KEPT_FOR:
        kept = _latest[tenant] = _Taken(await ask(standing, tenant, reserve=reserve(), now=at), at)
    return kept


@page(ROUTE, "What if", under="/senders", on_load=WhatIfPage.load)
def what_if() -> rx.Component:
    """What comes of it above; what is supposed, and both mornings side by side, below."""
    return rx.fragment(
        page_head(
            "What if…",
            WhatIfPage.heading,
            link_button("Senders", "/senders"),
            rx.cond(WhatIfPage.why, None, button("As it is", on_click=WhatIfPage.as_it_is)),
            answers="When 99 % would have it with other people, senders, paces or limits. "
            "Nothing here changes anything.",
        ),
        rx.cond(
            WhatIfPage.loaded,
            rx.cond(
                WhatIfPage.why,
                empty(
                    "Nothing to begin with",
                    WhatIfPage.why,
                    link_button("Schedule & window", "/settings/schedule", "primary"),
                    icon="git-compare-arrows",
                ),
                view.what_if(WhatIfPage),
            ),
            rx.fragment(skeleton(2), skeleton(8)),
        ),
    )
