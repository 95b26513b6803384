"""Pictures and papers above a message: what WhatsApp takes, and how one is told from another.

Media are stored by what they are: the SHA-256 of their bytes is their name, and what an approval
binds to (spec D2). The limits are Meta's (facts B, media upload).
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

_MB = 1024 * 1024


class MediaType(StrEnum):
    """What a header may hold, by its MIME type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"


LIMITS: dict[MediaType, int] = {
    MediaType.JPEG: 5 * _MB,
    MediaType.PNG: 5 * _MB,
    MediaType.PDF: 100 * _MB,
}
"""Bytes that WhatsApp takes of each."""
UPLOAD_LIMIT = 20 * _MB
"""What the desk takes of anything: a paper of this size is no morning note."""
NAME_LIMIT = 120
IMAGE_PIXELS = 24_000_000
"""More would not fit 5 MB honestly; a small file may unpack to a picture that fills the memory."""
REUSED_FOR = timedelta(hours=24)
"""How long an uploaded id is used before the file is uploaded again (spec §1; Meta keeps it 30
days)."""

_STARTS = (
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"%PDF-", MediaType.PDF),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What stands above one language's text. `name` is what a reader sees of a paper."""

    sha256: str
    type: MediaType
    size_bytes: int
    name: str = ""

    @property
    def is_image(self) -> bool:
        """A picture; else a paper."""
        return self.type is not MediaType.PDF


def digest(content: bytes) -> str:
    """The name content is stored under."""
    return hashlib.sha256(content).hexdigest()


def type_of(content: bytes) -> MediaType | None:
    """What the bytes themselves say they are; a file's ending says nothing."""
    return next((kind for start, kind in _STARTS if content.startswith(start)), None)


def objection(content: bytes) -> str | None:
    """Why WhatsApp, or we, would not take these bytes, in words; None when nothing speaks
    against them.
    """
    if not content:
        return "The file is empty."
    kind = type_of(content)
    if kind is None:
        return "WhatsApp takes a JPEG or PNG picture, or a PDF; this file is none of them."
    most = min(LIMITS[kind], UPLOAD_LIMIT)
    if len(content) > most:
        whose = "WhatsApp takes" if most == LIMITS[kind] else "The desk takes"
        return f"The file has {megabytes(len(content))}; {whose} {megabytes(most)} at most."
    return None


def megabytes(size: int) -> str:
    """`3.2 MB`, or `210 KB` of what is small."""
    return f"{size / 1024:.0f} KB" if size < _MB // 10 * 9 else f"{size / _MB:.1f} MB"
