"""Templates as people write them: what WhatsApp takes, and what stands for what it says of them.

Meta's rules are its own (Meta: Template management > Components); asking with what it would refuse
costs a review, so what can be known beforehand is told beforehand.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
BODY_MAX = 1_024
HEADER_MAX, FOOTER_MAX, BUTTON_MAX = 60, 60, 25
BUTTONS_MAX = 3
LANGUAGES = {"en": "English", "en_US": "English (US)", "hi": "Hindi", "mr": "Marathi"}
"""Those our contents are written in, as Meta spells them."""


class Category(StrEnum):
    """What Meta prices and judges a template as; a person may ask for these."""

    UTILITY = "UTILITY"
    MARKETING = "MARKETING"


class OrderKind(StrEnum):
    """What a person asks of WhatsApp."""

    SYNC = "sync"
    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"


class OrderState(StrEnum):
    """How far an order is. What ended unsure is settled by the next sync."""

    WAITING = "waiting"
    ASKING = "asking"
    DONE = "done"
    REFUSED = "refused"
    UNSURE = "unsure"


ENDED = frozenset({OrderState.DONE, OrderState.REFUSED, OrderState.UNSURE})
GONE = frozenset({"DELETED", "PENDING_DELETION"})
EDITABLE = frozenset({"APPROVED", "REJECTED", "PAUSED"})
"""Meta lets nobody edit what is under review or disabled."""
FAILURE_LIMIT = 0.02
"""Above this part of failures another template of the group should take over (spec T2)."""
PRICES = {"MARKETING": 0.8631, "UTILITY": 0.1150, "AUTHENTICATION": 0.1150}
"""Rupees for a delivered message in India (Meta's rate card of 2026-01-01), without GST."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A template as a person wants it. `examples`: one for each variable of the body, in order."""

    name: str
    language: str
    category: str
    header: str = ""
    body: str = ""
    footer: str = ""
    buttons: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


def variables(body: str) -> tuple[str, ...]:
    """The variables of a body, each once, in the order of their first use."""
    return tuple(dict.fromkeys(VARIABLE.findall(body)))


def problems(draft: Draft) -> tuple[str, ...]:
    """What WhatsApp would refuse, a sentence each; none when it may be submitted."""
    found: list[str] = []
    if not NAME.fullmatch(draft.name):
        found.append("A name has lower case letters, digits and underscores only.")
    if not LANGUAGE.fullmatch(draft.language):
        found.append("Choose a language.")
    if draft.category not in set(Category):
        found.append("Choose utility or marketing.")
    found += _body_problems(draft)
    found += _line_problems("The header", draft.header, HEADER_MAX)
    found += _line_problems("The footer", draft.footer, FOOTER_MAX)
    return (*found, *_button_problems(draft.buttons))


def _line_problems(what: str, text: str, most: int) -> list[str]:
    wrong = {
        f"{what} has at most {most} characters.": len(text) > most,
        f"{what} may not have variables here.": VARIABLE.search(text) is not None,
        f"{what} is one line.": "\n" in text,
    }
    return [words for words, is_wrong in wrong.items() if is_wrong]


def _button_problems(buttons: tuple[str, ...]) -> list[str]:
    wrong = {
        f"There are at most {BUTTONS_MAX} buttons.": len(buttons) > BUTTONS_MAX,
        f"A button has at most {BUTTON_MAX} characters.": any(
            len(button) > BUTTON_MAX for button in buttons
        ),
        "Two buttons say the same.": len(set(buttons)) < len(buttons),
    }
    return [words for words, is_wrong in wrong.items() if is_wrong]


def _body_problems(draft: Draft) -> list[str]:
    body, found = draft.body, list[str]()
    if not body.strip():
        return ["Write the body."]
    if len(body) > BODY_MAX:
        found.append(f"The body has at most {BODY_MAX} characters; this one has {len(body)}.")
    names = variables(body)
    if names != tuple(str(n + 1) for n in range(len(names))):
        found.append("Number the variables {{1}}, {{2}} … in the order they come.")
    said = VARIABLE.sub("\0", body.strip())
    if said.startswith("\0") or said.endswith("\0"):
        found.append("A body may neither begin nor end with a variable.")
    if "\0\0" in re.sub(r"\s+", "", said):
        found.append("Two variables may not stand side by side.")
    if len(draft.examples) != len(names) or not all(e.strip() for e in draft.examples):
        found.append("Give WhatsApp an example for each variable.")
    return found


def filled(body: str, examples: tuple[str, ...]) -> str:
    """The body with its examples in place of its variables, as a reviewer sees it."""
    values = dict(zip(variables(body), examples, strict=False))
    return VARIABLE.sub(lambda found: values.get(found[1]) or found[0], body)


@dataclass(frozen=True, slots=True)
class Member:
    """One of a group, as far as the order of standing in asks."""

    name: str
    status: str
    quality: str
    failing: bool
    position: int
    fallback: bool
    conservative: bool


def order_of_standing_in(members: list[Member]) -> list[Member]:
    """Who takes over from whom, first those in order, the fallbacks last; only what may be sent.

    One of bad quality, or of which too much fails, comes after those that do well (spec T2).
    """
    able = [member for member in members if member.status == "APPROVED"]
    return sorted(
        able,
        key=lambda m: (m.fallback, m.failing or m.quality in {"YELLOW", "RED"}, m.position, m.name),
    )
