"""The steps of a morning: when each is due, and the life of those the engine has to get done (spec
§1).

    reminder ─ cut-off, freeze, media ─ templates ─ connections, plan ─ opening ─ close ─ verdict
     05:00           05:30                05:45          05:55           06:00    06:05    06:15
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from engine.domain.cut_off import Deadlines
from engine.domain.delivery import ImpossibleTransitionError
from engine.domain.sla import LATE_RECEIPTS


class Step(StrEnum):
    """What happens on a day with a broadcast, in its order."""

    REMINDER = "reminder"  # a day without an approval is told of
    CUT_OFF = "cut_off"  # from here on an approval needs an explicit word
    FREEZE = "freeze"  # the audience and the texts are fixed
    MEDIA = "media"  # every sender has the files above the message
    TEMPLATES = "templates"  # WhatsApp would send every template; else another stands in
    CONNECTIONS = "connections"  # the way to WhatsApp is open
    PLAN = "plan"  # everybody has a sender and an instant
    OPENING = "opening"
    CLOSE = "close"
    VERDICT = "verdict"  # late receipts are in
    REPORT = "report"  # the day is counted
    EVIDENCE = "evidence"  # a pack proves it


class StepState(StrEnum):
    """How far the engine is with a step that it has to get done."""

    WAITS = "waits"  # not due yet, or a person asked for it again
    RUNS = "runs"
    DONE = "done"
    FAILED = "failed"  # and is tried again by itself while it may help


class StepEvent(StrEnum):
    """What can happen to it."""

    BEGIN = "begin"
    SUCCEED = "succeed"
    FAIL = "fail"
    ASK = "ask"  # a person wants it done again


_S = StepState
_E = StepEvent

TRANSITIONS: dict[StepState, dict[StepEvent, StepState]] = {
    # Asked for before its time, it is done before its time.
    _S.WAITS: {_E.BEGIN: _S.RUNS, _E.ASK: _S.WAITS},
    # Begun by an engine that died: the next one begins it again.
    _S.RUNS: {_E.BEGIN: _S.RUNS, _E.SUCCEED: _S.DONE, _E.FAIL: _S.FAILED},
    # What was in order may cease to be: WhatsApp pauses a template at any minute.
    _S.DONE: {_E.BEGIN: _S.RUNS, _E.ASK: _S.WAITS},
    _S.FAILED: {_E.BEGIN: _S.RUNS, _E.ASK: _S.WAITS},
}

RETRIED = (Step.MEDIA, Step.TEMPLATES, Step.CONNECTIONS)
"""What the engine gets done before a window, and a person may ask for again."""


def advance(state: StepState, event: StepEvent) -> StepState:
    """The state after `event`. Raises ImpossibleTransitionError for one the state cannot have."""
    after = TRANSITIONS[state].get(event)
    if after is None:
        raise ImpossibleTransitionError(f"{event} while {state}")
    return after


def possible(state: StepState, event: StepEvent) -> bool:
    """Whether `event` would change something."""
    return event in TRANSITIONS[state]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """How long before the schedule's time two of the steps begin."""

    templates: timedelta = timedelta(minutes=15)
    connections: timedelta = timedelta(minutes=5)


def due(
    times: Deadlines,
    *,
    opens_at: datetime,
    closes_at: datetime,
    leads: Leads,
    opened_at: datetime | None = None,
) -> Mapping[Step, datetime]:
    """When each step is due. times: the day's deadlines, of the schedule's time.

    opened_at: when the broadcast was made; what is due before its window is due no sooner, for one
    that a person starts by hand opens within seconds.
    """
    at = times.opens_at
    before = {
        Step.REMINDER: times.reminder,
        Step.CUT_OFF: times.cut_off,
        Step.FREEZE: times.cut_off,
        Step.MEDIA: times.cut_off,
        Step.TEMPLATES: max(times.cut_off, at - leads.templates),
        Step.CONNECTIONS: max(times.cut_off, at - leads.connections),
        Step.PLAN: times.last_call,
    }
    if opened_at is not None:
        before = {step: min(opens_at, max(when, opened_at)) for step, when in before.items()}
    final = closes_at + LATE_RECEIPTS
    return before | {
        Step.OPENING: opens_at,
        Step.CLOSE: closes_at,
        Step.VERDICT: final,
        Step.REPORT: final,
        Step.EVIDENCE: final,
    }
