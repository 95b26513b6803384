"""Files that are read, or wait for a word, or are being added: kept here, one for each person, not
in the tab. Whoever leaves the page finds them as they stand.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from engine.commands.import_subscribers import ImportPreview
from engine.domain.ids import UserId
from engine.domain.refusal import Refused

KEPT_FOR = timedelta(minutes=30)
KEPT_FILES = 10


class Phase(StrEnum):
    """What is being done with a file; nothing, while it waits for a person."""

    NOTHING = ""
    READING = "Read"
    ADDING = "Added"
    STAGING = "Written beside the list"


@dataclass(slots=True, kw_only=True)
class WaitingFile:
    """A file, and what importing it would do. `preview` says why when it cannot be imported.

    fields: what a person said each column is, None while it is guessed. done, of: how far the phase
    has come, in rows; set by the thread that works. refused: why it was not added after all.
    """

    name: str
    data: bytes
    kept_at: datetime
    fields: tuple[str, ...] | None = None
    preview: ImportPreview | Refused | None = None
    phase: Phase = Phase.NOTHING
    began_at: datetime
    done: int = 0
    of: int = 0
    refused: Refused | None = None

    def begin(self, phase: Phase, at: datetime) -> None:
        """From now on this is being done with it."""
        self.phase, self.began_at, self.done, self.of = phase, at, 0, 0
        self.refused = None

    def told(self, done: int, of: int) -> None:
        """How far it is."""
        self.done, self.of = done, of


@dataclass(slots=True)
class _Kept:
    files: dict[UserId | None, WaitingFile] = field(
        default_factory=lambda: dict[UserId | None, WaitingFile]()
    )
    results: dict[UserId | None, str] = field(default_factory=lambda: dict[UserId | None, str]())


_kept = _Kept()


def keep(person: UserId | None, file: WaitingFile) -> None:
    """Keep a person's file instead of their last one; the oldest goes when there are too many."""
    forget(person)
    _kept.files[person] = file
    stale = [
        whose
        for whose, kept in _kept.files.items()
        if file.kept_at - kept.kept_at > KEPT_FOR and not kept.phase
    ]
    for whose in stale:
        forget(whose)
    while len(_kept.files) > KEPT_FILES:
        forget(next(iter(_kept.files)))


def kept(person: UserId | None) -> WaitingFile | None:
    """The person's file, if it is still here."""
    return _kept.files.get(person)


def forget(person: UserId | None) -> None:
    """The person is done with it, and with what came of the last one."""
    _kept.files.pop(person, None)
    _kept.results.pop(person, None)


def came_of(person: UserId | None, words: str) -> None:
    """The person's file is imported: what is told of it, until they choose another."""
    forget(person)
    _kept.results[person] = words


def result(person: UserId | None) -> str:
    """What came of the person's last file; empty when nothing has yet."""
    return _kept.results.get(person, "")
