"""The file of a backup: a list of what is in it, then the things, compressed and perhaps sealed.

Reading it back checks every byte: the list has each thing's hash, and nothing else is taken out.
"""

import gzip
import hashlib
import io
import json
import re
import tarfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from engine.documents.backup.cipher import (
    MAGIC,
    OpeningReader,
    SealingWriter,
    WrongPasswordError,
)

WHAT, LIST = "dawncast backup 1", "backup.json"
LIST_LIMIT = 16 * 1024 * 1024
CHUNK = 1024 * 1024
_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,2}", re.ASCII)


class BadBackupError(ValueError):
    """The file is no backup, or not as it was written; the text is a clause that says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a backup says of itself. rows: of each table, at the instant it was taken."""

    taken_at: datetime
    version: str
    revision: str
    kind: str
    rows: Mapping[str, int]
    files: Mapping[str, tuple[int, str]]
    """By path: bytes, and SHA-256 in hex."""

    def text(self) -> str:
        return json.dumps(
            {
                "what": WHAT,
                "taken_at": self.taken_at.isoformat(),
                "version": self.version,
                "revision": self.revision,
                "kind": self.kind,
                "rows": dict(self.rows),
                "files": {path: list(facts) for path, facts in self.files.items()},
            },
            indent=1,
        )


def write(
    into: BinaryIO, contents: Contents, things: Sequence[tuple[str, Path]], password: str | None
) -> None:
    """Put the list and the things (path in the backup, file) into `into`, in that order."""
    sealed = SealingWriter(into, password) if password else None
    out = cast("BinaryIO", sealed) if sealed is not None else into
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1, mtime=0, filename="") as pressed,
        tarfile.open(fileobj=pressed, mode="w|") as tar,
    ):
        _add(tar, LIST, io.BytesIO(contents.text().encode()), len(contents.text().encode()))
        for path, file in things:
            with file.open("rb") as opened:
                _add(tar, path, opened, contents.files[path][0])
    if sealed is not None:
        sealed.close()


def facts_of(file: Path) -> tuple[int, str]:
    """A file's bytes and SHA-256."""
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def read(file: BinaryIO, password: str | None, into: Path | None) -> Contents:
    """Check a backup to its last byte; with `into`, put its things into that folder.

    Raises BadBackupError, and OSError. What was put there before it raised is to be thrown away.
    """
    try:
        with _opened(file, password) as tar:
            return _read(tar, into)
    except (tarfile.TarError, EOFError, OSError, WrongPasswordError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        said = str(error) if isinstance(error, WrongPasswordError) else "it is damaged or cut off"
        raise BadBackupError(said) from error


def contents_of(file: BinaryIO, password: str | None) -> Contents:
    """Its list alone. Raises BadBackupError."""
    try:
        with _opened(file, password) as tar:
            return _list(tar)
    except (tarfile.TarError, EOFError, WrongPasswordError) as error:
        said = str(error) if isinstance(error, WrongPasswordError) else "it is damaged or cut off"
        raise BadBackupError(said) from error


def is_sealed(file: BinaryIO) -> bool:
    """Whether it needs a password; the file stands at its start again."""
    start = file.read(len(MAGIC))
    file.seek(0)
    return start == MAGIC


@contextmanager
def _opened(file: BinaryIO, password: str | None) -> Generator[tarfile.TarFile]:
    sealed = is_sealed(file)
    if sealed and not password:
        raise BadBackupError("it is sealed with a password: set DAWNCAST_BACKUP_PASSWORD")
    plain: Any = io.BufferedReader(OpeningReader(file, password or "")) if sealed else file
    with tarfile.open(fileobj=plain, mode="r|gz") as tar:
        yield tar


def _read(tar: tarfile.TarFile, into: Path | None) -> Contents:
    contents = _list(tar)
    left = dict(contents.files)
    while (member := tar.next()) is not None:
        wanted = left.pop(member.name, None)
        if wanted is None or not member.isreg():
            raise BadBackupError(f"its list does not name {member.name!a}, which is in it")
        opened = tar.extractfile(member)
        assert opened is not None
        found = _take_out(cast("BinaryIO", opened), None if into is None else into / member.name)
        if found != tuple(wanted):
            raise BadBackupError(f"{member.name} in it is not what was written")
    if left:
        raise BadBackupError(f"{next(iter(left))} is missing in it")
    return contents


def _take_out(opened: BinaryIO, to: Path | None) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    if to is not None:
        to.parent.mkdir(parents=True, exist_ok=True)
    out = to.open("xb") if to is not None else None
    try:
        while chunk := opened.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if out is not None:
                out.write(chunk)
    finally:
        if out is not None:
            out.close()
    return size, digest.hexdigest()


def _list(tar: tarfile.TarFile) -> Contents:
    first = tar.next()
    if first is None or first.name != LIST or not first.isreg() or first.size > LIST_LIMIT:
        raise BadBackupError("it is no backup of Dawncast")
    opened = tar.extractfile(first)
    assert opened is not None
    try:
        said = cast("Mapping[str, Any]", json.loads(opened.read()))
        contents = Contents(
            taken_at=datetime.fromisoformat(said["taken_at"]),
            version=str(said["version"]),
            revision=str(said["revision"]),
            kind=str(said["kind"]),
            rows={str(name): int(count) for name, count in said["rows"].items()},
            files={
                str(path): (int(facts[0]), str(facts[1])) for path, facts in said["files"].items()
            },
        )
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise BadBackupError("it is no backup of Dawncast") from error
    if said["what"] != WHAT or not all(_PATH.fullmatch(path) for path in contents.files):
        raise BadBackupError("it is no backup of Dawncast")
    return contents


def _add(tar: tarfile.TarFile, path: str, file: BinaryIO, size: int) -> None:
    info = tarfile.TarInfo(path)
    info.size, info.mode = size, 0o600
    tar.addfile(info, file)
