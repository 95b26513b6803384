"""The keys of evidence packs: Ed25519, each a line of text that says what it is (spec X3).

The private one lives in the environment or in a file; who checks a pack needs the public one alone.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PRIVATE, PUBLIC = "dawncast-evidence-private-1:", "dawncast-evidence-public-1:"
KEY_BYTES, ID_LENGTH = 32, 16
_PURPOSE = b"dawncast evidence pack 1\n"
"""Goes before what is signed: a signature of ours can be taken for nothing else."""
_PSEUDONYMS = b"dawncast evidence pseudonyms 1"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Whoever has it can check packs, and make none."""

    raw: bytes

    @property
    def id(self) -> str:
        """The start of its SHA-256: what packs and lists call it."""
        return hashlib.sha256(self.raw).hexdigest()[:ID_LENGTH]

    @property
    def text(self) -> str:
        """As it is handed on."""
        return PUBLIC + base64.b64encode(self.raw).decode()

    def holds(self, signature: str, data: bytes) -> bool:
        """Whether `signature` (hex) was made over `data` by the key that belongs to this one."""
        try:
            key = Ed25519PublicKey.from_public_bytes(self.raw)
            key.verify(bytes.fromhex(signature), _PURPOSE + data)
        except (InvalidSignature, ValueError):
            return False
        return True


class PrivateKey:
    """Makes packs. Its text is a secret; it shows in nothing made of it."""

    __slots__ = ("_key", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(raw)
        self._raw = raw

    @property
    def public(self) -> PublicKey:
        """What checks its signatures."""
        return PublicKey(self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def text(self) -> str:
        """The secret itself, for the file it is kept in."""
        return PRIVATE + base64.b64encode(self._raw).decode()

    def sign(self, data: bytes) -> str:
        """The signature over `data`, as hex."""
        return self._key.sign(_PURPOSE + data).hex()

    def pseudonym(self, person: str) -> str:
        """The same word for the same person as long as the key is the same; 20 hex digits."""
        derived = hmac.new(self._raw, _PSEUDONYMS, hashlib.sha256).digest()
        return hmac.new(derived, person.encode(), hashlib.sha256).hexdigest()[:20]


def new_key() -> PrivateKey:
    """A key of its own, from the system's randomness."""
    return PrivateKey(Ed25519PrivateKey.generate().private_bytes_raw())


def read_private(text: str) -> PrivateKey:
    """The private key in a text. Raises ValueError, in words, and never repeats the text."""
    return PrivateKey(_raw(text, PRIVATE, "a private key of evidence packs"))


def read_public(text: str) -> PublicKey:
    """The public key in a text. Raises ValueError, in words."""
    if text.strip().startswith(PRIVATE):
        raise ValueError("this is the private key: keep it to yourself, and give the public one")
    return PublicKey(_raw(text, PUBLIC, "a public key of evidence packs"))


def _raw(text: str, start: str, what: str) -> bytes:
    line = text.strip()
    try:
        raw = base64.b64decode(line.removeprefix(start), validate=True)
    except ValueError:
        raw = b""
    if not line.startswith(start) or len(raw) != KEY_BYTES:
        raise ValueError(f"this is not {what}: it begins with {start}")
    return raw
