"""Files that were read and wait for a word: kept here, one for each person, not in the tab."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.commands.import_subscribers import ImportPreview
from engine.domain.ids import UserId
from engine.domain.refusal import Refused

KEPT_FOR = timedelta(minutes=30)
KEPT_FILES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingFile:
    """A file, and what importing it would do. `preview` says why when it cannot be imported."""

    name: str
    data: bytes
    preview: ImportPreview | Refused
    read_at: datetime


_files: dict[UserId | None, WaitingFile] = {}


def keep(person: UserId | None, file: WaitingFile) -> None:
    """Keep a person's file instead of their last one; the oldest goes when there are too many."""
    _files.pop(person, None)
    _files[person] = file
    for stale in [who for who, kept in _files.items() if file.read_at - kept.read_at > KEPT_FOR]:
        del _files[stale]
    while len(_files) > KEPT_FILES:
        del _files[next(iter(_files))]


def kept(person: UserId | None) -> WaitingFile | None:
    """The person's file, if it is still here."""
    return _files.get(person)


def forget(person: UserId | None) -> None:
    """The person is done with it."""
    _files.pop(person, None)
