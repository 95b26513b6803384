"""`dawncast user add`, and the first administrator of an empty house."""

from datetime import datetime

from sqlmodel import Session

from app.command_line.terminal import give_up, out
from engine.clock import MachineClock
from engine.commands.add_user import add_user
from engine.commands.enlist_senders import enlist_senders
from engine.commands.found_tenant import Founded, found_tenant
from engine.commands.made_up_password import made_up_password
from engine.commands.passwords import hash_password
from engine.domain.ids import TenantId, UserId
from engine.domain.refusal import Refused
from engine.domain.roles import CLI, Role
from engine.settings import Settings
from engine.store import tenants
from engine.store.database import Database

TENANT_NAME = "My organisation"


def add(database: Database, *, email: str, name: str, role: Role, tenant: int | None) -> None:
    """Add a person and print the password for their first sign-in."""
    password = made_up_password()
    password_hash = hash_password(password)
    added = database.transact_now(
        _add, tenant, email, name, role, password_hash, MachineClock().now()
    )
    if isinstance(added, Refused):
        give_up(str(added))
    out.print(f"{email.strip().lower()} may sign in as {role.value}.")
    out.print(f"Password for the first sign-in: {password}")


def welcome(database: Database, settings: Settings, *, administrator: str) -> None:
    """In an empty database: make an organisation and its administrator, and print how to sign in.

    Also puts the numbers of the settings into the pool, each once.
    """
    if not settings.sandbox and (made_up := database.read_now(tenants.sandboxes)):
        give_up(
            f"{made_up[0]} in this database is a sandbox, and a sandbox never reaches people: for "
            "production set DATABASE_URL or DAWNCAST_HOME to a place of its own."
        )
    now = MachineClock().now()
    tenant = database.read_now(tenants.first)
    if tenant is None:
        tenant = _found(database, settings, administrator, now)
    numbers = [sender.phone_number_id for sender in settings.senders]
    enlisted = database.transact_now(enlist_senders, tenant, numbers, by=CLI, now=now)
    if isinstance(enlisted, Refused):
        give_up(str(enlisted))
    if enlisted:
        out.print(f"{len(enlisted)} number(s) of the settings joined the pool: see Senders.")


def _found(database: Database, settings: Settings, administrator: str, now: datetime) -> TenantId:
    password = made_up_password()
    founded = database.transact_now(
        found_tenant,
        name=TENANT_NAME,
        sandbox=settings.sandbox,
        email=administrator,
        password_hash=hash_password(password),
        by=CLI,
        now=now,
    )
    if not isinstance(founded, Founded):
        give_up(str(founded))
    out.print("An empty database: made an organisation and its administrator.")
    out.print(f"Sign in as {administrator}, password for the first sign-in: {password}")
    return founded.tenant


def _add(
    session: Session,
    tenant: int | None,
    email: str,
    name: str,
    role: Role,
    password_hash: str,
    now: datetime,
) -> UserId | Refused:
    house = tenants.first(session) if tenant is None else TenantId(tenant)
    if house is None:
        return Refused("There is no organisation yet: start `dawncast serve` once.")
    if not tenants.exists(session, house):
        return Refused(f"There is no organisation {house}.")
    return add_user(
        session,
        house,
        email=email,
        name=name,
        role=role,
        password_hash=password_hash,
        by=CLI,
        now=now,
    )
