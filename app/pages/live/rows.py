"""The rows of the Live page's cards, in words: lanes, problems, log, checks, verdicts. Pure."""

from dataclasses import dataclass

from app import formats, navigation
from engine.domain.sla import Standing
from engine.read.board import Board, LaneRow, LogLine, Problem, VerdictRow
from engine.read.morning_ahead import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneShown:
    """A line of the senders' table."""

    sender: str
    quality: str
    quality_tone: str
    backup: bool
    rate: str
    rate_width: str
    left: str
    p95: str
    state: str
    state_tone: str
    why: str
    note: str
    expected: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemShown:
    """What went wrong, for how many, and what is done about it."""

    title: str
    words: str
    tone: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogShown:
    """A line of the log."""

    time: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckShown:
    """A line of the checklist; `href` is where one can do something about it."""

    title: str
    words: str
    tone: str
    word: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictShown:
    """One of the day's two verdicts."""

    title: str
    percent: str
    word: str
    tone: str
    words: str


QUALITY_TONES = {"GREEN": "good", "YELLOW": "warn", "RED": "bad"}
LANE_WORDS = {
    "ready": ("Ready", "quiet"),
    "sending": ("Sending", "busy"),
    "stopped": ("Stopped", "bad"),
    "done": ("Done", "good"),
}
PROBLEM_TONES = {
    "retrying": "warn",
    "paced": "busy",
    "unknown": "held",
    "held": "held",
    "failed": "bad",
}
CHECKED_AT = {"Content": "/content", "Senders": "/senders", "Audience": "/subscribers"}


def lane(row: LaneRow, *, paused: bool = False, over: bool = False) -> LaneShown:
    """A lane's line; without a reading of its quality it has no chip for it."""
    share = min(1.0, row.rate_now / row.rate_limit) if row.rate_limit else 0.0
    word, tone = LANE_WORDS.get(row.state, (row.state.capitalize(), "quiet"))
    if paused and row.state in ("ready", "sending"):
        word, tone = "Paused", "warn"
    elif over and row.state in ("ready", "sending"):
        word, tone = LANE_WORDS["done"]
    return LaneShown(
        sender=f"+91 ·· {row.phone_tail}",
        quality=row.quality if row.quality in QUALITY_TONES else "",
        quality_tone=QUALITY_TONES.get(row.quality, "quiet"),
        backup=row.role == "backup",
        rate=f"{row.rate_now}/s",
        rate_width=f"{100 * share:.0f}%",
        left=formats.number(row.left),
        p95=formats.seconds(row.p95_seconds),
        state=word,
        state_tone=tone,
        why=row.state_reason,
        note=_note(row),
        expected="" if row.expected_at is None else formats.time(row.expected_at),
    )


def _note(row: LaneRow) -> str:
    """Why a lane is not at its full pace, where one sees it."""
    if row.returning < 1.0:
        return f"Comes back, {100 * row.returning:.0f} % of its rate"
    return "" if row.state_reason == "backup" else row.state_reason


def problem(row: Problem, broadcast: int) -> ProblemShown:
    """A problem's line: the code in grey, behind the words."""
    said = [formats.count(row.count, "subscriber"), row.words]
    if row.code is not None:
        said.append(str(row.code))
    return ProblemShown(
        title=row.title,
        words=" · ".join(part for part in said if part),
        tone=PROBLEM_TONES.get(row.state, "quiet"),
        href=f"/broadcasts/{broadcast}",
    )


def log_line(row: LogLine) -> LogShown:
    """A line of the log, with the second it happened in."""
    return LogShown(time=formats.time(row.at), words=row.words)


def check(row: Check) -> CheckShown:
    """A line of the checklist; it links to a page that exists."""
    page = CHECKED_AT.get(row.name, "")
    return CheckShown(
        title=row.name,
        words=row.words,
        tone="good" if row.ready else "warn",
        word="Ready" if row.ready else "Not yet",
        href=page if navigation.has(page) else "",
    )


def verdict(row: VerdictRow, board: Board) -> VerdictShown:
    """A verdict with its count, and what was missing."""
    word, tone = ("Kept", "good") if row.met else ("Missed", "bad")
    if row.standing is Standing.PROVISIONAL:
        word = f"{word}, provisional"
    words = f"{formats.number(row.count)} of {formats.number(row.of)}; the promise is over 99 %"
    if row.missing:
        words += f", {formats.number(row.missing)} more would have kept it"
    return VerdictShown(
        title=f"{row.name} by {formats.minute(board.closes_at)}",
        percent=formats.percent(row.share * 100, 2),
        word=word,
        tone=tone,
        words=words,
    )
