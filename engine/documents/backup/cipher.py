"""A stream sealed with a password, piece by piece: none can be changed, moved or left off."""

import io
import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"dawncast backup, sealed 1\n"
SALT_BYTES, KEY_BYTES, TAG_BYTES = 16, 32, 16
PIECE = 256 * 1024
_COST, _BLOCK, _LANES = 2**15, 8, 1
"""Of scrypt: 32 MB and a tenth of a second for each guess."""


class WrongPasswordError(ValueError):
    """It does not open: another password, or the file was changed. The text says so."""


def _key(password: str, salt: bytes) -> AESGCM:
    derive = Scrypt(salt=salt, length=KEY_BYTES, n=_COST, r=_BLOCK, p=_LANES)
    return AESGCM(derive.derive(password.encode()))


class SealingWriter(io.RawIOBase):
    """Writes sealed pieces into `file`; `close` writes the last one, and leaves `file` open."""

    def __init__(self, file: BinaryIO, password: str) -> None:
        salt = os.urandom(SALT_BYTES)
        file.write(MAGIC + salt)
        self._file, self._aead = file, _key(password, salt)
        self._waiting = bytearray()
        self._number = 0

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._put(bytes(self._waiting), last=True)
        super().close()

    def _put(self, piece: bytes, *, last: bool) -> None:
        sealed = self._aead.encrypt(_nonce(self._number), piece, _mark(last))
        self._file.write(sealed)
        self._number += 1


class OpeningReader(io.RawIOBase):
    """Reads what a SealingWriter wrote. Raises WrongPasswordError where it does not hold."""

    def __init__(self, file: BinaryIO, password: str) -> None:
        if file.read(len(MAGIC)) != MAGIC:
            raise WrongPasswordError("this is not a sealed backup")
        self._file, self._aead = file, _key(password, file.read(SALT_BYTES))
        self._ahead = file.read(PIECE + TAG_BYTES)
        self._plain = memoryview(b"")
        self._number = 0
        self._over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]
        if not self._plain and not self._over:
            self._next()
        count = min(len(buffer), len(self._plain))
        buffer[:count] = self._plain[:count]
        self._plain = self._plain[count:]
        return count

    def _next(self) -> None:
        sealed, self._ahead = self._ahead, self._file.read(PIECE + TAG_BYTES)
        self._over = not self._ahead
        try:
            plain = self._aead.decrypt(_nonce(self._number), sealed, _mark(self._over))
        except InvalidTag as error:
            raise WrongPasswordError(
                "it does not open: the password is another one, or the file was changed or cut off"
            ) from error
        self._plain = memoryview(plain)
        self._number += 1


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")  # the key is one file's alone


def _mark(last: bool) -> bytes:
    return b"last" if last else b"more"
