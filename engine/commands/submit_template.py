"""A person submits a template to WhatsApp's review: a new one, or other words for one (spec T1)."""

from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.templates import EDITABLE, GONE, Draft, OrderKind, problems
from engine.store import audit, template_orders, templates
from engine.store.tables import Template

UNDER_WAY = (OrderKind.CREATE, OrderKind.EDIT, OrderKind.DELETE)


def submit_template(
    session: Session, tenant: TenantId, draft: Draft, *, by: Actor, now: datetime
) -> int | Refused:
    """Order the submission of a new template; the order's number, or why not. Raises Forbidden."""
    require(by, Permission.TEMPLATES_WRITE, tenant)
    if found := problems(draft):
        return Refused("WhatsApp would refuse this.", found)
    known = templates.get(session, tenant, draft.name, draft.language)
    if known is not None and known.status not in GONE:
        return Refused(f"There is a template {draft.name} in this language already. Edit that one.")
    if template_orders.is_open(session, tenant, UNDER_WAY, draft.name, draft.language):
        return Refused("This template is just being submitted.")
    return _order(session, tenant, OrderKind.CREATE, draft, "", by, now)


def edit_template(
    session: Session, tenant: TenantId, template: int, draft: Draft, *, by: Actor, now: datetime
) -> int | Refused:
    """Order the submission of other words; name and language stay. As `submit_template`.

    It cannot be sent until WhatsApp has approved the new words, and contents that use it have to be
    approved anew.
    """
    require(by, Permission.TEMPLATES_WRITE, tenant)
    known = templates.by_id(session, tenant, template)
    if known is None or known.status in GONE:
        return Refused("This template is not in the account any more.")
    if why := _why_not_edit(known, draft):
        return Refused(why)
    if found := problems(draft):
        return Refused("WhatsApp would refuse this.", found)
    if template_orders.is_open(session, tenant, UNDER_WAY, known.name, known.language):
        return Refused("This template is just being changed.")
    return _order(session, tenant, OrderKind.EDIT, draft, known.whatsapp_id, by, now)


def _why_not_edit(known: Template, draft: Draft) -> str:
    if (draft.name, draft.language) != (known.name, known.language):
        return "A template keeps its name and language. Create another one instead."
    if known.status not in EDITABLE:
        return "WhatsApp lets nobody edit a template in this state."
    if known.status == "APPROVED" and draft.category != known.category:
        return "An approved template keeps its category."
    if known.header_format not in {"", "TEXT"}:
        return "This template has a picture or a file on top: edit it at WhatsApp."
    return "" if known.whatsapp_id else "WhatsApp has not told us its id yet. Sync first."


def _order(
    session: Session,
    tenant: TenantId,
    kind: OrderKind,
    draft: Draft,
    whatsapp_id: str,
    by: Actor,
    now: datetime,
) -> int:
    order = template_orders.add(
        session,
        tenant,
        kind,
        name=draft.name,
        language=draft.language,
        whatsapp_id=whatsapp_id,
        draft=draft,
        by=by.label,
        now=now,
    )
    audit.append(
        session,
        by=by,
        action="template.submitted" if kind is OrderKind.CREATE else "template.edited",
        subject=f"template:{draft.name}/{draft.language}",
        after=asdict(draft) | {"order": order},
        now=now,
        tenant=tenant,
    )
    return order
