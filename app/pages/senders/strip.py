"""Thirty days of a number's quality as a strip of little bars."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from app import formats
from app.pages.senders.words import QUALITIES
from engine.domain.quality import Quality
from engine.read.sender_history import Strip


@dataclass(frozen=True, slots=True)
class Bar:
    """One day."""

    tone: str
    words: str


def bars(strip: Strip) -> list[Bar]:
    """The days in tones and words."""
    return [
        Bar(
            QUALITIES[quality][1] if quality is not Quality.UNKNOWN else "quiet",
            f"{day.day} {day:%b}: {QUALITIES[quality][0].lower()}",
        )
        for day, quality in strip
    ]


def said(strip: Strip) -> str:
    """`30 days: 27 green, 3 yellow`, for who does not see the strip."""
    counted = [
        f"{formats.number(many)} {quality.value.lower() if quality in _NAMED else 'not known'}"
        for quality in Quality
        if (many := sum(1 for _, one in strip if one is quality))
    ]
    return f"{len(strip)} days: {', '.join(counted)}"


_NAMED = (Quality.GREEN, Quality.YELLOW, Quality.RED)


def strip_of(days: Any, words: Any) -> rx.Component:
    """The strip: a Var of bars, and what it says in words."""
    return rx.el.div(
        rx.foreach(
            days,
            lambda bar: rx.el.i(custom_attrs={"data-tone": bar.tone}, title=bar.words),
        ),
        class_name="dc-strip",
        role="img",
        aria_label=words,
    )
