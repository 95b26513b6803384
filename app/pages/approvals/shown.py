"""The review page in words: what is asked, what the approval binds to, what was decided."""

from dataclasses import dataclass

from app import formats
from app.pages.content.shown import LANGUAGES, STATES, day_words, decision_words, standing
from engine.domain.content import ContentEvent, ContentState, possible
from engine.domain.ids import UserId
from engine.read.approvals import Change, Review
from engine.read.content import Shown

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


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundShown:
    """One language of what the hash covers: the template and the texts put into it."""

    name: str
    template: str
    texts: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeShown:
    """One difference to what was decided on before."""

    what: str
    before: str
    after: str


def head_shown(review: Review, looks: UserId | None) -> Head:
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
    return Head(
        title=row.title,
        subtitle=f"For {day_words(row.day)} · version {row.version} by {row.author}{submitted}",
        state=state,
        tone=tone,
        banner=_decided(review),
        banner_tone=banner.banner_tone,
        comment=row.comment,
        approvable=approvable and not wrote,
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
    image = ", with its header image" if shown.has_image else ""
    return BoundShown(
        name=LANGUAGES[shown.language],
        template=f"{shown.template_name} ({shown.template_language}), version "
        f"{shown.template_version}, {shown.category.lower()}{image}",
        texts=list(shown.parameters),
    )


def change_shown(change: Change) -> ChangeShown:
    """One difference."""
    return ChangeShown(
        what=f"{LANGUAGES[change.language]}, {change.what}",
        before=change.before or "(nothing)",
        after=change.after or "(taken out)",
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
