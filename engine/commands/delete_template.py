"""A person deletes a template at WhatsApp, in one language (spec T1)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.templates import GONE, OrderKind
from engine.store import audit, template_orders, template_uses, templates
from engine.store.template_uses import Use


def delete_template(
    session: Session, tenant: TenantId, template: int, *, by: Actor, now: datetime
) -> int | Refused:
    """Order the deletion; the order's number, or why not.

    What an approved content of today or later uses is not deleted, nor what an evergreen does: it
    would not go out. An approved name cannot be used again for 30 days (Meta: Template management).
    Raises Forbidden.
    """
    require(by, Permission.TEMPLATES_WRITE, tenant)
    known = templates.by_id(session, tenant, template)
    if known is None or known.status in GONE:
        return Refused("This template is not in the account any more.")
    if known.status == "DISABLED":
        return Refused("WhatsApp keeps what it disabled: it cannot be deleted.")
    if not known.whatsapp_id:
        return Refused("WhatsApp has not told us its id yet. Sync first.")
    bound = [
        use
        for use in template_uses.of(session, tenant, known.name, known.language, now)
        if use.bound
    ]
    if bound:
        return Refused(
            "What is approved would not go out any more.",
            tuple(f"“{use.title}” of {_day(use)} uses it." for use in bound[:5]),
        )
    if template_orders.is_open(
        session, tenant, [OrderKind.EDIT, OrderKind.DELETE], known.name, known.language
    ):
        return Refused("This template is just being changed.")
    order = template_orders.add(
        session,
        tenant,
        OrderKind.DELETE,
        name=known.name,
        language=known.language,
        whatsapp_id=known.whatsapp_id,
        by=by.label,
        now=now,
    )
    audit.append(
        session,
        by=by,
        action="template.deleted",
        subject=f"template:{known.name}/{known.language}",
        before={"status": known.status, "version": known.version},
        after={"order": order},
        now=now,
        tenant=tenant,
    )
    return order


def _day(use: Use) -> str:
    return "any day" if use.evergreen else f"{use.day:%d %b %Y}"
