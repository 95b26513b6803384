"""The `dawncast` command: how it is called. What each command does is in `app.command_line`.

Nothing but the terminal is imported here: `--help` answers at once, and only `serve` and `demo`
load the dashboard.
"""

import signal
from pathlib import Path
from typing import Annotated

import typer

from app.command_line import backup_verbs, trial_verbs
from app.command_line.evidence_verbs import evidence
from app.command_line.trial_verbs import AsJson
from app.loading import loading
from engine.domain.roles import Role

app = typer.Typer(
    name="dawncast",
    help="One approved WhatsApp message to every subscriber at six in the morning.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
user = typer.Typer(help="The people who may sign in.", no_args_is_help=True)
app.add_typer(user, name="user")
audit = typer.Typer(help="The record of who did what.", no_args_is_help=True)
app.add_typer(audit, name="audit")
app.add_typer(evidence, name="evidence")


def main() -> None:
    """The entry point. SIGTERM ends a command as Ctrl-C does: what it started is ended, too."""
    signal.signal(signal.SIGTERM, _end)
    app(prog_name="dawncast")


def _end(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _say_version(wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import version

    typer.echo(f"dawncast {version('dawncast')}")
    raise typer.Exit


@app.callback()
def _dawncast(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Say the version, and end.", callback=_say_version, is_eager=True
        ),
    ] = False,
) -> None:
    """One approved WhatsApp message to every subscriber at six in the morning."""


@app.command(short_help="The dashboard and the engine.")
def serve(
    administrator: Annotated[
        str, typer.Option(help="Who signs in first, when the database is empty.")
    ] = "admin@dawncast.example",
) -> None:
    """Serve the dashboard and run the engine, with the settings of the environment.

    See .env.example for the settings. In an empty database an organisation and its administrator
    are made, and the password for the first sign-in is printed.
    """
    from app.command_line import terminal

    settings = terminal.settings()  # first: a wrong one should not have to wait for all the rest
    with loading():
        from app.command_line import serving

    serving.serve(settings, administrator=administrator)


@app.command(short_help="The same in a sandbox, with a simulator in place of WhatsApp.")
def demo(
    morning: Annotated[
        bool, typer.Option(help="Whether a morning begins 30 seconds after the page is ready.")
    ] = True,
) -> None:
    """Show the whole product in a sandbox, with a simulator in place of WhatsApp.

    Nothing leaves this machine, whatever the environment says. The data is kept in ./var, or where
    DAWNCAST_HOME says; the page is at port 8000, or PORT.
    """
    from app.command_line import demo as showing

    raise typer.Exit(showing.run(morning=morning))


@app.command(short_help="The database brought to the shape this version expects.")
def migrate() -> None:
    """Bring the database to the shape this version expects. Make a backup first."""
    from app.command_line import terminal

    settings = terminal.settings()
    from app.command_line import database

    database.migrate(settings)


@app.command(short_help="What is wrong with this installation, and how to mend it.")
def doctor() -> None:
    """Check settings, database, clock, tokens and front end, and say how to mend what is wrong."""
    from app.command_line import doctor as looking

    raise typer.Exit(looking.run())


@app.command(short_help="Whether the next morning will work: GO or NO-GO.")
def rehearse(
    broadcast: Annotated[
        str, typer.Option(help="A broadcast's number, or next for whichever opens next.")
    ] = "next",
    tenant: Annotated[
        int | None, typer.Option(help="The organisation's number, where there are several.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rehearse a morning: ask WhatsApp how things stand, reading only, and play the real plan in
    virtual time.

    Says when 99 % will have it, each check in words, and who cannot get it. Ends with 0 for GO and
    with 1 for NO-GO.
    """
    if broadcast != "next" and not (broadcast.isascii() and broadcast.isdigit()):
        raise typer.BadParameter("give a number, or next", param_hint="'--broadcast'")
    from app.command_line import terminal

    settings = terminal.settings()
    from app.command_line import rehearse as rehearsing

    which = None if broadcast == "next" else int(broadcast)
    raise typer.Exit(rehearsing.run(settings, broadcast=which, tenant=tenant, as_json=as_json))


@user.command("add", short_help="A person who may sign in.")
def user_add(
    email: Annotated[str, typer.Option(help="What the person signs in with.")],
    name: Annotated[str, typer.Option(help="As it shall stand in the audit trail.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    tenant: Annotated[
        int | None, typer.Option(help="The organisation's number, where there are several.")
    ] = None,
) -> None:
    """Add a person who may sign in, and print the password for the first time."""
    from app.command_line import terminal

    settings = terminal.settings()
    from app.command_line import database, people

    database.prepare(settings)
    with database.opened(settings) as opened:
        people.add(opened, email=email, name=name, role=role, tenant=tenant)


@audit.command("verify", short_help="Whether anybody was at the audit trail.")
def audit_verify(
    anchor: Annotated[
        Path | None, typer.Option(help="An anchor you kept elsewhere, to compare with.")
    ] = None,
) -> None:
    """Walk the audit trail, and name the first entry that was edited, removed or put in by hand.

    It is compared with the anchors in the home folder, and with yours if you name one.
    """
    from app.command_line import terminal

    settings = terminal.settings()
    from app.command_line import trail

    raise typer.Exit(trail.verify(settings, anchor))


@audit.command("anchor", short_help="The end of the audit trail as a file, to keep elsewhere.")
def audit_anchor() -> None:
    """Export the end of the audit trail now; keep a copy away from this machine."""
    from app.command_line import terminal

    settings = terminal.settings()
    from app.command_line import trail

    trail.anchor(settings)


backup_verbs.add_to(app)
trial_verbs.add_to(app)

if __name__ == "__main__":
    main()
