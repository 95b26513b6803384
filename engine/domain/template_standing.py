"""Whether WhatsApp would send a variant's template today, as it was when the variant was written.

What goes out is the template WhatsApp has by then, not our copy of its words; so an approval of
other words, or of a template that may not be sent, would be worth nothing (spec D2, D3, T2).
"""

from dataclasses import dataclass

from engine.domain.content import VariantText

SENDABLE = "APPROVED"

_WHY_NOT = {
    "PENDING": "WhatsApp is still reviewing it.",
    "REJECTED": "WhatsApp rejected it.",
    "PAUSED": "WhatsApp paused it because of its quality.",
    "DISABLED": "WhatsApp disabled it because of its quality.",
    "IN_APPEAL": "WhatsApp is still looking at the appeal.",
    "LIMIT_EXCEEDED": "The account has more templates than WhatsApp allows.",
    "PENDING_DELETION": "It is being deleted.",
    "DELETED": "It was deleted.",
    "ARCHIVED": "It was archived.",
}
"""Meta's words for a template that cannot be sent (Meta, template-management)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What we know of a template now: Meta's status, and the version of its words."""

    status: str
    version: int
    header_format: str = ""
    """IMAGE, DOCUMENT …; empty: the template has none, or we do not know."""


def problem(variant: VariantText, now: Standing | None) -> str | None:
    """What stands in the way of sending the variant, in words; None when nothing does."""
    name = f"Template {variant.template_name} ({variant.template_language})"
    if now is None:
        return f"{name} is not in the account any more. Choose another one."
    if now.status != SENDABLE:
        return f"{name} cannot be sent. {why_not(now.status)} Choose another one."
    if now.version != variant.template_version:
        return f"{name} has other words by now. Save this content again to take them over."
    return _header_problem(variant, now.header_format, name)


_HEADERS = {"IMAGE": "a picture", "DOCUMENT": "a PDF"}


def _header_problem(variant: VariantText, wanted: str, name: str) -> str | None:
    """WhatsApp refuses a message whose header is not of its template's kind (132012)."""
    header = variant.header
    given = "" if header is None else "IMAGE" if header.is_image else "DOCUMENT"
    expected = wanted if wanted in _HEADERS else ""
    if given == expected:
        return None
    if not expected:
        return f"{name} has no place for {_HEADERS[given]} above the text. Take it out."
    if not given:
        return f"{name} wants {_HEADERS[expected]} above the text. Upload one."
    return f"{name} wants {_HEADERS[expected]} above the text, not {_HEADERS[given]}."


def why_not(status: str) -> str:
    """Why WhatsApp sends no template in this state, in words."""
    return _WHY_NOT.get(status, f"Its status is {status.lower()}.")


IN_ORDER = "WhatsApp has approved the template, word for word as shown."
"""What the check says when there is no problem."""
