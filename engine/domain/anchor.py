"""An anchor as a file: the end of the trail on some day, to be kept where nobody here can write.

Each names the seal of the one before it, so that none of them can be exchanged alone.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from engine.domain.audit import GENESIS, Anchor
from engine.domain.canonical import sha256_hex

LONGEST = 4_096
"""Bytes; a file of ours has some 300."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorFile:
    """What an anchor file says. `previous` is the seal of the file before it, or GENESIS."""

    anchor: Anchor
    taken_at: datetime
    previous: str = GENESIS

    @property
    def seal(self) -> str:
        """SHA-256 (hex) over all the rest."""
        return sha256_hex(self._values())

    def text(self) -> str:
        """The file's text; `read_anchor` reads it back."""
        return json.dumps(self._values() | {"seal": self.seal}, indent=2) + "\n"

    def _values(self) -> dict[str, int | str]:
        return {
            "what": WHAT,
            "number": self.anchor.number,
            "hash": self.anchor.hash,
            "taken_at": self.taken_at.isoformat(timespec="seconds"),
            "previous": self.previous,
        }


WHAT = "dawncast audit anchor"


def read_anchor(text: str) -> AnchorFile:
    """The anchor in a file's text. Raises ValueError, in words, when it is none of ours."""
    try:
        said = cast("dict[str, Any]", json.loads(text))
        found = AnchorFile(
            anchor=Anchor(int(said["number"]), str(said["hash"])),
            taken_at=datetime.fromisoformat(said["taken_at"]),
            previous=str(said["previous"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError("this is not an anchor of the audit trail") from error
    if said.get("what") != WHAT or said.get("seal") != found.seal:
        raise ValueError("this anchor was changed after it was written")
    return found


def file_name(anchor: AnchorFile) -> str:
    """`audit-anchor-2026-11-26-000812.json`: they sort as they were taken."""
    return f"audit-anchor-{anchor.taken_at:%Y-%m-%d}-{anchor.anchor.number:06d}.json"
