"""A form with fields of text, some of them secret: what is asked, and what was typed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

VALUE_LIMIT = 500
"""Characters of one value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One field of a form."""

    name: str
    label: str
    secret: bool = False
    usual: str = ""
    needed: bool = True
    hint: str = ""


def read_fields(
    fields: Sequence[Asked], typed: Mapping[str, str], *, has_secrets: bool
) -> tuple[dict[str, str], list[str]]:
    """The values by name, those left empty aside; and a sentence for each that is wrong.

    has_secrets: they are there already, and an empty secret means the one that is.
    """
    problems: list[str] = []
    values: dict[str, str] = {}
    for asked in fields:
        value = typed.get(asked.name, "").strip() or ("" if asked.secret else asked.usual)
        if not value and asked.needed and not (asked.secret and has_secrets):
            problems.append(f"{asked.label} is missing.")
        elif len(value) > VALUE_LIMIT or not value.isprintable():
            problems.append(f"{asked.label} is too long, or has characters nobody can see.")
        elif value:
            values[asked.name] = value
    return values, problems


def parted(
    fields: Sequence[Asked], values: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """What may be shown again, and what is secret."""
    secret = {asked.name for asked in fields if asked.secret}
    return (
        {name: value for name, value in values.items() if name not in secret},
        {name: value for name, value in values.items() if name in secret},
    )
