"""The day's timeline: each step of a morning, when it is due, how far it is, what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from engine.domain import day_steps as rules
from engine.domain.broadcast import OVER, BroadcastState
from engine.domain.cut_off import Deadlines, on_the_minute
from engine.domain.day_steps import RETRIED, Step, StepState
from engine.domain.digits import grouped
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.keeping import ChoreState
from engine.domain.schedule import Kind
from engine.domain.tenant_settings import shape_of
from engine.read.board_rows import Mark, StepRow, VerdictRow
from engine.store import day_steps, deadlines, tenant_settings
from engine.store.tables import (
    Broadcast,
    Content,
    DayStep,
    DeadlineNotice,
    EvidencePack,
    ReportDay,
    Schedule,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What is known of the day."""

    row: Broadcast | None
    daily: bool
    approved_at: datetime | None
    told: Mapping[str, datetime]
    steps: Mapping[Step, DayStep]
    verdicts: Sequence[VerdictRow]
    counted_at: datetime | None
    packed_at: datetime | None
    now: datetime

    @property
    def state(self) -> BroadcastState | None:
        return None if self.row is None else BroadcastState(self.row.state)

    @property
    def given_up(self) -> bool:
        """Whether the broadcast ended before its window."""
        return self.row is not None and self.row.started_at is None and self.state in OVER


def of_broadcast(
    session: Session, row: Broadcast, verdicts: Sequence[VerdictRow], now: datetime
) -> tuple[StepRow, ...]:
    """The day of a broadcast that was opened."""
    tenant, broadcast = TenantId(row.tenant_id), BroadcastId(row.id or 0)
    values = tenant_settings.values(session, tenant)
    times = deadlines.of_opening(row.opens_at, values)
    schedule = session.get(Schedule, row.schedule_id)
    content = None if row.content_id is None else session.get(Content, row.content_id)
    due = rules.due(
        times,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        leads=day_steps.leads(session, tenant),
        opened_at=row.created_at,
    )
    facts = _Facts(
        row=row,
        daily=schedule is not None and schedule.kind == Kind.DAILY,
        approved_at=None if content is None else content.decided_at,
        told=_told(session, row),
        steps=day_steps.of_broadcast(session, broadcast),
        verdicts=verdicts,
        counted_at=_counted(session, row),
        packed_at=_packed(session, row),
        now=now,
    )
    return _rows(due, times, facts)


def of_opening(
    session: Session,
    tenant: TenantId,
    opens_at: datetime,
    approved_at: datetime | None,
    now: datetime,
) -> tuple[StepRow, ...]:
    """The day of an opening ahead, of which nothing has been done yet."""
    values = tenant_settings.values(session, tenant)
    times = deadlines.of_opening(opens_at, values)
    closes_at = on_the_minute(opens_at) + shape_of(values).closes
    due = rules.due(
        times, opens_at=opens_at, closes_at=closes_at, leads=day_steps.leads(session, tenant)
    )
    facts = _Facts(
        row=None,
        daily=True,
        approved_at=approved_at,
        told={},
        steps={},
        verdicts=(),
        counted_at=None,
        packed_at=None,
        now=now,
    )
    return _rows(due, times, facts)


def _rows(due: Mapping[Step, datetime], times: Deadlines, facts: _Facts) -> tuple[StepRow, ...]:
    rows: list[StepRow] = []
    for step in Step:
        if step in (Step.REMINDER, Step.CUT_OFF):
            if facts.daily:
                rows.append(_deadline(step, due[step], facts))
        elif step in RETRIED:
            rows.append(_engine_s(step, due[step], facts))
        else:
            rows.append(_fact(step, due[step], facts))
    return tuple(rows)


def _deadline(step: Step, at: datetime, facts: _Facts) -> StepRow:
    """Reminder and cut-off: whether an approval was there by then."""
    if facts.now < at:
        return StepRow(step=step, at=at, mark=Mark.WAITS, words=_approval_words(facts))
    told = facts.told.get(step.value)
    if facts.approved_at is not None and facts.approved_at <= at:
        return StepRow(step=step, at=at, mark=Mark.DONE, words="Approved in time")
    if told is None:
        return StepRow(step=step, at=at, mark=Mark.LEFT_OUT, words=_approval_words(facts))
    late = facts.approved_at is not None
    words = "Approved after it, with an explicit word" if late else "Nothing was approved"
    if step is Step.REMINDER:
        words = "Told that nothing is approved"
        return StepRow(step=step, at=at, mark=Mark.DONE, done_at=told, words=words)
    return StepRow(
        step=step, at=at, mark=Mark.DONE if late else Mark.FAILED, done_at=told, words=words
    )


def _approval_words(facts: _Facts) -> str:
    return "" if facts.approved_at is None else "The content is approved"


