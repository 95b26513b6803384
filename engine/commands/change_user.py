"""An administrator gives a person another role, or closes and opens the door to them (spec X2).

The last administrator stays: a house without one could never be opened again.
"""

from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import TenantId, UserId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, Role, require
from engine.store import audit, second_factors, users
from engine.store.tables import User

NOBODY = Refused("This user is not in your house any more.")
LAST_ONE = Refused("This is the last administrator. Make somebody else one first.")


def change_user_role(
    session: Session, user: UserId, role: Role, *, by: Actor, now: datetime
) -> Refused | None:
    """Their sessions end: what was open was opened in the old role. Raises Forbidden."""
    require(by, Permission.USERS_WRITE)
    row = users.get(session, user, by.tenant)
    if row is None:
        return NOBODY
    old = Role(row.role)
    if old is role:
        return Refused(f"{row.name} is {role.value} already.")
    if _is_last_administrator(session, row):
        return LAST_ONE
    if not users.set_role(session, user, old=old, new=role):
        return Refused("Somebody else has just changed this user. Look again.")
    ended = users.revoke_all(session, user, now=now)
    audit.append(
        session,
        by=by,
        action="user.role_changed",
        subject=f"user:{user}",
        before={"role": old.value},
        after={"role": role.value, "sessions_ended": ended},
        now=now,
        tenant=TenantId(row.tenant_id),
    )
    return None


def set_user_active(
    session: Session, user: UserId, active: bool, *, by: Actor, now: datetime
) -> Refused | None:
    """Deactivate (their sessions end at once) or let in again. Raises Forbidden."""
    require(by, Permission.USERS_WRITE)
    row = users.get(session, user, by.tenant)
    if row is None:
        return NOBODY
    if not active and _is_last_administrator(session, row):
        return LAST_ONE
    if not users.set_active(session, user, active):
        return Refused(f"{row.name} is {'active' if active else 'deactivated'} already.")
    ended = 0 if active else users.revoke_all(session, user, now=now)
    audit.append(
        session,
        by=by,
        action="user.reactivated" if active else "user.deactivated",
        subject=f"user:{user}",
        before={"active": not active},
        after={"active": active, "sessions_ended": ended},
        now=now,
        tenant=TenantId(row.tenant_id),
    )
    return None


def reset_second_factor(
    session: Session, user: UserId, *, by: Actor, now: datetime
) -> Refused | None:
    """Who lost their phone and their recovery codes signs in by password again. Raises Forbidden.

    Their sessions end: whoever asked for this may not have been them.
    """
    require(by, Permission.USERS_WRITE)
    row = users.get(session, user, by.tenant)
    if row is None:
        return NOBODY
    if row.totp_secret is None:
        return Refused(f"{row.name} has no second factor.")
    second_factors.drop(session, user)
    ended = users.revoke_all(session, user, now=now)
    audit.append(
        session,
        by=by,
        action="user.second_factor_reset",
        subject=f"user:{user}",
        after={"sessions_ended": ended},
        now=now,
        tenant=TenantId(row.tenant_id),
    )
    return None


def _is_last_administrator(session: Session, row: User) -> bool:
    if row.role != Role.ADMINISTRATOR.value or not row.active:
        return False
    return users.administrators(session, TenantId(row.tenant_id)) <= 1
