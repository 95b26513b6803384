"""Faults as JSON: `{"kind": "set_rate", "number": "1000", "rate_per_second": 20}`."""

import re
from collections.abc import Container
from dataclasses import fields
from typing import Any, cast, get_args

from pydantic import TypeAdapter, ValidationError

from engine.simulator.faults import Fault

_HUMP = re.compile(r"(?<!^)(?=[A-Z])")


def kind_of(fault: type[Any]) -> str:
    """A fault's name in JSON: `SetStatus` is `set_status`."""
    return _HUMP.sub("_", fault.__name__).lower()


KINDS: dict[str, type[Any]] = {kind_of(fault): fault for fault in get_args(Fault)}
_READERS: dict[str, TypeAdapter[Any]] = {
    kind: TypeAdapter[Any](fault) for kind, fault in KINDS.items()
}


class BadFaultError(ValueError):
    """This JSON is no fault; the message says why, and what would be."""


def read_fault(row: object, numbers: Container[str]) -> Fault:
    """The fault a JSON object describes; BadFaultError when none, or of no number of ours."""
    if not isinstance(row, dict):
        raise BadFaultError("a fault must be a JSON object")
    given = dict(cast("dict[str, Any]", row))
    kind = given.pop("kind", None)
    if kind not in KINDS:
        raise BadFaultError(f"no fault of kind {kind!r}; there are {', '.join(KINDS)}")
    known = {field.name for field in fields(KINDS[kind])}
    strange = given.keys() - known
    if strange:
        raise BadFaultError(
            f"{kind} knows no {', '.join(sorted(strange))}; it knows {', '.join(sorted(known))}"
        )
    number = given.get("number")
    if number is not None and number not in numbers:
        raise BadFaultError(f"there is no number {number!r}")
    try:
        fault: Fault = _READERS[kind].validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadFaultError(f"{kind}: {where}: {first['msg']}") from error
    return fault
