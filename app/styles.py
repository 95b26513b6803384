"""The design tokens: CSS variables with a light and a dark value in `assets/dawncast.css`."""

from typing import Literal

Tone = Literal["good", "warn", "bad", "busy", "held", "quiet"]
"""Colour carries meaning only: on track, at risk, broken, in progress, held, not started.
Never colour alone: a word or an icon stands beside it."""

BACKGROUND = "var(--dc-background)"
PANEL = "var(--dc-panel)"
LINE = "var(--dc-line)"
TEXT = "var(--dc-text)"
MUTED = "var(--dc-muted)"
SOFT = "var(--dc-soft)"
ACCENT = "var(--dc-accent)"

TONES: dict[Tone, str] = {
    "good": "var(--dc-good)",
    "warn": "var(--dc-warn)",
    "bad": "var(--dc-bad)",
    "busy": "var(--dc-busy)",
    "held": "var(--dc-held)",
    "quiet": "var(--dc-line)",
}

GAP = "16px"
"""Between cards; everything else is a multiple of 4 px."""

STYLESHEETS = ["/dawncast.css"]
