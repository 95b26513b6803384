"""One number: how it did over the last weeks, and what is done when its quality falls."""

from dataclasses import dataclass, field

import reflex as rx

from app import formats
from app.components.cards import empty, skeleton
from app.doors import ask, now
from app.frame import page
from app.pages.sender import view
from app.pages.senders.strip import Bar, bars, said
from app.pages.senders.words import (
    CHANGED,
    MEASURES,
    NOT_KNOWN,
    PATIENCE,
    PROGRESS,
    QUALITIES,
    SOURCES,
    WELL,
    plain,
)
from app.session import guarded
from engine.domain.ids import SenderId
from engine.domain.quality import Quality, read_quality
from engine.domain.recovery import Step
from engine.domain.roles import Actor
from engine.read import sender_history as read


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step of the recovery plan."""

    title: str
    words: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One line of the history."""

    at: str
    what: str
    change: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The page."""

    phone: str = ""
    subtitle: str = ""
    quality: str = ""
    quality_tone: str = "quiet"
    facts: list[list[str]] = field(default_factory=list[list[str]])
    strip: list[Bar] = field(default_factory=list[Bar])
    strip_words: str = ""
    plan_words: str = ""
    steps: list[StepShown] = field(default_factory=list[StepShown])
    changes: list[ChangeShown] = field(default_factory=list[ChangeShown])


class SenderPage(rx.State):
    """The number whose id is in the address."""

    loaded: bool = False
    found: bool = False
    shown: Shown = Shown()

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """Fill the page."""
        assert by.tenant is not None
        number = self.router.url.path.rstrip("/").rpartition("/")[2]
        which = int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0
        seen = await ask(read.sender, by.tenant, SenderId(which), now=now())
        self.found, self.loaded = seen is not None, True
        if seen is not None:
            self.shown = show(seen)


def show(seen: read.SenderView) -> Shown:
    """One number in words."""
    quality, tone = QUALITIES[read_quality(seen.quality)]
    role = "Backup" if seen.role == "backup" else "Primary"
    return Shown(
        phone=seen.display_phone,
        subtitle=" · ".join(one for one in (seen.label, role, seen.state) if one),
        quality=quality,
        quality_tone=tone,
        facts=_facts(seen),
        strip=bars(seen.strip),
        strip_words=said(seen.strip),
        plan_words=_plan_words(seen),
        steps=[_step(one) for one in seen.plan],
        changes=[_change(one) for one in seen.changes],
    )


def _facts(seen: read.SenderView) -> list[list[str]]:
    cap = "none" if seen.daily_cap is None else f"{formats.number(seen.daily_cap)} people in 24 h"
    return [
        ["State", seen.state_reason or seen.state.capitalize()],
        ["Pace", f"{seen.rate_usable:g}/s of {seen.rate_per_second:g}/s allowed"],
        ["Status", plain(seen.status).capitalize()],
        ["Throughput", plain(seen.throughput)],
        ["Account limit", plain(seen.messaging_limit)],
        ["Own cap", cap],
        ["Reached in 24 h", formats.count(seen.reached_24h, "person", "people")],
        ["Asked last", formats.moment(seen.polled_at)],
    ]


def _plan_words(seen: read.SenderView) -> str:
    if not seen.plan:
        return NOT_KNOWN if read_quality(seen.quality) is Quality.UNKNOWN else WELL
    since = f"Since {formats.moment(seen.since)}. " if seen.since else ""
    if seen.next is None:
        return since + PATIENCE
    return f"{since}Next: {MEASURES[seen.next.measure][0].lower()}."


def _step(step: Step) -> StepShown:
    title, words = MEASURES[step.measure]
    state, tone = PROGRESS[step.progress]
    return StepShown(title, words, state, tone)


def _change(one: read.ChangeRow) -> ChangeShown:
    return ChangeShown(
        formats.moment(one.at),
        CHANGED.get(one.what, one.what),
        f"{plain(one.before)} → {plain(one.after)}",
        SOURCES.get(one.source, one.source),
    )


@page("/senders/[sender_number]", "Sender", under="/senders", on_load=SenderPage.load)
def sender_page() -> rx.Component:
    """The strip, the plan, the changes."""
    return rx.cond(
        SenderPage.loaded,
        rx.cond(
            SenderPage.found,
            view.sender(SenderPage.shown),
            empty(
                "There is no such sender",
                "It may belong to another organisation, or the address has a slip.",
                rx.link(
                    "All senders",
                    href="/senders",
                    class_name="dc-button dc-primary",
                    underline="none",
                ),
                icon="search-x",
            ),
        ),
        rx.fragment(skeleton(3), skeleton(6)),
    )
