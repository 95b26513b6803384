"""What an evidence pack promises: every file in it by its hash, in one signed list (spec L3).

The list (`manifest.json`) and the signature over it are texts of one form only: a text that is not
written exactly so is not ours, so that not one byte of them can change unnoticed.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast

MANIFEST, SIGNATURE = "manifest.json", "signature.json"
WHAT, SIGNED_WHAT = "dawncast evidence pack 1", "dawncast evidence signature 1"
MANIFEST_LIMIT, SIGNATURE_LIMIT = 8 * 1024 * 1024, 4_096
"""Bytes: what claims to be longer is none of ours, and is not unpacked."""
FILES_LIMIT = 20_000
_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)


class People(StrEnum):
    """How a pack names the people in it. Their names are in none."""

    MASKED = "masked"  # our own number of them, and their phone without its middle
    PSEUDONYMOUS = "pseudonymous"  # a word that only the owner of the key can make of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One file. packed: as it stands in the zip, compressed; both are pinned."""

    path: str
    size: int
    sha256: str
    packed_size: int
    packed_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What was packed, about which day, and by whose key, in the order of the zip."""

    organisation: str
    day: date
    made_at: datetime
    people: People
    key: str
    files: tuple[Listed, ...]

    def text(self) -> str:
        """The one way it is written."""
        return _text(
            {
                "what": WHAT,
                "organisation": self.organisation,
                "day": self.day.isoformat(),
                "made_at": self.made_at.isoformat(timespec="seconds"),
                "people": self.people.value,
                "key": self.key,
                "files": [
                    {
                        "path": one.path,
                        "size": one.size,
                        "sha256": one.sha256,
                        "packed_size": one.packed_size,
                        "packed_sha256": one.packed_sha256,
                    }
                    for one in self.files
                ],
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Ed25519 over the manifest's bytes. key: its id; value: 128 hex digits."""

    key: str
    manifest_sha256: str
    value: str

    def text(self) -> str:
        """The one way it is written."""
        return _text(
            {
                "what": SIGNED_WHAT,
                "algorithm": "Ed25519",
                "key": self.key,
                "manifest_sha256": self.manifest_sha256,
                "signature": self.value,
            }
        )


class What(StrEnum):
    """What is wrong with a file of a pack, or with the zip around them."""

    ALTERED = "altered"
    MISSING = "missing"
    ADDED = "added"
    TWICE = "there twice"
    REORDERED = "reordered"
    REPACKED = "packed anew"
    CUT = "cut off"
    UNREADABLE = "unreadable"
    UNSIGNED = "not signed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was signed. path: empty for the zip itself."""

    what: What
    path: str
    words: str


@dataclass(frozen=True, slots=True)
class Found:
    """What reading one listed file gave."""

    size: int
    sha256: str
    packed_size: int
    packed_sha256: str
    trouble: str = ""
    """Why it could not be unpacked, as a clause; empty when it was."""


def is_safe(path: str) -> bool:
    """Whether a path is one we would write: inside the pack, in plain letters."""
    return len(path) <= 200 and _PATH.fullmatch(path) is not None


def read_manifest(data: bytes) -> Manifest:
    """The manifest in a file's bytes. Raises ValueError, in words, when it is not written so."""
    try:
        said = cast("Mapping[str, Any]", json.loads(data))
        manifest = Manifest(
            organisation=str(said["organisation"]),
            day=date.fromisoformat(said["day"]),
            made_at=datetime.fromisoformat(said["made_at"]),
            people=People(said["people"]),
            key=str(said["key"]),
            files=tuple(_listed(one) for one in said["files"]),
        )
        exact = manifest.text().encode() == data
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError("it is not a list that Dawncast wrote") from error
    if not exact:
        raise ValueError("it is not written as Dawncast writes it")
    if len(manifest.files) > FILES_LIMIT or not all(is_safe(one.path) for one in manifest.files):
        raise ValueError("it names files that Dawncast does not write")
    return manifest


def read_signature(data: bytes) -> Signature:
    """The signature in a file's bytes. Raises ValueError, in words."""
    try:
        said = cast("Mapping[str, Any]", json.loads(data))
        signature = Signature(
            key=str(said["key"]),
            manifest_sha256=str(said["manifest_sha256"]),
            value=bytes.fromhex(said["signature"]).hex(),
        )
        exact = signature.text().encode() == data
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError("it is not a signature that Dawncast wrote") from error
    if not exact:
        raise ValueError("it is not written as Dawncast writes it")
    return signature


def compare(one: Listed, found: Found) -> Finding | None:
    """What is wrong with a file that is there, or None."""
    if found.trouble:
        return Finding(What.ALTERED, one.path, found.trouble)
    if found.size != one.size:
        words = f"it has {found.size} bytes, {one.size} were signed"
        return Finding(What.ALTERED, one.path, words)
    if found.sha256 != one.sha256:
        return Finding(What.ALTERED, one.path, "its content is not what was signed")
    if (found.packed_size, found.packed_sha256) != (one.packed_size, one.packed_sha256):
        words = "its content is what was signed, but its compressed form is another one"
        return Finding(What.REPACKED, one.path, words)
    return None


def compare_names(listed: Sequence[str], names: Sequence[str]) -> Iterable[Finding]:
    """What is missing, added, there twice or in another place, among the names of a zip."""
    wanted, there = [*listed, MANIFEST, SIGNATURE], set(names)
    for path in wanted:
        if path not in there:
            yield Finding(What.MISSING, path, "it was signed, and is not there")
    known = set(wanted)
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield Finding(What.TWICE, name, "which of the two was signed, a reader cannot know")
        elif name not in known:
            words = "it was not signed" if is_safe(name) else "it was not signed, and its name lies"
            yield Finding(What.ADDED, name, f"{words}; do not open it")
        seen.add(name)
    ours = [name for name in dict.fromkeys(names) if name in known]
    if ours != [path for path in wanted if path in there]:
        yield Finding(What.REORDERED, "", "the files stand in another order than they were packed")


def _listed(said: Mapping[str, Any]) -> Listed:
    return Listed(
        path=str(said["path"]),
        size=int(said["size"]),
        sha256=str(said["sha256"]),
        packed_size=int(said["packed_size"]),
        packed_sha256=str(said["packed_sha256"]),
    )


def _text(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, indent=1) + "\n"
