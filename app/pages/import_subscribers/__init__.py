"""A list of subscribers as CSV: first what it would do, then, on a person's word, done."""

import asyncio
from typing import Any

import reflex as rx

from app import formats
from app.components.actions import link_button
from app.components.cards import page_head
from app.doors import ask, now, tell
from app.frame import page
from app.pages.import_subscribers import staging, view, waiting
from app.pages.import_subscribers.shown import (
    PROBLEMS_SHOWN,
    ColumnLine,
    ProblemLine,
    Tally,
    as_csv,
    columns,
    problem_lines,
    tallies,
)
from app.pages.import_subscribers.staging import ListShown
from app.session import guarded, is_open, who
from app.tab import report, say
from engine.commands.cancel_import import cancel_import
from engine.commands.force_import import force_import
from engine.commands.import_subscribers import (
    SMALL,
    ImportPreview,
    import_subscribers,
    preview_import,
)
from engine.domain.enrolment import SubscriberForm
from engine.domain.ids import ImportId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.read.imports import busy_until

REFRESH_SECONDS = 2.0
GONE = "The file is not here any more. Choose it again."
CONSENT_FIELDS = ("consent_source", "consent_date", "consent_evidence")


class ImportPage(rx.State):
    """One person's import: the consent for rows without one, the file, what it would do."""

    consent_source: str = ""
    consent_date: str = ""
    consent_evidence: str = ""
    busy: str = ""
    file_name: str = ""
    refused: list[str] = []
    ready: bool = False
    tallies: list[Tally] = []
    problems: list[ProblemLine] = []
    more_problems: str = ""
    columns: list[ColumnLine] = []
    fresh: int = 0
    fresh_words: str = ""
    lacks_consent: bool = False
    left_out: int = 0
    all_or_nothing: bool = False
    done: str = ""
    lists: list[ListShown] = []
    _turn: int = 0

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def load(self, *, by: Actor) -> Any:
        """Begin anew, or go on with the file that waits."""
        self._show(waiting.kept(by.user))
        self.done, self.busy = "", ""
        self.lists = await staging.lists(_tenant(by))
        return ImportPage.follow

    @guarded(Permission.SUBSCRIBERS_WRITE, background=True)
    async def follow(self, *, by: Actor) -> None:
        """While a staged list moves, show how far it is; ends with it, or with the tab."""
        async with self:
            self._turn += 1
            turn, path = self._turn, self.router.url.path
        while is_open(self) and any(staging.is_under_way(one) for one in self.lists):
            await asyncio.sleep(REFRESH_SECONDS)
            here = await who(self)
            async with self:
                if here is None or self._turn != turn or self.router.url.path != path:
                    return
                self.lists = await staging.lists(_tenant(by))

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def type_consent(self, field: str, text: str) -> None:
        """The consent of rows that name none, as it is typed."""
        if field in CONSENT_FIELDS:
            setattr(self, field, text)

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def take(self, files: list[rx.UploadFile], *, by: Actor) -> Any:
        """A file was chosen: read it, and show what it would do."""
        self.busy, self.done = "Reading the file", ""
        yield
        if files:
            await self._read(files[0].filename or "list.csv", await files[0].read(), by)
        self.busy = ""

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def check_again(self, *, by: Actor) -> Any:
        """Read the same file with the consent as it is typed now."""
        self.busy, file = "Reading the file", waiting.kept(by.user)
        yield
        if file is not None:
            await self._read(file.name, file.data, by)
        self.busy = ""

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def choose(self, how: str) -> None:
        """Only the good rows, or all of them or none."""
        self.all_or_nothing = how == "all"

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def bring_in(self, *, by: Actor) -> Any:
        """Import the file that waits: at once, or beside the list while a broadcast goes out."""
        self.busy = f"Adding {self.fresh_words}"
        yield
        if self.fresh > SMALL and await ask(busy_until, now()) is not None:
            yield ImportPage.stage
            return
        await self._bring_in(by)
        self.busy = ""

    @guarded(Permission.SUBSCRIBERS_WRITE, background=True)
    async def stage(self, *, by: Actor) -> Any:
        """Write the list beside the list; it is taken over when the morning is over."""
        file = waiting.kept(by.user)
        if file is None or isinstance(file.preview, Refused):
            async with self:
                self.busy = ""
                await say(self, "bad", GONE)
            return None
        result = await staging.stage(
            _tenant(by),
            file.preview.fresh,
            file_name=file.name,
            left_out=file.preview.left_out,
            all_or_nothing=self.all_or_nothing,
            by=by,
            so_far=self._so_far,
        )
        async with self:
            self.busy = ""
            if await report(self, result, "The list waits beside yours."):
                waiting.forget(by.user)
                self._show(None)
            self.lists = await staging.lists(_tenant(by))
            return ImportPage.follow

    async def _so_far(self, count: int) -> None:
        async with self:
            self.busy = f"{formats.number(count)} of {self.fresh_words} written beside the list"

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def force(self, number: int, *, by: Actor) -> None:
        """Do not wait."""
        result = await tell(force_import, ImportId(number), by=by)
        await report(self, result, "It is taken over now, a few rows at a time.")
        self.lists = await staging.lists(_tenant(by))

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def take_back(self, number: int, *, by: Actor) -> None:
        """Do not import it after all."""
        result = await tell(cancel_import, ImportId(number), by=by)
        await report(self, result, "Taken back.")
        self.lists = await staging.lists(_tenant(by))

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def download_problems(self, *, by: Actor) -> Any:
        """Every problem as CSV, to mend the list with."""
        file = waiting.kept(by.user)
        if file is None or isinstance(file.preview, Refused):
            return None
        data = as_csv(problem_lines(file.preview))
        return rx.download(data=data, filename="problems.csv", mime_type="text/csv")

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def start_over(self, *, by: Actor) -> None:
        """Forget the file."""
        waiting.forget(by.user)
        self._show(None)

    async def _read(self, name: str, data: bytes, by: Actor) -> None:
        consent = SubscriberForm(
            consent_source=self.consent_source,
            consent_date=self.consent_date,
            consent_evidence=self.consent_evidence,
        )
        at = now()
        busy = await ask(busy_until, at) is not None
        preview = await ask(
            preview_import,
            _tenant(by),
            data,
            consent=consent,
            breathe=staging.breathe if busy else _at_full_speed,
            now=at,
        )
        file = waiting.WaitingFile(name=name, data=data, preview=preview, read_at=at)
        waiting.keep(by.user, file)
        self._show(file)

    async def _bring_in(self, by: Actor) -> None:
        file = waiting.kept(by.user)
        if file is None or isinstance(file.preview, Refused):
            await say(self, "bad", GONE)
            return
        result = await tell(
            import_subscribers,
            _tenant(by),
            file.preview.fresh,
            file_name=file.name,
            left_out=file.preview.left_out,
            all_or_nothing=self.all_or_nothing,
            by=by,
        )
        if await report(self, result, "The list is imported.") and not isinstance(result, Refused):
            added = formats.count(result.added, "subscriber")
            waiting.forget(by.user)
            self._show(None)
            self.done = f"{added} added; {formats.count(result.left_out, 'row')} left out."

    def _show(self, file: waiting.WaitingFile | None) -> None:
        self.file_name = file.name if file else ""
        preview = file.preview if file else None
        self.refused = [preview.why, *preview.details] if isinstance(preview, Refused) else []
        self.ready = isinstance(preview, ImportPreview)
        if isinstance(preview, ImportPreview):
            lines = problem_lines(preview)
            self.tallies, self.columns = tallies(preview), columns(preview)
            self.problems = lines[:PROBLEMS_SHOWN]
            more = len(lines) - PROBLEMS_SHOWN
            self.more_problems = f"and {formats.count(more, 'more')}" if more > 0 else ""
            self.fresh, self.left_out = len(preview.fresh), preview.left_out
            self.fresh_words = formats.count(self.fresh, "new subscriber")
            self.lacks_consent = any(line.field.startswith("Consent") for line in lines)


def _at_full_speed() -> None:
    """Nobody is to be given way to."""


def _tenant(by: Actor) -> TenantId:
    assert by.tenant is not None
    return by.tenant


@page(
    "/subscribers/import",
    "Import subscribers",
    permission=Permission.SUBSCRIBERS_WRITE,
    under="/subscribers",
    on_load=ImportPage.load,
)
def import_page() -> rx.Component:
    """Three steps, one below the other."""
    return rx.fragment(
        page_head(
            "Import subscribers",
            "A CSV list, checked row by row before anything is written",
            link_button("Back to the list", "/subscribers"),
        ),
        view.steps(ImportPage),
    )
