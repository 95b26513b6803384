"""The review page in words: what is asked, what the approval binds to, what was decided."""

from dataclasses import dataclass, field
from datetime import datetime

from app import formats
from app.pages.content.shown import (
    LANGUAGES,
    STATES,
    PreviewShown,
    day_words,
    decision_words,
    on_a_phone,
    preview_shown,
    standing,
)
from engine.domain.content import ContentEvent, ContentState, Language, possible
from engine.domain.cut_off import Phase
from engine.domain.ids import UserId
from engine.domain.media import megabytes
from engine.domain.text_diff import Kind, differences
from engine.read.approvals import Change, Review, StandInShown
from engine.read.content_look import LEAST_KNOWN, LONGEST, SOMEBODY, Shown

ROUTE = "/approvals"
REVIEW = "/approvals/review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands on top, and which decisions are open to whom looks."""

    title: str = ""
    subtitle: str = ""
    state: str = ""
    tone: str = "quiet"
    banner: str = ""
    banner_tone: str = "quiet"
    comment: str = ""
    approvable: bool = False
    rejectable: bool = False
    why_not: str = ""
    bound_hash: str = ""
    hash: str = ""
    hash_words: str = ""
    deadline: str = ""
    deadline_tone: str = "quiet"
    late: bool = False
    wording: str = ""
    """`A` or `B` where two go out, else nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherShown:
    """The wording this one goes out beside. `split`: who gets which."""

    content: int = 0
    name: str = ""
    split: str = ""
    state: str = ""
    tone: str = "quiet"
    previews: list[PreviewShown] = field(default_factory=list[PreviewShown])


def other_shown(review: Review) -> OtherShown:
    """The other of two wordings, each language as somebody gets it; none: an empty one."""
    other = review.other
    if other is None:
        return OtherShown()
    second = other.row.b_of is not None
    percent = other.row.b_percent if second else review.pack.row.b_percent
    state, tone = STATES[other.row.state]
    return OtherShown(
        content=other.row.id,
        name="Wording B, beside this one" if second else "Wording A, beside this one",
        split=f"{100 - percent} % of the readers get wording A, {percent} % get wording B, where a "
        "language has both.",
        state=state,
        tone=tone,
        previews=[preview_shown(other.look, language) for language in Language],
    )


def _wording(review: Review) -> str:
    if review.other is None:
        return ""
    return "A" if review.pack.row.b_of is None else "B"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundShown:
    """One language of what the hash covers: the template and the texts put into it."""

    name: str
    template: str
    texts: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandInRow:
    """A template that may take over, in its own words."""

    language: str
    template: str
    instead_of: str
    text: str


def stand_in_shown(one: StandInShown) -> StandInRow:
    """A row of those that the approval covers, too."""
    return StandInRow(
        language=LANGUAGES[one.language],
        template=one.template_name,
        instead_of=f"for {one.instead_of}",
        text=one.text,
    )


@dataclass(frozen=True, slots=True)
class PieceShown:
    """Some words in a row: the same, gone, or new."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeShown:
    """One difference to what was decided on before."""

    what: str
    pieces: list[PieceShown] = field(default_factory=list[PieceShown])


READERS = {
    SOMEBODY: "Somebody",
    LONGEST: "The longest name",
    LEAST_KNOWN: "The least known",
}
"""The three real people a review reads with, in each language."""


def read_with(review: Review, why: str) -> list[PreviewShown]:
    """Each language's phone as the person chosen by `why` gets it."""
    look = review.pack.look
    people = {one.language: one for one in review.readings if one.why == why}
    shown = {one.language: one for one in look.shown}
    return [
        preview_shown(look, language)
        if language not in people
        else on_a_phone(
            shown[language],
            readers=formats.number(look.audience.get(language, 0)),
            text=people[language].text,
            caption=f"As {people[language].recipient} gets it",
        )
        for language in Language
    ]


