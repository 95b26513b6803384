"""Changes templates that WhatsApp would not send for those an approver let stand in (spec T2, D4).

What was approved is changed only into what was approved with it: the content gets the hash of what
is sent then, and so do its deliveries, none of which has left yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session

from engine.domain.broadcast import BroadcastState
from engine.domain.compliance import LANGUAGE_NAMES
from engine.domain.ids import BroadcastId, ContentId, TenantId
from engine.domain.roles import ENGINE
from engine.domain.stand_ins import StandIn, choose
from engine.domain.template_standing import Standing, problem
from engine.domain.wordings import Side
from engine.store import audit, broadcasts, stand_ins, templates
from engine.store import content as contents
from engine.store.content import NewVariant
from engine.store.day_steps import BEFORE_WINDOW
from engine.store.tables import Broadcast, Content

log = structlog.get_logger()
NOBODY = "Nothing was approved to stand in: approve another content, or leave the day out"


@dataclass(frozen=True, slots=True)
class Found:
    """How the templates stand after the look, in words."""

    in_order: bool
    words: str


def problems(session: Session, tenant: TenantId, content: ContentId) -> dict[str, str]:
    """What keeps WhatsApp from sending a content, by language; empty when nothing does."""
    found: dict[str, str] = {}
    for variant in contents.variants(session, content):
        new = contents.as_new(variant)
        standing = templates.standing(session, tenant, new.template_name, new.template_language)
        if (wrong := problem(new, standing)) is not None:
            found[variant.language] = wrong
    return found


def change_all(
    session: Session, broadcast: BroadcastId, packs: Sequence[ContentId], now: datetime
) -> Found:
    """The same for all that a broadcast sends; of two wordings each is told of."""
    found = [change(session, broadcast, pack, now) for pack in packs]
    if len(found) == 1:
        return found[0]
    said = (f"Wording {name}: {one.words}" for name, one in zip(Side, found, strict=True))
    return Found(all(one.in_order for one in found), ". ".join(said))


def change(session: Session, broadcast: BroadcastId, content: ContentId, now: datetime) -> Found:
    """Put stand-ins in the places of what would not be sent; how everything stands then."""
    row = broadcasts.get(session, broadcast)
    tenant = TenantId(row.tenant_id)
    wrong = problems(session, tenant, content)
    pack = contents.get(session, content, tenant, for_change=True)
    if wrong and pack is not None and _change(session, row, pack, set(wrong), now):
        wrong = problems(session, tenant, content)
    said = [
        f"{LANGUAGE_NAMES[language]}: {new} stands in for {old}"
        for language, old, new in stand_ins.taken(session, content)
    ]
    if wrong:
        said += [f"{LANGUAGE_NAMES[language]}: {words}" for language, words in wrong.items()]
        return Found(False, " ".join([*said, NOBODY]))
    languages = len(contents.variants(session, content))
    return Found(True, "; ".join(said) or f"WhatsApp has all {languages} approved")


def _change(
    session: Session, row: Broadcast, pack: Content, languages: set[str], now: datetime
) -> bool:
    if row.state not in set(BEFORE_WINDOW):
        return False
    content, tenant = ContentId(pack.id or 0), TenantId(row.tenant_id)
    broadcast, before = BroadcastId(row.id or 0), str(pack.content_hash)
    variants = [contents.as_new(variant) for variant in contents.variants(session, content)]
    bound = stand_ins.bound(session, content, before)
    chosen: list[tuple[NewVariant, StandIn]] = []
    for variant in variants:
        if variant.language not in languages:
            continue
        taker = choose(_candidates(session, tenant, variant, bound.get(variant.language, [])))
        if taker is not None:
            chosen.append((variant, taker))
    if not chosen:
        return False
    after = stand_ins.take(session, row, pack, variants, chosen, now=now)
    if after is None:
        return False
    for variant, taker in chosen:
        _tell(session, tenant, broadcast, variant, taker, now)
    audit.append(
        session,
        by=ENGINE,
        action="content.template_changed",
        subject=f"content:{content}",
        before={
            "content_hash": before,
            "templates": {v.language.value: v.template_name for v, _ in chosen},
        },
        after={
            "content_hash": after,
            "templates": {v.language.value: taker.template_name for v, taker in chosen},
            "broadcast": broadcast,
            "state": BroadcastState(row.state).value,
        },
        now=now,
        tenant=tenant,
    )
    return True


def _candidates(
    session: Session, tenant: TenantId, variant: NewVariant, among: Sequence[StandIn]
) -> list[tuple[StandIn, NewVariant, Standing | None]]:
    found: list[tuple[StandIn, NewVariant, Standing | None]] = []
    for one in among:
        standing = templates.standing(session, tenant, one.template_name, one.template_language)
        found.append((one, stand_ins.standing_in(variant, one), standing))
    return found


def _tell(
    session: Session,
    tenant: TenantId,
    broadcast: BroadcastId,
    variant: NewVariant,
    taker: StandIn,
    now: datetime,
) -> None:
    log.warning(
        "template.stands_in",
        broadcast=broadcast,
        name=taker.template_name,
        of=variant.template_name,
    )
    broadcasts.log(
        session,
        tenant=tenant,
        broadcast=broadcast,
        event="template.stands_in",
        words=f"Template {taker.template_name} ({taker.template_language}) stands in for "
        f"{variant.template_name}, which WhatsApp would not send",
        now=now,
    )
