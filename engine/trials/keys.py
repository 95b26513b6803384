"""What may be there only once and is there twice: sought without the keys that forbid it."""

from sqlalchemy import func, select
from sqlmodel import Session, SQLModel

from engine.store.dialects import table
from engine.store.tables import Attempt, Broadcast, Delivery, Lane, Receipt, Webhook

ONCE: dict[type[SQLModel], tuple[str, ...]] = {
    Broadcast: ("schedule_id", "service_day"),
    Lane: ("broadcast_id", "sender_id"),
    Delivery: ("broadcast_id", "subscriber_id"),
    Attempt: ("delivery_id", "number"),
    Receipt: ("message_id", "status"),
    Webhook: ("body_hash",),
}


def repeated(session: Session) -> list[str]:
    """One sentence for each kind of row of which two say the same."""
    misses: list[str] = []
    for model, names in ONCE.items():
        rows = table(model)
        columns = [rows.c[name] for name in names]
        twice = select(*columns).group_by(*columns).having(func.count() > 1)
        found = session.connection().execute(twice).all()
        if found:
            misses.append(f"{len(found)} in {rows.name} are there twice, first {tuple(found[0])}")
    return misses
