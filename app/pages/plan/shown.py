"""The plan in words: from the read model to what the browser is sent."""

from dataclasses import dataclass, field

from app import formats
from app.pages.organisation.words import PACINGS
from app.pages.plan.chart import SHADES, Chart, draw
from app.pages.senders.words import ROUTINGS
from engine.domain.pool import Idle
from engine.domain.subscriber import WORDS as EXCLUSIONS
from engine.domain.subscriber import Exclusion
from engine.read.plan import Basis, PlanView, SenderPart

IDLE = {
    Idle.RESTS: "Takes nobody: it rests by a person's word.",
    Idle.STOPPED: "Takes nobody: it is stopped.",
    Idle.REFUSED: "Takes nobody: WhatsApp does not let it send.",
    Idle.RED: "Takes nobody: its quality is red, or WhatsApp flagged it.",
    Idle.BACKUP: "Stands by: it sends when a primary fails.",
    Idle.NO_PART: "Takes nobody: it has no part in this plan.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartShown:
    """One sender's line."""

    sender: str
    href: str
    shade: str
    role: str
    people: str
    first: str
    last: str
    rate: str
    limit: str
    cannot: str
    idle: bool


@dataclass(frozen=True, slots=True)
class LeftOutShown:
    """Who is not planned, and why."""

    people: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The page."""

    title: str = ""
    subtitle: str = ""
    basis: str = ""
    frozen: bool = False
    href: str = ""
    tone: str = "quiet"
    sentence: str = ""
    note: str = ""
    chart: Chart = field(default_factory=Chart)
    chart_words: str = ""
    parts: list[PartShown] = field(default_factory=list[PartShown])
    total: str = ""
    left_out: list[LeftOutShown] = field(default_factory=list[LeftOutShown])


def show(view: PlanView) -> Shown:
    """A plan as its page shows it."""
    window = view.window
    sending = [part for part in view.senders if part.people]
    tone, sentence = _verdict(view)
    return Shown(
        title=f"Plan: {view.title}",
        subtitle=_subtitle(view),
        basis=_BASIS[view.basis],
        frozen=view.basis is Basis.FROZEN,
        href="" if view.broadcast is None else f"/broadcasts/{view.broadcast}",
        tone=tone,
        sentence=sentence,
        note=_note(view),
        chart=draw(
            [part.seconds for part in sending],
            window.opens_at,
            window.primary_ends_at,
            window.closes_at,
        ),
        chart_words=(
            f"{formats.number(view.people)} messages from {formats.count(len(sending), 'sender')}, "
            f"from {formats.time_with_zone(window.opens_at)} on"
        ),
        parts=[_part(part, sending) for part in view.senders],
        total=formats.number(view.people),
        left_out=_left_out(view),
    )


_BASIS = {
    Basis.TODAY: "Made just now from today's audience and senders. The freeze makes it anew; what "
    "is drawn by lot then differs by seconds, the numbers do not.",
    Basis.FROZEN: "As it was planned, with what failovers have moved since.",
}


def _verdict(view: PlanView) -> tuple[str, str]:
    last = view.last_at
    if last is None:
        return "bad", "Nobody is to be sent to."
    close = formats.minute(view.window.closes_at)
    ends = f"The last of {formats.number(view.people)} leaves at {formats.time_with_zone(last)}"
    if view.beyond_close:
        late = formats.number(view.beyond_close)
        return "bad", f"{ends}: {late} come after the close at {close}."
    if view.beyond_window:
        late = formats.number(view.beyond_window)
        return "warn", f"{ends}: {late} come after the window, before the close at {close}."
    return "good", f"{ends}, inside the window."


def _note(view: PlanView) -> str:
    said: list[str] = []
    if not view.has_content:
        said.append("Nothing is written for this day yet: everybody's language counts.")
    if view.first_ones:
        said.append(f"{formats.number(view.first_ones)} go first, and the rest waits for them.")
    if view.no_room:
        said.append(f"{formats.number(view.no_room)} find no room in the limits of the day.")
    return " ".join(said)


def _subtitle(view: PlanView) -> str:
    window = view.window
    opens = f"{formats.day(window.opens_at)} {view.day.year}"
    opens += f", opens {formats.minute(window.opens_at)} IST"
    return " · ".join(
        (
            opens,
            f"window until {formats.minute(window.primary_ends_at)}",
            f"close {formats.minute(window.closes_at)}",
            PACINGS[view.pacing].lower(),
            ROUTINGS[view.routing].lower(),
        )
    )


def _part(part: SenderPart, sending: list[SenderPart]) -> PartShown:
    shade = str(sending.index(part) % SHADES) if part in sending else ""
    return PartShown(
        sender=formats.phone_tail(part.display_phone),
        href=f"/senders/{part.sender}",
        shade=shade,
        role="backup" if part.role == "backup" else "primary",
        people=formats.number(part.people),
        first=formats.time(part.first_at),
        last=formats.time(part.last_at),
        rate=_rate(part),
        limit="no cap" if part.most is None else formats.count(part.most, "person", "people"),
        cannot=_cannot(part),
        idle=part.idle is not None,
    )


def _rate(part: SenderPart) -> str:
    if not part.people:
        return f"{part.rate:g}/s"
    # Who has rested since has no rate to compare with.
    return f"{part.peak}/s of {part.rate:g}/s" if part.rate else f"{part.peak}/s"


def _cannot(part: SenderPart) -> str:
    if part.idle is not None:
        return IDLE[part.idle]
    if part.turned_away is None:
        return ""
    if not part.turned_away:
        return "Takes all who are its own."
    full = part.most is not None and part.people >= part.most
    why = "its cap of the day is full" if full else "it is full: its share of the pace is taken"
    return f"{formats.number(part.turned_away)} who are its own go by others: {why}."


def _left_out(view: PlanView) -> list[LeftOutShown]:
    found = [
        LeftOutShown(formats.count(count, "subscriber"), EXCLUSIONS[Exclusion(reason)])
        for reason, count in sorted(view.left_out.items(), key=lambda one: -one[1])
    ]
    if view.no_room:
        words = view.no_room_words
        people = formats.count(view.no_room, "subscriber")
        found.insert(0, LeftOutShown(people, words[:1].upper() + words[1:]))
    return found