def _engine_s(step: Step, at: datetime, facts: _Facts) -> StepRow:
    """What the engine gets done, and a person may ask for again."""
    known, row = facts.steps.get(step), facts.row
    waiting = (
        row is not None and facts.state in day_steps.BEFORE_WINDOW and facts.now < row.opens_at
    )
    if known is None or (known.state == StepState.WAITS and not known.asked_by):
        passed = row is not None and not waiting and facts.state is not BroadcastState.SCHEDULED
        mark = Mark.LEFT_OUT if passed else Mark.RUNS if waiting and facts.now >= at else Mark.WAITS
        words = "Not done before the window" if passed and not facts.given_up else ""
        return StepRow(step=step, at=at, mark=mark, words=words, may_retry=False)
    state = StepState(known.state)
    if state is StepState.WAITS:
        return StepRow(step=step, at=at, mark=Mark.RUNS, words="Asked for again")
    return StepRow(
        step=step,
        at=at,
        mark=Mark(state.value),
        done_at=known.ended_at,
        words=known.words,
        may_retry=waiting and state in (StepState.DONE, StepState.FAILED),
    )


def _fact(step: Step, at: datetime, facts: _Facts) -> StepRow:
    row = facts.row
    if row is None:
        return StepRow(step=step, at=at, mark=Mark.WAITS)
    match step:
        case Step.FREEZE:
            return _freeze(row, at, facts)
        case Step.PLAN:
            return _stamped(
                step, at, row.planned_at, facts, "Everybody has a sender and an instant"
            )
        case Step.OPENING:
            return _stamped(step, at, row.started_at, facts, "", gave_up=row.state_reason)
        case Step.REPORT:
            words = "The day is counted" if facts.counted_at else ""
            return _stamped(step, at, facts.counted_at, facts, words)
        case Step.EVIDENCE:
            words = "" if facts.packed_at else "Made when somebody asks for it"
            return _stamped(step, at, facts.packed_at, facts, words)
        case _:
            return _judged(step, at, row, facts)


def _freeze(row: Broadcast, at: datetime, facts: _Facts) -> StepRow:
    if row.frozen_at is not None:
        words = f"{grouped(row.targeted)} targeted, {grouped(row.excluded)} left out"
        return StepRow(step=Step.FREEZE, at=at, mark=Mark.DONE, done_at=row.frozen_at, words=words)
    if facts.given_up:
        return StepRow(step=Step.FREEZE, at=at, mark=Mark.LEFT_OUT, words=row.state_reason)
    if facts.now < at:
        return StepRow(step=Step.FREEZE, at=at, mark=Mark.WAITS)
    return StepRow(step=Step.FREEZE, at=at, mark=Mark.RUNS, words="Waits for an approval")


def _stamped(
    step: Step,
    at: datetime,
    done_at: datetime | None,
    facts: _Facts,
    words: str,
    gave_up: str = "",
) -> StepRow:
    """What is done once it has an instant."""
    if done_at is not None:
        return StepRow(step=step, at=at, mark=Mark.DONE, done_at=done_at, words=words)
    if facts.given_up:
        return StepRow(step=step, at=at, mark=Mark.LEFT_OUT, words=gave_up)
    return StepRow(step=step, at=at, mark=Mark.WAITS, words=words)


def _judged(step: Step, at: datetime, row: Broadcast, facts: _Facts) -> StepRow:
    """The close and the verdict: kept or missed, as counted."""
    if facts.given_up:
        return StepRow(step=step, at=at, mark=Mark.LEFT_OUT)
    if facts.now < at + timedelta(seconds=1):
        runs = step is Step.CLOSE and row.started_at is not None
        return StepRow(step=step, at=at, mark=Mark.RUNS if runs else Mark.WAITS)
    missed = [one for one in facts.verdicts if not one.met]
    said = [f"{one.name} {one.share * 100:.2f} %" for one in facts.verdicts]
    mark = Mark.FAILED if missed and step is Step.VERDICT else Mark.DONE
    return StepRow(step=step, at=at, mark=mark, done_at=at, words=", ".join(said))


def _told(session: Session, row: Broadcast) -> dict[str, datetime]:
    asked = sa.select(col(DeadlineNotice.kind), col(DeadlineNotice.at)).where(
        col(DeadlineNotice.tenant_id) == row.tenant_id,
        col(DeadlineNotice.day) == row.service_day,
    )
    return {row[0]: row[1] for row in session.connection().execute(asked)}


def _counted(session: Session, row: Broadcast) -> datetime | None:
    found = session.get(ReportDay, (row.tenant_id, row.service_day))
    return None if found is None else found.made_at


def _packed(session: Session, row: Broadcast) -> datetime | None:
    asked = sa.select(sa.func.max(col(EvidencePack.ended_at))).where(
        col(EvidencePack.tenant_id) == row.tenant_id,
        col(EvidencePack.day) == row.service_day,
        col(EvidencePack.state) == ChoreState.DONE.value,
    )
    return session.connection().execute(asked).scalar()
