"""Reads values out of JSON that may hold anything: what is not as expected is absent, never an
error.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from engine.domain.ids import Phone

Object = dict[str, Any]
TEXT_MAX = 1_000
ID_MAX = 512
PHONE_DIGITS_MAX = 20
RAW_MAX = 20_000
_INT4_MAX = 2**31 - 1
_MILLISECONDS_FROM = 10**11
"""A timestamp from here on counts milliseconds: in seconds it would lie in the year 5138."""


def as_object(value: object) -> Object:
    """The JSON object, or an empty one."""
    return cast("Object", value) if isinstance(value, dict) else {}


def objects(value: object) -> Iterator[Object]:
    """The objects among the items of a JSON list."""
    if isinstance(value, list):
        for item in cast("list[object]", value):
            if isinstance(item, dict):
                yield cast("Object", item)


def text(value: object, limit: int = TEXT_MAX) -> str:
    """A text or a number as a text that every database takes; "" for anything else.

    JSON can spell half a surrogate pair, and NUL, which PostgreSQL refuses: one such webhook would
    come back for ever.
    """
    if isinstance(value, str):
        cut = value[:limit]
        if cut.isascii() and "\0" not in cut:
            return cut
        return cut.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**30 else ""
    return ""


def identifier(value: object) -> str | None:
    """An id as Meta writes them: visible ASCII, not longer than an index takes; None for anything
    else.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = text(value)
    if not isinstance(value, str) or not value or len(value) > ID_MAX:
        return None
    return value if value.isascii() and value.isprintable() else None


def integer(value: object) -> int | None:
    """A number that fits a database column; digits in quotes count."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 11:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _INT4_MAX:
        return value
    return None


def phone(value: object) -> Phone | None:
    """A person's number, which Meta writes without the plus."""
    digits = text(value).lstrip("+")
    well_formed = digits.isascii() and digits.isdigit() and len(digits) <= PHONE_DIGITS_MAX
    return Phone(f"+{digits}") if well_formed else None


def instant(value: object) -> datetime | None:
    """Unix seconds, as a number or in quotes."""
    if isinstance(value, str | int | float):
        try:
            return read_instant(value)
        except (ValueError, OverflowError, OSError):
            return None
    return None


@lru_cache(maxsize=4_096)
def read_instant(value: str | float) -> datetime:
    """Unix seconds; a webhook's statuses share a handful of them. Raises ValueError,
    OverflowError.
    """
    seconds = int(value)
    if seconds >= _MILLISECONDS_FROM:
        return datetime.fromtimestamp(seconds / 1_000, UTC)
    return datetime.fromtimestamp(seconds, UTC)


def raw(value: object) -> str:
    """The JSON again, in ASCII, cut to what is worth keeping beside the stored body."""
    try:
        return json.dumps(value)[:RAW_MAX]
    except (ValueError, RecursionError):
        return ""
