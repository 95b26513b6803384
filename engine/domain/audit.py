"""The audit chain: how a row is sealed with the one before it, and what a broken chain looks like.

An edit, a gap or a row out of place shows in the chain itself. That the end was cut off, or all
of it written anew, only an anchor shows: the end as it once was, kept elsewhere (spec X1).

What names a person is not in a row: the row has the HMAC of the value under a key of that person's,
and the value stands beside it. Who is erased loses both; the chain holds, and says nothing.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from engine.domain.canonical import canonical_json, sha256_hex

GENESIS = "0" * 64
"""What the first row names as the hash before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who did what to what, when and from where. `before` and `after` are JSON texts as stored."""

    number: int
    tenant: int | None
    at: datetime
    actor: str
    action: str
    subject: str
    before: str = ""
    after: str = ""
    ip: str = ""


@dataclass(frozen=True, slots=True)
class Personal:
    """A value that names the person an entry is about; it must be possible to erase it."""

    value: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What a reader of the trail is given in the place of a value whose person was erased."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside an entry: the values of its person, and the key they are sealed with.

    Who was `erased` has neither any more; for anybody else both must be there.
    """

    values: Mapping[str, str]
    key: bytes | None
    erased: bool


NOTHING_BESIDE = Beside({}, None, erased=False)


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry as the trail keeps it."""

    entry: Entry
    previous_hash: str
    hash: str
    beside: Beside = NOTHING_BESIDE


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of a trail at some instant. Number 0 stands before the first entry."""

    number: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Intact:
    """Every row holds. `count` rows were seen; `last_hash` seals the last of them."""

    count: int
    last_hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row at which the trail does not hold, and what is wrong with it, as a clause."""

    number: int
    words: str


def canonical(previous_hash: str, entry: Entry) -> str:
    """Everything a seal covers, as one JSON list. Raises ValueError for a naive instant."""
    return canonical_json(_values(previous_hash, entry))


def chain_hash(previous_hash: str, entry: Entry) -> str:
    """The seal of `entry`: SHA-256 (hex) over it and the seal before it.

    Raises ValueError for a naive instant.
    """
    return sha256_hex(_values(previous_hash, entry))


def personal_seal(key: bytes, value: str) -> str:
    """The HMAC-SHA256 (hex) that stands in an entry for a personal value."""
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def seals_in(entry: Entry) -> dict[str, str]:
    """The seals of personal values in an entry, by place: `before.name`, `after.phone`."""
    found: dict[str, str] = {}
    for side, text in (("before", entry.before), ("after", entry.after)):
        if f'"{SEAL}"' not in text:
            continue
        for field, value in cast("dict[str, Any]", json.loads(text)).items():
            if isinstance(value, dict) and SEAL in value:
                found[f"{side}.{field}"] = str(cast("dict[str, Any]", value)[SEAL])
    return found


SEAL = "hmac"
"""What marks a seal in `before` and `after`: `{"name":{"hmac":"…"}}`."""


def verify(
    entries: Iterable[Sealed],
    *,
    after: Anchor | None = None,
    anchors: Iterable[Anchor] = (),
    end: Anchor | None = None,
) -> Intact | Broken:
    """Walk a trail in its order, in memory that does not grow, up to the first row that fails.

    after: where the rows begin, when older ones were pruned. anchors: where the trail is known to
    have been; one before the rows seen says nothing. end: where it ends by its own account.
    """
    known = {anchor.number: anchor.hash for anchor in anchors}
    last = after or Anchor()
    count = 0
    for row in entries:
        wrong = _what_is_wrong(row, last, known.get(row.entry.number))
        if wrong is not None:
            return Broken(row.entry.number, wrong)
        last = Anchor(row.entry.number, row.hash)
        count += 1
        if end is not None and last.number == end.number and last.hash != end.hash:
            return Broken(last.number, "it is not the row the product wrote last")
    return _what_is_wrong_at_the_end(last, known, end) or Intact(count, last.hash)


def _what_is_wrong(row: Sealed, last: Anchor, anchored: str | None) -> str | None:
    if row.entry.number != last.number + 1:
        return f"number {last.number + 1} is missing"
    if row.previous_hash != last.hash:
        return "it does not follow the row before it"
    if row.hash != chain_hash(row.previous_hash, row.entry):
        return "it was changed after it was written"
    if anchored is not None and anchored != row.hash:
        return "it is not the row that was anchored: the trail was written anew"
    return _what_is_wrong_beside(row.beside, seals_in(row.entry))


def _what_is_wrong_beside(beside: Beside, seals: Mapping[str, str]) -> str | None:
    if extra := sorted(set(beside.values) - set(seals)):
        return f"a personal value stands beside it that it does not name ({extra[0]})"
    if not seals or (beside.erased and not beside.values and beside.key is None):
        return None
    if beside.erased:
        return "a personal value outlived the erasure of its person"
    if beside.key is None:
        return "the key of its personal values is gone, though nobody erased the person"
    for place, seal in seals.items():
        value = beside.values.get(place)
        if value is None:
            return f"its personal value is gone, though nobody erased the person ({place})"
        if not hmac.compare_digest(personal_seal(beside.key, value), seal):
            return f"its personal value was changed after it was written ({place})"
    return None


def _what_is_wrong_at_the_end(
    last: Anchor, known: Mapping[int, str], end: Anchor | None
) -> Broken | None:
    reached = max([*known, end.number if end is not None else 0])
    if last.number < reached:
        return Broken(last.number + 1, f"the trail once reached {reached}: its end is gone")
    if end is not None and last.number > end.number:
        return Broken(end.number + 1, "the product did not write it")
    return None


def _values(previous_hash: str, entry: Entry) -> list[str | int | None]:
    if entry.at.tzinfo is None:
        raise ValueError(f"an audit entry needs an aware instant, not {entry.at}")
    return [
        entry.number,
        entry.tenant,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.subject,
        entry.before,
        entry.after,
        entry.ip,
        previous_hash,
    ]
