"""`dawncast backup`, `restore` and `release`."""

from importlib.metadata import version
from pathlib import Path

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from app import formats
from app.command_line import database
from app.command_line.terminal import give_up, out
from engine.chores.backup import back_up
from engine.chores.restore import DATABASE_FILE
from engine.chores.restore import restore as put_back
from engine.clock import MachineClock
from engine.commands.release_copy import release_copy
from engine.domain.refusal import Refused
from engine.domain.roles import CLI
from engine.settings import Settings
from engine.store import backups, copies

CANNOT = (OSError, ValueError)
SILENT = (SQLAlchemyError, psycopg.Error)


def backup(settings: Settings, to: Path | None) -> None:
    """Take one now, beside whatever else goes on."""
    now = MachineClock().now()
    final = to or folder_of(settings) / f"dawncast-{now:%Y%m%dT%H%M%SZ}.backup"
    if final.exists():
        give_up(f"{final} is there already: a backup writes over nothing.")
    told = {
        "url": settings.database_url.get_secret_value(),
        "home": str(settings.home),
        "folder": str(final.parent),
        "name": final.name,
        "password": password_of(settings) or "",
        "version": version("dawncast"),
        "now": now.isoformat(),
    }
    try:
        made = back_up(told)
    except CANNOT as error:
        give_up("No backup was made.", str(error))
    except SILENT as error:
        give_up(f"No backup was made: the database gave up ({type(error).__name__}).")
    size, rows = formats.number(made["size"]), formats.number(made["rows"])
    tested = "restored into a scratch place" if made["tested"] else "checked to its last byte"
    out.print(f"Made {final}: {size} bytes, {rows} rows, {tested}.", markup=False)
    out.print(f"SHA-256 {made['sha256']}")


def restore(settings: Settings, file: Path, to: Path, url: str | None) -> None:
    """Put a backup together again, in a place of its own."""
    try:
        contents = put_back(
            file, to, url=url, password=password_of(settings), now=MachineClock().now()
        )
    except CANNOT as error:
        give_up(f"{file} was not restored:", str(error))
    except SILENT as error:
        give_up(f"Not restored: the database gave up ({type(error).__name__}).")
    taken, rows = formats.moment(contents.taken_at), formats.number(sum(contents.rows.values()))
    out.print(f"Restored into {to}: as of {taken}, {rows} rows, all there.", markup=False)
    if contents.kind == "sqlite":
        out.print(
            f"Serve it with DAWNCAST_HOME={to} (database {to / DATABASE_FILE}).", markup=False
        )
    else:
        out.print(f"Serve it with DAWNCAST_HOME={to} and that DATABASE_URL.", markup=False)
    out.print(
        "It sends nothing until a person releases it. See that the original's engine has ended "
        "for good, then run: dawncast release"
    )


def release(settings: Settings, *, yes: bool) -> None:
    """Let a restored copy send."""
    with database.opened(settings) as opened:
        copy = opened.read_now(copies.unreleased)
        if copy is None:
            give_up("This database is not a copy that waits to be released.")
        held = opened.read_now(copies.in_doubt)
        out.print(
            f"This is the copy of {formats.moment(copy.backed_up_at)}. "
            f"{formats.count(held, 'message')} that were open then will be held for a person: the "
            "original may have sent them since."
        )
        if not yes:
            give_up(
                "Nothing was changed. When the original's engine has ended for good, say so: "
                "dawncast release --original-has-ended"
            )
        found = opened.transact_now(release_copy, by=CLI, now=MachineClock().now())
        if isinstance(found, Refused):
            give_up(str(found))
    out.print(f"Released. {formats.count(found, 'message')} held; see Dead letters, Held.")


def folder_of(settings: Settings) -> Path:
    """Where backups are kept."""
    return settings.backup_folder or settings.home / backups.FOLDER


def password_of(settings: Settings) -> str | None:
    """What they are sealed with, if anything."""
    secret = settings.backup_password
    return None if secret is None else secret.get_secret_value()
