"""The desk where a pack is written: what is typed, saved, submitted."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import reflex as rx

from app.components.actions import link_button
from app.components.cards import empty, skeleton
from app.doors import ask, now, tell
from app.frame import page
from app.pages.content import editor, testing
from app.pages.content.above_shown import (
    AboveShown,
    FileTile,
    above_shown,
    sums_shown,
    tiles_shown,
)
from app.pages.content.checks_shown import CheckShown, checks_shown, checks_summary
from app.pages.content.desk import Desk, blank_desk, open_desk
from app.pages.content.shown import (
    EDITOR,
    ROUTE,
    FieldShown,
    OptionShown,
    PreviewShown,
    Standing,
    TabShown,
    fields_shown,
    options_shown,
    preview_shown,
    standing,
    tabs_shown,
)
from app.pages.content.wordings import WordingsShown, wordings_shown
from app.session import guarded
from app.tab import report, say
from app.words.speech import language_here, retold
from engine.commands.begin_second_wording import Begun, begin_second_wording
from engine.commands.keep_media import keep_media, look_into
from engine.commands.submit_content import submit_content
from engine.commands.write_content import Written, write_content
from engine.domain.content import Language
from engine.domain.ids import ContentId
from engine.domain.media import Header
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission
from engine.domain.schedule import service_day
from engine.read import content as read
from engine.read import desk as read_desk
from engine.read.content_look import look


class Editor(rx.State):
    """One pack on the desk of one tab."""

    loaded: bool = False
    missing: bool = False
    title: str = ""
    day: str = ""
    key: str = ""
    language: str = Language.EN.value
    tabs: list[TabShown] = []
    template: str = ""
    options: list[OptionShown] = []
    fields: list[FieldShown] = []
    preview: PreviewShown = PreviewShown()
    image: str = ""
    checks: list[CheckShown] = []
    summary: str = ""
    summary_tone: str = "quiet"
    standing: Standing = Standing()
    unsaved: bool = False
    evergreen: bool = False
    percent: str = ""
    wordings: WordingsShown = WordingsShown()
    above: AboveShown = AboveShown()
    files: list[FileTile] = []
    sums: list[str] = []
    busy: str = ""
    _library: tuple[read_desk.FileShown, ...] = ()
    _desk: Desk | None = None
    _saved: Desk | None = None
    _choices: tuple[read.TemplateChoice, ...] = ()

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """Open the pack the address names, or a blank one."""
        asked = self.router.url.query_parameters
        wanted, day = asked.get("pack", ""), asked.get("day", "")
        self.language, self.busy = Language.EN.value, ""
        await self._open(ContentId(int(wanted)) if wanted.isdecimal() else None, by)
        if day and not wanted:
            self._desk = self._saved = self._at().for_day(day)
            self.day = self._at().day.isoformat()

    @guarded()
    async def choose_language(self, language: str, *, by: Actor) -> None:
        """Turn to another language's tab."""
        self.language = Language(language).value
        await self._show(by)

    @guarded(Permission.CONTENT_WRITE)
    async def choose_template(self, template: str, *, by: Actor) -> None:
        """Another template for this language, or none."""
        desk = self._at()
        self._desk = desk.with_template(Language(self.language), template, self._choices)
        await self._show(by)

    @guarded(Permission.CONTENT_WRITE)
    async def type_value(self, place: int, text: str, *, by: Actor) -> None:
        """A value, as it is typed: the phone and the checks follow."""
        self._desk = self._at().with_value(Language(self.language), place, text)
        await self._look(by)

    @guarded(Permission.CONTENT_WRITE)
    async def type_title(self, text: str) -> None:
        """The title, as it is typed."""
        self._desk = self._at().entitled(text)
        self.unsaved = self._desk != self._saved

    @guarded(Permission.CONTENT_WRITE)
    async def choose_day(self, text: str) -> None:
        """The service day it is for."""
        self._desk = self._at().for_day(text)
        self.unsaved = self._desk != self._saved

    @guarded(Permission.CONTENT_WRITE)
    async def choose_evergreen(self, evergreen: bool) -> None:
        """Whether it may stand in on any day."""
        self._desk = self._at().for_any_day(evergreen)
        self.evergreen = evergreen
        self.unsaved = self._desk != self._saved

    @guarded(Permission.CONTENT_WRITE)
    async def choose_percent(self, percent: str) -> None:
        """How many of a hundred get this second wording."""
        self._desk = self._at().for_percent(percent)
        self.percent = str(self._desk.b_percent)
        self.unsaved = self._desk != self._saved

    @guarded(Permission.CONTENT_WRITE)
    async def begin_second(self, *, by: Actor) -> Any:
        """Begin a second wording of what is saved, and turn to it."""
        content = self._at().content
        if content is None:
            return None
        begun = await tell(begin_second_wording, content, by=by)
        if await report(self, begun, "Wording B has begun with the words of wording A.") and (
            isinstance(begun, Begun)
        ):
            return rx.redirect(f"{EDITOR}?pack={begun.content}")
        return None

    @guarded(Permission.CONTENT_WRITE)
    async def take_file(self, files: list[rx.UploadFile], *, by: Actor) -> Any:
        """A file for above the text was chosen: look into it, keep it, put it there."""
        self.busy = "Looking into the file"
        yield
        if files:
            await self._take(files[0].filename or "", await files[0].read(), by)
        self.busy = ""

    @guarded(Permission.CONTENT_WRITE)
    async def choose_file(self, sha256: str, *, by: Actor) -> None:
        """A file of the library for above the text."""
        found = next((one for one in self._library if one.header.sha256 == sha256), None)
        if found is not None:
            await self._put_above(found.header, by)

    @guarded(Permission.CONTENT_WRITE)
    async def drop_file(self, *, by: Actor) -> None:
        """Nothing above the text."""
        self._desk = self._at().with_header(Language(self.language), None, "")
        await self._show(by)

    @guarded(Permission.CONTENT_WRITE)
    async def type_brand_line(self, text: str, *, by: Actor) -> None:
        """The line on the picture, as it is typed."""
        self._desk = self._at().with_brand_line(Language(self.language), text)
        await self._look(by)

    @guarded(Permission.CONTENT_WRITE)
    async def use_everywhere(self, *, by: Actor) -> None:
        """The same file in every language that is written, each with its own brand line."""
        assert by.tenant is not None
        header = self._at().in_language(Language(self.language)).header
        lines = await ask(read_desk.brand_lines, by.tenant)
        for draft in self._at().drafts():
            if draft.language != self.language:
                line = lines[draft.language]
                self._desk = self._at().with_header(draft.language, header, line)
        await self._look(by)

    async def _take(self, name: str, content: bytes, by: Actor) -> None:
        assert by.tenant is not None
        # Beside the loop: unpacking a large picture takes a good part of a second.
        file = await asyncio.to_thread(look_into, name, content)
        if isinstance(file, Refused):
            await say(self, "bad", file.why)
            return
        kept = await tell(keep_media, by.tenant, file, by=by)
        if isinstance(kept, Refused):
            await say(self, "bad", kept.why)
            return
        self._library = await ask(read_desk.kept_files, by.tenant)
        await self._put_above(kept, by)

    async def _put_above(self, header: Header, by: Actor) -> None:
        assert by.tenant is not None
        language = Language(self.language)
        lines = await ask(read_desk.brand_lines, by.tenant)
        self._desk = self._at().with_header(language, header, lines[language])
        await self._show(by)

    @guarded(Permission.CONTENT_WRITE)
    async def save(self, *, by: Actor) -> Any:
        """Keep what is typed as a draft."""
        written = await self._store(by)
        if await report(self, written, "Saved.") and isinstance(written, Written):
            return await self._stay_with(written.content, by)
        return None

    @guarded(Permission.CONTENT_WRITE)
    async def submit(self, *, by: Actor) -> Any:
        """Keep what is typed and hand it to the approvers."""
        result = await self._store(by)
        if isinstance(result, Written):
            kept = result
            result = await tell(submit_content, kept.content, version=kept.version, by=by)
            await report(self, result, "Submitted. An approver has to read it now.")
            return await self._stay_with(kept.content, by)
        await report(self, result, "")
        return None

    async def _store(self, by: Actor) -> Written | Refused:
        desk = self._at()
        return await tell(
            write_content,
            content=desk.content,
            version=desk.version,
            day=desk.day,
            title=desk.title,
            variants=desk.drafts(),
            evergreen=desk.evergreen,
            b_percent=desk.b_percent or None,
            by=by,
        )

    async def _stay_with(self, content: ContentId, by: Actor) -> Any:
        was_new = self._at().content is None
        await self._open(content, by)
        return rx.redirect(f"{EDITOR}?pack={content}") if was_new else None

    async def _open(self, content: ContentId | None, by: Actor) -> None:
        assert by.tenant is not None
        self._choices = await ask(read.template_choices, by.tenant)
        pack = None if content is None else await ask(read.pack, by.tenant, content)
        self.loaded, self.missing = True, content is not None and pack is None
        self._desk = open_desk(pack) if pack is not None else await self._blank(by)
        self._saved = self._desk
        self.title, self.day = self._desk.title, self._desk.day.isoformat()
        self.key = f"{self._desk.content}.{self._desk.version}"
        self.standing = standing(pack)
        self.evergreen, self.percent = self._desk.evergreen, str(self._desk.b_percent)
        language = await language_here(self)
        self.wordings = retold(wordings_shown(pack, editable=self.standing.editable), language)
        self._library = await ask(read_desk.kept_files, by.tenant)
        await self._show(by)

    async def _blank(self, by: Actor) -> Desk:
        assert by.tenant is not None
        latest = await ask(read.packs, by.tenant, limit=1)
        last = await ask(read.pack, by.tenant, latest.rows[0].id) if latest.rows else None
        return blank_desk(service_day(now()) + timedelta(days=1), self._choices, last)

    async def _show(self, by: Actor) -> None:
        desk, language = self._at(), Language(self.language)
        self.template = desk.in_language(language).template
        self.options = options_shown(self._choices, language, self.template)
        self.fields = fields_shown(desk, language, self._choices)
        await self._look(by)
        await self._show_above(by)

    async def _show_above(self, by: Actor) -> None:
        assert by.tenant is not None
        language = Language(self.language)
        typed = self._at().in_language(language)
        self.above = above_shown(self._at(), language, self._choices)
        self.files = tiles_shown(self._library, typed.header)
        found = await ask(read_desk.upload_sums, by.tenant, language)
        self.sums = sums_shown(found) if typed.header is not None else []

    async def _look(self, by: Actor) -> None:
        assert by.tenant is not None
        desk = self._at()
        seen = await ask(look, by.tenant, desk.drafts(), desk.b_percent > 0)
        self.tabs = tabs_shown(desk, seen)
        shown = preview_shown(seen, Language(self.language))
        # Apart from the words: a tab is sent what changed, and a picture is fifty thousand letters.
        self.image, self.preview = shown.image, replace(shown, image="")
        self.checks = checks_shown(seen.checks)
        self.summary, self.summary_tone = checks_summary(seen.checks)
        self.unsaved = desk != self._saved

    def _at(self) -> Desk:
        # Somebody may call a handler by name before the page was loaded: an empty desk then.
        return self._desk or Desk(content=None, version=None, day=date.min, title="")


@page(EDITOR, "Write content", under=ROUTE, on_load=[Editor.load, testing.PhoneTests.load])
def edit_content() -> rx.Component:
    """The desk: words at the left, the phone at the right, the checks below."""
    return rx.cond(
        Editor.loaded,
        rx.cond(
            Editor.missing,
            empty(
                "This content does not exist",
                "It may belong to another organisation, or the address is mistyped.",
                link_button("All content", ROUTE),
                icon="file-question",
            ),
            rx.fragment(editor.desk(Editor), testing.panel(Editor)),
        ),
        rx.fragment(skeleton(2), skeleton(6)),
    )
