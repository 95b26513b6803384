"""One way to write a value down, so that equal values have equal bytes and can be hashed."""

import hashlib
import json
from collections.abc import Mapping, Sequence

Plain = None | bool | int | str | Sequence["Plain"] | Mapping[str, "Plain"]
"""What may be hashed. No floats: two machines may write the same one differently."""


def canonical_json(value: Plain) -> str:
    """`value` as JSON with sorted keys, no spaces, and letters of any script as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def sha256_hex(value: Plain) -> str:
    """SHA-256 over `canonical_json(value)` in UTF-8, as 64 hex digits."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
