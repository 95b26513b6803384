"""The freeze: who is targeted, who is left out and why, and the words each person will get (spec
§1).

Goes through the subscribers in slices, so that nobody holds a hundred thousand, and renders them
beside the writer, which only writes them down: others get their turn after a few milliseconds. A
freeze that was cut off starts again from the beginning; the keys of deliveries and exclusions make
what is there stay.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session

from engine.domain import content as content_rules
from engine.domain.broadcast import BroadcastEvent
from engine.domain.content import APPROVED_OR_BETTER, Category, ContentEvent, ContentState
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, ContentHash, ContentId, SubscriberId, TenantId
from engine.domain.schedule import strictest
from engine.domain.subscriber import Status, exclusion
from engine.domain.wordings import Side, wording_of
from engine.store import broadcasts, frozen, schedules
from engine.store import content as content_store
from engine.store.content import NewVariant
from engine.store.tables import Broadcast, Content
from engine.workers import fallback, second_wording
from engine.workers.equipment import Equipment

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenContent:
    """The approved content as the freeze uses it: templates by language."""

    tenant: TenantId
    broadcast: BroadcastId
    content_hash: ContentHash
    variants: Mapping[str, tuple[str, ...]]
    """Parameter texts by language, personal fields not yet filled in."""
    second: "FrozenSecond | None" = None

    def given_to(self, person: frozen.Person) -> tuple[str, ContentHash, tuple[str, ...]]:
        """What somebody gets: (wording or nothing, hash, parameter texts)."""
        language, second = person.language, self.second
        if second is None or language not in second.variants:
            return "", self.content_hash, self.variants[language]
        wording = wording_of(self.broadcast, person.id, second.percent)
        if wording is Side.B:
            return wording.value, second.content_hash, second.variants[language]
        return wording.value, self.content_hash, self.variants[language]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenSecond:
    """Wording B as the freeze uses it, in the languages that have one."""

    content_hash: ContentHash
    variants: Mapping[str, tuple[str, ...]]
    percent: int


async def freeze(equipment: Equipment, broadcast: BroadcastId) -> bool:
    """Freeze a broadcast's audience. Returns False when nothing approved could be frozen."""
    database, most = equipment.database, equipment.tuning.prepared_at_once
    content = await database.transact(_begin, broadcast, equipment.clock.now())
    if content is None:
        return False
    while await database.transact(frozen.forget_exclusions, broadcast, most):
        equipment.beat("conduct")
    after: SubscriberId | None = SubscriberId(0)
    while after is not None:
        # Who says stop between the two is frozen and never marked, like who says it after both.
        part = await database.read(_slice, content, after, most, equipment.clock.now())
        await database.transact(_write, part)
        equipment.beat("conduct")
        after = part.last
    await database.transact(_finish, broadcast, equipment.clock.now())
    return True


def _begin(session: Session, broadcast: BroadcastId, now: datetime) -> FrozenContent | None:
    row = broadcasts.get(session, broadcast)
    approved = _approved(session, row, now)
    if approved is None or approved.content_hash is None:
        return None
    stored = content_store.variants(session, ContentId(approved.id or 0))
    variants = [content_store.as_new(variant) for variant in stored]
    if content_rules.content_hash(variants) != approved.content_hash:
        # Somebody changed the tables behind the commands' back: not one word of it is sent.
        log.error("freeze.tampered", broadcast=broadcast, content=approved.id)
        return None
    locked = content_rules.advance(ContentState(approved.state), ContentEvent.LOCK)
    if not content_store.move(session, approved, state=locked, now=now):
        return None  # the approval was taken back this very moment
    try:
        second = (
            second_wording.again(session, row)
            if row.content_hash  # a freeze that was cut off had bound it
            else second_wording.begin(session, row, approved, variants, now)
        )
    except LookupError as error:
        log.error("freeze.tampered", broadcast=broadcast, why=str(error))  # noqa: TRY400
        return None
    category = strictest(Category(variant.category) for variant in variants)
    broadcasts.bind_content(
        session, broadcast, approved, category.value, second=second and second.content
    )
    log.info("freeze.began", broadcast=broadcast, at=now.isoformat())
    return FrozenContent(
        tenant=TenantId(row.tenant_id),
        broadcast=broadcast,
        content_hash=ContentHash(approved.content_hash),
        variants=_texts(variants),
        second=second
        and FrozenSecond(
            content_hash=ContentHash(second.content.content_hash or ""),
            variants=_texts(second.variants),
            percent=second.content.b_percent,
        ),
    )


