"""A person keeps their own account: their name, their sessions, their second factor (spec X2)."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from engine.commands.second_factor import recovery_hash, step_of
from engine.domain.audit import Personal
from engine.domain.ids import UserId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.sign_in import handle_of
from engine.store import audit, second_factors, users
from engine.store.tables import User

NAME_LIMIT = 80
INTERFACE_LANGUAGES = frozenset({"en", "hi"})
WRONG_CODE = Refused("This code is not right, or was used before. Wait for the next one.")


def rename_self(session: Session, name: str, *, by: Actor, now: datetime) -> Refused | None:
    """The name others see from now on. Returns None, or why not. Raises Forbidden."""
    user, row = _self(session, by)
    name = " ".join(name.split())
    if not name or len(name) > NAME_LIMIT:
        return Refused(f"A name has 1 to {NAME_LIMIT} characters.")
    if name == row.name:
        return None
    users.rename(session, user, name)
    _note(
        session,
        by,
        "user.renamed",
        now,
        before={"name": Personal(row.name)},
        after={"name": Personal(name)},
    )
    return None


def choose_language(session: Session, language: str, *, by: Actor, now: datetime) -> Refused | None:
    """The language the interface speaks to them. Returns None, or why not. Raises Forbidden."""
    user, row = _self(session, by)
    if language not in INTERFACE_LANGUAGES:
        return Refused("The interface speaks English and Hindi.")
    if language == row.language:
        return None
    users.set_language(session, user, language)
    before: dict[str, object] = {"language": row.language}
    _note(session, by, "user.language_chosen", now, before=before, after={"language": language})
    return None


def end_session(session: Session, handle: str, *, by: Actor, now: datetime) -> Refused | None:
    """End one of one's own sessions, named by its handle. Raises Forbidden."""
    user, _ = _self(session, by)
    for row in users.sessions(session, user, now):
        if handle_of(row.token_hash) == handle and users.revoke(session, row.token_hash, now=now):
            _note(session, by, "user.session_ended", now, after={"agent": row.agent, "ip": row.ip})
            return None
    return Refused("This session has ended already.")


def end_other_sessions(session: Session, own: str, *, by: Actor, now: datetime) -> int:
    """End all but the session behind the hash `own`; how many ended. Raises Forbidden."""
    user, _ = _self(session, by)
    ended = users.revoke_all(session, user, now=now, but=own)
    if ended:
        _note(session, by, "user.sessions_ended", now, after={"sessions_ended": ended})
    return ended


def begin_second_factor(
    session: Session, secret: str, *, by: Actor, now: datetime
) -> Refused | None:
    """Remember the secret the QR code shows; nothing is asked for until it is confirmed."""
    del now
    user, row = _self(session, by)
    if row.totp_since is not None:
        return Refused("You have a second factor already. Remove it first.")
    second_factors.begin(session, user, secret)
    return None


def confirm_second_factor(
    session: Session, code: str, recovery_hashes: Sequence[str], *, by: Actor, now: datetime
) -> Refused | None:
    """The app gives right codes: from now on one is asked for at each sign-in. Raises Forbidden."""
    user, row = _self(session, by)
    if row.totp_secret is None or row.totp_since is not None:
        return Refused("There is nothing to confirm. Begin again.")
    step = step_of(row.totp_secret, code, now)
    if step is None or not second_factors.use_step(session, user, step):
        return WRONG_CODE
    second_factors.confirm(session, user, now=now)
    second_factors.write_codes(session, user, recovery_hashes)
    _note(
        session, by, "user.second_factor_added", now, after={"recovery_codes": len(recovery_hashes)}
    )
    return None


def renew_recovery_codes(
    session: Session, code: str, recovery_hashes: Sequence[str], *, by: Actor, now: datetime
) -> Refused | None:
    """New recovery codes in place of the old ones, for a right code. Raises Forbidden."""
    user, row = _self(session, by)
    if not _passes(session, row, code, now):
        return WRONG_CODE
    second_factors.write_codes(session, user, recovery_hashes)
    _note(session, by, "user.recovery_codes_renewed", now, after={"codes": len(recovery_hashes)})
    return None


def drop_second_factor(session: Session, code: str, *, by: Actor, now: datetime) -> Refused | None:
    """The password alone lets one in again, for a right code. Raises Forbidden."""
    user, row = _self(session, by)
    if row.totp_since is not None and not _passes(session, row, code, now):
        return WRONG_CODE
    second_factors.drop(session, user)
    _note(session, by, "user.second_factor_dropped", now)
    return None


def pass_second_factor(session: Session, code: str, *, by: Actor, now: datetime) -> Refused | None:
    """Whether a code lets `by` in whose password was right; each code does so once."""
    _, row = _self(session, by)
    return None if _passes(session, row, code, now) else WRONG_CODE


def _passes(session: Session, row: User, code: str, now: datetime) -> bool:
    user = UserId(row.id or 0)
    if row.totp_secret is None or row.totp_since is None:
        return False
    step = step_of(row.totp_secret, code, now)
    if step is not None:
        return second_factors.use_step(session, user, step)
    return second_factors.use_code(session, user, recovery_hash(code), now=now)


def _self(session: Session, by: Actor) -> tuple[UserId, User]:
    require(by, Permission.VIEW)
    assert by.user is not None, "only people have a profile"
    row = users.get(session, by.user, by.tenant)
    assert row is not None, "whoever is signed in is a user"
    return by.user, row


def _note(
    session: Session,
    by: Actor,
    action: str,
    now: datetime,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    audit.append(
        session, by=by, action=action, subject=by.label, before=before, after=after, now=now
    )
