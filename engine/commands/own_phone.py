"""One's own phone, for test messages: named, confirmed by writing to us, forgotten (spec D7)."""

import secrets
from datetime import datetime

from sqlmodel import Session

from engine.documents.phones import NotAPhone, parse_phone
from engine.domain.audit import Personal
from engine.domain.ids import UserId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, own_phones, tenants

CODE_DIGITS = 6


def made_up_code() -> str:
    """What the phone has to write: `TEST 482913`."""
    return f"TEST {secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def name_phone(
    session: Session, typed: str, code: str, *, by: Actor, now: datetime
) -> Refused | None:
    """Name the phone that is one's own; until it writes `code` to us it gets nothing. Raises
    Forbidden.
    """
    user = _user(by)
    phone = parse_phone(typed)
    if isinstance(phone, NotAPhone):
        return Refused(phone.words)
    own_phones.name(session, user, phone, code, now)
    audit.append(
        session,
        by=by,
        action="user.phone_named",
        subject=by.label,
        after={"phone": Personal(phone)},
        now=now,
    )
    return None


def forget_phone(session: Session, *, by: Actor, now: datetime) -> Refused | None:
    """Take the phone away. Raises Forbidden."""
    if not own_phones.forget(session, _user(by)):
        return Refused("There is no phone to take away.")
    audit.append(session, by=by, action="user.phone_forgotten", subject=by.label, now=now)
    return None


def confirm_in_sandbox(session: Session, *, by: Actor, now: datetime) -> Refused | None:
    """As if the phone had written: only where nothing reaches people anyway. Raises Forbidden."""
    user = _user(by)
    if by.tenant is None or not tenants.is_sandbox(session, by.tenant):
        return Refused("Only in a sandbox: here the phone itself has to write the code.")
    row = own_phones.of(session, user)
    if row is None or not own_phones.mark_confirmed(session, row, now):
        return Refused("There is no phone that waits.")
    audit.append(
        session,
        by=by,
        action="user.phone_confirmed",
        subject=by.label,
        after={"phone": Personal(row.phone), "how": "sandbox"},
        now=now,
    )
    return None


def _user(by: Actor) -> UserId:
    require(by, Permission.TEST_SEND)
    assert by.user is not None, "only people have a phone"
    return by.user
