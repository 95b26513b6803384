"""What is watched, and the rules an organisation begins with (spec A1). Each may change its own."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from engine.domain.alerting import Level, Rule, Severity


class Watched(StrEnum):
    """What is measured; the key of its rule."""

    DELIVERY = "delivery"
    FAILING = "failing"
    PENDING_FAILURES = "pending_failures"
    PERMANENT_FAILURES = "permanent_failures"
    WAITING = "waiting"
    API_ERRORS = "api_errors"
    RESPONSE = "response_time"
    FORECAST = "forecast_late"
    SLA = "sla_violated"
    NO_NUMBERS = "no_numbers"
    QUALITY = "sender_quality"
    MONTHLY_QUALITY = "monthly_quality"
    TEMPLATE = "template_trouble"
    NO_APPROVAL = "no_approval"
    CONTENT_REMINDER = "content_reminder"
    REHEARSAL = "rehearsal_no_go"
    NOT_READY = "step_failed"
    DEAD_LETTERS = "dead_letters"
    COST = "cost_over_budget"
    CALLERS_SLOW = "caller_latency"
    CALLERS_ERRORS = "caller_errors"
    WORKER_STOPPED = "worker_stopped"
    DATABASE_POOL = "database_pool"
    DISK = "disk"
    BACKUP = "backup_failed"
    EMERGENCY = "emergency_declared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What can be said of a rule before anybody edits it.

    unit: of its thresholds, as people read it. low, high: between which they may be set. fixed: the
    thresholds are yes or no, or times that are set elsewhere; only the rest can be edited.
    """

    usual: Rule
    title: str
    unit: str = ""
    low: float = 0.0
    high: float = 1_000_000.0
    fixed: bool = False


_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
_I, _W, _C = Severity.INFO, Severity.WARNING, Severity.CRITICAL


def _rule(
    key: Watched,
    *levels: tuple[float, Severity],
    above: bool = True,
    least: int = 0,
    hold: timedelta = timedelta(0),
    calm: timedelta = 5 * _SECOND,
    cool_down: timedelta = 10 * _MINUTE,
) -> Rule:
    made = tuple(Level(threshold, severity) for threshold, severity in levels)
    return Rule(
        key=key.value,
        above=above,
        levels=made,
        least=least,
        hold=hold,
        calm=calm,
        cool_down=cool_down,
    )


