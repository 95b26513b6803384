"""The folder of exported anchors: one file a day, and one whenever somebody asks (spec X1)."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from engine.domain.anchor import LONGEST, AnchorFile, file_name, read_anchor
from engine.domain.audit import GENESIS, Anchor

FOLDER = "anchors"
"""Its name below the home folder."""


class Anchors(Protocol):
    """Where anchors are kept: a folder, or in tests a list."""

    def write(self, anchor: Anchor, taken_at: datetime) -> str: ...
    def all(self) -> Sequence[AnchorFile]: ...


class AnchorFolder:
    """Anchors as files. A file is written whole or not at all, and never written again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, anchor: Anchor, taken_at: datetime) -> str:
        """Export one; returns the file's name. Raises OSError, and ValueError for a bad one."""
        known = self.all()
        file = AnchorFile(
            anchor=anchor, taken_at=taken_at, previous=known[-1].seal if known else GENESIS
        )
        self._path.mkdir(parents=True, exist_ok=True)
        final = self._path / file_name(file)
        if final.exists():
            return final.name
        coming = final.with_suffix(".coming")
        coming.write_text(file.text())
        coming.replace(final)
        return final.name

    def all(self) -> list[AnchorFile]:
        """Every anchor, oldest first; none when there is no folder yet. Old ones may be put away.

        Raises ValueError, naming the file, when one of them is no anchor or does not follow the
        one before it: then somebody was at them.
        """
        found: list[AnchorFile] = []
        for path in sorted(self._path.glob("audit-anchor-*.json")):
            try:
                file = read(path)
            except ValueError as error:
                raise ValueError(f"{path.name}: {error}") from error
            if found and file.previous != found[-1].seal:
                raise ValueError(f"{path.name}: the anchor before it is gone or was exchanged")
            found.append(file)
        return found


def read(path: Path) -> AnchorFile:
    """The anchor in one file. Raises ValueError, in words, and OSError."""
    with path.open(encoding="utf-8", errors="replace") as opened:
        return read_anchor(opened.read(LONGEST))
