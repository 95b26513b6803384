"""Reads a zip that anybody may have made: whatever is wrong with it is told, and nothing unpacks
into more than was signed.
"""

import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from engine.documents.evidence.layout import (
    CENTRAL,
    CENTRAL_SIZE,
    DEFLATED,
    END,
    END_SIZE,
    LOCAL_SIZE,
    STORED,
    Entry,
    local_header,
    read_contents,
    read_local,
)
from engine.domain.evidence_pack import FILES_LIMIT, Finding, Found, What

CHUNK = 256 * 1024
NAME_LIMIT = 300
CONTENTS_LIMIT = FILES_LIMIT * (CENTRAL_SIZE + NAME_LIMIT)


@dataclass(frozen=True, slots=True)
class Place:
    """A file in the zip, and where its packed bytes are."""

    entry: Entry
    data_at: int


@dataclass(frozen=True, slots=True)
class Contents:
    """The files of a zip in their order, and what is wrong with the zip itself."""

    places: tuple[Place, ...]
    findings: tuple[Finding, ...]


class UnreadableError(ValueError):
    """The file is no zip any more; the text says, as a sentence, in what way."""


def read_zip(file: BinaryIO) -> Contents:
    """What is in `file`. Raises UnreadableError."""
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise UnreadableError("The file is empty.")
    ours = _by_contents(file, size)
    if ours is not None:
        return Contents(tuple(Place(one, one.data_at) for one in ours), _altered(file, ours))
    walked = _by_walking(file, size)
    if walked is not None:
        words = "the table of contents at its end was altered, or something was put behind it"
        found = Finding(What.ALTERED, "", words)
        return Contents(tuple(Place(one, one.data_at) for one in walked), (found,))
    return _by_another(file)


def unpack(file: BinaryIO, place: Place, most: int) -> Found:
    """Go through one file's bytes, and no further than `most` of them."""
    entry, body = place.entry, _Unpacking(most)
    file.seek(place.data_at)
    left = entry.packed_size
    while left > 0 and not body.trouble:
        packed = file.read(min(CHUNK, left))
        if not packed:
            body.trouble = "the zip ends before it does"
            break
        left -= len(packed)
        body.feed(packed, entry.method)
    body.end(entry)
    return Found(
        size=body.size,
        sha256=body.plain.hexdigest(),
        packed_size=entry.packed_size,
        packed_sha256=body.packed.hexdigest(),
        trouble=body.trouble,
    )


def content(file: BinaryIO, place: Place, most: int) -> bytes:
    """The bytes of a small file. Raises ValueError, in words."""
    entry = place.entry
    if entry.size > most or entry.packed_size > most:
        raise ValueError("it is larger than Dawncast writes it")
    file.seek(place.data_at)
    packed = file.read(entry.packed_size)
    if entry.method == STORED:
        return packed
    try:
        opened = zlib.decompressobj(-15)
        plain = opened.decompress(packed, most + 1)
    except zlib.error as error:
        raise ValueError("it cannot be unpacked") from error
    if len(plain) > most or not opened.eof:
        raise ValueError("it cannot be unpacked")
    return plain


class _Unpacking:
    def __init__(self, most: int) -> None:
        self._most = most
        self._opened = zlib.decompressobj(-15)
        self._crc = 0
        self.plain, self.packed = hashlib.sha256(), hashlib.sha256()
        self.size = 0
        self.trouble = ""

    def feed(self, packed: bytes, method: int) -> None:
        self.packed.update(packed)
        if method == STORED:
            self._take(packed)
            return
        while packed and not self.trouble:
            if self._opened.eof:
                self.trouble = "something was put behind its compressed form"
                return
            try:
                self._take(self._opened.decompress(packed, CHUNK))
            except zlib.error:
                self.trouble = "it cannot be unpacked any more"
                return
            packed = self._opened.unconsumed_tail or self._opened.unused_data

    def end(self, entry: Entry) -> None:
        if self.trouble:
            return
        if entry.method == DEFLATED and not self._opened.eof:
            self.trouble = "it cannot be unpacked any more"
        elif (self._crc, self.size) != (entry.crc, entry.size):
            self.trouble = "the zip says other things about it than it holds"

    def _take(self, plain: bytes) -> None:
        self.size += len(plain)
        if self.size > self._most:
            self.trouble = f"it unpacks into more than the {self._most} bytes that were signed"
            return
        self.plain.update(plain)
        self._crc = zlib.crc32(plain, self._crc)


def _by_contents(file: BinaryIO, size: int) -> list[Entry] | None:
    """The entries by the table of contents, when that is of our form."""
    if size < END_SIZE:
        return None
    file.seek(size - END_SIZE)
    end = file.read(END_SIZE)
    if not end.startswith(END):
        return None
    _, _, _, _, count, long, starts, _ = struct.unpack("<4s4H2IH", end)
    if long > CONTENTS_LIMIT or starts + long + END_SIZE != size:
        return None
    file.seek(starts)
    found = read_contents(file.read(), count)
    return found if found is not None and found and found[-1].ends_at == starts else None


def _altered(file: BinaryIO, entries: list[Entry]) -> tuple[Finding, ...]:
    """Those whose own header says something else than the table of contents."""
    found: list[Finding] = []
    for entry in entries:
        file.seek(entry.offset)
        wanted = local_header(entry)
        if file.read(len(wanted)) != wanted:
            words = "what stands before it in the zip was altered"
            found.append(Finding(What.ALTERED, entry.name, words))
    return tuple(found)


def _by_walking(file: BinaryIO, size: int) -> list[Entry] | None:
    """The entries one after the other from the start; None when they do not lead to a table."""
    entries: list[Entry] = []
    at = 0
    while at < size and len(entries) <= FILES_LIMIT:
        file.seek(at)
        head = file.read(LOCAL_SIZE + NAME_LIMIT)
        entry = read_local(head, at)
        if entry is None:
            # The table is damaged somewhere; if its very start is, the end of the files shows.
            damaged = sum(a != b for a, b in zip(head, CENTRAL, strict=False)) <= 1
            return entries if entries and damaged else None
        entries.append(entry)
        at = entry.ends_at
    if at > size or not entries:
        raise UnreadableError("The zip was cut off: its end, with the list of its files, is gone.")
    return entries


def _by_another(file: BinaryIO) -> Contents:
    """What any program would find in it: somebody packed it anew, or in another way."""
    try:
        with zipfile.ZipFile(file) as opened:
            infos = opened.infolist()
            if len(infos) > FILES_LIMIT:
                raise UnreadableError("The zip holds more files than any pack has.")
            places = tuple(_foreign(file, infos))
    except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError, OSError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(
            "The file cannot be read as a zip: it was cut off, or its order was destroyed."
        ) from error
    words = "the zip around the files is not the one that Dawncast wrote"
    return Contents(places, (Finding(What.REPACKED, "", words),))


def _foreign(file: BinaryIO, infos: list[zipfile.ZipInfo]) -> Iterator[Place]:
    for info in infos:
        file.seek(info.header_offset)
        head = file.read(LOCAL_SIZE)
        if len(head) < LOCAL_SIZE or info.compress_type not in (STORED, DEFLATED):
            raise UnreadableError(f"The zip has a file that cannot be unpacked: {info.filename!r}.")
        wide, extra = struct.unpack_from("<2H", head, LOCAL_SIZE - 4)
        entry = Entry(
            name=info.orig_filename,
            method=info.compress_type,
            crc=info.CRC,
            size=info.file_size,
            packed_size=info.compress_size,
            offset=info.header_offset,
        )
        yield Place(entry, info.header_offset + LOCAL_SIZE + wide + extra)
