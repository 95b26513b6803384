"""Folds SQLite's write-ahead log into the file, beside the writer.

Left alone the writer folds sixteen megabytes at once, and whoever waits for a commit meanwhile
waits for that, too: webhooks and marks by the hundred. A connection of its own can fold what is
committed while the writer goes on; what is left to the writer, when the log is long enough to be
begun anew, is what was written since.
"""

import sqlite3
import threading

import sqlalchemy as sa
import structlog

FOLD_EVERY_SECONDS = 0.25
"""At most; and at least so often while something is written:"""
FOLD_AT_LEAST_EVERY_SECONDS = 2.0
MANY = 20
"""Commits that are folded at once. Folding syncs two files, which is dear for the few receipts of a
quiet minute.
"""

log = structlog.get_logger()


def folder_of(url: str) -> "Folder | None":
    """Who folds the log of the database in this file; None for one that is no SQLite file."""
    return Folder(sa.make_url(url).database or "") if url.startswith("sqlite") else None


class Folder:
    """A thread that folds while there is something to fold; it starts with the first `note`."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._written = threading.Event()
        self._many = threading.Event()
        self._commits = 0
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self) -> None:
        """Something was committed. Called by the writer alone."""
        self._commits += 1
        self._written.set()
        if self._commits >= MANY:
            self._many.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="fold", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread, and wait for it."""
        self._closing.set()
        self._written.set()
        self._many.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            while self._written.wait() and not self._closing.is_set():
                self._written.clear()
                self._many.clear()
                self._commits = 0
                fold(connection)
                if not self._closing.wait(FOLD_EVERY_SECONDS):
                    self._many.wait(FOLD_AT_LEAST_EVERY_SECONDS - FOLD_EVERY_SECONDS)
        finally:
            connection.close()


def fold(connection: sqlite3.Connection) -> bool:
    """Fold what can be folded without making anybody wait; whether that was all there is."""
    try:
        busy, frames, folded = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    except sqlite3.Error as error:
        # A full disk, or a file that is gone: the writer meets it, too, and tells whom it concerns.
        log.warning("log.not_folded", error=type(error).__name__)
        return False
    return not busy and frames == folded
