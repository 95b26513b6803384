"""What a failed attempt means. Every number WhatsApp can say to us is read here, and nowhere else.

The tables were drawn up from Meta's list of error codes (Cloud API > Support > Error codes, as of
September 2026) and from codes seen elsewhere; the blame and the words are ours. Meta says to build
on the code, not on the HTTP status or the title.
"""

from engine.domain.cause import UNKNOWN_CODE, Cause
from engine.domain.cause_account import ACCOUNT_CAUSES, ACCOUNT_RANGES
from engine.domain.cause_message import MESSAGE_CAUSES
from engine.domain.outcome import Blame, Failure

CAUSES: dict[int, Cause] = {**ACCOUNT_CAUSES, **MESSAGE_CAUSES}

NOT_REACHED = Cause(
    Blame.PLATFORM,
    "WhatsApp not reached",
    "We could not connect to WhatsApp, so nothing left this machine. We try again.",
    retryable=True,
)


def classify(code: int | None, http_status: int | None, detail: str = "") -> Failure:
    """A refusal as a failure whose blame the policies act on.

    `code` is Meta's (0 is a real one), None when no API answered; `detail` is Meta's own text. An
    unknown code is for good for that message (spec E1); its title then carries the HTTP status, the
    only other thing known of it.
    """
    cause = cause_of(code)
    title = cause.title
    if cause is UNKNOWN_CODE and http_status is not None:
        title = f"{title} (HTTP {http_status})"
    return Failure(
        blame=cause.blame, code=code, title=title, detail=detail, retryable=cause.retryable
    )


def cause_of(code: int | None) -> Cause:
    """What a code means; never raises, whatever number came."""
    if code is None:
        return NOT_REACHED
    known = CAUSES.get(code)
    if known is not None:
        return known
    return next((cause for codes, cause in ACCOUNT_RANGES if code in codes), UNKNOWN_CODE)


def words_for(code: int | None) -> str:
    """What happened and what to do, in words; the code itself is shown beside them."""
    return cause_of(code).words


def is_known(code: int) -> bool:
    """Whether the tables have this code; one they have not is worth an alert."""
    return code in CAUSES or any(code in codes for codes, _ in ACCOUNT_RANGES)
