"""The board in words and shapes: what the read model counts becomes what the page shows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app import formats
from app.pages.live import day, rows
from app.pages.live.chart import Chart, draw
from app.pages.live.day import StepShown
from app.pages.live.rows import CheckShown, LaneShown, LogShown, ProblemShown, VerdictShown
from engine.domain.broadcast import BroadcastEvent, BroadcastState, Moment, possible
from engine.domain.canary import CanaryState
from engine.domain.delivery import State
from engine.domain.forecast import Forecast
from engine.read.board import Board

_S = State
REACHED = "reached"
NOT_IN_SIGHT = "99 % not in sight"
NOTHING_YET = "Nothing is scheduled. A morning needs a schedule and an approved content."


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A share of the whole: a piece of the bar, and its word in the legend."""

    word: str
    tone: str
    number: str
    width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The page's first line, and which buttons stand at its right."""

    title: str = ""
    subtitle: str = ""
    state: str = ""
    state_tone: str = "quiet"
    reason: str = ""
    banner: str = ""
    can_pause: bool = False
    can_resume: bool = False
    can_abort: bool = False
    abort_words: str = ""
    late_question: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hero:
    """The two figures one looks for first, and how long it takes."""

    label: str = ""
    on_time: str = ""
    forecast_label: str = ""
    forecast: str = ""
    forecast_word: str = ""
    forecast_tone: str = "quiet"
    forecast_note: str = ""
    forecast_why: str = ""
    levers: list[str] = field(default_factory=list)
    p50: str = formats.NOTHING
    p95: str = formats.NOTHING
    p99: str = formats.NOTHING
    bar_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Everything on the page."""

    moment: str = "none"
    broadcast: int = 0
    head: Head = field(default_factory=Head)
    hero: Hero = field(default_factory=Hero)
    parts: list[Part] = field(default_factory=list)
    chart: Chart = field(default_factory=Chart)
    lanes: list[LaneShown] = field(default_factory=list)
    problems: list[ProblemShown] = field(default_factory=list)
    log: list[LogShown] = field(default_factory=list)
    checks: list[CheckShown] = field(default_factory=list)
    verdicts: list[VerdictShown] = field(default_factory=list)
    day: list[StepShown] = field(default_factory=list)
    held: str = ""
    no_problems: str = ""


STATE_WORDS: dict[BroadcastState, tuple[str, str]] = {
    BroadcastState.SCHEDULED: ("Scheduled", "quiet"),
    BroadcastState.WAITING_FOR_PERSON: ("Waiting for a person", "warn"),
    BroadcastState.FROZEN: ("Audience frozen", "busy"),
    BroadcastState.PLANNED: ("Plan final", "good"),
    BroadcastState.SENDING: ("Sending", "busy"),
    BroadcastState.PAUSED: ("Paused", "warn"),
    BroadcastState.SETTLING: ("Receipts coming in", "busy"),
    BroadcastState.FINISHED: ("Finished", "good"),
    BroadcastState.ABORTED: ("Aborted", "bad"),
    BroadcastState.SKIPPED: ("Skipped", "quiet"),
    BroadcastState.REFUSED: ("Not sent", "bad"),
}

PARTS: tuple[tuple[str, str, tuple[State, ...], bool], ...] = (
    ("delivered", "good", (_S.DELIVERED, _S.READ), True),
    ("sent", "busy", (_S.ACCEPTED, _S.SENT), True),
    ("held by WhatsApp", "busy", (_S.PACED,), False),
    ("retrying", "warn", (_S.RETRYING,), False),
    ("unknown", "held", (_S.UNKNOWN,), False),
    ("held", "held", (_S.HELD,), False),
    ("failed", "bad", (_S.FAILED, _S.DISCARDED), False),
    ("cancelled", "quiet", (_S.CANCELLED,), False),
    ("waiting", "quiet", (_S.PLANNED, _S.SENDING), True),
)
"""Word, tone, the states it stands for, and whether it is shown when there are none."""


def show(board: Board | None) -> Shown:
    """What the page shows of a board; None, before the first look, is shown as nothing."""
    if board is None:
        return Shown(head=Head(subtitle=NOTHING_YET))
    if board.broadcast_id is None or board.state is None:
        return _ahead(board)
    return Shown(
        moment=board.moment.value,
        broadcast=board.broadcast_id,
        head=_head(board, board.state),
        hero=_hero(board),
        parts=_parts(board.counts, board.targeted),
        chart=draw(board),
        lanes=[
            rows.lane(lane, paused=_is_paused(board), over=board.moment is Moment.AFTER)
            for lane in board.lanes
        ],
        problems=[rows.problem(problem, board.broadcast_id) for problem in board.problems],
        log=[rows.log_line(line) for line in board.log],
        checks=[rows.check(check) for check in board.ahead.checks],
        verdicts=[rows.verdict(verdict, board) for verdict in board.verdicts],
        day=day.shown(board.day),
        held=_held(board.counts.get(_S.HELD, 0)),
        no_problems=_no_problems(board),
    )


def stopped_words(done: str, seconds: float, on_their_way: int, left: int) -> str:
    """What a person who pressed stop is told: how long it took, and what could not be stopped."""
    if left:
        still = f"{formats.number(left)} are still without an answer from WhatsApp"
        return f"{done}. Nothing new is sent; {still}."
    if not on_their_way:
        return f"{done} in {formats.seconds(seconds)}. Nothing was on its way."
    return (
        f"{done} in {formats.seconds(seconds)}. "
        f"{formats.number(on_their_way)} had already left for WhatsApp."
    )


def _ahead(board: Board) -> Shown:
    coming = board.ahead
    if coming.opens_at is None:
        return Shown(head=Head(subtitle=NOTHING_YET))
    return Shown(
        moment=Moment.BEFORE.value,
        head=Head(
            title=coming.day_title or "The next morning",
            subtitle=f"{formats.moment(coming.opens_at)} · {coming.schedule}",
            state="Ready" if coming.ready else "Not ready yet",
            state_tone="good" if coming.ready else "warn",
        ),
        checks=[rows.check(check) for check in coming.checks],
        day=day.shown(board.day),
    )


def _head(board: Board, state: BroadcastState) -> Head:
    word, tone = STATE_WORDS[state]
    reason = board.state_reason
    if state is BroadcastState.SENDING and board.canary is CanaryState.WAITING:
        word = "Canary"
        reason = "A few go first. The rest follows by itself when they did well."
    unsent = board.counts.get(_S.PLANNED, 0) + board.counts.get(_S.RETRYING, 0)
    who = "subscriber who has" if unsent == 1 else "subscribers who have"
    return Head(
        title=board.title,
        subtitle=_subtitle(board),
        state=word,
        state_tone=tone,
        reason=reason,
        banner=reason if _wants_a_look(board, state) else "",
        can_pause=board.moment is Moment.DURING and possible(state, BroadcastEvent.PAUSE),
        can_resume=possible(state, BroadcastEvent.RESUME),
        can_abort=possible(state, BroadcastEvent.ABORT),
        abort_words=(
            f"{formats.number(unsent)} {who} not been sent to will not get it today. "
            "What WhatsApp already has cannot be called back. This cannot be undone."
        ),
        late_question=_late_question(board, state),
        href=f"/broadcasts/{board.broadcast_id}",
    )


def _late_question(board: Board, state: BroadcastState) -> str:
    """What is asked when the opening was missed; empty when nothing is."""
    if not possible(state, BroadcastEvent.SEND_ANYWAY):
        return ""
    missed = f"Its opening at {formats.minute(board.opens_at)} was missed."
    said = [missed, board.state_reason, "Does it go out late?"]
    return " ".join(part for part in said if part)


def _wants_a_look(board: Board, state: BroadcastState) -> bool:
    """Whether why it stands as it does is said in full, not only beside the state."""
    canary = state is BroadcastState.SENDING and board.canary is CanaryState.WAITING
    return canary or state is BroadcastState.PAUSED


def _subtitle(board: Board) -> str:
    said = [formats.day(board.opens_at), f"opens {formats.minute(board.opens_at)}"]
    if board.approved_at is not None:
        said.append(f"approved {formats.minute(board.approved_at)}")
    if board.content_hash:
        said.append(f"content {formats.short_hash(board.content_hash)}")
    if board.b_content_hash:
        second = formats.short_hash(board.b_content_hash)
        said.append(f"wording B to {board.b_percent} %, content {second}")
    if board.targeted:
        people = formats.count(board.targeted, "subscriber")
        tongues = formats.count(board.languages, "language")
        said.append(f"{people} in {tongues}" if board.languages else people)
    if board.excluded:
        said.append(f"{formats.number(board.excluded)} left out")
    return " · ".join(said)


def _hero(board: Board) -> Hero:
    close = formats.minute(board.closes_at)
    times = board.time_to_delivered
    delivered, targeted = formats.number(board.delivered), formats.number(board.targeted)
    at, note = _when_99(board)
    word, tone = "", "quiet"
    if at is not None and board.closes_at is not None:
        inside = at <= board.closes_at
        word, tone = (f"inside {close}", "good") if inside else (f"after {close}", "bad")
    unknown = "Not reached" if board.moment is Moment.AFTER else "Not known yet"
    if at is None and board.forecast is not None and board.moment is not Moment.AFTER:
        unknown, word, tone = NOT_IN_SIGHT, f"after {close}", "bad"
    return Hero(
        label="Delivered on time" if board.moment is Moment.AFTER else "On time so far",
        on_time=formats.percent(board.on_time_percent).removesuffix(" %"),
        forecast_label="Reached" if note == REACHED else "Forecast",
        forecast=unknown if at is None else f"99 % at {formats.time(at)}",
        forecast_word=word,
        forecast_tone=tone,
        forecast_note="" if note == REACHED else note,
        forecast_why="" if note == REACHED or tone != "bad" else board.forecast_why,
        levers=list(board.levers),
        p50=formats.seconds(times.p50 if times else None),
        p95=formats.seconds(times.p95 if times else None),
        p99=formats.seconds(times.p99 if times else None),
        bar_words=f"{delivered} of {targeted} delivered",
    )


def _when_99(board: Board) -> tuple[datetime | None, str]:
    """When 99 % have it: by the curve when it is reached, else by the forecast; and how sure."""
    reached = next((s for s, n in board.delivered_points if n >= 0.99 * board.targeted), None)
    if reached is not None and board.opens_at is not None and board.targeted:
        return board.opens_at + timedelta(seconds=reached), REACHED
    if board.forecast is not None:
        return board.forecast.at, _band(board.forecast)
    if board.moment is Moment.AFTER:
        return None, "fewer than 99 % were delivered"
    if _is_paused(board):
        return None, "nothing new is sent while it is paused"
    return None, "foretold once enough are delivered"


def _band(forecast: Forecast) -> str:
    """Between which instants it lies in four mornings of five."""
    low, high = formats.time(forecast.low), formats.time(forecast.high)
    if forecast.low is None:
        return "fewer than 99 % will have it when the day is judged"
    return (
        f"{low} at the earliest, or not today"
        if forecast.high is None
        else (f"between {low} and {high}")
    )


def _is_paused(board: Board) -> bool:
    return board.state is BroadcastState.PAUSED


def _parts(counts: Mapping[State, int], targeted: int) -> list[Part]:
    whole = max(targeted, sum(counts.values()), 1)
    parts: list[Part] = []
    for word, tone, states, always in PARTS:
        number = sum(counts.get(state, 0) for state in states)
        if number or always:
            width = f"{100 * number / whole:.3f}%"
            parts.append(Part(word=word, tone=tone, number=formats.number(number), width=width))
    return parts


def _no_problems(board: Board) -> str:
    if board.moment is not Moment.AFTER:
        return "Nothing went wrong so far."
    waiting = sum(board.counts.get(state, 0) for state in (_S.ACCEPTED, _S.PACED, _S.SENT))
    said = ["Nothing failed."]
    if waiting:
        phones = "phone has" if waiting == 1 else "phones have"
        said.append(f"{formats.number(waiting)} {phones} not shown the message yet.")
    if cancelled := board.counts.get(_S.CANCELLED, 0):
        said.append(f"{formats.count(cancelled, 'subscriber')} were cancelled before sending.")
    return " ".join(said)


def _held(number: int) -> str:
    if not number:
        return ""
    them = "it" if number == 1 else "them"
    return f"{formats.number(number)} held: nobody can say whether WhatsApp has {them}. You decide."
