"""A list of subscribers from a file: first what it would do, then, on a person's word, done."""

import asyncio
from functools import partial
from typing import Any

import reflex as rx

from app import errands, formats
from app.components.actions import link_button
from app.components.cards import page_head
from app.doors import now, tell
from app.frame import page
from app.pages.import_subscribers import staging, view, waiting, work
from app.pages.import_subscribers.shown import (
    PROBLEMS_SHOWN,
    ColumnLine,
    ProblemLine,
    Progress,
    Tally,
    as_csv,
    columns,
    more_words,
    problem_lines,
    progress,
    sample,
    tallies,
    turned_away,
)
from app.pages.import_subscribers.staging import ListShown
from app.pages.import_subscribers.waiting import Phase, WaitingFile
from app.pages.import_subscribers.work import tenant_of
from app.session import RECHECK_SECONDS, guarded, is_open, who
from app.tab import report, say
from engine.commands.cancel_import import cancel_import
from engine.commands.force_import import force_import
from engine.commands.import_subscribers import ImportPreview
from engine.domain.enrolment import SubscriberForm
from engine.domain.ids import ImportId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission

REFRESH_SECONDS = 0.5
CONSENT_FIELDS = ("consent_source", "consent_date", "consent_evidence")


class ImportPage(rx.State):
    """One person's import: the consent for rows without one, the file, what it would do."""

    consent_source: str = ""
    consent_date: str = ""
    consent_evidence: str = ""
    working: bool = False
    progress: Progress = Progress()
    file_name: str = ""
    refused: list[str] = []
    ready: bool = False
    tallies: list[Tally] = []
    problems: list[ProblemLine] = []
    more_problems: str = ""
    columns: list[ColumnLine] = []
    sample: list[list[str]] = []
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
        """Begin anew, or go on with the file that waits or is worked on."""
        await self._look(by)
        return ImportPage.follow

    @guarded(Permission.SUBSCRIBERS_WRITE, background=True)
    async def follow(self, *, by: Actor) -> None:
        """Show how far things are while they move, whoever set them going; ends with the page."""
        async with self:
            self._turn += 1
            turn, path = self._turn, self.router.url.path
        loop = asyncio.get_running_loop()
        looked = loop.time()
        while is_open(self):
            await asyncio.sleep(REFRESH_SECONDS)
            rests = self._turn == turn and not self._moves(by)
            if rests and loop.time() - looked < RECHECK_SECONDS:
                continue
            looked = loop.time()
            here = await who(self)
            async with self:
                if here is None or self._turn != turn or self.router.url.path != path:
                    return
                await self._look(by)

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def type_consent(self, field: str, text: str) -> None:
        """The consent of rows that name none, as it is typed."""
        if field in CONSENT_FIELDS:
            setattr(self, field, text)

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def take(self, files: list[rx.UploadFile], *, by: Actor) -> None:
        """A file was chosen: read it, and show what it would do."""
        if not files:
            return
        at, data = now(), await files[0].read()
        name = files[0].filename or "list.csv"
        waiting.keep(by.user, WaitingFile(name=name, data=data, kept_at=at, began_at=at))
        await self._begin(by)

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def turn_away(self, rejected: list[dict[str, Any]]) -> None:
        """A file that the browser did not even send: too large, or of another kind."""
        self.refused, self.ready, self.done = turned_away(rejected), False, ""

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def check_again(self, *, by: Actor) -> None:
        """Read the same file with the consent as it is typed now."""
        await self._begin(by)

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def map_column(self, place: int, field: str, *, by: Actor) -> None:
        """A person says what a column is; whichever was that before is not any more."""
        file = waiting.kept(by.user)
        if file is None or file.phase:
            return
        fields = ["" if one.field == field else one.field for one in self.columns]
        if 0 <= place < len(fields):
            fields[place] = field
        file.fields = tuple(fields)
        await self._begin(by)

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def choose(self, how: str) -> None:
        """Only the good rows, or all of them or none."""
        self.all_or_nothing = how == "all"

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def bring_in(self, *, by: Actor) -> None:
        """Import the file that waits, to its end, whether or not the person stays to see it."""
        file = waiting.kept(by.user)
        if file is None or file.phase or not isinstance(file.preview, ImportPreview):
            await say(self, "bad", work.GONE)
            return
        file.begin(Phase.ADDING, now())
        errands.send(partial(work.add, file, all_or_nothing=self.all_or_nothing, by=by))
        await self._look(by)

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def force(self, number: int, *, by: Actor) -> None:
        """Do not wait."""
        result = await tell(force_import, ImportId(number), by=by)
        await report(self, result, "It is taken over now, a few rows at a time.")
        self.lists = await staging.lists(tenant_of(by))

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def take_back(self, number: int, *, by: Actor) -> None:
        """Do not import it after all."""
        result = await tell(cancel_import, ImportId(number), by=by)
        await report(self, result, "Taken back.")
        self.lists = await staging.lists(tenant_of(by))

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def download_problems(self, *, by: Actor) -> Any:
        """Every problem as CSV, to mend the list with."""
        file = waiting.kept(by.user)
        if file is None or not isinstance(file.preview, ImportPreview):
            return None
        data = as_csv(problem_lines(file.preview))
        return rx.download(data=data, filename="problems.csv", mime_type="text/csv")

    @guarded(Permission.SUBSCRIBERS_WRITE)
    async def start_over(self, *, by: Actor) -> None:
        """Forget the file."""
        waiting.forget(by.user)
        await self._look(by)

    async def _begin(self, by: Actor) -> None:
        """Read the person's file to its end, whether or not they stay to see it."""
        file = waiting.kept(by.user)
        if file is None or file.phase:
            await say(self, "bad", work.GONE)
            return
        consent = SubscriberForm(
            consent_source=self.consent_source,
            consent_date=self.consent_date,
            consent_evidence=self.consent_evidence,
        )
        file.begin(Phase.READING, now())
        errands.send(partial(work.read, file, consent, by))
        await self._look(by)

    def _moves(self, by: Actor) -> bool:
        file = waiting.kept(by.user)
        staged = any(staging.is_under_way(one) for one in self.lists)
        return self.working or staged or (file is not None and bool(file.phase))

    async def _look(self, by: Actor) -> None:
        file = waiting.kept(by.user)
        self.working = file is not None and bool(file.phase)
        self.progress = progress(file, now()) if file is not None else Progress()
        self.done, self.lists = waiting.result(by.user), await staging.lists(tenant_of(by))
        if not self.working:
            self._show(file)

    def _show(self, file: WaitingFile | None) -> None:
        preview = file.preview if file else None
        refusal = preview if isinstance(preview, Refused) else file.refused if file else None
        self.file_name = file.name if file else ""
        self.refused = [refusal.why, *refusal.details] if refusal else []
        self.ready = isinstance(preview, ImportPreview)
        self.columns, self.sample = columns(preview), sample(preview)
        if isinstance(preview, ImportPreview):
            lines = problem_lines(preview)
            self.tallies, self.problems = tallies(preview), lines[:PROBLEMS_SHOWN]
            self.more_problems = more_words(len(lines) - PROBLEMS_SHOWN)
            self.fresh, self.left_out = len(preview.fresh), preview.left_out
            self.fresh_words = formats.count(self.fresh, "new subscriber")
            self.lacks_consent = any(line.field.startswith("Consent") for line in lines)


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
            "A CSV list or an Excel workbook, checked row by row before anything is written",
            link_button("Back to the list", "/subscribers"),
        ),
        view.steps(ImportPage),
    )
