"""What an author types: one language of a pack, before a template's words are beside it."""

from dataclasses import dataclass

from engine.domain.content import Language
from engine.domain.media import Header


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantDraft:
    """One language as its author wrote it: a template, and what goes into and above it."""

    language: Language
    template_name: str
    template_language: str
    parameters: tuple[str, ...]
    header: Header | None = None
    brand_line: str = ""
