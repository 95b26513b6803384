"""The audit chain: how a row is sealed with the one before it, and what a broken chain looks like.

An edit, a gap or a row out of place shows in the chain itself. That the end was cut off, or all
of it written anew, only an anchor shows: the end as it once was, kept elsewhere (spec X1).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

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
class Sealed:
    """An entry as the trail keeps it."""

    entry: Entry
    previous_hash: str
    hash: str


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


def verify(
    entries: Iterable[Sealed], *, after: Anchor | None = None, anchor: Anchor | None = None
) -> Intact | Broken:
    """Walk a trail in its order, in constant memory, up to the first row that does not hold.

    after: where the rows begin, when older ones were pruned. anchor: where the trail is known to
    have been; one before the rows seen says nothing.
    """
    last = after or Anchor()
    count = 0
    for row in entries:
        wrong = _what_is_wrong(row, last, anchor)
        if wrong is not None:
            return Broken(row.entry.number, wrong)
        last = Anchor(row.entry.number, row.hash)
        count += 1
    if anchor is not None and last.number < anchor.number:
        return Broken(last.number + 1, f"the trail once reached {anchor.number}: its end is gone")
    return Intact(count, last.hash)


def _what_is_wrong(row: Sealed, last: Anchor, anchor: Anchor | None) -> str | None:
    if row.entry.number != last.number + 1:
        return f"number {last.number + 1} is missing"
    if row.previous_hash != last.hash:
        return "it does not follow the row before it"
    if row.hash != chain_hash(row.previous_hash, row.entry):
        return "it was changed after it was written"
    if anchor is not None and anchor.number == row.entry.number and anchor.hash != row.hash:
        return "it is not the row that was anchored: the trail was written anew"
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
