"""Whether and when a failed delivery goes again. The only place that decides it (spec E1, E2).

Named policies. `window` is for a broadcast inside its window: quick, few, and never later
than what can still land by the close. `late` takes over where `window` ends: five slow tries at
fixed distances after the close, all marked late. `notification` is for single messages of API
callers. Beside them `alert` is for what channels are told of alerts, and `report` for the day's
report by e-mail, `emergency` for SMS and e-mail in its place.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from engine.domain.failure import words_for
from engine.domain.outcome import Blame, Failure

ONE_SECOND = timedelta(seconds=1)
_NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How long between tries, and how many.

    `attempts` counts all attempts, the first included. `jitter` is the part of a delay by which it
    is shortened or lengthened by chance. `landing`: how long before the close a try must start to
    count.
    """

    name: str
    first: timedelta
    factor: float
    cap: timedelta
    attempts: int
    jitter: float
    landing: timedelta = timedelta(seconds=3)


WINDOW = RetryPolicy(
    name="window",
    first=ONE_SECOND,
    factor=1.5,
    cap=timedelta(seconds=30),
    attempts=5,
    jitter=0.2,
)
NOTIFICATION = RetryPolicy(
    name="notification",
    first=timedelta(seconds=60),
    factor=2.0,
    cap=timedelta(hours=1),
    attempts=3,
    jitter=0.25,
)
ALERT = RetryPolicy(
    name="alert",
    first=timedelta(seconds=2),
    factor=2.0,
    cap=timedelta(minutes=5),
    attempts=10,
    jitter=0.2,
)
REPORT = RetryPolicy(
    name="report",
    first=timedelta(seconds=30),
    factor=2.0,
    cap=timedelta(minutes=30),
    attempts=10,
    jitter=0.2,
)
EMERGENCY = RetryPolicy(
    name="emergency",
    first=timedelta(seconds=5),
    factor=2.0,
    cap=timedelta(minutes=1),
    attempts=5,
    jitter=0.2,
)
LATE_STEPS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
"""The policy `late`: the distances between its tries; the first is counted from the close."""
LATE_JITTER = 0.1
LATE_AT_LEAST = timedelta(seconds=30)
"""A failure right before a late try must not be followed by it at once."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Again at `at`, through whatever sender its lane has. `late`: after the close."""

    at: datetime
    reason: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No more by itself: a dead letter. A person may put it back."""

    reason: str


@dataclass(frozen=True, slots=True)
class FailOver:
    """Now, through another sender; this one may not send. `otherwise` holds when there is no
    other.
    """

    reason: str
    otherwise: RetryAt | GiveUp


@dataclass(frozen=True, slots=True)
class StopAll:
    """Nothing of this account can be sent, whatever the sender and whoever the recipient.

    The engine stops every lane of the account at once, pauses its broadcasts, opens a critical
    alert, and keeps this delivery due (as after a retry), so that it goes when a person resumes:
    no dead letters, and no thousand useless requests with a refused token. Not to be taken for
    `held`, which is about a delivery whose outcome nobody knows.
    """

    reason: str


Decision = RetryAt | FailOver | StopAll | GiveUp


def decide(
    failure: Failure,
    *,
    attempts: int,
    now: datetime,
    policy: RetryPolicy,
    rng: Random,
    window_close: datetime | None = None,
) -> Decision:
    """What becomes of a delivery whose attempt failed.

    `attempts` were made so far, this one included; `window_close` is the end of its broadcast's
    window, None for a notification. The chances of `rng` only move instants, never the decision.
    """
    assert attempts >= 1, "there was an attempt, or nothing failed"
    words = words_for(failure.code)
    left = attempts < policy.attempts
    wait: timedelta | None = None
    match failure.blame:
        case Blame.ACCOUNT:
            return StopAll(words)
        case Blame.PACE:
            # The lane was too fast, not the delivery: it keeps its tries while there is time.
            wait = ONE_SECOND * (1 + policy.jitter * rng.random())
        case Blame.PAIR if left:
            # At least 4^n seconds between tries to one person (Meta: pair rate limits).
            wait = timedelta(seconds=4.0 ** (attempts - 1)) * (1 + policy.jitter * rng.random())
        case Blame.SENDER | Blame.PLATFORM if left:
            wait = backoff(attempts, policy, rng)
        case Blame.PAIR | Blame.SENDER | Blame.PLATFORM:
            pass
        case Blame.TEMPLATE | Blame.RECIPIENT | Blame.OPT_OUT | Blame.US:
            return GiveUp(words)
    again = _again(failure, wait, now, policy, rng, window_close)
    # Not for ever: where one sender after the other refuses, handing on must come to an end.
    return FailOver(words, again) if failure.blame is Blame.SENDER and left else again


def after_receipt(
    failure: Failure,
    *,
    attempts: int,
    now: datetime,
    rng: Random,
    policy: RetryPolicy = WINDOW,
    window_close: datetime | None = None,
) -> RetryAt | GiveUp:
    """What becomes of a delivery that WhatsApp took and failed later, by a receipt.

    As `decide`, except that nothing is handed to another sender or stopped here: by then the lane
    has heard of the sender's or the account's trouble from its own answers. What the account cannot
    send is a dead letter, for a person to put back once it can.
    """
    decision = decide(
        failure,
        attempts=attempts,
        now=now,
        policy=policy,
        rng=rng,
        window_close=window_close,
    )
    match decision:
        case FailOver(otherwise=otherwise):
            return otherwise
        case StopAll(reason):
            return GiveUp(reason)
        case RetryAt() | GiveUp():
            return decision


def tell_again(
    words: str, *, attempts: int, may_pass: bool, now: datetime, policy: RetryPolicy, rng: Random
) -> RetryAt | GiveUp:
    """What becomes of a notification that a channel did not take, after so many attempts."""
    if not may_pass or attempts >= policy.attempts:
        return GiveUp(words)
    return RetryAt(now + backoff(attempts, policy, rng), words)


def backoff(attempts: int, policy: RetryPolicy, rng: Random) -> timedelta:
    """How long to wait after the `attempts`-th attempt: exponential, capped, jittered."""
    # The exponent is bounded, because neither a float nor a timedelta is endless.
    plain = min(policy.factor ** min(attempts - 1, 64), policy.cap / policy.first) * policy.first
    return plain * (1 + policy.jitter * (2 * rng.random() - 1))


def late_try(window_close: datetime, now: datetime, rng: Random) -> datetime | None:
    """The next instant of the late ladder after `now`, or None when the ladder is at its end.

    The rungs stand at 1, 6, 21, 51 and 111 minutes after the close, so that a delivery needs no
    count of its late tries.
    """
    rung = window_close
    for step in LATE_STEPS:
        rung += step
        if rung >= now + LATE_AT_LEAST:
            return rung + step * (LATE_JITTER * rng.random())
    return None


def _again(
    failure: Failure,
    wait: timedelta | None,
    now: datetime,
    policy: RetryPolicy,
    rng: Random,
    window_close: datetime | None,
) -> RetryAt | GiveUp:
    """In the window after `wait`, if it can still land; else late; else no more."""
    words = words_for(failure.code)
    if wait is not None:
        due_at = now + wait
        last_call = None if window_close is None else window_close - policy.landing
        if last_call is None or due_at <= last_call:
            return RetryAt(due_at, words)
        # WhatsApp sets the wait of a pair; all others may come sooner while that still helps.
        if failure.blame is not Blame.PAIR and now + ONE_SECOND <= last_call:
            return RetryAt(last_call, words)
    late_at = (
        None if window_close is None else late_try(window_close, now + (wait or _NO_TIME), rng)
    )
    if late_at is None:
        return GiveUp(f"{failure.title}. We tried as often as we may.")
    return RetryAt(late_at, words, late=True)