KINDS: dict[Watched, Kind] = {
    Watched.DELIVERY: Kind(
        usual=_rule(
            Watched.DELIVERY,
            (97.0, _I),
            (95.0, _W),
            (90.0, _C),
            above=False,
            least=20,
            hold=2 * _SECOND,
        ),
        title="Too few of those who should have it by now do",
        unit="%",
        high=100.0,
    ),
    Watched.FAILING: Kind(
        usual=_rule(Watched.FAILING, (5.0, _W), least=20, hold=2 * _SECOND),
        title="Messages fail",
        unit="%",
        high=100.0,
    ),
    Watched.PENDING_FAILURES: Kind(
        usual=_rule(Watched.PENDING_FAILURES, (100.0, _W), hold=2 * _SECOND),
        title="Many failed messages wait for another try",
        unit="messages",
    ),
    Watched.PERMANENT_FAILURES: Kind(
        usual=_rule(Watched.PERMANENT_FAILURES, (10.0, _W)),
        title="Messages have failed for good",
        unit="messages",
    ),
    Watched.WAITING: Kind(
        usual=_rule(Watched.WAITING, (1_000.0, _W), (10_000.0, _C), hold=2 * _SECOND),
        title="Messages that are due wait",
        unit="messages",
    ),
    Watched.API_ERRORS: Kind(
        usual=_rule(Watched.API_ERRORS, (5.0, _C), least=20, hold=2 * _SECOND),
        title="WhatsApp answers with errors",
        unit="%",
        high=100.0,
    ),
    Watched.RESPONSE: Kind(
        usual=_rule(Watched.RESPONSE, (5.0, _W), least=5, hold=2 * _SECOND),
        title="WhatsApp answers slowly",
        unit="seconds",
        high=60.0,
    ),
    Watched.FORECAST: Kind(
        usual=_rule(Watched.FORECAST, (0.0, _C), hold=2 * _SECOND),
        title="The morning will be late",
        unit="seconds after the close",
        high=3_600.0,
    ),
    Watched.SLA: Kind(
        usual=_rule(Watched.SLA, (0.0, _C), cool_down=12 * _HOUR),
        title="The morning missed its goal",
        fixed=True,
    ),
    Watched.NO_NUMBERS: Kind(
        usual=_rule(Watched.NO_NUMBERS, (1.0, _C), above=False, hold=2 * _SECOND),
        title="No number may send",
        fixed=True,
    ),
    Watched.QUALITY: Kind(
        usual=_rule(Watched.QUALITY, (0.0, _W), (1.0, _C), cool_down=_HOUR),
        title="The quality of a number dropped",
        fixed=True,
    ),
    Watched.MONTHLY_QUALITY: Kind(
        usual=_rule(Watched.MONTHLY_QUALITY, (2.0, _W), cool_down=24 * _HOUR),
        title="A number keeps losing quality",
        unit="drops in 30 days",
        high=100.0,
    ),
    Watched.TEMPLATE: Kind(
        usual=_rule(Watched.TEMPLATE, (0.0, _W), cool_down=_HOUR),
        title="A template was paused or put into another category",
        fixed=True,
    ),
    Watched.NO_APPROVAL: Kind(
        usual=_rule(Watched.NO_APPROVAL, (0.0, _W), (1.0, _C), cool_down=_HOUR),
        title="Nothing is approved for the coming morning",
        fixed=True,
    ),
    Watched.CONTENT_REMINDER: Kind(
        usual=_rule(Watched.CONTENT_REMINDER, (0.0, _I), cool_down=6 * _HOUR),
        title="Nothing is written for the coming morning",
        fixed=True,
    ),
    Watched.REHEARSAL: Kind(
        usual=_rule(Watched.REHEARSAL, (0.0, _C), cool_down=_HOUR),
        title="The rehearsal says NO-GO",
        fixed=True,
    ),
    Watched.NOT_READY: Kind(
        usual=_rule(Watched.NOT_READY, (0.0, _C), hold=2 * _SECOND, cool_down=10 * _MINUTE),
        title="Something is not ready for the window",
        fixed=True,
    ),
    Watched.DEAD_LETTERS: Kind(
        usual=_rule(Watched.DEAD_LETTERS, (0.0, _I), (100.0, _W), calm=_MINUTE, cool_down=_HOUR),
        title="Dead letters wait for a person",
        unit="messages",
    ),
    Watched.COST: Kind(
        usual=_rule(Watched.COST, (80.0, _I), (100.0, _W), cool_down=24 * _HOUR),
        title="The month costs more than its budget",
        unit="% of the budget",
        high=1_000.0,
    ),
    Watched.CALLERS_SLOW: Kind(
        usual=_rule(Watched.CALLERS_SLOW, (500.0, _W), least=20, hold=10 * _MINUTE, calm=_MINUTE),
        title="Our API answers its callers slowly",
        unit="ms (95 % are faster)",
        high=60_000.0,
    ),
    Watched.CALLERS_ERRORS: Kind(
        usual=_rule(Watched.CALLERS_ERRORS, (1.0, _C), least=20, hold=5 * _MINUTE, calm=_MINUTE),
        title="Our API fails its callers",
        unit="%",
        high=100.0,
    ),
    Watched.WORKER_STOPPED: Kind(
        usual=_rule(Watched.WORKER_STOPPED, (10.0, _C)),
        title="A part of the engine gives no sign of life",
        unit="seconds",
        low=5.0,
        high=600.0,
    ),
    Watched.DATABASE_POOL: Kind(
        usual=_rule(Watched.DATABASE_POOL, (10.0, _C), above=False, hold=2 * _SECOND),
        title="The database has hardly a connection left",
        unit="% free",
        high=100.0,
    ),
    Watched.DISK: Kind(
        usual=_rule(Watched.DISK, (10.0, _C), above=False, calm=_MINUTE),
        title="The disk is nearly full",
        unit="% free",
        high=100.0,
    ),
    Watched.BACKUP: Kind(
        usual=_rule(Watched.BACKUP, (0.0, _C), cool_down=12 * _HOUR),
        title="The backup failed",
        fixed=True,
    ),
    Watched.EMERGENCY: Kind(
        usual=_rule(Watched.EMERGENCY, (0.0, _C), cool_down=_MINUTE),
        title="An emergency was declared: SMS and e-mail go out",
        fixed=True,
    ),
}
