"""The Senders page in words: from a sender's card as the engine reads it to what people read."""

import math
from dataclasses import dataclass, field
from datetime import timedelta

from app import formats
from app.pages.senders.strip import Bar, bars, said
from app.pages.senders.words import QUALITIES
from app.styles import Tone
from engine.domain.quality import read_quality
from engine.read.sender_history import Strip
from engine.read.senders import Capacity, Reach, SenderCard

NO_LIMITS = Reach()
LONGEST_SECONDS = 300
"""From the opening of the window to the close of the SLA: what takes longer comes late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One card."""

    id: int
    href: str
    phone: str
    label: str
    backup: bool
    role: str
    active: bool
    state: str
    state_tone: str
    reason: str
    quality: str
    quality_tone: str
    status: str
    status_tone: str
    rate: str
    rate_note: str
    rate_width: str
    pace: str
    latency: str
    latency_of: str
    sent: str
    limit: str
    cap: str
    cap_words: str
    checked: str
    checked_at: str
    error: str
    strip: list[Bar] = field(default_factory=list[Bar])
    strip_words: str = ""


@dataclass(frozen=True, slots=True)
class PoolWords:
    """What stands above the cards: what the pool can do, and what if a part of it fails."""

    tone: str
    sentence: str
    note: str


def shown(card: SenderCard, reach: Reach = NO_LIMITS, strip: Strip = ()) -> Shown:
    """One sender as its card shows it, with the use of the day's limits and its last weeks."""
    state, state_tone = _state(card)
    quality, quality_tone = QUALITIES[read_quality(card.quality)]
    status, status_tone = _STATUSES.get(card.status, (_sentence(card.status), "warn"))
    return Shown(
        id=card.id,
        href=f"/senders/{card.id}",
        phone=card.display_phone,
        label=card.label,
        backup=card.role == "backup",
        role="Backup" if card.role == "backup" else "Primary",
        active=card.state == "active",
        state=state,
        state_tone=state_tone,
        reason=card.state_reason,
        quality=quality,
        quality_tone=quality_tone,
        status=status,
        status_tone=status_tone,
        rate=f"{card.rate_now:.0f}/s of {_allowed(card):g}/s",
        rate_note=_rate_note(card),
        rate_width=_width(card),
        pace=f"{card.rate_per_second:g}",
        latency=_latency(card),
        latency_of=_latency_of(card),
        sent=formats.count(card.sent_24h, "message"),
        limit=_limit(card, reach),
        cap="" if card.daily_cap is None else f"{card.daily_cap}",
        cap_words=_cap(card, reach),
        checked=formats.time_with_zone(card.polled_at) if card.polled_at else "not yet",
        checked_at=formats.moment(card.polled_at),
        error=card.last_error,
        strip=bars(strip),
        strip_words=said(strip),
    )


def pool_words(pool: Capacity, reach: Reach = NO_LIMITS) -> PoolWords:
    """The pool's capacity as a sentence, `Four senders at 80/s send 2,000 in 7 s.`, and what the
    limit of the portfolio leaves out.
    """
    said = _pace_words(pool)
    if reach.limit is None or pool.audience <= reach.limit:
        return said
    without = formats.number(pool.audience - reach.limit)
    words = f"WhatsApp's limit is {formats.number(reach.limit)} people in 24 h: {without} of them"
    return PoolWords("warn", said.sentence, f"{words} would find no room. {said.note}")


def _pace_words(pool: Capacity) -> PoolWords:
    if pool.seconds is None:
        note = _backups(pool) or "Resume one, or make a backup a primary."
        return PoolWords(
            "bad", "No primary sender can send: a broadcast now would be refused.", note
        )
    many = pool.senders > 1
    who = f"{_COUNTS.get(pool.senders, formats.number(pool.senders))} sender{'s' if many else ''}"
    pace = f"at {_per_second(pool.rate_per_second / pool.senders)}"
    if not pool.equal:
        pace = f"with {_per_second(pool.rate_per_second)} together"
    if not pool.audience:
        return PoolWords(
            "quiet", f"{who} {pace} {'are' if many else 'is'} ready; nobody is subscribed yet.", ""
        )
    sentence = (
        f"{who} {pace} send{'' if many else 's'} {formats.number(pool.audience)} "
        f"in {_whole(pool.seconds)}."
    )
    late = pool.seconds > LONGEST_SECONDS
    if late:
        sentence += " That is longer than the five minutes until the SLA closes."
    return PoolWords("warn" if late else "good", sentence, f"{_what_if(pool)} {_backups(pool)}")


