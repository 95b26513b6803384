"""The journal of started POSTs: what tells, after the death of a process, which marks never became
requests.

A line is appended right before each POST and not synced: the kernel keeps it when the process dies,
which is the case it is for. When the machine dies the boot id differs and the journal is not
believed (spec E3). A torn last line belongs to a POST that had not begun, since appending comes
first.
"""

import errno
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Protocol

from engine.domain.ids import AttemptId, DeliveryId


class Journal(Protocol):
    """Remembers which attempts were started."""

    def append(self, attempt: AttemptId) -> None:
        """Note that the POST of `attempt` starts now. Raises OSError when it cannot: then do not
        send.
        """
        ...

    def close(self) -> None:
        """No more attempts will start."""
        ...


class Journals(Protocol):
    """Where journals are kept: one for each engine run."""

    def open(self, name: str) -> Journal:
        """A new, empty journal."""
        ...

    def started(
        self, name: str, among: Collection[AttemptId] | None = None
    ) -> frozenset[AttemptId] | None:
        """The attempts in it, or those of `among` that are: a journal is as long as its broadcast.

        None when there is no such journal, and so no knowledge.
        """
        ...

    def remove(self, name: str) -> None:
        """Forget a journal whose run is settled."""
        ...


class FileJournal:
    """Appends to a file with one system call per attempt."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        self._torn = False

    def append(self, attempt: AttemptId) -> None:
        line = b"%d.%d\n" % (attempt.delivery, attempt.number)
        if self._torn:
            line = b"\n" + line
        # A full disk may take half a line and call it a success.
        if os.write(self._file, line) != len(line):
            self._torn = True
            raise OSError(errno.ENOSPC, "the journal took only a part of the line")
        self._torn = False

    def close(self) -> None:
        os.close(self._file)


class FileJournals:
    """Journals as files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def open(self, name: str) -> FileJournal:
        return FileJournal(self._folder / name)

    def started(
        self, name: str, among: Collection[AttemptId] | None = None
    ) -> frozenset[AttemptId] | None:
        path = self._folder / name
        if not name or not path.is_file():
            return None
        with path.open("rb") as lines:
            return _those_of(_attempts(lines), among)

    def remove(self, name: str) -> None:
        if name:
            (self._folder / name).unlink(missing_ok=True)


class MemoryJournals:
    """Journals that outlive a simulated process, but not the test."""

    def __init__(self) -> None:
        self._journals: dict[str, _MemoryJournal] = {}

    def open(self, name: str) -> "_MemoryJournal":
        self._journals[name] = _MemoryJournal()
        return self._journals[name]

    def started(
        self, name: str, among: Collection[AttemptId] | None = None
    ) -> frozenset[AttemptId] | None:
        journal = self._journals.get(name)
        return None if journal is None else _those_of(journal.attempts, among)

    def remove(self, name: str) -> None:
        self._journals.pop(name, None)

    def lose_ends(self, rng: Random) -> None:
        """The machine dies: of each journal some lines at its end were not yet on the disk."""
        for journal in self._journals.values():
            del journal.attempts[rng.randint(0, len(journal.attempts)) :]


class _MemoryJournal:
    def __init__(self) -> None:
        self.attempts: list[AttemptId] = []

    def append(self, attempt: AttemptId) -> None:
        self.attempts.append(attempt)

    def close(self) -> None:
        return None


def _those_of(
    attempts: Iterable[AttemptId], among: Collection[AttemptId] | None
) -> frozenset[AttemptId]:
    if among is None:
        return frozenset(attempts)
    asked = frozenset(among)
    return frozenset(attempt for attempt in attempts if attempt in asked)


def _attempts(lines: Iterable[bytes]) -> Iterator[AttemptId]:
    for line in lines:
        delivery, _, number = line.removesuffix(b"\n").partition(b".")
        if line.endswith(b"\n") and delivery.isdigit() and number.isdigit():
            yield AttemptId(DeliveryId(int(delivery)), int(number))
