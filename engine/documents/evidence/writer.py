"""Writes a pack, file after file, in memory that does not grow with what is in it."""

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import BinaryIO

from engine.documents.evidence.keys import PrivateKey
from engine.documents.evidence.layout import (
    DEFLATED,
    LARGEST,
    STORED,
    Entry,
    local_header,
    table_of_contents,
)
from engine.domain.evidence_pack import (
    MANIFEST,
    SIGNATURE,
    Listed,
    Manifest,
    Signature,
    is_safe,
)

LEVEL = 6


@dataclass(frozen=True, slots=True)
class Sealed:
    """A finished pack: the hash of its list, which stands for all of it, and its bytes."""

    manifest_sha256: str
    size: int


class TooLargeError(ValueError):
    """A pack has room for four gigabytes."""


class PackWriter:
    """Packs files into `file`, which can be written and sought in, and signs the list of them."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries: list[Entry] = []
        self._listed: list[Listed] = []

    def add(self, path: str, chunks: Iterable[bytes]) -> Listed:
        """One file, from its bytes as they come. Raises ValueError for a path no pack may have."""
        if not is_safe(path) or self.has(path):
            raise ValueError(f"no file of a pack can be called {path!r} (again)")
        listed = self._write(path, chunks, DEFLATED)
        self._listed.append(listed)
        return listed

    def has(self, path: str) -> bool:
        """Whether a file of that path is in it."""
        return any(entry.name == path for entry in self._entries)

    def seal(self, about: Manifest, key: PrivateKey) -> Sealed:
        """Write the list, its signature and the end; `about` has no files yet."""
        manifest = replace(about, files=tuple(self._listed)).text().encode()
        digest = hashlib.sha256(manifest).hexdigest()
        signature = Signature(key=key.public.id, manifest_sha256=digest, value=key.sign(manifest))
        # Stored as they are: compressed, some bits of them could change and still say the same.
        self._write(MANIFEST, [manifest], STORED)
        self._write(SIGNATURE, [signature.text().encode()], STORED)
        self._file.write(table_of_contents(self._entries))
        self._file.flush()
        return Sealed(digest, self._file.tell())

    def _write(self, path: str, chunks: Iterable[bytes], method: int) -> Listed:
        begun = Entry(
            name=path, method=method, crc=0, size=0, packed_size=0, offset=self._file.tell()
        )
        self._file.write(local_header(begun))
        body = _Body(self._file, method)
        for chunk in chunks:
            body.write(chunk)
        body.end()
        entry = replace(begun, crc=body.crc, size=body.size, packed_size=body.packed_size)
        if entry.ends_at > LARGEST or entry.size > LARGEST:
            raise TooLargeError("the day has more than a pack can hold: four gigabytes")
        self._file.seek(begun.offset)
        self._file.write(local_header(entry))
        self._file.seek(entry.ends_at)
        self._entries.append(entry)
        return Listed(
            path=path,
            size=body.size,
            sha256=body.plain.hexdigest(),
            packed_size=body.packed_size,
            packed_sha256=body.packed.hexdigest(),
        )


class _Body:
    def __init__(self, file: BinaryIO, method: int) -> None:
        self._file = file
        self._press = zlib.compressobj(LEVEL, zlib.DEFLATED, -15) if method == DEFLATED else None
        self.plain, self.packed = hashlib.sha256(), hashlib.sha256()
        self.crc = self.size = self.packed_size = 0

    def write(self, chunk: bytes) -> None:
        self.plain.update(chunk)
        self.crc = zlib.crc32(chunk, self.crc)
        self.size += len(chunk)
        self._put(chunk if self._press is None else self._press.compress(chunk))

    def end(self) -> None:
        if self._press is not None:
            self._put(self._press.flush())

    def _put(self, packed: bytes) -> None:
        self._file.write(packed)
        self.packed.update(packed)
        self.packed_size += len(packed)
