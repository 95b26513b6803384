"""The life of an alert: one table of arrows, and `step`, which decides what a reading means for it.

    pending ── held long enough ──> open ── a person saw it ──> acknowledged
       │                             │  <──── it got worse ─────────┘  │
       └─ over before: nobody knows  └──────── over for a while ───────┴──> resolved

A rule has at most one alert at a time for an organisation, whoever and however many it is about:
what joins it later is news of the same alert. Ignorance (no reading) opens and ends nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from engine.domain.delivery import ImpossibleTransitionError


class Severity(IntEnum):
    """How bad it is; routes go by it."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """As people read it."""
        return self.name.lower()


class AlertState(StrEnum):
    """Where an alert stands. The sentence beside each is what pages and docs say of it."""

    PENDING = "pending"  # the cause is there, but not for long enough yet
    OPEN = "open"  # a person should look
    ACKNOWLEDGED = "acknowledged"  # a person does
    RESOLVED = "resolved"  # the cause is gone
    PASSED = "passed"  # it was gone before it opened: nobody was told


class AlertEvent(StrEnum):
    """What can happen to it."""

    OPEN = "open"  # the cause has been there long enough
    WORSEN = "worsen"  # it has become more severe
    ACKNOWLEDGE = "acknowledge"  # a person sees to it
    CLEAR = "clear"  # the cause has been gone for long enough


class News(StrEnum):
    """What people and channels are told of an alert."""

    OPENED = "opened"
    UPDATED = "updated"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    TEST = "test"  # somebody pressed the button


_S, _E = AlertState, AlertEvent

TRANSITIONS: dict[AlertState, dict[AlertEvent, AlertState]] = {
    _S.PENDING: {_E.OPEN: _S.OPEN, _E.CLEAR: _S.PASSED},
    _S.OPEN: {_E.ACKNOWLEDGE: _S.ACKNOWLEDGED, _E.CLEAR: _S.RESOLVED},
    # Whoever said "I see to it" said so of something milder.
    _S.ACKNOWLEDGED: {_E.WORSEN: _S.OPEN, _E.CLEAR: _S.RESOLVED},
    _S.RESOLVED: {},
    _S.PASSED: {},
}
_NOTHING_NEW: dict[AlertState, frozenset[AlertEvent]] = {
    _S.PENDING: frozenset({_E.WORSEN}),
    _S.OPEN: frozenset({_E.OPEN, _E.WORSEN}),
    _S.ACKNOWLEDGED: frozenset({_E.OPEN, _E.ACKNOWLEDGE}),
    _S.RESOLVED: frozenset({_E.CLEAR, _E.ACKNOWLEDGE}),
    _S.PASSED: frozenset({_E.CLEAR}),
}

LIVE = frozenset({_S.PENDING, _S.OPEN, _S.ACKNOWLEDGED})
SHOWN = frozenset({_S.OPEN, _S.ACKNOWLEDGED})
"""What people see as standing now."""


def advance(state: AlertState, event: AlertEvent) -> AlertState:
    """The state after `event`; the same state when it says nothing new.

    Raises ImpossibleTransitionError for an event the state cannot have.
    """
    after = TRANSITIONS[state].get(event)
    if after is not None:
        return after
    if event in _NOTHING_NEW[state]:
        return state
    raise ImpossibleTransitionError(f"{event} while {state}")


@dataclass(frozen=True, slots=True)
class Level:
    """Beyond `threshold` it is this severe."""

    threshold: float
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as it holds for one organisation.

    above: whether more than a threshold is bad, else less. levels: the mildest first.
    least: judged only of so many. hold: for how long the cause must be there. calm: for how long
    gone. cool_down: within it nothing of the same severity is told twice.
    """

    key: str
    above: bool
    levels: tuple[Level, ...]
    least: int = 0
    hold: timedelta = timedelta(0)
    calm: timedelta = timedelta(0)
    cool_down: timedelta = timedelta(0)
    active: bool = True

    def judge(self, reading: "Reading") -> Severity | None:
        """How severe it is; None: it is well."""
        if not self.active or reading.of < self.least:
            return None
        beyond = [level.severity for level in self.levels if self._beyond(reading.value, level)]
        return max(beyond, default=None)

    def _beyond(self, value: float, level: Level) -> bool:
        return value > level.threshold if self.above else value < level.threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was measured. of: of how many. members: who or what it is about, by name."""

    value: float
    of: int = 0
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """The last alert of the rule that was told of and is over: when it ended, how severe it was."""

    resolved_at: datetime
    told: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert as it stands.

    worse: what it is about to become, since `worse_since`, if that lasts. told: the worst people
    were told; None: nothing yet. quiet_until: until then nothing up to `quiet` is told.
    """

    state: AlertState
    severity: Severity
    since: datetime
    value: float
    of: int = 0
    members: tuple[str, ...] = ()
    opened_at: datetime | None = None
    clear_since: datetime | None = None
    worse: Severity | None = None
    worse_since: datetime | None = None
    told: Severity | None = None
    told_members: frozenset[str] = frozenset()
    told_at: datetime | None = None
    quiet_until: datetime | None = None
    quiet: Severity | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The alert after a look. happened: what its history says. tell: what channels are told."""

    alert: Alert | None
    happened: News | None = None
    tell: News | None = None


def step(
    standing: Alert | None,
    reading: Reading | None,
    rule: Rule,
    now: datetime,
    *,
    silenced: bool = False,
    last: Past | None = None,
) -> Step:
    """What a reading means for the rule's alert, or for there being none."""
    if reading is None:
        return Step(standing) if standing is None else _telling(standing, None, rule, now, silenced)
    severity = rule.judge(reading)
    if severity is None:
        return _without_cause(standing, rule, now)
    if standing is None:
        quiet = last is not None and now < last.resolved_at + rule.cool_down
        standing = Alert(
            state=_S.PENDING,
            severity=severity,
            since=now,
            value=reading.value,
            quiet_until=last.resolved_at + rule.cool_down if last and quiet else None,
            quiet=last.told if last and quiet else None,
        )
    alert, happened = _with_cause(standing, reading, severity, rule, now)
    return _telling(alert, happened, rule, now, silenced)


