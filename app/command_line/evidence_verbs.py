"""How `dawncast evidence …` is called. What each command does is in `evidence` and
`evidence_check`, which are loaded when they are needed.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from engine.domain.evidence_pack import People

evidence = typer.Typer(help="A day as a signed file that proves itself.", no_args_is_help=True)


@evidence.command("key", short_help="Make the private key that packs are signed with.")
def evidence_key(
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Put the key until now away, and make a new one.")
    ] = False,
) -> None:
    """Make a private key in the home folder, and print the public one for whoever checks packs.

    DAWNCAST_EVIDENCE_KEY or DAWNCAST_EVIDENCE_KEY_FILE is used instead, where it is set.
    """
    from app.command_line import terminal

    settings = terminal.settings()
    from app.command_line import evidence as packs

    packs.make_key(settings, rotate=rotate)


@evidence.command("keys", short_help="The public keys, the present one and those before it.")
def evidence_keys() -> None:
    """List the public key of every key that packs were signed with."""
    from app.command_line import terminal

    settings = terminal.settings()
    from app.command_line import evidence as packs

    packs.keys(settings)


@evidence.command("export", short_help="One day as a zip that can be checked anywhere.")
def evidence_export(
    day: Annotated[
        datetime, typer.Argument(help="The service day, like 2026-11-26.", formats=["%Y-%m-%d"])
    ],
    to: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")],
    people: Annotated[
        People, typer.Option(help="masked shows numbers without their middle; pseudonymous, none.")
    ] = People.MASKED,
    tenant: Annotated[
        int | None, typer.Option(help="The organisation's number, where there are several.")
    ] = None,
    early: Annotated[
        bool, typer.Option("--early", help="Also before the day's verdicts are final.")
    ] = False,
) -> None:
    """Make the evidence pack of a day: approval, content, every recipient, the audit trail, signed.

    It is made at low priority, and written whole or not at all.
    """
    from app.command_line import terminal

    settings = terminal.settings()
    from app.command_line import evidence as packs

    packs.export(settings, day.date(), to, people=people, tenant=tenant, early=early)


@evidence.command("verify", short_help="Whether a pack is as it was signed, byte for byte.")
def evidence_verify(
    file: Annotated[Path, typer.Argument(help="The pack.")],
    key: Annotated[str, typer.Option(help="The public key, or a file that holds it.")],
) -> None:
    """Check a pack with the public key alone, and name what was altered, is missing or was added.

    It needs no database and no settings: any machine will do.
    """
    from app.command_line import evidence_check

    raise typer.Exit(evidence_check.verify(file, key))
