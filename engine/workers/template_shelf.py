"""Who keeps the templates of the account; Meta itself, where it is not a test's."""

from dataclasses import dataclass
from typing import Protocol

from engine.domain.outcome import Failure
from engine.domain.templates import Draft
from engine.whatsapp.graph import Graph
from engine.whatsapp.templates import (
    TemplateNode,
    create_template,
    delete_template,
    edit_template,
    list_templates,
)


class Templates(Protocol):
    """Who keeps the templates; `GraphTemplates` asks Meta."""

    async def everything(self) -> tuple[TemplateNode, ...] | Failure: ...
    async def create(self, draft: Draft) -> str | Failure: ...
    async def edit(self, whatsapp_id: str, draft: Draft) -> Failure | None: ...
    async def delete(self, name: str, whatsapp_id: str) -> Failure | None: ...


@dataclass(frozen=True, slots=True)
class GraphTemplates:
    """Meta's own. business: the number of the WhatsApp business account."""

    graph: Graph
    business: str

    async def everything(self) -> tuple[TemplateNode, ...] | Failure:
        """All templates of the account."""
        return await list_templates(self.graph, self.business)

    async def create(self, draft: Draft) -> str | Failure:
        """Submit a new one; its id."""
        return await create_template(self.graph, self.business, draft)

    async def edit(self, whatsapp_id: str, draft: Draft) -> Failure | None:
        """Submit other words."""
        return await edit_template(self.graph, whatsapp_id, draft)

    async def delete(self, name: str, whatsapp_id: str) -> Failure | None:
        """Delete one language of a name."""
        return await delete_template(self.graph, self.business, name, whatsapp_id)