def _what_if(pool: Capacity) -> str:
    if pool.seconds_without_fastest is None:
        return "If it fails, nobody is left to send."
    return f"If the fastest fails: {_whole(pool.seconds_without_fastest)}."


def _backups(pool: Capacity) -> str:
    if not pool.backups:
        return "No backup stands by."
    count = _COUNTS.get(pool.backups, formats.number(pool.backups))
    return f"{count} backup{'s stand' if pool.backups > 1 else ' stands'} by."


def _whole(seconds: float) -> str:
    return formats.duration(timedelta(seconds=math.ceil(seconds - 1e-9)))


def _per_second(rate: float) -> str:
    return f"{rate:g}/s"


def _limit(card: SenderCard, reach: Reach) -> str:
    words = _LIMITS.get(card.messaging_limit, _sentence(card.messaging_limit))
    if reach.limit is None:
        return words
    return f"{words}, {formats.number(reach.together)} reached by all numbers"


def _cap(card: SenderCard, reach: Reach) -> str:
    if card.daily_cap is None:
        return "none"
    people = formats.number(reach.by_sender.get(card.id, 0))
    return f"{people} of {formats.number(card.daily_cap)} people in 24 h"


def _state(card: SenderCard) -> tuple[str, Tone]:
    match card.state:
        case "resting":
            return "Resting", "warn"
        case "stopped":
            return "Stopped", "bad"
        case _ if card.rate_now > 0:
            return "Sending", "busy"
        case _ if card.role == "backup":
            return "Standing by", "quiet"
        case _:
            return "Ready", "good"


def _allowed(card: SenderCard) -> float:
    """What it may send: by its quality while it is in the pool, by our word while it is not."""
    return card.rate_usable if card.state == "active" else card.rate_per_second


def _rate_note(card: SenderCard) -> str:
    if _allowed(card) < card.rate_per_second:
        return f"Its quality lowers the pace from {card.rate_per_second:g}/s."
    return ""


def _width(card: SenderCard) -> str:
    allowed = _allowed(card)
    share = card.rate_now / allowed if allowed else 0.0
    return f"{min(100.0, 100.0 * share):.0f}%"


def _latency(card: SenderCard) -> str:
    if card.latency is None:
        return "nothing sent lately"
    p50, p95 = (_milliseconds(ms) for ms in (card.latency.p50_ms, card.latency.p95_ms))
    return f"half in {p50}, 95 % in {p95}"


def _latency_of(card: SenderCard) -> str:
    if card.latency is None:
        return ""
    sends = formats.count(card.latency.sends, "answer")
    return f"{sends} up to {formats.moment(card.latency.until)}"


def _milliseconds(milliseconds: int) -> str:
    return f"{milliseconds} ms" if milliseconds < 1_000 else formats.seconds(milliseconds / 1_000)


def _sentence(word: str) -> str:
    return word.replace("_", " ").capitalize()


_COUNTS = {
    1: "One",
    2: "Two",
    3: "Three",
    4: "Four",
    5: "Five",
    6: "Six",
    7: "Seven",
    8: "Eight",
    9: "Nine",
    10: "Ten",
    11: "Eleven",
    12: "Twelve",
}

_STATUSES = {
    "CONNECTED": ("Connected", "quiet"),
    "UNKNOWN": ("Status not known", "held"),
    "PENDING": ("Pending", "warn"),
    "FLAGGED": ("Flagged", "warn"),
    "RATE_LIMITED": ("Rate limited", "warn"),
    "RESTRICTED": ("Restricted", "bad"),
    "BANNED": ("Banned", "bad"),
    "DISCONNECTED": ("Disconnected", "bad"),
}
"""Meta's status of a number (Meta, phone-numbers)."""

_LIMITS = {
    "TIER_50": "50 people in 24 h",
    "TIER_250": "250 people in 24 h",
    "TIER_2K": "2,000 people in 24 h",
    "TIER_10K": "10,000 people in 24 h",
    "TIER_100K": "1,00,000 people in 24 h",
    "TIER_UNLIMITED": "no limit",
    "TIER_NOT_SET": "not known yet",
}
"""Meta's messaging limit, shared by all numbers of a portfolio (Meta, messaging-limits)."""
