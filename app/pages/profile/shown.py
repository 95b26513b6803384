"""A person's own account in words, and the QR code of their second factor as a picture."""

import re
from dataclasses import dataclass
from datetime import datetime

import segno

from app import formats
from engine.read.profile import OwnSession

BROWSERS = (
    (r"Edg/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"Firefox/", "Firefox"),
    (r"Chrome/|Chromium/", "Chrome"),
    (r"Safari/", "Safari"),
)
SYSTEMS = (
    (r"Android", "Android"),
    (r"iPhone|iPad", "iOS"),
    (r"Windows", "Windows"),
    (r"Mac OS X", "macOS"),
    (r"Linux|X11", "Linux"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One place where the person is signed in."""

    handle: str
    device: str
    ip: str
    since: str
    seen: str
    seen_at: str
    here: bool


def shown(row: OwnSession, now: datetime) -> Shown:
    """One session as the table shows it."""
    return Shown(
        handle=row.handle,
        device=device_words(row.agent),
        ip=row.ip or formats.NOTHING,
        since=formats.moment(row.opened_at),
        seen=formats.ago(row.seen_at, now),
        seen_at=formats.moment(row.seen_at),
        here=row.here,
    )


def device_words(agent: str) -> str:
    """`Firefox on Linux`, from what a browser says of itself."""
    browser = next((name for sign, name in BROWSERS if re.search(sign, agent)), "")
    system = next((name for sign, name in SYSTEMS if re.search(sign, agent)), "")
    if not browser and not system:
        return "A program" if agent else "Unknown"
    return f"{browser or 'A browser'} on {system}" if system else browser


def qr_picture(address: str) -> str:
    """The QR code of `address` as an SVG that stands in the page itself: a `data:` address."""
    code = segno.make(address, error="m")
    return code.svg_data_uri(scale=5, border=3, dark="#111", light="#fff")


def grouped(secret: str) -> str:
    """A secret in groups of four, for whoever types it."""
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
