"""A person puts a template among those that may stand in for each other (spec T2)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, templates

NAME_LIMIT = 60
POSITION_MAX = 99


def group_template(
    session: Session,
    tenant: TenantId,
    template: int,
    *,
    group: str,
    position: int,
    fallback: bool,
    conservative: bool,
    by: Actor,
    now: datetime,
) -> Refused | None:
    """Set its group, its place there and its marks; an empty group takes it out.

    Returns None, or why not. Raises Forbidden.
    """
    require(by, Permission.TEMPLATES_WRITE, tenant)
    known = templates.by_id(session, tenant, template)
    if known is None:
        return Refused("There is no such template.")
    group = " ".join(group.split())
    if len(group) > NAME_LIMIT:
        return Refused(f"The name of a group has at most {NAME_LIMIT} characters.")
    if not 0 <= position <= POSITION_MAX:
        return Refused(f"A place in the order is a number from 0 to {POSITION_MAX}.")
    if (fallback or conservative) and not group:
        return Refused("Only a template of a group can stand in: name the group first.")
    before = _state(known.group_name, known.position, known.fallback, known.conservative)
    after = _state(group, position if group else 0, fallback, conservative)
    if before == after:
        return Refused("Nothing was different.")
    templates.put_in_group(
        session,
        known,
        group=group,
        position=position if group else 0,
        fallback=fallback,
        conservative=conservative,
        now=now,
    )
    audit.append(
        session,
        by=by,
        action="template.grouped",
        subject=f"template:{known.name}/{known.language}",
        before=before,
        after=after,
        now=now,
        tenant=tenant,
    )
    return None


def _state(group: str, position: int, fallback: bool, conservative: bool) -> dict[str, object]:
    return {
        "group": group,
        "position": position,
        "fallback": fallback,
        "conservative": conservative,
    }
