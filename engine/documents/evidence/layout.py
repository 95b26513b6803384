"""The one form of an evidence pack's zip: what each header must be, to the byte.

Any program opens it as the zip it is. Ours knows more: there are no times, comments, gaps or extra
fields in it, so every byte of the file follows from the files in it, and none can change unnoticed.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

STORED, DEFLATED = 0, 8
LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
LOCAL_SIZE, CENTRAL_SIZE, END_SIZE = 30, 46, 22
LARGEST = 0xFFFF_FFFE
"""Bytes of one file, and of all: no 64-bit fields are used."""
_NEEDS, _MADE_BY = 20, 0x0314  # deflate; Unix, so that the files come out readable
_NO_TIME, _NO_DATE = 0, 0x21  # 1 January 1980
_FILE = 0o100644 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file in a zip. offset: where its local header begins."""

    name: str
    method: int
    crc: int
    size: int
    packed_size: int
    offset: int

    @property
    def data_at(self) -> int:
        """Where its packed bytes begin, in a zip of our form."""
        return self.offset + LOCAL_SIZE + len(self.name.encode())

    @property
    def ends_at(self) -> int:
        """Where the next thing begins."""
        return self.data_at + self.packed_size


def local_header(entry: Entry) -> bytes:
    """What stands before the packed bytes."""
    name = entry.name.encode()
    return (
        struct.pack(
            "<4s5H3I2H",
            *(LOCAL, _NEEDS, 0, entry.method, _NO_TIME, _NO_DATE),
            *(entry.crc, entry.packed_size, entry.size, len(name), 0),
        )
        + name
    )


def table_of_contents(entries: Sequence[Entry]) -> bytes:
    """What stands behind all files, to the end of the zip."""
    starts = entries[-1].ends_at if entries else 0
    listed = b"".join(_central_header(entry) for entry in entries)
    count = len(entries)
    end = struct.pack("<4s4H2IH", END, 0, 0, count, count, len(listed), starts, 0)
    return listed + end


def read_local(data: bytes, offset: int) -> Entry | None:
    """The entry whose local header `data` begins with; None when there is none of our form."""
    if len(data) < LOCAL_SIZE or not data.startswith(LOCAL):
        return None
    _, _, _, method, _, _, crc, packed, size, wide, _ = struct.unpack_from("<4s5H3I2H", data)
    name = data[LOCAL_SIZE : LOCAL_SIZE + wide]
    entry = _entry(name, method, crc, size, packed, offset)
    if entry is None or data[: LOCAL_SIZE + wide] != local_header(entry):
        return None
    return entry


def read_contents(data: bytes, count: int) -> list[Entry] | None:
    """The entries of a table of contents that begins `data`; None when it is not of our form."""
    found: list[Entry] = []
    at = 0
    for _ in range(count):
        if len(data) < at + CENTRAL_SIZE or data[at : at + 4] != CENTRAL:
            return None
        fields = struct.unpack_from("<4s6H3I5H2I", data, at)
        method, crc, packed, size, wide = fields[4], *fields[7:11]
        offset, name = fields[-1], data[at + CENTRAL_SIZE : at + CENTRAL_SIZE + fields[10]]
        entry = _entry(name, method, crc, size, packed, offset)
        if entry is None:
            return None
        found.append(entry)
        at += CENTRAL_SIZE + wide
    starts = 0
    for entry in found:
        if entry.offset != starts:
            return None
        starts = entry.ends_at
    return found if data == table_of_contents(found) else None


def _central_header(entry: Entry) -> bytes:
    name = entry.name.encode()
    return (
        struct.pack(
            "<4s6H3I5H2I",
            *(CENTRAL, _MADE_BY, _NEEDS, 0, entry.method, _NO_TIME, _NO_DATE),
            *(entry.crc, entry.packed_size, entry.size, len(name), 0, 0, 0, 0),
            *(_FILE, entry.offset),
        )
        + name
    )


def _entry(name: bytes, method: int, crc: int, size: int, packed: int, offset: int) -> Entry | None:
    try:
        read = name.decode("ascii")
    except UnicodeDecodeError:
        return None
    if method not in (STORED, DEFLATED):
        return None
    return Entry(name=read, method=method, crc=crc, size=size, packed_size=packed, offset=offset)
