"""The templates Meta has approved, or not (Meta: Graph API > WhatsApp Business Account >
Templates).
"""

import re
from dataclasses import dataclass
from typing import Any, cast

from engine.domain.outcome import Blame, Failure
from engine.domain.templates import Draft
from engine.whatsapp.graph import Graph
from engine.whatsapp.lenient import Object, as_object, identifier, objects, text

FIELDS = "id,name,language,status,category,quality_score,components,rejected_reason"
PAGE = 100
PAGES_MAX = 70
"""A verified portfolio may have 6,000 templates."""
_PARAMETER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateNode:
    """One template in one language, in Meta's words."""

    template_id: str
    name: str
    language: str
    category: str
    status: str  # only APPROVED sends
    quality: str  # GREEN, YELLOW, RED, UNKNOWN
    header_format: str  # TEXT, IMAGE, DOCUMENT … or nothing
    header_text: str
    body: str
    footer: str
    parameters: tuple[str, ...]  # of the body, in order of their first use: 1, 2 … or names
    buttons: tuple[str, ...]
    examples: tuple[str, ...]
    reason: str  # of a rejection


async def list_templates(graph: Graph, business: str) -> tuple[TemplateNode, ...] | Failure:
    """All templates of the WhatsApp business account `business`; all or none of them."""
    query: dict[str, str | int] = {"fields": FIELDS, "limit": PAGE}
    found: list[TemplateNode] = []
    for _ in range(PAGES_MAX):
        answer = await graph.get(f"{business}/message_templates", query)
        if isinstance(answer, Failure):
            return answer
        found.extend(_template(node) for node in objects(answer.get("data")))
        paging = as_object(answer.get("paging"))
        after = text(as_object(paging.get("cursors")).get("after"))
        if not paging.get("next") or not after or after == query.get("after"):
            return tuple(found)
        query["after"] = after
    return Failure(blame=Blame.US, code=None, title=f"More than {PAGES_MAX * PAGE} templates")


def _template(node: Object) -> TemplateNode:
    parts = {text(part.get("type")).upper(): part for part in objects(node.get("components"))}
    body = text(parts.get("BODY", {}).get("text"), 4_000)
    reason = text(node.get("rejected_reason")).upper()
    return TemplateNode(
        template_id=identifier(node.get("id")) or "",
        name=text(node.get("name")),
        language=text(node.get("language")).replace("-", "_"),
        category=text(node.get("category")).upper(),
        status=text(node.get("status")).upper(),
        quality=text(as_object(node.get("quality_score")).get("score")).upper() or "UNKNOWN",
        header_format=text(parts.get("HEADER", {}).get("format")).upper(),
        body=body,
        header_text=text(parts.get("HEADER", {}).get("text")),
        footer=text(parts.get("FOOTER", {}).get("text")),
        parameters=tuple(dict.fromkeys(_PARAMETER.findall(body))),
        buttons=tuple(
            text(one.get("text")) for one in objects(parts.get("BUTTONS", {}).get("buttons"))
        ),
        examples=_examples(parts.get("BODY", {})),
        reason="" if reason == "NONE" else reason,
    )


def _examples(body: Object) -> tuple[str, ...]:
    """Positional examples come as a list of rows, of which the first one counts."""
    rows = as_object(body.get("example")).get("body_text")
    first: Any = cast("list[Any]", rows)[0] if isinstance(rows, list) and rows else None
    words = cast("list[Any]", first) if isinstance(first, list) else []
    return tuple(text(word) for word in words)


async def create_template(graph: Graph, business: str, draft: Draft) -> str | Failure:
    """Submit a new template; Meta's id of it (Meta: Template management > Create)."""
    body = {"name": draft.name, "language": draft.language, "category": draft.category}
    answer = await graph.post(f"{business}/message_templates", body | components(draft))
    if isinstance(answer, Failure):
        return answer
    return identifier(answer.get("id")) or ""


async def edit_template(graph: Graph, whatsapp_id: str, draft: Draft) -> Failure | None:
    """Submit other words for a template; they are reviewed anew. None: it was taken."""
    answer = await graph.post(whatsapp_id, {"category": draft.category} | components(draft))
    return answer if isinstance(answer, Failure) else None


async def delete_template(
    graph: Graph, business: str, name: str, whatsapp_id: str
) -> Failure | None:
    """Delete a template in the one language that has this id. None: it was taken."""
    query = {"name": name, "hsm_id": whatsapp_id}
    answer = await graph.delete(f"{business}/message_templates", query)
    return answer if isinstance(answer, Failure) else None


def components(draft: Draft) -> dict[str, Any]:
    """The parts of a template in Meta's JSON (Meta: Template management > Components)."""
    parts: list[dict[str, Any]] = []
    if draft.header:
        parts.append({"type": "HEADER", "format": "TEXT", "text": draft.header})
    body: dict[str, Any] = {"type": "BODY", "text": draft.body}
    if draft.examples:
        body["example"] = {"body_text": [list(draft.examples)]}
    parts.append(body)
    if draft.footer:
        parts.append({"type": "FOOTER", "text": draft.footer})
    if draft.buttons:
        buttons = [{"type": "QUICK_REPLY", "text": words} for words in draft.buttons]
        parts.append({"type": "BUTTONS", "buttons": buttons})
    return {"components": parts}
