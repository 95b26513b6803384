"""Who did what, when, to what: searched, proved whole, and taken away as a file (spec X1)."""

from datetime import date
from typing import Any

import reflex as rx

from app import formats
from app.components.cards import page_head, skeleton
from app.doors import ask, kept_anchors, now, tell
from app.frame import page
from app.navigation import Group
from app.pages.audit import view
from app.pages.audit.shown import Choice, Line, Proof, choices, line, proof_of, range_words
from app.session import guarded
from app.tab import say
from engine.commands.note_anchor import note_anchor
from engine.domain.anchor import AnchorFile, file_name
from engine.domain.audit import GENESIS
from engine.domain.ids import TenantId
from engine.domain.roles import Actor, Permission
from engine.read import audit as read

FILTERS = ("actor", "action", "since", "until")


class AuditTrail(rx.State):
    """The trail as this tab looks at it."""

    loaded: bool = False
    rows: list[Line] = []
    shown: str = ""
    search: str = ""
    actor: str = ""
    action: str = ""
    since: str = ""
    until: str = ""
    actors: list[Choice] = []
    actions: list[Choice] = []
    has_back: bool = False
    has_next: bool = False
    entries: str = ""
    anchored: str = ""
    checking: bool = False
    proof: Proof = Proof()
    _begins: list[Any] = []
    _next: Any = None

    @guarded(Permission.AUDIT_READ)
    async def load(self, *, by: Actor) -> None:
        """The newest entries, and how the trail stands."""
        self._begins, self.proof = [], Proof()
        await self._stand(by)
        await self._look(by)

    @guarded(Permission.AUDIT_READ)
    async def look_for(self, text: str, *, by: Actor) -> None:
        """Search; empty finds everything."""
        self.search, self._begins = text, []
        await self._look(by)

    @guarded(Permission.AUDIT_READ)
    async def filter_by(self, field: str, value: str, *, by: Actor) -> None:
        """Narrow the list; an empty value widens it again."""
        if field in FILTERS:
            setattr(self, field, value)
        self._begins = []
        await self._look(by)

    @guarded(Permission.AUDIT_READ)
    async def clear(self, *, by: Actor) -> None:
        """Forget search and filters."""
        self.search = self.actor = self.action = self.since = self.until = ""
        self._begins = []
        await self._look(by)

    @guarded(Permission.AUDIT_READ)
    async def forth(self, *, by: Actor) -> None:
        """Older entries."""
        if self._next is not None:
            self._begins = [*self._begins, self._next]
        await self._look(by)

    @guarded(Permission.AUDIT_READ)
    async def back(self, *, by: Actor) -> None:
        """Newer entries."""
        self._begins = self._begins[:-1]
        await self._look(by)

    @guarded(Permission.AUDIT_READ)
    async def export(self, *, by: Actor) -> Any:
        """Download what is looked for as CSV."""
        data = await ask(read.export_csv, tenant_of(by), self._wanted())
        return rx.download(data=data, filename="audit.csv", mime_type="text/csv")

    @guarded(Permission.AUDIT_READ)
    async def verify(self) -> Any:
        """Walk the whole chain, and compare it with the anchors of this machine."""
        self.checking = True
        yield
        try:
            anchors = [file.anchor for file in await kept_anchors()]
        except (OSError, ValueError) as error:
            self.proof = Proof(tone="bad", title="The anchors cannot be used", words=str(error))
        else:
            found = await ask(read.verified, anchors)
            self.proof = proof_of(found, len(anchors), now())
        self.checking = False

    @guarded(Permission.AUDIT_READ)
    async def take_anchor(self, *, by: Actor) -> Any:
        """Download the end of the trail, to be kept elsewhere."""
        end = await ask(read.end)
        file = AnchorFile(anchor=end, taken_at=now(), previous=await _last_seal())
        await tell(note_anchor, end, file_name(file), by=by)
        await self._stand(by)
        await say(self, "good", "Keep the file where nobody who can change the database can write.")
        return rx.download(
            data=file.text().encode(), filename=file_name(file), mime_type="application/json"
        )

    @rx.var
    def filtered(self) -> bool:
        """Whether something narrows the list."""
        return bool(self.search or self.actor or self.action or self.since or self.until)

    def _wanted(self) -> read.Wanted:
        return read.Wanted(
            search=self.search,
            actor=self.actor,
            action=self.action,
            since=_day(self.since),
            until=_day(self.until),
        )

    async def _stand(self, by: Actor) -> None:
        found = await ask(read.standing, tenant_of(by))
        self.actors, self.actions = choices(found)
        self.entries = formats.count(found.entries, "entry", "entries")
        self.anchored = (
            f"entry {formats.number(found.anchored_number)}, {formats.moment(found.anchored_at)}"
            if found.anchored_number is not None
            else "none yet"
        )

    async def _look(self, by: Actor) -> None:
        below = self._begins[-1] if self._begins else None
        found = await ask(read.page, tenant_of(by), self._wanted(), below=below)
        self.rows = [line(row) for row in found.rows]
        self.shown = range_words(found.found, len(self._begins) + 1, len(found.rows))
        self.has_back, self.has_next = bool(self._begins), found.next is not None
        self._next, self.loaded = found.next, True


async def _last_seal() -> str:
    try:
        known = await kept_anchors()
    except (OSError, ValueError):
        return GENESIS
    return known[-1].seal if known else GENESIS


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def tenant_of(by: Actor) -> TenantId:
    assert by.tenant is not None
    return by.tenant


@page(
    "/audit",
    "Audit",
    permission=Permission.AUDIT_READ,
    group=Group.RECORDS,
    icon="scroll-text",
    on_load=AuditTrail.load,
)
def audit_page() -> rx.Component:
    """How whole the trail is, and the trail itself."""
    return rx.fragment(
        page_head("Audit", "Who did what, when and to what; nothing here can be changed"),
        rx.cond(
            AuditTrail.loaded,
            rx.fragment(view.standing(AuditTrail), view.trail(AuditTrail)),
            rx.fragment(skeleton(2), skeleton(8)),
        ),
    )
