"""One delivery: did they get it, if not why not, and everything that happened."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from app import formats
from app.components.cards import empty, skeleton
from app.doors import ask, tell
from app.frame import page
from app.pages.delivery import view
from app.session import guarded
from app.tab import report
from engine.commands.discard_delivery import discard_delivery
from engine.commands.requeue_delivery import requeue_delivery
from engine.commands.resend_held import resend_held
from engine.domain.ids import DeliveryId
from engine.domain.roles import Actor, Permission
from engine.read import delivery_timeline as read
from engine.read.delivery_words import Mood

TONES: dict[Mood, str] = {
    Mood.GOOD: "good",
    Mood.LATE: "warn",
    Mood.RUNNING: "busy",
    Mood.UNKNOWN: "held",
    Mood.BAD: "bad",
    Mood.NONE: "quiet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryShown:
    """One event of the timeline; `raw` is JSON for who wants to see it."""

    time: str
    moment: str
    tone: str
    title: str
    words: str
    code: str
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The delivery without its timeline."""

    name: str = ""
    phone: str = ""
    language: str = ""
    tier: str = ""
    state: str = ""
    headline: str = ""
    next: str = ""
    tone: str = "quiet"
    broadcast: str = ""
    broadcast_href: str = ""
    hash: str = ""
    message_id: str = ""
    text: str = ""
    held: bool = False
    can_requeue: bool = False
    can_close: bool = False
    doubtful: bool = False
    doubled: bool = False


class DeliveryPage(rx.State):
    """The delivery whose number is in the address."""

    loaded: bool = False
    found: bool = False
    shown: Shown = Shown()
    entries: list[EntryShown] = []
    reason: str = ""

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """Fill the page, or show what changed."""
        assert by.tenant is not None
        story = await ask(read.timeline, by.tenant, self._which())
        self.loaded, self.found, self.reason = True, story is not None, ""
        if story is not None:
            self.shown, self.entries = shown(story), [entry(one) for one in story.entries]

    @guarded(Permission.DELIVERIES_SETTLE)
    async def type_reason(self, text: str) -> None:
        """Why it is closed, as it is typed."""
        self.reason = text

    @guarded(Permission.DELIVERIES_SETTLE)
    async def send_again(self, *, by: Actor) -> Any:
        """Send a held one again, knowing that it may arrive twice."""
        result = await tell(resend_held, self._which(), by=by)
        await report(self, result, "It is sent again now.")
        return DeliveryPage.load

    @guarded(Permission.DELIVERIES_SETTLE)
    async def put_back(self, knowingly: bool, *, by: Actor) -> Any:
        """Put it back; `knowingly` when the question said that it may arrive twice."""
        result = await tell(requeue_delivery, self._which(), knowingly=knowingly is True, by=by)
        await report(self, result, "It is sent again now.")
        return DeliveryPage.load

    @guarded(Permission.DELIVERIES_SETTLE)
    async def close(self, *, by: Actor) -> Any:
        """Close it with a reason."""
        result = await tell(discard_delivery, self._which(), self.reason, by=by)
        await report(self, result, "Closed. Nothing more is sent for it.")
        return DeliveryPage.load

    def _which(self) -> DeliveryId:
        number = self.router.url.path.rstrip("/").rpartition("/")[2]
        return DeliveryId(int(number) if number.isdecimal() and len(number) < 19 else 0)


def _which(wording: str) -> str:
    return f" · wording {wording}" if wording else ""


def shown(story: read.DeliveryTimeline) -> Shown:
    """The delivery in words."""
    return Shown(
        name=story.name or "Somebody who is gone",
        phone=story.phone or formats.NOTHING,
        language=story.language,
        tier=story.tier.capitalize(),
        state=story.state_words,
        headline=story.answer.headline,
        next=story.answer.next,
        tone=TONES[story.answer.mood],
        broadcast=story.broadcast_title,
        broadcast_href=f"/broadcasts/{story.broadcast}" if story.broadcast else "",
        hash=f"{formats.short_hash(story.content_hash)}{_which(story.wording)}",
        message_id=story.message_id or formats.NOTHING,
        text=story.text,
        held=story.held,
        can_requeue=story.can_requeue,
        can_close=story.can_close,
        doubtful=story.doubtful,
        doubled=story.doubled,
    )


def entry(one: read.Entry) -> EntryShown:
    """One event in words."""
    return EntryShown(
        time=formats.date(one.at) if one.kind is read.Kind.CONSENT else formats.time(one.at),
        moment=formats.moment(one.at),
        tone=TONES[one.mood],
        title=one.title,
        words=one.words,
        code="" if one.code is None else str(one.code),
        raw=one.raw,
    )


@page("/deliveries/[delivery_number]", "Delivery", under="/broadcasts", on_load=DeliveryPage.load)
def delivery_page() -> rx.Component:
    """The answer above, the story below."""
    return rx.cond(
        DeliveryPage.loaded,
        rx.cond(
            DeliveryPage.found,
            view.delivery(DeliveryPage),
            empty(
                "There is no such delivery",
                "It may belong to another organisation, or the address has a slip.",
                rx.link(
                    "All broadcasts",
                    href="/broadcasts",
                    class_name="dc-button dc-primary",
                    underline="none",
                ),
                icon="search-x",
            ),
        ),
        rx.fragment(skeleton(2), skeleton(8)),
    )
