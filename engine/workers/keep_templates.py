"""Keeps our templates as WhatsApp has them: does what people ordered, and asks for all of them.

A page cannot call WhatsApp: it writes an order, and whoever holds the lease does it. Nothing is
tried again: when no answer came, the next sync shows what became of it.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from engine.domain.failure import words_for
from engine.domain.ids import TenantId
from engine.domain.outcome import Blame, Failure
from engine.domain.roles import ENGINE
from engine.domain.templates import OrderKind, OrderState
from engine.store import audit, broadcasts, senders, template_days, template_orders, templates
from engine.store.tables import Template, TemplateOrder
from engine.store.templates import Rest
from engine.whatsapp.templates import TemplateNode
from engine.workers.equipment import Equipment
from engine.workers.template_shelf import Templates

LOOK_EVERY_SECONDS = 1.0
SYNC_EVERY = timedelta(minutes=15)
COUNT_BACK = timedelta(days=14)
AT_ONCE = 25
"""Templates in one transaction: the writer has a morning to see to (spec R3)."""
NO_ANSWER = "WhatsApp did not answer. The next sync shows whether it took it."
DIED = "The engine ended while it asked. The next sync shows what became of it."

log = structlog.get_logger()


async def keep_templates(equipment: Equipment, shelf: Templates) -> None:
    """Do what was ordered, sync now and then, for ever."""
    database, clock = equipment.database, equipment.clock
    await database.transact(template_orders.give_up_older, words=DIED, now=clock.now())
    synced_at: datetime | None = None
    while True:
        equipment.beat("keep_templates")
        due = synced_at is None or clock.now() - synced_at >= SYNC_EVERY
        if await database.peek(template_orders.any_waiting):
            order = await database.transact(template_orders.claim, epoch=equipment.epoch)
            if order is not None:
                await carry_out(equipment, shelf, order)
                continue
        if due:
            synced_at = clock.now()
            await sync_all(equipment, shelf)
        await equipment.doze(LOOK_EVERY_SECONDS)


async def carry_out(equipment: Equipment, shelf: Templates, order: TemplateOrder) -> None:
    """Do one order and write down what came of it."""
    kind = OrderKind(order.kind)
    outcome = await _ask(shelf, kind, order)
    now = equipment.clock.now()
    if isinstance(outcome, Failure):
        unsure = outcome.blame is Blame.PLATFORM and outcome.code is None
        state = OrderState.UNSURE if unsure else OrderState.REFUSED
        words = NO_ANSWER if unsure else why(outcome)
        log.warning("template.refused", kind=kind.value, name=order.name, code=outcome.code)
        await equipment.database.transact(_end, order, state, words, now)
        return
    if kind is OrderKind.SYNC:
        assert isinstance(outcome, tuple)
        tenant = TenantId(order.tenant_id)
        words = await write_down(equipment, tenant, outcome)
        await equipment.database.transact(_end, order, OrderState.DONE, words, now)
        await _count(equipment, tenant)
        return
    made = outcome if isinstance(outcome, str) else ""
    await equipment.database.transact(_taken, order, made, now)
    log.info("template.ordered", kind=kind.value, name=order.name, language=order.language)


async def sync_all(equipment: Equipment, shelf: Templates) -> None:
    """Write down what WhatsApp has, for every organisation that has a number."""
    nodes = await shelf.everything()
    if isinstance(nodes, Failure):
        log.warning("templates.not_synced", blame=nodes.blame, code=nodes.code)
        return
    now = equipment.clock.now()
    for tenant in await equipment.database.read(_tenants):
        words = await write_down(equipment, tenant, nodes)
        await equipment.database.transact(template_orders.note_sync, tenant, words, now=now)
        await _count(equipment, tenant)


async def _ask(
    shelf: Templates, kind: OrderKind, order: TemplateOrder
) -> tuple[TemplateNode, ...] | str | Failure | None:
    match kind:
        case OrderKind.SYNC:
            return await shelf.everything()
        case OrderKind.CREATE:
            return await shelf.create(template_orders.draft_of(order))
        case OrderKind.EDIT:
            return await shelf.edit(order.whatsapp_id, template_orders.draft_of(order))
        case OrderKind.DELETE:
            return await shelf.delete(order.name, order.whatsapp_id)


def why(failure: Failure) -> str:
    """WhatsApp's no, in words: its own details say most about a template."""
    code = "" if failure.code is None else f" ({failure.code})"
    said = failure.detail or failure.title or words_for(failure.code)
    return f"WhatsApp refused: {said.rstrip('.')}{code}."


async def write_down(equipment: Equipment, tenant: TenantId, nodes: Sequence[TemplateNode]) -> str:
    """Write down all that WhatsApp has, a few at a time; what it came to, in words."""
    database, now = equipment.database, equipment.clock.now()
    news = await database.read(different, tenant, nodes)
    new = 0
    for start in range(0, len(news), AT_ONCE):
        new += await database.transact(keep, tenant, news[start : start + AT_ONCE], now)
    there = {(node.name, node.language) for node in nodes}
    gone = await database.transact(_miss, tenant, there, now)
    changed = len(news) - new + gone
    return f"{len(nodes)} templates: {new} new, {changed} changed."


