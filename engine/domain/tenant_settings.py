"""What an organisation may set for itself, each with its bounds; the engine reads every one.

What concerns the installation (addresses, tokens, secrets) is the environment's, not a tenant's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from engine.domain.brand import LINE_LIMIT
from engine.domain.content import Language
from engine.domain.cut_off import Fallback
from engine.domain.levers import LeverPolicy
from engine.domain.planning import Pacing, Routing
from engine.domain.schedule import DayShape, LatePolicy


class Kind(StrEnum):
    """How a setting is typed in."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting. `default` is its text; numbers are whole and lie from `low` to `high`."""

    key: str
    kind: Kind
    default: str
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()

    def read(self, text: str) -> str | None:
        """The value as it is stored, or None when it is not allowed."""
        typed = " ".join(text.split())
        match self.kind:
            case Kind.TEXT:
                return typed if self.low <= len(typed) <= self.high else None
            case Kind.CHOICE:
                return typed if typed in self.choices else None
            case Kind.NUMBER:
                whole = typed.isascii() and typed.isdigit() and len(typed) < 8
                if not whole or not self.low <= int(typed) <= self.high:
                    return None
                return str(int(typed))


NAME = "organisation.name"
FREEZE_MINUTES = "morning.freeze_minutes"
REMIND_MINUTES = "morning.remind_minutes"
LAST_CALL_MINUTES = "morning.last_call_minutes"
VALIDATE_MINUTES = "morning.validate_minutes"
CONNECT_MINUTES = "morning.connect_minutes"
FALLBACK = "morning.fallback"
CLOSES_MINUTES = "morning.closes_minutes"
LEVERS = "morning.levers"
PACING = "by_hand.pacing"
LATE_POLICY = "by_hand.late_policy"
LATE_MINUTES = "by_hand.late_minutes"
BRAND_LINE_EN = "brand.line_en"
BRAND_LINE_HI = "brand.line_hi"
BRAND_LINE_MR = "brand.line_mr"
BRAND_LINES = {
    Language.EN: BRAND_LINE_EN,
    Language.HI: BRAND_LINE_HI,
    Language.MR: BRAND_LINE_MR,
}
"""What is put onto header pictures, by language (spec D5)."""
BUDGET_RUPEES = "cost.budget_rupees"
"""A month's, without tax; 0: none."""
RETENTION_YEARS = "retention.years"
RAW_DAYS = "retention.raw_days"
IDLE_MINUTES = "sign_in.idle_minutes"
ABSOLUTE_HOURS = "sign_in.absolute_hours"

SETTINGS = (
    Setting(key=NAME, kind=Kind.TEXT, default="My organisation", low=2, high=80),
    Setting(key=FREEZE_MINUTES, kind=Kind.NUMBER, default="30", low=5, high=240),
    Setting(key=REMIND_MINUTES, kind=Kind.NUMBER, default="30", low=5, high=720),
    Setting(key=LAST_CALL_MINUTES, kind=Kind.NUMBER, default="5", low=1, high=240),
    Setting(key=VALIDATE_MINUTES, kind=Kind.NUMBER, default="15", low=2, high=240),
    Setting(key=CONNECT_MINUTES, kind=Kind.NUMBER, default="5", low=1, high=60),
    Setting(
        key=FALLBACK,
        kind=Kind.CHOICE,
        default=Fallback.EVERGREEN.value,
        choices=tuple(fallback.value for fallback in Fallback),
    ),
    Setting(key=BRAND_LINE_EN, kind=Kind.TEXT, default="", low=0, high=LINE_LIMIT),
    Setting(key=BRAND_LINE_HI, kind=Kind.TEXT, default="", low=0, high=LINE_LIMIT),
    Setting(key=BRAND_LINE_MR, kind=Kind.TEXT, default="", low=0, high=LINE_LIMIT),
    Setting(key=CLOSES_MINUTES, kind=Kind.NUMBER, default="5", low=3, high=60),
    # No broadcast is changed by a guess, but where a person chose that it may be.
    Setting(
        key=LEVERS,
        kind=Kind.CHOICE,
        default=LeverPolicy.TELL.value,
        choices=tuple(policy.value for policy in LeverPolicy),
    ),
    Setting(
        key=PACING,
        kind=Kind.CHOICE,
        default=Pacing.JITTERED.value,
        choices=tuple(pacing.value for pacing in Pacing),
    ),
    Setting(
        key=LATE_POLICY,
        kind=Kind.CHOICE,
        default=LatePolicy.ASK.value,
        choices=tuple(policy.value for policy in LatePolicy),
    ),
    Setting(key=LATE_MINUTES, kind=Kind.NUMBER, default="10", low=1, high=240),
    Setting(key=BUDGET_RUPEES, kind=Kind.NUMBER, default="0", low=0, high=9_999_999),
    Setting(key=RETENTION_YEARS, kind=Kind.NUMBER, default="5", low=1, high=15),
    # Meta brings a webhook again for seven days: nothing raw goes before that.
    Setting(key=RAW_DAYS, kind=Kind.NUMBER, default="30", low=8, high=3_650),
    Setting(key=IDLE_MINUTES, kind=Kind.NUMBER, default="480", low=15, high=1_440),
    Setting(key=ABSOLUTE_HOURS, kind=Kind.NUMBER, default="24", low=1, high=168),
)
ROUTING = Setting(
    key="senders.routing",
    kind=Kind.CHOICE,
    default=Routing.STICKY.value,
    choices=tuple(routing.value for routing in Routing),
)
"""Not among the others: who changes it is shown first whom it moves."""
BY_KEY = {setting.key: setting for setting in SETTINGS}
_KNOWN = BY_KEY | {ROUTING.key: ROUTING}


def value_of(values: Mapping[str, str], key: str) -> str:
    """What holds for a tenant: what it set, or the default."""
    return values.get(key, _KNOWN[key].default)


def number_of(values: Mapping[str, str], key: str) -> int:
    """The same for a number."""
    return int(value_of(values, key))


def shape_of(values: Mapping[str, str]) -> DayShape:
    """How a tenant's day is laid out around the time of its schedules."""
    return DayShape(
        freeze_lead=timedelta(minutes=number_of(values, FREEZE_MINUTES)),
        closes=timedelta(minutes=number_of(values, CLOSES_MINUTES)),
    )


def brand_line(values: Mapping[str, str], language: Language) -> str:
    """What stands on a header picture of that language, unless its author says otherwise."""
    return value_of(values, BRAND_LINES[language])


def idle_limit(values: Mapping[str, str]) -> timedelta:
    """How long a person may do nothing before they are signed out."""
    return timedelta(minutes=number_of(values, IDLE_MINUTES))


def absolute_limit(values: Mapping[str, str]) -> timedelta:
    """How long a person stays signed in, whatever they do."""
    return timedelta(hours=number_of(values, ABSOLUTE_HOURS))
