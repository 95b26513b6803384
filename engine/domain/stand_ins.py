"""Templates that may take another's place, word by word as an approver saw them (spec D4, T2).

WhatsApp does not approve the same words twice, so what stands in says something else around the
same values. Hence it is approved with the content, each with its own words, and only what was
approved stands in (decision 0026).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.domain.canonical import sha256_hex
from engine.domain.content import VariantText, places
from engine.domain.template_standing import Standing, problem


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """One template that may take the place of a variant's own. position: who comes first."""

    language: str
    template_name: str
    template_language: str
    template_version: int
    category: str
    body: str
    position: int = 0


def can_carry(variant: VariantText, body: str, category: str) -> bool:
    """Whether other words take the variant's values as they are, at the price and the hours that
    were approved.
    """
    return category == variant.category and places(body) == places(variant.body)


def digest(stand_ins: Iterable[StandIn]) -> str:
    """What an approver saw, in one word: the same templates in the same words give the same one."""
    ordered = sorted(stand_ins, key=lambda one: (one.language, one.position, one.template_name))
    return sha256_hex(
        [
            [
                one.language,
                one.template_name,
                one.template_language,
                one.template_version,
                one.category,
                one.body,
            ]
            for one in ordered
        ]
    )


def choose(
    candidates: Sequence[tuple[StandIn, VariantText, Standing | None]],
) -> StandIn | None:
    """The first whose words are still those approved and that WhatsApp would send; None: no one.

    candidates: in order, each with the variant as it would be then, and how its template stands.
    """
    for stand_in, then, standing in candidates:
        if problem(then, standing) is None:
            return stand_in
    return None
