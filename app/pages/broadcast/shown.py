"""One broadcast in words: its figures, lanes, causes, recipients."""

from dataclasses import dataclass, field

from app import formats
from app.pages.live.rows import LANE_WORDS, QUALITY_TONES
from app.pages.live.shown import STATE_WORDS
from engine.domain.broadcast import OVER
from engine.domain.sla import Standing, Verdict
from engine.read.broadcast import BroadcastView, LaneRow, LeftOut, Problem
from engine.read.broadcasts import Figures
from engine.read.recipients import RecipientRow
from engine.read.stages import WORDS, Stage

STAGE_WORDS: dict[Stage, tuple[str, str]] = {
    Stage.DELIVERED: ("delivered", "good"),
    Stage.READ: ("read", "good"),
    Stage.SENT: ("sent", "busy"),
    Stage.PACED: ("held by WhatsApp", "busy"),
    Stage.WAITING: ("waiting", "quiet"),
    Stage.UNKNOWN: ("unknown", "held"),
    Stage.HELD: ("held", "held"),
    Stage.FAILED: ("failed", "bad"),
    Stage.CANCELLED: ("cancelled", "quiet"),
}
"""In the order of the bar."""
ALWAYS = frozenset({Stage.DELIVERED, Stage.READ, Stage.SENT, Stage.WAITING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A share of the bar, and a button that filters by it."""

    stage: str
    word: str
    number: str
    tone: str
    width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictShown:
    """One of the two verdicts."""

    label: str
    percent: str
    word: str
    tone: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneShown:
    """One lane."""

    sender: str
    backup: bool
    quality: str
    quality_tone: str
    state: str
    state_tone: str
    why: str
    rate: str
    total: str
    handed_over: str
    on_time: str
    open: str
    failed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemShown:
    """One cause; `code` is empty when there is none, `stage` and `code` filter the recipients."""

    title: str
    words: str
    people: str
    code: str
    stage: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutShown:
    """A reason for which people were not targeted."""

    reason: str
    words: str
    people: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientShown:
    """One recipient."""

    href: str
    name: str
    phone: str
    language: str
    sender: str
    state: str
    tone: str
    planned: str
    delivered: str
    read: str
    why: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The page without its recipients."""

    title: str = ""
    subtitle: str = ""
    state: str = ""
    state_tone: str = "quiet"
    reason: str = ""
    number: int = 0
    held: str = ""
    doubled: str = ""
    failed: str = ""
    retry_words: str = ""
    letters_href: str = ""
    over: bool = True
    hash: str = ""
    verdicts: list[VerdictShown] = field(default_factory=list[VerdictShown])
    parts: list[Part] = field(default_factory=list[Part])
    bar_words: str = ""
    lanes: list[LaneShown] = field(default_factory=list[LaneShown])
    problems: list[ProblemShown] = field(default_factory=list[ProblemShown])
    left_out: list[LeftOutShown] = field(default_factory=list[LeftOutShown])


def show(view: BroadcastView) -> Shown:
    """The broadcast as its page shows it."""
    row = view.row
    state, tone = STATE_WORDS[row.state]
    close = formats.minute(row.closes_at)
    return Shown(
        title=row.title,
        subtitle=_subtitle(view),
        state=state,
        state_tone=tone,
        reason=row.state_reason,
        number=row.id,
        held=held_words(row.figures.stage(Stage.HELD)),
        doubled=doubled_words(view.doubled),
        failed=formats.count(view.failed, "dead letter") if view.failed else "",
        retry_words=_retry_words(view),
        letters_href=f"/dead-letters?broadcast={row.id}",
        over=row.state in OVER,
        hash=view.content_hash,
        verdicts=[
            _verdict(f"Delivered by {close}", row.verdicts.delivered),
            _verdict(f"Handed over by {close}", row.verdicts.handed_over),
        ],
        parts=parts(row.figures),
        bar_words=f"{formats.number(row.figures.on_time)} delivered on time",
        lanes=[lane(one, over=row.state in OVER) for one in view.lanes],
        problems=[problem(one) for one in view.problems],
        left_out=[left_out(one) for one in view.left_out],
    )


def held_words(number: int) -> str:
    """What the banner says of what is held; empty when nothing is."""
    if not number:
        return ""
    them = "it" if number == 1 else "them"
    return f"{formats.number(number)} held: nobody can say whether WhatsApp has {them}. You decide."


def doubled_words(number: int) -> str:
    """Who got two, told openly: after a re-send the first one turned out to have arrived."""
    if not number:
        return ""
    who = "subscriber" if number == 1 else "subscribers"
    return (
        f"{formats.number(number)} {who} got it twice: a message that was sent again had arrived "
        "the first time, as its late receipt shows."
    )


def _retry_words(view: BroadcastView) -> str:
    """What the question says before failed ones are retried; empty when none may pass."""
    if not view.retryable:
        return ""
    words = f"{formats.count(view.retryable, 'message')} failed for a cause that may have passed. "
    stay = view.failed - view.retryable
    if stay:
        words += f"{formats.number(stay)} failed for good and stay. "
    return (
        words + "Nobody who said stop is sent to, and nothing goes twice. After the close they "
        "count as late."
    )


def parts(figures: Figures) -> list[Part]:
    """The bar's shares; what is rare is shown only when it is there."""
    whole = max(figures.total, 1)
    return [
        Part(
            stage=stage.value,
            word=word,
            number=formats.number(figures.stage(stage)),
            tone=tone,
            width=f"{100 * figures.stage(stage) / whole:.3f}%",
        )
        for stage, (word, tone) in STAGE_WORDS.items()
        if stage in ALWAYS or figures.stage(stage)
    ]


def lane(one: LaneRow, *, over: bool) -> LaneShown:
    """A lane's line; when the broadcast is over, so is every lane that was not stopped."""
    known = "done" if over and one.state in ("ready", "sending") else one.state
    state, tone = LANE_WORDS.get(known, (known.capitalize(), "quiet"))
    figures = one.figures
    still_open = figures.stage(Stage.WAITING, Stage.SENT, Stage.PACED, Stage.UNKNOWN, Stage.HELD)
    return LaneShown(
        sender=formats.phone_tail(one.display_phone),
        backup=one.role == "backup",
        quality=one.quality if one.quality in QUALITY_TONES else "",
        quality_tone=QUALITY_TONES.get(one.quality, "quiet"),
        state=state,
        state_tone=tone,
        why=one.state_reason,
        rate=f"{formats.number(one.peak)}/s of {one.rate_per_second:g}/s",
        total=formats.number(figures.total),
        handed_over=formats.number(figures.handed_over),
        on_time=formats.number(figures.on_time),
        open=formats.number(still_open),
        failed=formats.number(figures.stage(Stage.FAILED, Stage.CANCELLED)),
    )


def problem(one: Problem) -> ProblemShown:
    """A cause's line."""
    return ProblemShown(
        title=one.title,
        words=one.words,
        people=formats.count(one.count, "subscriber"),
        code="" if one.code is None else str(one.code),
        stage=one.stage.value,
        tone=STAGE_WORDS[one.stage][1] if one.stage is not Stage.WAITING else "warn",
    )


def left_out(one: LeftOut) -> LeftOutShown:
    """A reason's line."""
    return LeftOutShown(
        reason=one.reason.value, words=one.words, people=formats.count(one.count, "subscriber")
    )


def recipient(row: RecipientRow) -> RecipientShown:
    """A recipient's line."""
    return RecipientShown(
        href=f"/deliveries/{row.delivery}",
        name=row.name or "Somebody who is gone",
        phone=row.phone,
        language=row.language,
        sender=formats.phone_tail(row.sender_phone),
        state=WORDS[row.state],
        tone=STAGE_WORDS[row.stage][1],
        planned=formats.time(row.planned_at),
        delivered=formats.time(row.delivered_at or row.read_at),
        read=formats.time(row.read_at),
        why=row.why,
        code="" if row.code is None else str(row.code),
    )


def _subtitle(view: BroadcastView) -> str:
    row = view.row
    said = [f"{formats.day(row.opens_at)} {row.day.year}", f"opened {formats.minute(row.opens_at)}"]
    said.append(view.category.lower())
    if view.content_hash:
        said.append(f"content {formats.short_hash(view.content_hash)}")
    if view.b_content_hash:
        second = formats.short_hash(view.b_content_hash)
        said.append(f"wording B to {view.b_percent} %, content {second}")
    said.append(formats.count(row.figures.targeted, "subscriber"))
    if row.excluded:
        said.append(f"{formats.number(row.excluded)} left out")
    return " · ".join(said)


def _verdict(label: str, verdict: Verdict) -> VerdictShown:
    many = f"{formats.number(verdict.count)} of {formats.number(verdict.of)}"
    percent = formats.percent(None if verdict.share is None else verdict.share * 100, 2)
    if verdict.met is None:
        return VerdictShown(
            label=label, percent=percent, word="Nobody targeted", tone="quiet", note=""
        )
    word, tone = ("Kept", "good") if verdict.met else ("Missed", "bad")
    if verdict.standing is Standing.RUNNING:
        word, tone = ("Kept so far", "good") if verdict.met else ("Running", "busy")
    elif verdict.standing is Standing.PROVISIONAL:
        word = f"{word}, provisional"
    note = many if verdict.met else f"{many}; {formats.number(verdict.missing)} more would keep it"
    return VerdictShown(label=label, percent=percent, word=word, tone=tone, note=note)
