"""The templates of an account: which may be sent, with how many parameters."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from engine.simulator.api_errors import Refusal
from engine.simulator.posted import Posted

_VARIABLE = re.compile(r"\{\{\s*([a-z0-9_]+)\s*\}\}")
_REFUSALS = {"PAUSED": 132015, "DISABLED": 132016}
"""Codes by status; any other but APPROVED is 132001, as if the template did not exist."""
EXAMPLE_URL = "https://scontent.whatsapp.net/v/example"
"""Where Meta says the example of a header image is; nobody is meant to fetch it."""
SCORED_AT = 1_790_000_000
"""When each template's quality was last assessed, in unix seconds: any past instant will do."""
FIRST_ID = 710_000_000_000_001


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedTemplate:
    """A template in one language. `body` with its `{{1}}`; None leaves the parameters unchecked."""

    name: str
    language: str
    status: str = "APPROVED"
    category: str = "UTILITY"
    quality: str = "GREEN"
    body: str | None = None
    header: str | None = None
    """IMAGE, TEXT ... when a send must bring a header parameter."""
    header_text: str = ""
    footer: str = ""
    buttons: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


class TemplateShelf:
    """All templates of the account. Without any given (None), every name is an approved one, and
    those of `shelf` are listed.
    """

    def __init__(
        self,
        templates: Iterable[SimulatedTemplate] | None,
        shelf: Iterable[SimulatedTemplate] = (),
    ) -> None:
        self._open = templates is None
        self._next_id = FIRST_ID
        self._by_key: dict[tuple[str, str], tuple[int, SimulatedTemplate]] = {}
        self._set_by_name: dict[str, str] = {}
        for template in (*(templates or ()), *shelf):
            self.put(template)

    def put(self, template: SimulatedTemplate) -> int:
        """Add or replace; its id."""
        key = (template.name, template.language)
        if key in self._by_key:
            template_id = self._by_key[key][0]
        else:
            template_id = self._next_id
            self._next_id += 1
        self._by_key[key] = (template_id, template)
        return template_id

    def get(self, name: str, language: str) -> SimulatedTemplate | None:
        """The template of this name in this language."""
        row = self._by_key.get((name, language))
        return row[1] if row else None

    def find(self, template_id: str) -> SimulatedTemplate | None:
        """The template with this id."""
        return next((t for n, t in self._by_key.values() if str(n) == template_id), None)

    def of(self, name: str, language: str | None) -> list[tuple[int, SimulatedTemplate]]:
        """A name in one language or all, with their ids."""
        return [
            row
            for key, row in self._by_key.items()
            if key[0] == name and language in {None, key[1]}
        ]

    def remove(self, name: str, language: str | None = None) -> int:
        """Remove a name in all its languages or one; how many there were."""
        keys = [key for key in self._by_key if key[0] == name and language in {None, key[1]}]
        for key in keys:
            del self._by_key[key]
        return len(keys)

    def set_status(
        self, name: str, language: str | None, status: str
    ) -> list[tuple[int, SimulatedTemplate]]:
        """Give a template a status in one language or all; those it changed, with their ids."""
        if self._open and not any(key[0] == name for key in self._by_key):
            self._set_by_name[name] = status
        changed: list[tuple[int, SimulatedTemplate]] = []
        for key, (template_id, template) in self._by_key.items():
            if key[0] == name and language in {None, key[1]} and template.status != status:
                self._by_key[key] = (template_id, replace(template, status=status))
                changed.append(self._by_key[key])
        return changed

    def refusal(self, posted: Posted) -> Refusal | None:
        """Why a template message may not go, if it may not."""
        row = self._by_key.get((posted.template, posted.language))
        if row is None:
            status = self._set_by_name.get(posted.template, "APPROVED") if self._open else "MISSING"
        else:
            status = row[1].status
        if status != "APPROVED":
            words = f"template name ({posted.template}) in {posted.language}: {status.lower()}"
            return Refusal(_REFUSALS.get(status, 132001), words)
        return None if row is None else _misfit(row[1], posted)

    def category(self, posted: Posted) -> str:
        """The category the message is priced by."""
        if posted.kind != "template":
            return "service"
        row = self._by_key.get((posted.template, posted.language))
        return row[1].category.lower() if row else "utility"

    def nodes(self) -> list[dict[str, Any]]:
        """All templates as `GET /{waba}/message_templates` lists them."""
        return [_node(template_id, template) for template_id, template in self._by_key.values()]


def variables_of(body: str) -> int:
    """How many different variables a body has."""
    return len(set(_VARIABLE.findall(body)))


def _misfit(template: SimulatedTemplate, posted: Posted) -> Refusal | None:
    if template.body is not None:
        wanted = variables_of(template.body)
        if wanted != posted.body_parameters:
            return Refusal(
                132000,
                f"body: number of localizable_params ({posted.body_parameters}) does not match the "
                f"expected number of params ({wanted})",
            )
    if template.header != posted.header and (template.header or posted.header) != "TEXT":
        return Refusal(
            132012,
            f"header: Format mismatch, expected {template.header}, received {posted.header}",
        )
    return None


def _node(template_id: int, template: SimulatedTemplate) -> dict[str, Any]:
    # Clients expect the examples that a template was submitted with (pywa does).
    components: list[dict[str, Any]] = []
    if template.header is not None:
        header: dict[str, Any] = {"type": "HEADER", "format": template.header}
        if template.header == "TEXT":
            header["text"] = template.header_text or template.name
        else:
            header["example"] = {"header_handle": [EXAMPLE_URL]}
        components.append(header)
    if template.body is not None:
        count = variables_of(template.body)
        words = list(template.examples) or [f"example {n + 1}" for n in range(count)]
        body: dict[str, Any] = {"type": "BODY", "text": template.body}
        components.append(body | ({"example": {"body_text": [words]}} if count else {}))
    if template.footer:
        components.append({"type": "FOOTER", "text": template.footer})
    if template.buttons:
        buttons = [{"type": "QUICK_REPLY", "text": text} for text in template.buttons]
        components.append({"type": "BUTTONS", "buttons": buttons})
    return {
        "id": str(template_id),
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "parameter_format": "POSITIONAL",
        "quality_score": {"score": template.quality, "date": SCORED_AT},
        "components": components,
    }
