"""The sandbox that `dawncast demo` shows: seeded once, with sign-ins on paper, and its mornings.

Everything happens through the commands that people use, so that the audit trail tells it as it was.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa
from sqlmodel import Session, col

from engine.commands.approve_content import Approved, approve_content
from engine.commands.made_up_password import made_up_password
from engine.commands.passwords import hash_password
from engine.commands.start_morning import start_morning
from engine.commands.submit_content import Submitted, submit_content
from engine.commands.write_content import VariantDraft, Written, write_content
from engine.domain.content import Language
from engine.domain.ids import ContentId, ScheduleId, TenantId, UserId
from engine.domain.refusal import Refused
from engine.domain.roles import CLI, Actor, Role
from engine.domain.schedule import Open, service_day
from engine.store import audit, schedules, tenants, users
from engine.store.database import Database
from engine.store.tables.tenants import User
from engine.trials.demo_account import BACKUPS, PRIMARIES, RATE_PER_SECOND, SEED
from engine.trials.tenant import NAME, USER_EMAILS, seed_sandbox
from engine.trials.texts import TEMPLATE, TEXTS, TITLE
from engine.workers.calendar import wanted

SUBSCRIBERS = 2_000
MORNING_AFTER = timedelta(seconds=30)
SIGN_INS = "demo-sign-ins.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """The seeded tenant, and how to sign in to it: one password for all of `emails`."""

    tenant: TenantId
    emails: dict[Role, str]
    password: str
    fresh: bool


def open_sandbox(database: Database, home: Path, now: datetime) -> Sandbox:
    """The demo's tenant in a migrated database; made up when it is not there yet.

    The password is in a file under `home` that only its owner may read. When that file is gone, all
    users get a new one.
    """
    tenant = database.read_now(tenants.first, name=NAME)
    password = _read_password(home)
    fresh = tenant is None
    if password is None:
        password = made_up_password()
        _write_sign_ins(home, password)
        if tenant is not None:
            database.transact_now(_set_password, tenant, hash_password(password), now)
    if tenant is None:
        tenant = database.transact_now(
            seed_sandbox,
            subscribers=SUBSCRIBERS,
            senders=PRIMARIES,
            backups=BACKUPS,
            rate=RATE_PER_SECOND,
            now=now,
            rng=Random(SEED),
            password=password,
        ).tenant
    return Sandbox(tenant=tenant, emails=dict(USER_EMAILS), password=password, fresh=fresh)


def begin_morning(
    session: Session, tenant: TenantId, *, opens_at: datetime, now: datetime
) -> ScheduleId | Refused:
    """Set a demonstration morning of the day's content; what is not written yet is written."""
    if any(isinstance(due, Open) for due in wanted(session, now)):
        return Refused("A morning from before the last stop is about to go on.")
    content = todays_content(session, tenant, now)
    if isinstance(content, Refused):
        return content
    return start_morning(
        session,
        content,
        tenant=tenant,
        opens_at=opens_at,
        name="Demonstration morning",
        by=_person(session, tenant, Role.OPERATOR),
        now=now,
    )


def todays_content(session: Session, tenant: TenantId, now: datetime) -> ContentId | Refused:
    """The approved content of the day; the made-up text written and approved anew if there is none.

    Returns why not when an earlier step refused: the transaction may go on, nothing is half done
    that people could not do themselves.
    """
    day = service_day(now)
    found = schedules.approved_for(session, tenant, day)
    if found is not None and found.id is not None:
        return ContentId(found.id)
    author = _person(session, tenant, Role.AUTHOR)
    written = write_content(
        session,
        content=None,
        version=None,
        day=day,
        title=TITLE,
        variants=[_draft(language) for language in Language],
        by=author,
        now=now,
    )
    if not isinstance(written, Written):
        return written
    submitted = submit_content(
        session, written.content, version=written.version, by=author, now=now
    )
    if not isinstance(submitted, Submitted):
        return submitted
    approved = approve_content(
        session,
        written.content,
        version=written.version,
        by=_person(session, tenant, Role.APPROVER),
        now=now,
    )
    return approved.content if isinstance(approved, Approved) else approved


def _draft(language: Language) -> VariantDraft:
    text = TEXTS[language]
    return VariantDraft(
        language=language,
        template_name=TEMPLATE,
        template_language=text.template_language,
        parameters=text.parameters,
    )


def _person(session: Session, tenant: TenantId, role: Role) -> Actor:
    user = users.by_email(session, USER_EMAILS[role])
    assert user is not None, f"the sandbox has no {role.value}"
    return Actor(user.name, tenant, role, UserId(user.id or 0))


def _set_password(session: Session, tenant: TenantId, password_hash: str, now: datetime) -> None:
    session.exec(
        sa.update(User).where(col(User.tenant_id) == tenant).values(password_hash=password_hash)
    )
    for user in users.everyone(session, tenant):
        users.revoke_all(session, UserId(user.id or 0), now=now)
    audit.append(
        session,
        by=CLI,
        action="user.passwords_renewed",
        subject=f"tenant:{tenant}",
        before={},
        after={},
        now=now,
        tenant=tenant,
    )


def _read_password(home: Path) -> str | None:
    try:
        lines = (home / SIGN_INS).read_text().splitlines()
    except OSError:
        return None
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("password:")), None
    )


def _write_sign_ins(home: Path, password: str) -> None:
    lines = [
        "Sign-ins of the demonstration, all with the same password.",
        "",
        f"password: {password}",
        *(f"{role.value}: {email}" for role, email in USER_EMAILS.items()),
        "",
    ]
    path = home / SIGN_INS
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(lines))
