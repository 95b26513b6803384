"""The brand line on a header image: a name or registration, composed onto the picture (spec D5).

By default one line for each language, the same for everybody: one picture to upload for every
number. A line with a reader's own field makes a picture for each reader, and each of those has to
be uploaded to the lane's sender and to its failover before the media deadline; whether that fits
is arithmetic, and is said beforehand.
"""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from engine.domain.content import PERSONAL_FIELDS

LINE_LIMIT = 90
UPLOADS_AT_ONCE = 10
"""So many uploads run side by side (spec §1)."""
UPLOAD_SECONDS = 1.5
"""How long one upload takes until it was measured."""
COPIES_PER_READER = 2
"""For the lane's sender, and for the one that takes over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploads:
    """What the uploads of one content come to. `files` are single uploads, `room` the time there
    is for them.
    """

    files: int
    takes: timedelta
    room: timedelta

    @property
    def fits(self) -> bool:
        """Whether all of them are done in time."""
        return self.takes <= self.room


def is_personal(line: str) -> bool:
    """Whether the line asks for a reader's own field."""
    return any(f"{{{name}}}" in line for name in PERSONAL_FIELDS)


def shared(
    media: int, senders: int, *, room: timedelta, seconds: float = UPLOAD_SECONDS
) -> Uploads:
    """Each of `media` files, once for every sender."""
    return _reckon(media * senders, room, seconds)


def personal(readers: int, *, room: timedelta, seconds: float = UPLOAD_SECONDS) -> Uploads:
    """A picture for each reader, for the lane's sender and its failover."""
    return _reckon(readers * COPIES_PER_READER, room, seconds)


def readers_that_fit(room: timedelta, seconds: float = UPLOAD_SECONDS) -> int:
    """How many readers could have a picture of their own in the time there is."""
    rounds = int(room.total_seconds() / seconds)
    return rounds * UPLOADS_AT_ONCE // COPIES_PER_READER


def _reckon(files: int, room: timedelta, seconds: float) -> Uploads:
    rounds = ceil(files / UPLOADS_AT_ONCE)
    return Uploads(files=files, takes=timedelta(seconds=rounds * seconds), room=room)
