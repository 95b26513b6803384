"""How `dawncast backup`, `restore`, `release` and `retention` are called."""

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Give the commands to `app`."""
    app.command(short_help="One file with everything, taken while the product runs.")(backup)
    app.command(short_help="A backup put together again, elsewhere; it sends nothing.")(restore)
    app.command(short_help="Let a restored copy send.")(release)
    app.command(short_help="What the rules of retention would let go now.")(retention)


def backup(
    to: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The file to write, if not in the usual folder."),
    ] = None,
) -> None:
    """Take a backup now: database with media, journals, anchors; checked, and restored for a test.

    It may be taken while a broadcast goes out. DAWNCAST_BACKUP_PASSWORD seals it.
    """
    from app.command_line import terminal

    settings = terminal.settings()
    from app.command_line import backup as keeping

    keeping.backup(settings, to)


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    to: Annotated[Path, typer.Option(help="A new folder; nothing is ever written over.")],
    database_url: Annotated[
        str | None, typer.Option(help="An empty PostgreSQL database, for a backup of one.")
    ] = None,
) -> None:
    """Put a backup together again, check that all of it is there, and mark it as a copy.

    A copy sends nothing until `dawncast release`.
    """
    from app.command_line import terminal

    settings = terminal.settings()
    from app.command_line import backup as keeping

    keeping.restore(settings, file, to, database_url)


def release(
    original_has_ended: Annotated[
        bool,
        typer.Option(
            "--original-has-ended", help="You made sure that the original sends nothing any more."
        ),
    ] = False,
) -> None:
    """Let a restored copy send. What was open when the backup was taken is held for a person."""
    from app.command_line import terminal

    settings = terminal.settings()
    from app.command_line import backup as keeping

    keeping.release(settings, yes=original_has_ended)


def retention() -> None:
    """Count what is older than it is kept for; nothing goes by this command."""
    from app.command_line import terminal

    settings = terminal.settings()
    from app.command_line import retention as keeping

    keeping.report(settings)
