"""Uploaded media as WhatsApp keeps them: an id for 30 days (facts B), what kind, how large."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

from engine.simulator.api_errors import Refusal

KEPT_SECONDS = 30 * 24 * 3600.0
KEPT_BYTES = 256 * 1024 * 1024
"""A stand-in forgets its oldest media beyond this, so that a long test cannot fill the machine."""
FIRST_ID = 1_500_000_000_000_001

_MB = 1024 * 1024
MAX_BYTES: dict[str, int] = {
    "image/jpeg": 5 * _MB,
    "image/png": 5 * _MB,
    "image/webp": _MB // 2,
    "video/mp4": 16 * _MB,
    "video/3gpp": 16 * _MB,
    "audio/aac": 16 * _MB,
    "audio/amr": 16 * _MB,
    "audio/mpeg": 16 * _MB,
    "audio/mp4": 16 * _MB,
    "audio/ogg": 16 * _MB,
    "text/plain": 100 * _MB,
    "application/pdf": 100 * _MB,
}


@dataclass(frozen=True, slots=True)
class Media:
    """One uploaded file."""

    id: str
    mime_type: str
    content: bytes
    sha256: str
    uploaded_at: float


class MediaShelf:
    """All media of the account, oldest first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Media] = OrderedDict()
        self._bytes = 0
        self._next_id = FIRST_ID

    def upload(self, mime_type: str, content: bytes, now: float) -> Media | Refusal:
        """Keep a file, or say why WhatsApp would not."""
        most = MAX_BYTES.get(mime_type)
        if most is None:
            return Refusal(
                100, f"Param file must be of one of these types: {', '.join(MAX_BYTES)}."
            )
        if not 0 < len(content) <= most:
            return Refusal(131053, f"A {mime_type} must have 1 to {most} bytes.")
        media = Media(str(self._next_id), mime_type, content, sha256(content).hexdigest(), now)
        self._next_id += 1
        self._kept[media.id] = media
        self._bytes += len(content)
        while self._bytes > KEPT_BYTES:
            self.delete(next(iter(self._kept)))
        return media

    def get(self, media_id: str, now: float) -> Media | None:
        """The file with this id, while WhatsApp keeps it."""
        media = self._kept.get(media_id)
        return media if media is not None and now - media.uploaded_at < KEPT_SECONDS else None

    def delete(self, media_id: str) -> bool:
        """Forget a file; False when there was none."""
        media = self._kept.pop(media_id, None)
        if media is None:
            return False
        self._bytes -= len(media.content)
        return True
