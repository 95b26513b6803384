"""What the page of one subscriber shows: did they get it, and their life with us in one line."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.consent import how
from engine.domain.delivery import State
from engine.domain.ids import DeliveryId, SubscriberId, TenantId
from engine.domain.subscriber import SAID, WORDS, Exclusion, Status, exclusion
from engine.read.delivery_entries import Entry, entries
from engine.read.delivery_timeline import attempts_of, receipts_of, standing
from engine.read.delivery_words import Answer, Mood, answer
from engine.read.stages import WORDS as STATE_WORDS
from engine.read.subscribers import SubscriberDetails, details
from engine.store.tables import AuditEntry, Broadcast, Delivery, Subscriber, User
from engine.store.tables import Exclusion as LeftOut

DELIVERIES_SHOWN = 10
MORNINGS_LOOKED_AT = 30
CHANGES_SHOWN = 50


class What(StrEnum):
    """What kind of moment it was."""

    MESSAGE = "message"
    LEFT_OUT = "left out"
    CONSENT = "consent"
    CHANGE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One moment of their life. A message has a delivery, and everything that happened to it."""

    at: datetime
    what: What
    mood: Mood
    title: str
    words: str = ""
    delivery: DeliveryId | None = None
    state_words: str = ""
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One subscriber. `about`: which morning the answer speaks of; `from_now_on`: whether they get
    the next one. older: before which delivery there are more, None when these are all.
    """

    details: SubscriberDetails
    about: str
    answer: Answer
    from_now_on: str
    is_targeted: bool
    moments: tuple[Moment, ...]
    older: DeliveryId | None


def life(
    session: Session,
    tenant: TenantId,
    subscriber: SubscriberId,
    *,
    before: DeliveryId | None = None,
) -> Life | None:
    """Their story, the latest first; None when the tenant has nobody of that id.

    before: show the messages older than this one.
    """
    shown, row = details(session, tenant, subscriber), session.get(Subscriber, subscriber)
    if shown is None or row is None:
        return None
    mornings = _mornings(session, tenant)
    left_out = _left_out(session, subscriber, mornings)
    deliveries = _deliveries(session, subscriber, before)
    older = deliveries[DELIVERIES_SHOWN:]
    deliveries = deliveries[:DELIVERIES_SHOWN]
    moments = [*_messages(session, deliveries, mornings)]
    if before is None:
        moments += _absences(mornings, left_out)
        moments += _wishes(shown)
        moments += _changes(session, subscriber)
    why = exclusion(
        Status(row.status), consented=row.consented, has_address=bool(row.phone or row.bsuid)
    )
    about, said = _answer(row, mornings, left_out, deliveries)
    return Life(
        details=shown,
        about=about,
        answer=said,
        from_now_on=WORDS[why] if why else "They are part of the next morning's audience.",
        is_targeted=why is None,
        moments=tuple(sorted(moments, key=lambda moment: moment.at, reverse=True)),
        older=DeliveryId(deliveries[-1].id or 0) if older else None,
    )


def _mornings(session: Session, tenant: TenantId) -> Sequence[Broadcast]:
    """The broadcasts whose audience was frozen lately, the latest first."""
    return session.exec(
        select(Broadcast)
        .where(Broadcast.tenant_id == tenant, col(Broadcast.frozen_at).is_not(None))
        .order_by(col(Broadcast.service_day).desc(), col(Broadcast.id).desc())
        .limit(MORNINGS_LOOKED_AT)
    ).all()


def _left_out(
    session: Session, subscriber: SubscriberId, mornings: Sequence[Broadcast]
) -> dict[int, Exclusion]:
    rows = session.exec(
        select(LeftOut).where(
            col(LeftOut.broadcast_id).in_([morning.id for morning in mornings]),
            LeftOut.subscriber_id == subscriber,
        )
    )
    return {row.broadcast_id: Exclusion(row.reason) for row in rows}


def _deliveries(
    session: Session, subscriber: SubscriberId, before: DeliveryId | None
) -> Sequence[Delivery]:
    query = select(Delivery).where(Delivery.subscriber_id == subscriber)
    if before is not None:
        query = query.where(col(Delivery.id) < before)
    latest = query.order_by(col(Delivery.id).desc()).limit(DELIVERIES_SHOWN + 1)
    return session.exec(latest).all()


def _messages(
    session: Session, deliveries: Sequence[Delivery], mornings: Sequence[Broadcast]
) -> Iterator[Moment]:
    known = {morning.id: morning for morning in mornings}
    for row in deliveries:
        broadcast = known.get(row.broadcast_id) or (
            session.get(Broadcast, row.broadcast_id) if row.broadcast_id else None
        )
        which = DeliveryId(row.id or 0)
        happened = entries(
            session,
            row,
            broadcast,
            attempts_of(session, which),
            receipts_of(session, which),
            consents=False,
        )
        said = answer(standing(row, broadcast))
        yield Moment(
            at=row.planned_at or (broadcast.opens_at if broadcast else row.updated_at),
            what=What.MESSAGE,
            mood=said.mood,
            title=said.headline,
            words=broadcast.title if broadcast else "A single message",
            delivery=which,
            state_words=STATE_WORDS[State(row.state)],
            entries=happened,
        )


def _absences(mornings: Sequence[Broadcast], left_out: dict[int, Exclusion]) -> Iterator[Moment]:
    for morning in mornings:
        why = left_out.get(morning.id or 0)
        if why is not None and morning.frozen_at is not None:
            yield Moment(
                at=morning.frozen_at,
                what=What.LEFT_OUT,
                mood=Mood.NONE,
                title=f"Left out of “{morning.title}”",
                words=WORDS[why],
            )


def _wishes(shown: SubscriberDetails) -> Iterator[Moment]:
    for one in shown.history:
        yield Moment(
            at=one.at,
            what=What.CONSENT,
            mood=Mood.GOOD if one.given else Mood.BAD,
            title="Agreed to be written to" if one.given else "Said stop",
            words=how(one.source, one.evidence),
        )


def _changes(session: Session, subscriber: SubscriberId) -> Iterator[Moment]:
    """What people did to the entry, from the audit trail."""
    rows = session.exec(
        select(AuditEntry)
        .where(AuditEntry.subject == f"subscriber:{subscriber}")
        .order_by(col(AuditEntry.number).desc())
        .limit(CHANGES_SHOWN)
    ).all()
    names = _names(session, rows)
    for row in rows:
        title = _title(row)
        if title:
            by = names.get(row.actor, "")
            yield Moment(
                at=row.at,
                what=What.CHANGE,
                mood=Mood.NONE,
                title=f"{title} by {by}" if by else title,
            )


def _names(session: Session, rows: Sequence[AuditEntry]) -> dict[str, str]:
    ids = {row.actor.partition(":")[2] for row in rows if row.actor.startswith("user:")}
    asked = sa.select(col(User.id), col(User.name)).where(
        col(User.id).in_([int(one) for one in ids if one.isdecimal()])
    )
    return {f"user:{one}": name for one, name in session.connection().execute(asked)}


def _title(row: AuditEntry) -> str:
    if row.action == "subscriber.status_changed":
        after = json.loads(row.after or "{}").get("status", "")
        return f"Made {SAID[Status(after)]}" if after in set(Status) else ""
    return _TITLES.get(row.action, "")


_TITLES = {
    "subscriber.added": "Added",
    "subscriber.edited": "Corrected",
    "subscriber.erased": "Erased",
}


def _answer(
    row: Subscriber,
    mornings: Sequence[Broadcast],
    left_out: dict[int, Exclusion],
    deliveries: Sequence[Delivery],
) -> tuple[str, Answer]:
    """Of the latest morning: did they get it? If not: why not, and what next?"""
    if not mornings:
        return "", Answer("No broadcast has gone out yet.", "", Mood.NONE)
    latest = mornings[0]
    about = f"{latest.title}, {latest.service_day:%a %d %b}"
    for delivery in deliveries:
        if delivery.broadcast_id == latest.id:
            return about, answer(standing(delivery, latest))
    why = left_out.get(latest.id or 0)
    if why is not None:
        reason, _, advice = WORDS[why].rstrip(".").partition(". ")
        words = f"Not sent: {reason[0].lower()}{reason[1:]}."
        return about, Answer(words, f"{advice}." if advice else "", Mood.BAD)
    if latest.frozen_at is not None and row.created_at > latest.frozen_at:
        words = "Not sent: they were added after its audience was frozen."
        return about, Answer(words, "The next morning's broadcast goes to them.", Mood.NONE)
    return about, Answer("Not sent: they were not in its audience.", "", Mood.NONE)
