"""Boards of one morning at its moments, as the read model would give them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.domain.broadcast import BroadcastState, Moment
from engine.domain.day_steps import Step
from engine.domain.delivery import State
from engine.domain.forecast import Forecast
from engine.domain.ids import BroadcastId
from engine.domain.sla import Percentiles, Standing
from engine.read.board import Board, LaneRow, LogLine, Problem, VerdictRow
from engine.read.board_rows import Mark, StepRow
from engine.read.morning_ahead import Ahead, Check

OPENS = datetime(2026, 11, 22, 0, 29, 30, tzinfo=UTC)
CLOSES = OPENS + timedelta(minutes=5, seconds=30)


def at(clock: str) -> datetime:
    """A time of that morning, said in IST."""
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    ist = datetime(2026, 11, 22, hours, minutes, seconds, tzinfo=UTC)
    return ist - timedelta(hours=5, minutes=30)


def ahead(opens_at: datetime | None = OPENS, *, ready: bool = True) -> Ahead:
    approved = "“Nifty outlook, week 48” is approved."
    missing = "“Nifty outlook, week 48” is submitted, not approved yet."
    return Ahead(
        opens_at=opens_at,
        schedule="Daily 06:00",
        day_title="Nifty outlook, week 48",
        checks=(
            Check("Content", ready, approved if ready else missing),
            Check("Senders", True, "4 of 4 may send, 320 messages a second; 2 in reserve."),
            Check("Audience", True, "2,000 active subscribers with consent."),
        ),
    )


def nothing() -> Board:
    """A day without a schedule."""
    return Board(at=OPENS, moment=Moment.BEFORE, ahead=ahead(None), counts={})


def before(*, ready: bool = True) -> Board:
    """Before there is a broadcast: the checklist alone."""
    return Board(at=at("05:20:00"), moment=Moment.BEFORE, ahead=ahead(ready=ready), counts={})


def stepping() -> Board:
    """Half an hour before, in the middle of the day's steps: one runs, one failed."""
    done = {
        Step.REMINDER: ("05:00:00", ""),
        Step.CUT_OFF: ("04:52:00", "Approved in time"),
        Step.FREEZE: ("05:30:01", "2,000 subscribers, 12 left out"),
    }
    steps = [
        StepRow(step=step, at=at(when), mark=Mark.DONE, done_at=at(when), words=words)
        for step, (when, words) in done.items()
    ]
    steps += [
        StepRow(
            step=Step.MEDIA,
            at=at("05:35:00"),
            mark=Mark.FAILED,
            words="2 of 12 are not there yet",
            may_retry=True,
        ),
        StepRow(step=Step.TEMPLATES, at=at("05:36:00"), mark=Mark.RUNS),
        StepRow(step=Step.CONNECTIONS, at=at("05:50:00"), mark=Mark.WAITS),
        StepRow(step=Step.PLAN, at=at("05:55:00"), mark=Mark.WAITS),
        StepRow(step=Step.OPENING, at=OPENS, mark=Mark.WAITS),
        StepRow(step=Step.CLOSE, at=CLOSES, mark=Mark.WAITS),
        StepRow(
            step=Step.REPORT, at=at("06:10:00"), mark=Mark.LEFT_OUT, words="No e-mail is set up"
        ),
    ]
    return replace(before(), at=at("05:36:02"), day=tuple(steps))


