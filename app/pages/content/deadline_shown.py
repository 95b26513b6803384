"""The next morning in one sentence: whether it is approved, by when, and what happens if not."""

from datetime import datetime

from app import formats
from app.styles import Tone
from engine.domain.cut_off import Fallback, Phase
from engine.read.approvals import NextDay


def next_morning_words(next_day: NextDay | None, now: datetime) -> tuple[str, Tone]:
    """The sentence and its tone; nothing when no daily morning is set."""
    if next_day is None:
        return "", "quiet"
    times = next_day.deadlines
    day = f"{formats.day(times.opens_at)}, {formats.minute(times.opens_at)} IST"
    if next_day.approved is not None:
        return f"{day}: “{next_day.approved}” is approved.", "good"
    cut_off, last = formats.minute(times.cut_off), formats.minute(times.last_call)
    otherwise = _otherwise(next_day)
    match times.phase(now):
        case Phase.EARLY:
            left = formats.ago(times.cut_off, now)
            return (
                f"{day}: nothing is approved yet. Cut-off {cut_off} IST, {left}. {otherwise}",
                "busy",
            )
        case Phase.REMINDED:
            return (
                f"{day}: nothing is approved, and the cut-off is at {cut_off} IST. {otherwise}",
                "warn",
            )
        case Phase.LATE:
            return (
                f"{day}: the cut-off is over and nothing is approved. An approver may still "
                f"approve until {last} IST, explicitly late. {otherwise}",
                "bad",
            )
        case Phase.CLOSED:
            return f"{day}: nothing was approved by {last} IST. {otherwise}", "bad"


def _otherwise(next_day: NextDay) -> str:
    if next_day.policy is Fallback.SKIP:
        return "Without an approval the day is left out."
    if next_day.fallback is None:
        return "Without an approval nothing is sent: no evergreen is approved."
    return f"Without an approval the evergreen “{next_day.fallback}” stands in."
