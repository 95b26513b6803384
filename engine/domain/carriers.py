"""Who carries what does not go by WhatsApp: an organisation's mail server and its SMS provider.

One of each kind. What it takes to use one is typed in once; what is secret never comes out again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.domain.alert_channels import (
    PASSWORD,
    URL,
    host_of,
    wrong_address,
    wrong_server,
)
from engine.domain.typed_form import Asked, parted, read_fields


class CarrierKind(StrEnum):
    """What it carries."""

    MAIL = "mail"  # SMTP
    SMS = "sms"  # a provider's HTTP interface


HEADER, SECRET, BODY, PER_SECOND = "header", "secret", "body", "per_second"
PHONE_HOLE, TEXT_HOLE, KEY_HOLE = "{phone}", "{text}", "{key}"
USUAL_BODY = '{"to": "{phone}", "message": "{text}", "reference": "{key}"}'
FASTEST = 100
"""Messages a second, by either carrier."""

ASKED: dict[CarrierKind, tuple[Asked, ...]] = {
    CarrierKind.MAIL: (
        Asked(name="host", label="Server"),
        Asked(name="port", label="Port", usual="587", hint="25, 465, 587 or 2525"),
        Asked(name="security", label="Security", usual="starttls", hint="starttls, tls or none"),
        Asked(name="from", label="From", hint="reports@example.com"),
        Asked(name="user", label="User", needed=False),
        Asked(name=PASSWORD, label="Password", secret=True, needed=False),
        Asked(name=PER_SECOND, label="Messages a second", usual="5"),
    ),
    CarrierKind.SMS: (
        Asked(name=URL, label="Address"),
        Asked(name=HEADER, label="Header of the key", usual="Authorization"),
        Asked(name=SECRET, label="Key", secret=True),
        Asked(name=BODY, label="What is posted", usual=USUAL_BODY, hint=USUAL_BODY),
        Asked(name=PER_SECOND, label="Messages a second", usual="10"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierDraft:
    """A carrier as it was typed in and found right."""

    kind: CarrierKind
    options: dict[str, str]
    secrets: dict[str, str] = field(default_factory=dict[str, str], repr=False)

    @property
    def shown(self) -> str:
        """Where it leads, without what is secret."""
        if self.kind is CarrierKind.MAIL:
            return f"{self.options['from']} by {self.options['host']}:{self.options['port']}"
        return host_of(self.options[URL])


def read_carrier(
    kind: CarrierKind, typed: Mapping[str, str], *, sandbox: bool, has_secrets: bool = False
) -> CarrierDraft | tuple[str, ...]:
    """The carrier that was typed in, or a sentence for each thing that is wrong.

    has_secrets: it is there already, and an empty secret means the one it has.
    """
    values, problems = read_fields(ASKED[kind], typed, has_secrets=has_secrets)
    problems = problems or _wrong(kind, values, sandbox=sandbox)
    if problems:
        return tuple(problems)
    options, secrets = parted(ASKED[kind], values)
    return CarrierDraft(kind=kind, options=options, secrets=secrets)


def per_second(options: Mapping[str, str]) -> int:
    """How many messages a second a carrier is given at most."""
    return max(1, min(FASTEST, int(options.get(PER_SECOND, "1"))))


def filled(body: str, holes: Mapping[str, str]) -> Any:
    """The JSON of a template with its holes filled. Raises ValueError when it is no JSON.

    Filled after it was read, so that no text of ours can end a string of the template's.
    """
    return _filled(json.loads(body), holes)


def _filled(part: Any, holes: Mapping[str, str]) -> Any:
    match part:
        case str():
            # In one pass: what fills a hole is no template itself.
            return "".join(holes.get(piece, piece) for piece in _pieces(part, holes))
        case list():
            return [_filled(one, holes) for one in part]  # pyright: ignore[reportUnknownVariableType]
        case dict():
            return {key: _filled(one, holes) for key, one in part.items()}  # pyright: ignore[reportUnknownVariableType]
        case _:
            return part


def _pieces(text: str, holes: Mapping[str, str]) -> list[str]:
    pieces, at = [""], 0
    while at < len(text):
        hole = next((one for one in holes if text.startswith(one, at)), None)
        if hole is None:
            pieces[-1] += text[at]
            at += 1
        else:
            pieces += [hole, ""]
            at += len(hole)
    return pieces


def _wrong(kind: CarrierKind, values: Mapping[str, str], *, sandbox: bool) -> list[str]:
    problems: list[str] = []
    pace = values[PER_SECOND]
    if not pace.isascii() or not pace.isdigit() or not 1 <= int(pace) <= FASTEST:
        problems.append(f"Messages a second is a whole number from 1 to {FASTEST}.")
    if kind is CarrierKind.MAIL:
        return problems + wrong_server(values, sandbox=sandbox)
    if why := wrong_address(values[URL], sandbox=sandbox):
        problems.append(why)
    if not values[HEADER].isascii() or not values[HEADER].replace("-", "").isalnum():
        problems.append("The header's name has letters, digits and hyphens.")
    try:
        shape = filled(values[BODY], {PHONE_HOLE: "", TEXT_HOLE: ""})
    except ValueError:
        return [*problems, "What is posted is no JSON."]
    if not isinstance(shape, dict):
        problems.append("What is posted is a JSON object.")
    problems += [f"What is posted lacks {hole}." for hole in _needed if hole not in values[BODY]]
    return problems


_needed = (PHONE_HOLE, TEXT_HOLE)