def _board(state: BroadcastState, moment: Moment, counts: Mapping[State, int]) -> Board:
    return Board(
        at=at("06:02:14"),
        moment=moment,
        ahead=ahead(OPENS + timedelta(days=1)),
        broadcast_id=BroadcastId(7),
        title="Nifty outlook, week 48",
        state=state,
        content_hash="9f3c" + 58 * "0" + "a1",
        approved_at=at("04:52:00"),
        languages=3,
        opens_at=OPENS,
        window_ends_at=OPENS + timedelta(minutes=3),
        closes_at=CLOSES,
        targeted=2_000,
        excluded=12,
        counts=counts,
        planned_points=tuple((s, min(2_000, s * s // 16)) for s in range(0, 181, 3)),
    )


def during() -> Board:
    """In the middle, with one sender lost."""
    counts = {
        State.DELIVERED: 1_800,
        State.READ: 47,
        State.SENT: 90,
        State.ACCEPTED: 6,
        State.PLANNED: 30,
        State.SENDING: 9,
        State.RETRYING: 9,
        State.UNKNOWN: 5,
        State.FAILED: 4,
    }
    board = _board(BroadcastState.SENDING, Moment.DURING, counts)
    return replace(
        board,
        delivered=1_847,
        handed_over=1_937,
        on_time_percent=92.35,
        forecast=Forecast(at("06:03:40"), at("06:03:10"), at("06:04:20"), 0.04, 0.01),
        time_to_delivered=Percentiles(3.1, 41.2, 88.0),
        delivered_points=tuple((s, min(1_847, s * s // 15)) for s in range(1, 165)),
        lanes=(
            _lane("4101", "GREEN", "sending", 66, 11, 38.0),
            _lane("4102", "GREEN", "sending", 63, 14, 40.0),
            _lane("4103", "RED", "stopped", 0, 0, None),
            _lane("4190", "UNKNOWN", "sending", 48, 14, 52.0, role="backup"),
        ),
        problems=(
            Problem(
                title="WhatsApp could not reach the phone",
                words="Not retried; listed in the report",
                count=3,
                code=131026,
                state="failed",
            ),
            Problem(
                title="No answer from WhatsApp",
                words="Waiting for receipts; nothing is sent twice on a guess",
                count=5,
                code=None,
                state="unknown",
            ),
        ),
        log=(
            LogLine(at("06:02:09"), "unknown.settled", "2 unknown settled: delivered"),
            LogLine(at("06:01:08"), "lane.taken_over", "Backup ·· 4190 took 312 from ·· 4103"),
            LogLine(at("06:01:07"), "lane.stopped", "Sender ·· 4103 stopped: quality RED"),
            LogLine(at("05:59:30"), "broadcast.start", "Window opened, 4 lanes"),
            LogLine(at("05:55:00"), "broadcast.plan", "Connections warm, plan final"),
        ),
    )


def paused() -> Board:
    """The same, stopped by a person, with some held."""
    counts = {**during().counts, State.HELD: 3, State.UNKNOWN: 2}
    reason = "Paused by Operator Person"
    return replace(
        during(), state=BroadcastState.PAUSED, state_reason=reason, counts=counts, forecast=None
    )


def after(*, met: bool = True) -> Board:
    """Finished, kept or missed."""
    delivered = 1_993 if met else 1_940
    counts = {State.DELIVERED: 1_400, State.READ: delivered - 1_400, State.FAILED: 4, State.HELD: 3}
    board = replace(
        during(),
        state=BroadcastState.FINISHED,
        moment=Moment.AFTER,
        counts=counts,
        delivered=delivered,
        on_time_percent=delivered / 20,
        forecast=None,
        delivered_points=(*during().delivered_points, (260, delivered)),
        verdicts=(
            _verdict("Handed over", 1_996, met=True),
            _verdict("Delivered", delivered, met=met),
        ),
    )
    lanes = (replace(lane, state="done", rate_now=0, left=0) for lane in board.lanes)
    return replace(board, lanes=tuple(lanes))


def _verdict(name: str, count: int, *, met: bool) -> VerdictRow:
    missing = 0 if met else 1_981 - count
    return VerdictRow(name, count, 2_000, count / 2_000, met, missing, Standing.FINAL)


def _lane(
    tail: str,
    quality: str,
    state: str,
    rate: int,
    left: int,
    p95: float | None,
    role: str = "primary",
) -> LaneRow:
    return LaneRow(
        sender_id=int(tail),
        label="",
        phone_tail=tail,
        role=role,
        quality=quality,
        state=state,
        state_reason="quality RED at 06:01:07" if state == "stopped" else "",
        returning=1.0,
        rate_now=rate,
        rate_limit=80.0,
        left=left,
        delivered=450,
        planned=500,
        in_flight=2,
        p95_seconds=p95,
    )
