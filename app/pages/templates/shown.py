"""Templates in words: what each state means, how each does, what it costs."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from app import formats
from app.pages.templates.words import KINDS, ORDER_STATES, QUALITIES, REASONS, STATUSES
from engine.domain.template_standing import why_not
from engine.domain.templates import (
    LANGUAGES,
    PRICES,
    Draft,
    OrderState,
    filled,
    variables,
)
from engine.read.templates import Order, Row, Shelf

LEFT_AFTER = timedelta(seconds=20)
NOT_TAKEN_UP = (
    "The engine has not taken it up. Is it running, and is WHATSAPP_BUSINESS_ID set on the machine?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One day of a strip: how high, in which tone, and what it says."""

    height: str
    tone: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One template as its card shows it."""

    id: int
    name: str
    language: str
    language_code: str
    category: str
    price: str
    status: str
    tone: str
    why: str
    since: str
    quality: str
    quality_tone: str
    header: str
    text: str
    footer: str
    buttons: list[str]
    group: str
    position: int
    marks: list[str]
    fallback: bool
    conservative: bool
    next_up: str
    coming: str
    bars: list[Bar]
    rate: str
    rate_tone: str
    editable: bool
    deletable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One order as the page tells it."""

    id: int
    what: str
    state: str
    tone: str
    words: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The form as it was typed so far, and what the phone shows of it."""

    template: int = 0
    name: str = ""
    language: str = "en"
    category: str = "UTILITY"
    header: str = ""
    body: str = ""
    footer: str = ""
    buttons: list[str] = field(default_factory=lambda: ["", "", ""])
    examples: list[str] = field(default_factory=lambda: list[str]())
    places: list[str] = field(default_factory=lambda: list[str]())
    preview: str = ""
    left: str = ""

    def draft(self) -> Draft:
        """As a command takes it."""
        return Draft(
            name=self.name.strip(),
            language=self.language,
            category=self.category,
            header=self.header.strip(),
            body=self.body.strip(),
            footer=self.footer.strip(),
            buttons=tuple(words.strip() for words in self.buttons if words.strip()),
            examples=tuple(words.strip() for words in self.examples[: len(self.places)]),
        )


def typed(template: int, draft: Draft) -> Typed:
    """A form that begins with a draft."""
    return completed(
        Typed(
            template=template,
            name=draft.name,
            language=draft.language,
            category=draft.category,
            header=draft.header,
            body=draft.body,
            footer=draft.footer,
            buttons=[*draft.buttons, "", "", ""][:3],
            examples=list(draft.examples),
        )
    )


def changed(form: Typed, **fields: Any) -> Typed:
    """With other values in some fields. A copy of plain values, whatever wraps those of a state."""
    kept: dict[str, Any] = {
        "template": form.template,
        "name": form.name,
        "language": form.language,
        "category": form.category,
        "header": form.header,
        "body": form.body,
        "footer": form.footer,
        "buttons": [str(words) for words in form.buttons],
        "examples": [str(words) for words in form.examples],
    }
    return completed(Typed(**(kept | fields)))


def completed(form: Typed) -> Typed:
    """With what follows from what was typed: an example for each variable, and the preview."""
    places = list(variables(form.body))
    examples = [*form.examples, *[""] * len(places)][: max(len(places), len(form.examples))]
    said = [words or "{{" + place + "}}" for words, place in zip(examples, places, strict=False)]
    return replace(
        form,
        places=places,
        examples=examples,
        preview=filled(form.body, tuple(said)),
        left=f"{len(form.body)} of 1,024 characters",
    )


def cards(shelf: Shelf, now: datetime) -> list[Card]:
    """All of them, as they stand."""
    return [_card(row, now) for row in shelf.rows]


def asked(shelf: Shelf, now: datetime) -> list[Asked]:
    """What was asked of WhatsApp within the hour."""
    return [_asked(order, now) for order in shelf.orders]


def language_name(code: str) -> str:
    """English for en; the code itself for what we have no name for."""
    return LANGUAGES.get(code, code)


def _card(row: Row, now: datetime) -> Card:
    status, tone = STATUSES.get(row.status, (row.status.replace("_", " ").capitalize(), "warn"))
    quality, quality_tone = QUALITIES.get(row.quality, ("No quality yet", "quiet"))
    price = PRICES.get(row.category)
    marks = [
        f"{row.group}, {row.position}" if row.group else "",
        "Fallback" if row.fallback else "",
        "Conservative" if row.conservative else "",
    ]
    return Card(
        id=row.id,
        name=row.name,
        language=language_name(row.language),
        language_code=row.language,
        category=row.category.capitalize(),
        price="" if price is None else f"₹{price:.4f} each",
        status=status,
        tone=tone,
        why=_why(row),
        since=formats.ago(row.status_at, now) if row.status_at else "",
        quality=quality,
        quality_tone=quality_tone,
        header=row.header or _media(row.header_format),
        text=filled(row.body, row.examples) if row.examples else row.body,
        footer=row.footer,
        buttons=list(row.buttons),
        group=row.group,
        position=row.position,
        marks=[mark for mark in marks if mark],
        fallback=row.fallback,
        conservative=row.conservative,
        next_up=row.next_up if row.status != "APPROVED" or row.failing else "",
        coming=_coming(row),
        bars=_bars(row),
        rate=_rate(row),
        rate_tone="bad" if row.failing else "quiet",
        editable=row.status in {"APPROVED", "REJECTED", "PAUSED"}
        and row.header_format in {"", "TEXT"},
        deletable=row.status != "DISABLED",
    )


def _why(row: Row) -> str:
    if row.status == "APPROVED":
        return ""
    words = why_not(row.status)
    reason = row.reason.upper().replace(" ", "_")
    said = REASONS.get(reason, row.reason.replace("_", " ").lower())
    return f"{words.rstrip('.')}: {said}." if said else words


def _media(header_format: str) -> str:
    return "" if header_format in {"", "TEXT"} else f"[{header_format.capitalize()}]"


def _coming(row: Row) -> str:
    if not row.coming_category:
        return ""
    at = f" on {formats.day(row.coming_at)}" if row.coming_at else ""
    old, new = PRICES.get(row.category), PRICES.get(row.coming_category)
    costs = f": ₹{new:.4f} instead of ₹{old:.4f} each" if old and new else ""
    return f"WhatsApp makes it {row.coming_category.lower()}{at}{costs}."


def _rate(row: Row) -> str:
    if row.sent == 0:
        return "Not used in the last 14 days"
    rate = 100 * row.failed / row.sent
    return f"{rate:.1f} % of {formats.number(row.sent)} failed in 14 days"


def _bars(row: Row) -> list[Bar]:
    most = max((day.sent for day in row.days), default=0)
    bars: list[Bar] = []
    for day in row.days:
        bad = day.sent > 0 and day.failed / day.sent > 0.02
        name = f"{day.day:%a} {day.day.day} {day.day:%b}"
        words = f"{name}: nothing sent"
        if day.sent:
            words = f"{name}: {formats.number(day.failed)} of {formats.number(day.sent)} failed"
        height = 0 if most == 0 else max(12, round(100 * day.sent / most)) if day.sent else 0
        tone = "bad" if bad else "good" if day.sent else "quiet"
        bars.append(Bar(height=f"{max(height, 6)}%", tone=tone, words=words))
    return bars


def _is_left(order: Order, now: datetime) -> bool:
    return order.state is OrderState.WAITING and now - order.asked_at > LEFT_AFTER


def _asked(order: Order, now: datetime) -> Asked:
    state, tone = ORDER_STATES[order.state]
    name = f" {order.name} ({language_name(order.language)})" if order.name else " with WhatsApp"
    return Asked(
        id=order.id,
        what=KINDS[order.kind] + name,
        state=state,
        tone=tone,
        words=NOT_TAKEN_UP if _is_left(order, now) else order.words,
        at=formats.time_with_zone(order.asked_at),
    )