def head_shown(review: Review, looks: UserId | None, now: datetime) -> Head:
    """The pack's head for the person who looks."""
    pack = review.pack
    row = pack.row
    state, tone = STATES[row.state]
    banner = standing(pack)
    wrote = looks in pack.writers
    approvable = possible(row.state, ContentEvent.APPROVE)
    submitted = (
        f", submitted {formats.time_with_zone(row.submitted_at)}" if row.submitted_at else ""
    )
    phase = _phase(review, now)
    deadline, deadline_tone = _deadline(review, phase, now)
    for_day = "For any day" if row.evergreen else f"For {day_words(row.day)}"
    return Head(
        deadline=deadline,
        deadline_tone=deadline_tone,
        late=phase is Phase.LATE,
        wording=_wording(review),
        title=row.title,
        subtitle=f"{for_day} · version {row.version} by {row.author}{submitted}",
        state=state,
        tone=tone,
        banner=_decided(review),
        banner_tone=banner.banner_tone,
        comment=row.comment,
        approvable=approvable and not wrote and phase is not Phase.CLOSED,
        rejectable=possible(row.state, ContentEvent.REJECT),
        why_not="You wrote part of this. Somebody else has to approve it."
        if approvable and wrote
        else "",
        bound_hash=f"Content hash {row.content_hash}" if row.content_hash else "",
        hash=row.content_hash or pack.look.content_hash,
        hash_words=_hash_words(review),
    )


def bound_shown(shown: Shown) -> BoundShown:
    """One language as the hash sees it."""
    return BoundShown(
        name=LANGUAGES[shown.language],
        template=f"{shown.template_name} ({shown.template_language}), version "
        f"{shown.template_version}, {shown.category.lower()}",
        texts=[*_above(shown), *shown.parameters],
    )


def change_shown(change: Change) -> ChangeShown:
    """One difference."""
    where = "" if change.language is None else f"{LANGUAGES[change.language]}, "
    return ChangeShown(
        what=f"{where}{change.what}",
        pieces=[
            PieceShown(piece.kind, piece.text) for piece in differences(change.before, change.after)
        ],
    )


def _above(shown: Shown) -> list[str]:
    header = shown.header
    if header is None:
        return []
    line = f", with the line “{shown.brand_line}”" if shown.brand_line else ""
    return [f"{header.name} ({megabytes(header.size_bytes)}, SHA-256 {header.sha256}){line}"]


def _phase(review: Review, now: datetime) -> Phase:
    times = review.deadlines
    if times is None or now > times.opens_at:
        return Phase.EARLY
    return times.phase(now)


def _deadline(review: Review, phase: Phase, now: datetime) -> tuple[str, str]:
    """By when it has to be decided on, while it waits."""
    times = review.deadlines
    waits = review.pack.row.state is ContentState.SUBMITTED
    if times is None or not waits or now > times.opens_at:
        return "", "quiet"
    cut_off, last = formats.minute(times.cut_off), formats.minute(times.last_call)
    match phase:
        case Phase.EARLY | Phase.REMINDED:
            tone = "busy" if phase is Phase.EARLY else "warn"
            left = formats.ago(times.cut_off, now)
            return f"Cut-off {formats.day(times.cut_off)}, {cut_off} IST: {left}.", tone
        case Phase.LATE:
            return (
                f"The cut-off was at {cut_off} IST. You may still approve until {last} IST, with "
                "an explicit word; the audience is frozen the moment you do.",
                "warn",
            )
        case Phase.CLOSED:
            return (
                f"The last call was at {last} IST: what goes out this morning is decided.",
                "bad",
            )


def _decided(review: Review) -> str:
    row = review.pack.row
    if not review.pack.intact:
        return standing(review.pack).banner
    who = decision_words(row)
    comment = f" “{row.comment}”" if row.comment else ""
    match row.state:
        case ContentState.DRAFT:
            return "The author has not submitted this yet."
        case ContentState.SUBMITTED:
            return ""
        case ContentState.REJECTED:
            return f"Rejected by {who}.{comment}"
        case ContentState.APPROVED:
            return f"Approved by {who}.{comment}"
        case ContentState.LOCKED:
            return f"Approved by {who}, and part of a broadcast.{comment}"
        case ContentState.SENT:
            return f"Approved by {who}, and sent.{comment}"


def _hash_words(review: Review) -> str:
    if review.pack.row.content_hash is not None:
        return (
            "The approval holds for exactly this and nothing else. Every message carries this hash."
        )
    return (
        "Your approval will hold for exactly this and nothing else; any change voids it. Every "
        "message will carry this hash."
    )
