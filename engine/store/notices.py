"""What Meta's notices change: the numbers and templates they mean, found by Meta's names."""

import re
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from engine.store.tables import Sender, Template

_NOT_DIGITS = re.compile(r"\D+")


def senders_with_phone(session: Session, display_phone: str) -> list[Sender]:
    """The senders with this number, however it is spelt: notices carry no id of it."""
    wanted = _NOT_DIGITS.sub("", display_phone)
    if not wanted:
        return []
    everyone = session.exec(select(Sender)).all()
    return [one for one in everyone if _NOT_DIGITS.sub("", one.display_phone) == wanted]


def change_sender(
    session: Session, sender: Sender, values: Mapping[str, str], now: datetime
) -> bool:
    """Set columns of a sender; False when they stood so already."""
    return _change(session, sender, values, now)


def templates_meant(
    session: Session, *, whatsapp_id: str, name: str, language: str
) -> list[Template]:
    """The templates a notice means: by Meta's id, or by name and language where we have no id."""
    if whatsapp_id:
        known = session.exec(select(Template).where(col(Template.whatsapp_id) == whatsapp_id)).all()
        if known:
            return list(known)
    by_name = select(Template).where(
        col(Template.name) == name,
        col(Template.language) == language,
        col(Template.whatsapp_id) == "",
    )
    return list(session.exec(by_name).all())


def change_template(
    session: Session, template: Template, values: Mapping[str, object], now: datetime
) -> bool:
    """Set columns of a template; False when they stood so already."""
    return _change(session, template, values, now)


def recategorise(session: Session, template: Template, category: str, now: datetime) -> bool:
    """Give a template the category Meta put it in; its version rises, since approvals bind to it
    (spec D2). False when it had it already.
    """
    if not _change(session, template, {"category": category}, now):
        return False
    template.version += 1
    session.flush()
    return True


def _change(
    session: Session, row: Sender | Template, values: Mapping[str, object], now: datetime
) -> bool:
    news = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in news.items():
        setattr(row, name, value)
    if news:
        row.updated_at = now
        session.flush()
    return bool(news)
