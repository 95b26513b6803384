"""The templates Meta has approved, or not (Meta: Graph API > WhatsApp Business Account >
Templates).
"""

import re
from dataclasses import dataclass

from engine.domain.outcome import Blame, Failure
from engine.whatsapp.graph import Graph
from engine.whatsapp.lenient import Object, as_object, identifier, objects, text

FIELDS = "id,name,language,status,category,quality_score,components"
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
    body: str
    footer: str
    parameters: tuple[str, ...]  # of the body, in order of their first use: 1, 2 … or names


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
    return TemplateNode(
        template_id=identifier(node.get("id")) or "",
        name=text(node.get("name")),
        language=text(node.get("language")).replace("-", "_"),
        category=text(node.get("category")).upper(),
        status=text(node.get("status")).upper(),
        quality=text(as_object(node.get("quality_score")).get("score")).upper() or "UNKNOWN",
        header_format=text(parts.get("HEADER", {}).get("format")).upper(),
        body=body,
        footer=text(parts.get("FOOTER", {}).get("text")),
        parameters=tuple(dict.fromkeys(_PARAMETER.findall(body))),
    )
