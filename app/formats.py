"""How people read what the engine counts: Indian digits, IST, words instead of codes."""

from datetime import date as calendar_date
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.domain.digits import grouped
from engine.read.report_words import Spoken

IST = ZoneInfo("Asia/Kolkata")
NOTHING = "–"


def number(value: int | None) -> str:
    """12,34,567: thousands first, then by hundreds."""
    if value is None:
        return NOTHING
    return grouped(value)


def percent(value: float | None, digits: int = 1) -> str:
    """98.7 %; rounded down, so that 98.96 never reads as a kept promise of 99."""
    if value is None:
        return NOTHING
    scale = 10**digits
    return f"{int(value * scale + 1e-9) / scale:.{digits}f} %"


def count(value: int, one: str, many: str | None = None) -> str:
    """1 subscriber, 2,000 subscribers."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def time(at: datetime | None) -> str:
    """06:03:12, in IST."""
    return at.astimezone(IST).strftime("%H:%M:%S") if at else NOTHING


def time_with_zone(at: datetime | None) -> str:
    """06:03:12 IST."""
    return f"{time(at)} IST" if at else NOTHING


def minute(at: datetime | None) -> str:
    """06:03, or 05:59:30 when the seconds matter; in IST."""
    if at is None:
        return NOTHING
    local = at.astimezone(IST)
    return local.strftime("%H:%M:%S" if local.second else "%H:%M")


def day(at: datetime | None) -> str:
    """Sun 22 Nov, in IST."""
    if at is None:
        return NOTHING
    local = at.astimezone(IST)
    return f"{local:%a} {local.day} {local:%b}"


def date(at: datetime | None) -> str:
    """26 May 2025, in IST."""
    if at is None:
        return NOTHING
    local = at.astimezone(IST)
    return f"{local.day} {local:%b} {local.year}"


def calendar_day(day: calendar_date) -> str:
    """Thu 26 Nov 2026."""
    return f"{day:%a} {day.day} {day:%b} {day.year}"


def moment(at: datetime | None) -> str:
    """Sun 22 Nov 2026, 06:03:12 IST."""
    if at is None:
        return NOTHING
    local = at.astimezone(IST)
    return f"{local:%a} {local.day} {local:%b} {local.year}, {local:%H:%M:%S} IST"


def seconds(value: float | None) -> str:
    """How long something took: 0.4 s, 3.1 s, 41 s, 12 min."""
    if value is None:
        return NOTHING
    if value < 9.95:
        return f"{value:.1f} s"
    if value < 120:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min"


def duration(length: timedelta) -> str:
    """In words, two units at most: 2 h 5 min, 3 min 20 s, 45 s."""
    total = max(0, int(length.total_seconds()))
    days, rest = divmod(total, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, secs = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (secs, "s")]
    first = next((i for i, (amount, _) in enumerate(parts) if amount), 3)
    said = [f"{amount} {unit}" for amount, unit in parts[first : first + 2] if amount]
    return " ".join(said) or "0 s"


def ago(at: datetime | None, now: datetime) -> str:
    """Relative time, for a hover beside the absolute one: 3 min ago, in 2 h 5 min."""
    if at is None:
        return "never"
    gap = now - at
    return f"in {duration(-gap)}" if gap < timedelta(0) else f"{duration(gap)} ago"


def phone_tail(phone: str | None) -> str:
    """+91 ·· 4101: enough to tell senders apart, too little to call."""
    digits = "".join(c for c in phone or "" if c.isdigit())
    if len(digits) < 6:
        return NOTHING
    return f"+{digits[:2]} ·· {digits[-4:]}"


def short_hash(text: str | None) -> str:
    """9f3c…a1."""
    return f"{text[:4]}…{text[-2:]}" if text else NOTHING


def instant(text: str) -> datetime | None:
    """An instant as the engine writes it down, ISO 8601 with a zone; None when it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def rupees(amount: Decimal | None) -> str:
    """₹1,23,456.78; a fraction of a rupee with the four digits of a rate card."""
    if amount is None:
        return NOTHING
    if 0 < amount < 1:
        return f"₹{amount:.4f}"
    whole, _, part = f"{amount:.2f}".partition(".")
    return f"₹{number(int(whole))}.{part}"


SPOKEN = Spoken(
    number=number,
    percent=percent,
    seconds=seconds,
    rupees=rupees,
    day=calendar_day,
    moment=moment,
    clock=minute,
)
"""How a report's files write numbers: as its page does."""
