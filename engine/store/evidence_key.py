"""The private key of evidence packs as a file of the home folder, for whoever set none (X3)."""

import os
from pathlib import Path

FILE = "evidence.key"
KEY_LIMIT = 4_096


def read(home: Path) -> str | None:
    """What the file holds, or None when there is none. Raises OSError."""
    path = home / FILE
    if not path.is_file():
        return None
    with path.open(encoding="ascii", errors="replace") as opened:
        return opened.read(KEY_LIMIT)


def write(path: Path, text: str) -> None:
    """Write a new key, for its owner's eyes alone. Raises FileExistsError: none is written over."""
    path.parent.mkdir(parents=True, exist_ok=True)
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def put_away(home: Path, key: str) -> Path:
    """Give the file of the key with that id another name, so that a new one can be made."""
    old = home / f"evidence-{key}.key"
    (home / FILE).rename(old)
    return old