def acknowledge(alert: Alert) -> Step:
    """A person sees to it. Nothing happens to one that is over, or acknowledged already."""
    after = advance(alert.state, _E.ACKNOWLEDGE)
    if after is alert.state:
        return Step(alert)
    tell = News.ACKNOWLEDGED if alert.told is not None else None
    return Step(replace(alert, state=after), News.ACKNOWLEDGED, tell)


def _without_cause(standing: Alert | None, rule: Rule, now: datetime) -> Step:
    if standing is None:
        return Step(None)
    if standing.state is _S.PENDING:
        return Step(replace(standing, state=advance(standing.state, _E.CLEAR)))
    since = standing.clear_since or now
    if rule.active and now - since < rule.calm:
        return Step(replace(standing, clear_since=since, worse=None, worse_since=None))
    over = replace(
        standing, state=advance(standing.state, _E.CLEAR), clear_since=since, resolved_at=now
    )
    return Step(over, News.RESOLVED, News.RESOLVED if over.told is not None else None)


def _with_cause(
    standing: Alert, reading: Reading, severity: Severity, rule: Rule, now: datetime
) -> tuple[Alert, News | None]:
    joined = set(reading.members) - set(standing.members)
    alert = replace(
        standing, value=reading.value, of=reading.of, members=reading.members, clear_since=None
    )
    if alert.state is _S.PENDING:
        alert = replace(alert, severity=severity)
        if now - alert.since < rule.hold:
            return alert, None
        return replace(alert, state=advance(alert.state, _E.OPEN), opened_at=now), News.OPENED
    alert, worse = _worse(alert, severity, rule, now)
    return alert, News.UPDATED if worse or joined else None


def _worse(alert: Alert, severity: Severity, rule: Rule, now: datetime) -> tuple[Alert, bool]:
    """More severe once that has lasted as long as an alert must; milder at once."""
    if severity <= alert.severity:
        return replace(alert, severity=severity, worse=None, worse_since=None), False
    since = alert.worse_since or now
    if now - since < rule.hold:
        return replace(alert, worse=severity, worse_since=since), False
    # It may have been severe before, and milder for a moment: that is nothing new to anybody.
    new = alert.told is None or severity > alert.told
    state = advance(alert.state, _E.WORSEN) if new else alert.state
    return replace(alert, state=state, severity=severity, worse=None, worse_since=None), new


def _telling(
    alert: Alert, happened: News | None, rule: Rule, now: datetime, silenced: bool
) -> Step:
    tell = None if silenced else _to_tell(alert, rule, now)
    if tell is not None:
        alert = replace(
            alert,
            told=max(alert.severity, alert.told or alert.severity),
            told_members=alert.told_members | set(alert.members),
            told_at=now,
        )
    return Step(alert, happened, tell)


def _to_tell(alert: Alert, rule: Rule, now: datetime) -> News | None:
    if alert.state is not _S.OPEN:
        return None
    if alert.told is None:
        quiet = alert.quiet is not None and alert.severity <= alert.quiet
        return None if quiet and alert.quiet_until and now < alert.quiet_until else News.OPENED
    if alert.severity > alert.told:
        return News.UPDATED
    joined = set(alert.members) - alert.told_members
    rested = alert.told_at is not None and now >= alert.told_at + rule.cool_down
    return News.UPDATED if joined and rested else None