def _texts(variants: Iterable[NewVariant]) -> dict[str, tuple[str, ...]]:
    return {variant.language: variant.parameters for variant in variants}


def _approved(session: Session, row: Broadcast, now: datetime) -> Content | None:
    """The content this broadcast is to send: the one it was given, else the day's; None until
    approved. From the last call on, the evergreen stands in for what is missing (spec D4).
    """
    tenant = TenantId(row.tenant_id)
    if row.content_id is None:
        return schedules.approved_for(session, tenant, row.service_day) or fallback.standing_in(
            session, row, now
        )
    content = content_store.get(session, ContentId(row.content_id), tenant)
    if content is None or ContentState(content.state) not in APPROVED_OR_BETTER:
        return None
    return content


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of the audience, ready to be written."""

    targeted: Sequence[frozen.NewDelivery]
    left_out: Sequence[tuple[BroadcastId, SubscriberId, str]]
    last: SubscriberId | None
    """After whom to go on; None when nobody is left."""


def _slice(
    session: Session, content: FrozenContent, after: SubscriberId, most: int, now: datetime
) -> Slice:
    people = frozen.people(session, content.tenant, after, most)
    targeted: list[frozen.NewDelivery] = []
    left_out: list[tuple[BroadcastId, SubscriberId, str]] = []
    for person in people:
        reason = exclusion(
            Status(person.status),
            consented=person.consented,
            has_address=bool(person.phone or person.bsuid),
            has_variant=person.language in content.variants,
        )
        if reason is None:
            targeted.append(_delivery(content, person, now))
        else:
            left_out.append((content.broadcast, person.id, reason.value))
    return Slice(targeted, left_out, people[-1].id if len(people) == most else None)


def _write(session: Session, part: Slice) -> None:
    frozen.target(session, part.targeted)
    frozen.leave_out(session, part.left_out)


def _delivery(content: FrozenContent, person: frozen.Person, now: datetime) -> frozen.NewDelivery:
    wording, content_hash, parameters = content.given_to(person)
    texts = content_rules.render(
        parameters,
        name=person.name,
        registration_no=person.registration_no,
    )
    return frozen.NewDelivery(
        tenant_id=content.tenant,
        broadcast_id=content.broadcast,
        subscriber_id=person.id,
        # Of wording A whichever they get: nobody can be owed both.
        key=content_rules.delivery_key(
            recipient=f"subscriber:{person.id}",
            content_hash=content.content_hash,
            kind="broadcast",
            request=str(content.broadcast),
        ),
        content_hash=content_hash,
        phone=person.phone,
        bsuid=person.bsuid,
        language=person.language,
        wording=wording,
        tier=person.tier,
        parameters=json.dumps(texts, ensure_ascii=False),
        state=State.PLANNED.value,
        updated_at=now,
    )


def _finish(session: Session, broadcast: BroadcastId, now: datetime) -> None:
    row: Broadcast = broadcasts.get(session, broadcast)
    targeted, excluded = frozen.count(session, broadcast)
    broadcasts.advance(
        session,
        broadcast,
        BroadcastEvent.FREEZE,
        frozen_at=now,
        targeted=targeted,
        excluded=excluded,
    )
    broadcasts.log(
        session,
        tenant=TenantId(row.tenant_id),
        broadcast=broadcast,
        event="broadcast.frozen",
        words=f"Audience frozen: {targeted:,} targeted, {excluded:,} left out",
        now=now,
    )
