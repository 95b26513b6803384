"""What an author types: one language of a content pack, before a template's words are beside it."""

from dataclasses import dataclass

from engine.domain.content import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantDraft:
    """One language as its author wrote it: which template, and what goes into its places."""

    language: Language
    template_name: str
    template_language: str
    parameters: tuple[str, ...]
