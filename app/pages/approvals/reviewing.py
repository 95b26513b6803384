"""One pack before its approver: read it as it will be sent, then decide."""

from typing import Any

import reflex as rx

from app.components.actions import link_button
from app.components.cards import empty, skeleton
from app.doors import ask, now, tell
from app.frame import page
from app.pages.approvals import view
from app.pages.approvals.shown import (
    REVIEW,
    ROUTE,
    BoundShown,
    ChangeShown,
    Head,
    OtherShown,
    StandInRow,
    bound_shown,
    change_shown,
    head_shown,
    other_shown,
    read_with,
    stand_in_shown,
)
from app.pages.content.checks_shown import CheckShown, checks_shown, checks_summary
from app.pages.content.shown import PreviewShown
from app.session import guarded
from app.tab import report
from app.words.speech import language_here, retold
from engine.commands.approve_content import approve_content
from engine.commands.reject_content import reject_content
from engine.domain.ids import ContentId
from engine.domain.roles import Actor, Permission
from engine.read.approvals import Review
from engine.read.approvals import review as read_review
from engine.read.content_look import SOMEBODY

AS_SENT = frozenset({"previews"})
"""Stays in the language it is sent in."""


class Reviewing(rx.State):
    """The pack this tab reads. What is approved is the version that was shown here."""

    loaded: bool = False
    missing: bool = False
    head: Head = Head()
    previews: list[PreviewShown] = []
    checks: list[CheckShown] = []
    summary: str = ""
    summary_tone: str = "quiet"
    bound: list[BoundShown] = []
    since: str = ""
    changes: list[ChangeShown] = []
    comment: str = ""
    reader: str = SOMEBODY
    late: bool = False
    other: OtherShown = OtherShown()
    _review: Review | None = None
    _content: ContentId = ContentId(0)
    stand_ins: list[StandInRow] = []
    _version: int = 0
    _stand_ins: str = ""

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """Open the pack the address names."""
        wanted = self.router.url.query_parameters.get("pack", "")
        self._content = ContentId(int(wanted) if wanted.isdecimal() else 0)
        self.comment, self.reader, self.late = "", SOMEBODY, False
        await self._fill(by)

    @guarded()
    async def read_with(self, reader: str) -> None:
        """Show the phones of other real people."""
        self.reader = reader
        if self._review is not None:
            self.previews = read_with(self._review, reader)

    @guarded(Permission.CONTENT_APPROVE)
    async def say_late(self, late: bool) -> None:
        """I know that the cut-off is over."""
        self.late = late

    @guarded(Permission.CONTENT_APPROVE)
    async def type_comment(self, text: str) -> None:
        """A comment, as it is typed."""
        self.comment = text

    @guarded(Permission.CONTENT_APPROVE)
    async def approve(self, *, by: Actor) -> None:
        """Approve the version that is shown."""
        result = await tell(
            approve_content,
            self._content,
            version=self._version,
            comment=self.comment,
            late=self.late,
            stand_ins=self._stand_ins,
            by=by,
        )
        await report(self, result, "Approved. It will be sent exactly like this.")
        await self._fill(by)

    @guarded(Permission.CONTENT_APPROVE)
    async def reject(self, *, by: Actor) -> None:
        """Reject the version that is shown, or take its approval back."""
        result = await tell(
            reject_content, self._content, version=self._version, comment=self.comment, by=by
        )
        await report(self, result, "It is back with its author, with your comment.")
        await self._fill(by)

    async def _fill(self, by: Actor) -> None:
        assert by.tenant is not None
        found = await ask(read_review, by.tenant, self._content)
        self.loaded, self.missing, self._review = True, found is None, found
        if found is None:
            return
        look = found.pack.look
        self._version = found.pack.row.version
        self.head = head_shown(found, by.user, now())
        self.previews = read_with(found, self.reader)
        self.checks = checks_shown(look.checks)
        self.summary, self.summary_tone = checks_summary(look.checks)
        self.bound = [bound_shown(shown) for shown in look.shown]
        self.since = f"Changed since version {found.since}, which was decided on"
        self.changes = [change_shown(change) for change in found.changes]
        self.other = retold(other_shown(found), await language_here(self), but=AS_SENT)
        self.stand_ins = [stand_in_shown(one) for one in found.stand_ins]
        self._stand_ins = found.stand_ins_digest


@page(REVIEW, "Review", under=ROUTE, on_load=Reviewing.load)
def review_content() -> Any:
    """The whole page, or why there is nothing."""
    return rx.cond(
        Reviewing.loaded,
        rx.cond(
            Reviewing.missing,
            empty(
                "This content does not exist",
                "It may belong to another organisation, or the address is mistyped.",
                link_button("Approvals", ROUTE),
                icon="file-question",
            ),
            view.review(Reviewing),
        ),
        rx.fragment(skeleton(2), skeleton(6)),
    )
