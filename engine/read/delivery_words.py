"""What became of a delivery, and what to do next, in sentences. Pure: values in, words out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from engine.domain import failure, sla
from engine.domain.delivery import State
from engine.domain.schedule import IST


class Mood(StrEnum):
    """What the answer's colour says."""

    GOOD = "good"
    LATE = "late"
    RUNNING = "running"
    UNKNOWN = "unknown"
    BAD = "bad"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The facts of a delivery that its answer is made of; times are aware, stamps WhatsApp's."""

    state: State
    reason: str = ""
    error_code: int | None = None
    planned_at: datetime | None = None
    due_at: datetime | None = None
    accepted_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The first thing a person reads. `next` says what happens or what to do; may be empty."""

    headline: str
    next: str
    mood: Mood


def answer(now_standing: Standing) -> Answer:
    """Did they get it? If not: why not, and what next?"""
    return _ANSWERS[now_standing.state](now_standing)


def clock(at: datetime | None, *, seconds: bool = True) -> str:
    """06:01:07 in India; empty for None."""
    if at is None:
        return ""
    return at.astimezone(ZoneInfo(IST)).strftime("%H:%M:%S" if seconds else "%H:%M")


def how_long(started: datetime, ended: datetime) -> str:
    """212 ms, 3.4 s."""
    milliseconds = round((ended - started).total_seconds() * 1000)
    return f"{milliseconds} ms" if milliseconds < 1_000 else f"{milliseconds / 1000:.1f} s"


def _planned(it: Standing) -> Answer:
    if it.planned_at is None:
        return Answer("Not sent yet.", "The plan will give it a sender and an instant.", Mood.NONE)
    return Answer(f"Not sent yet: planned for {clock(it.planned_at)}.", "", Mood.NONE)


def _sending(it: Standing) -> Answer:
    del it
    return Answer("Being sent now.", "", Mood.RUNNING)


def _unknown(it: Standing) -> Answer:
    del it
    return Answer(
        "Not known yet: the request left and no answer came.",
        "A receipt will tell. It is sent again only on proof that WhatsApp did not take it.",
        Mood.UNKNOWN,
    )


def _retrying(it: Standing) -> Answer:
    return Answer(
        f"Not delivered yet: {_cause(it)}",
        f"It is tried again {_late(it)}at {clock(it.due_at)}."
        if it.due_at
        else "It is tried again.",
        Mood.LATE,
    )


def _late(it: Standing) -> str:
    late = it.due_at is not None and it.closes_at is not None and it.due_at > it.closes_at
    return "late, " if late else ""


def _paced(it: Standing) -> Answer:
    del it
    return Answer(
        "WhatsApp holds it while it looks at the template's quality.",
        "It is released or refused within the hour; a receipt will tell.",
        Mood.RUNNING,
    )


def _accepted(it: Standing) -> Answer:
    taken = f" at {clock(it.accepted_at)}" if it.accepted_at else ""
    return Answer(f"WhatsApp took it{taken}; it is not on its way yet.", "", Mood.RUNNING)


def _sent(it: Standing) -> Answer:
    return Answer(
        f"Handed over {clock(it.sent_at)}; not on the phone yet.",
        "It arrives as soon as the phone is switched on and online.",
        Mood.RUNNING,
    )


def _arrived(it: Standing) -> Answer:
    first = min((at for at in (it.delivered_at, it.read_at) if at is not None), default=None)
    late = it.closes_at is not None and not sla.in_time(first, it.closes_at)
    parts: list[str] = []
    if it.delivered_at is not None:
        parts.append(f"delivered {'late, ' if late else ''}{clock(it.delivered_at)}")
    if it.state is State.READ:
        parts.append(f"read {clock(it.read_at, seconds=it.delivered_at is None)}".strip())
    said = ", ".join(parts) or "delivered"
    return Answer(said[0].upper() + said[1:], "", Mood.LATE if late else Mood.GOOD)


def _held(it: Standing) -> Answer:
    del it
    return Answer(
        "Not known whether it arrived: held for a person.",
        "Send it again knowing that it may arrive twice, or close it with a reason.",
        Mood.UNKNOWN,
    )


def _failed(it: Standing) -> Answer:
    return Answer(f"Not delivered: {_cause(it)}", _advice(it), Mood.BAD)


def _cancelled(it: Standing) -> Answer:
    return Answer(f"Not sent: {_sentence(it.reason or 'cancelled')}", "", Mood.BAD)


def _discarded(it: Standing) -> Answer:
    return Answer(f"Not delivered. {_sentence(it.reason or 'Closed by a person')}", "", Mood.BAD)


_ANSWERS: dict[State, Callable[[Standing], Answer]] = {
    State.PLANNED: _planned,
    State.SENDING: _sending,
    State.UNKNOWN: _unknown,
    State.RETRYING: _retrying,
    State.PACED: _paced,
    State.ACCEPTED: _accepted,
    State.SENT: _sent,
    State.DELIVERED: _arrived,
    State.READ: _arrived,
    State.HELD: _held,
    State.FAILED: _failed,
    State.CANCELLED: _cancelled,
    State.DISCARDED: _discarded,
}


def _cause(it: Standing) -> str:
    if it.error_code is None:
        return _sentence(it.reason or "the request did not reach WhatsApp")
    title = failure.cause_of(it.error_code).title
    return _sentence(title[0].lower() + title[1:] if not title.startswith("WhatsApp") else title)


def _advice(it: Standing) -> str:
    """What the cause's words say after its first sentence, which the headline has said."""
    if it.error_code is None:
        return ""
    cause = failure.cause_of(it.error_code)
    if cause.retryable and it.state is State.FAILED:  # its words say that we try again: we did
        return "We tried as often as we may. Put it back once the cause has passed."
    words = cause.words
    _, _, advice = words.partition(". ")
    return advice or words


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