def different(
    session: Session, tenant: TenantId, nodes: Sequence[TemplateNode]
) -> list[TemplateNode]:
    """What WhatsApp tells otherwise than we know it."""
    known = {(row.name, row.language): row for row in templates.listing(session, tenant)}
    return [
        node
        for node in nodes
        if (row := known.get((node.name, node.language))) is None or _said(node) != _known(row)
    ]


def keep(session: Session, tenant: TenantId, nodes: Sequence[TemplateNode], now: datetime) -> int:
    """Write these down; what changed also goes on the board. Returns how many are new to us."""
    new = 0
    for node in nodes:
        known = templates.get(session, tenant, node.name, node.language)
        before = None if known is None else (known.status, known.version)
        row = templates.put(
            session,
            tenant,
            name=node.name,
            language=node.language,
            category=node.category,
            status=node.status,
            body=node.body,
            footer=node.footer,
            quality=node.quality,
            whatsapp_id=node.template_id,
            rest=_rest(node),
            now=now,
        )
        row.status_reason = row.status_reason or node.reason
        if before is None:
            new += 1
        elif before != (row.status, row.version):
            words = f"Template {row.name} ({row.language}) is {row.status.lower()}"
            words += ", and its words are other ones" if before[1] != row.version else ""
            _tell(session, tenant, words, now)
    return new


def _miss(session: Session, tenant: TenantId, there: set[tuple[str, str]], now: datetime) -> int:
    gone = templates.miss(session, tenant, there, now)
    for row in gone:
        words = f"Template {row.name} ({row.language}) is not in the account any more"
        _tell(session, tenant, words, now)
    return len(gone)


def _rest(node: TemplateNode) -> Rest:
    return Rest(
        header_format=node.header_format,
        header_text=node.header_text,
        buttons=node.buttons,
        examples=node.examples,
    )


def _said(node: TemplateNode) -> tuple[object, ...]:
    words = (node.category, node.body, node.footer, node.header_format, node.header_text)
    return (*words, node.buttons, node.status, node.quality, node.template_id)


def _known(row: Template) -> tuple[object, ...]:
    words = (row.category, row.body, row.footer, row.header_format, row.header_text)
    return (*words, tuple(json.loads(row.buttons)), row.status, row.quality, row.whatsapp_id)


def _taken(session: Session, order: TemplateOrder, whatsapp_id: str, now: datetime) -> None:
    """WhatsApp took an order: what it will say of it by webhook begins with a review."""
    tenant, kind = TenantId(order.tenant_id), OrderKind(order.kind)
    if kind is OrderKind.DELETE:
        templates.set_status(
            session, tenant, name=order.name, language=order.language, status="DELETED", now=now
        )
        _end(session, order, OrderState.DONE, "WhatsApp deleted it.", now)
        return
    draft = template_orders.draft_of(order)
    templates.put(
        session,
        tenant,
        name=draft.name,
        language=draft.language,
        category=draft.category,
        status="PENDING",
        body=draft.body,
        footer=draft.footer,
        quality="UNKNOWN",
        whatsapp_id=whatsapp_id,
        rest=Rest(
            header_format="TEXT" if draft.header else "",
            header_text=draft.header,
            buttons=draft.buttons,
            examples=draft.examples,
        ),
        now=now,
    )
    _end(session, order, OrderState.DONE, "WhatsApp is reviewing it.", now)


def _end(
    session: Session, order: TemplateOrder, state: OrderState, words: str, now: datetime
) -> None:
    if not template_orders.end(session, order.id or 0, state=state, words=words, now=now):
        return
    if order.kind == OrderKind.SYNC.value:
        return
    audit.append(
        session,
        by=ENGINE,
        action="template.answered",
        subject=f"template:{order.name}/{order.language}",
        after={"asked": order.kind, "state": state.value, "words": words, "order": order.id},
        now=now,
        tenant=TenantId(order.tenant_id),
    )


def _tenants(session: Session) -> list[TenantId]:
    return sorted({TenantId(row.tenant_id) for row in senders.everyone(session)})


async def _count(equipment: Equipment, tenant: TenantId) -> None:
    """How the templates did, from broadcasts that are over: never while one goes out (spec R3)."""
    database, now = equipment.database, equipment.clock.now()
    if await database.read(broadcasts.any_running, tenant):
        return
    for broadcast in await database.read(template_days.uncounted, tenant, now - COUNT_BACK, now):
        rows = await database.read(template_days.count, broadcast)
        await database.transact(template_days.keep, rows, now)


def _tell(session: Session, tenant: TenantId, words: str, now: datetime) -> None:
    log.info("template.changed", tenant=tenant, words=words)
    broadcasts.log(
        session,
        tenant=tenant,
        broadcast=broadcasts.running(session, tenant),
        event="template.changed",
        words=words,
        now=now,
    )
