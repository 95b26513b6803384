"""The `dawncast` command: how it is called. What each command does is in `app.command_line`.

Nothing but the terminal is imported here: `--help` answers at once, and only `serve` and `demo`
load the dashboard.
"""

import signal
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from app.command_line import backup_verbs
from app.command_line.evidence_verbs import evidence
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
backup_verbs.add_to(app)

AsJson = Annotated[bool, typer.Option("--json", help="End with one line of JSON on stdout.")]
Scenario = Annotated[
    str, typer.Option(help="How WhatsApp and the phones behave: normal_load, phone_failure …")
]
Seed = Annotated[int, typer.Option(help="The same seed gives the same people and the same luck.")]


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


@app.command(short_help="A stand-in for WhatsApp's Cloud API, as a process of its own.")
def simulator(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 for any that is free.")] = 8001,
    scenario: Scenario = "normal_load",
    seed: Seed = 1,
    numbers: Annotated[int, typer.Option(help="How many phone numbers the account has.")] = 6,
    rate: Annotated[
        float, typer.Option(help="Messages a second each number lets through; 0 for no limit.")
    ] = 80.0,
    webhook_url: Annotated[
        str, typer.Option(help="Where receipts are posted; empty for nowhere.")
    ] = "http://127.0.0.1:8000/webhooks/whatsapp",
    receipts: Annotated[bool, typer.Option(help="Whether receipts are posted at all.")] = True,
    access_token: Annotated[
        str | None, typer.Option(help="The bearer token it takes, if not the usual one.")
    ] = None,
    app_secret: Annotated[
        str | None, typer.Option(help="What it signs webhooks with, if not the usual one.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Say where it listens in one line of JSON.")
    ] = False,
    companion: Annotated[bool, typer.Option("--companion", hidden=True)] = False,
) -> None:
    """Stand in for WhatsApp's Cloud API, as a process of its own.

    `dawncast serve` finds it in a sandbox without a token; tell it which numbers to send from by
    WHATSAPP_PHONE_NUMBER_ID_1=1000000000001, ..._2=1000000000002 and so on.
    """
    with loading():
        from app.command_line import simulator as standing_in

    standing_in.run(
        standing_in.Asked(
            host=host,
            port=port,
            scenario=scenario,
            seed=seed,
            numbers=numbers,
            rate=rate,
            webhook_url=webhook_url or None,
            access_token=access_token,
            app_secret=app_secret,
            receipts=receipts,
            as_json=as_json,
            companion=companion,
        )
    )


@app.command(short_help="One broadcast without a browser, in real or simulated time.")
def morning(
    subscribers: Annotated[int, typer.Option(min=1, help="How many people.")] = 2_000,
    senders: Annotated[int, typer.Option(min=1, help="Over how many numbers.")] = 4,
    rate: Annotated[
        float,
        typer.Option(min=0, help="Messages a second for each number; 0 for as fast as it goes."),
    ] = 80.0,
    scenario: Scenario = "normal_load",
    seed: Seed = 1,
    pacing: Annotated[
        str | None,
        typer.Option(
            help="jittered spreads as in the morning; fastest, the default, goes at full rate; "
            "even fills the window and is what --window-seconds alone means."
        ),
    ] = None,
    window_seconds: Annotated[
        float | None, typer.Option(min=1, help="How long the window is, if not as usual.")
    ] = None,
    in_flight: Annotated[
        int | None, typer.Option(min=1, help="At most so many requests at once.")
    ] = None,
    receipts: Annotated[str, typer.Option(help="on or off: whether receipts come back.")] = "on",
    fault_at: Annotated[
        float | None,
        typer.Option(min=0, help="Seconds from the first message to the scenario's trouble."),
    ] = None,
    flood: Annotated[
        float,
        typer.Option(min=0, help="Webhooks of an earlier broadcast beside it, so many a second."),
    ] = 0.0,
    settle: Annotated[
        bool, typer.Option(help="Whether to wait until WhatsApp has nothing left to say.")
    ] = True,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="In simulated time: seconds instead of minutes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send one broadcast without a browser, and compare it with what the simulator really got.

    It has a database and a simulator of its own, and leaves nothing behind.
    """
    from engine.domain.planning import Pacing
    from engine.simulator.scenarios import SCENARIOS
    from engine.trials.options import MorningOptions

    _one_of("--scenario", scenario, *SCENARIOS)
    pacing = pacing or ("fastest" if window_seconds is None else "even")
    _one_of("--pacing", pacing, *Pacing)
    _one_of("--receipts", receipts, "on", "off")
    from app.command_line import trials

    options = MorningOptions(
        subscribers=subscribers,
        senders=senders,
        rate=rate,
        scenario=scenario,
        seed=seed,
        pacing=pacing,
        window_seconds=window_seconds,
        in_flight=in_flight,
        receipts=receipts == "on",
        fault_at=fault_at,
        flood=flood,
        settle=settle,
    )
    trials.morning(options, simulated=simulated, as_json=as_json)


@app.command(short_help="Kill the process in the middle of mornings, and count who was lost.")
def drill(
    kills: Annotated[int, typer.Option(min=1, help="How often to pull the plug.")] = 50,
    database: Annotated[str, typer.Option(help="sqlite or postgres, a private one.")] = "sqlite",
    database_url: Annotated[
        str | None, typer.Option(help="An empty database to use instead; left empty again.")
    ] = None,
    standby: Annotated[
        bool, typer.Option("--standby", help="A second process waits and takes over.")
    ] = False,
    pauses: Annotated[
        int, typer.Option(min=0, help="Kill nothing: pause and resume so often instead.")
    ] = 0,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Kill the process again and again in the middle of real mornings, start it again, and compare
    what it believes with what the simulator really got, person by person.

    It has databases and simulators of its own, and leaves nothing behind unless somebody was lost
    or written to twice; then it says where the evidence is, and ends with 1.

    With --pauses nothing is killed: somebody pauses and resumes mornings at random instants, half
    of them real and half simulated, and the time until the last message is measured.
    """
    _one_of("--database", database, "sqlite", "postgres")
    from app.command_line import trials

    if pauses:
        from engine.trials.pauses import PausesOptions

        trials.pauses(PausesOptions(pauses=pauses, seed=seed), as_json=as_json)
        return
    from engine.trials.kills import STANDBY_RATE, DrillOptions

    options = DrillOptions(kills=kills, seed=seed)
    trials.drill(
        replace(options, standby=True, rate=STANDBY_RATE) if standby else options,
        database=database,
        database_url=database_url,
        as_json=as_json,
    )


@app.command(short_help="Many mornings in simulated time, with troubles from a seed.")
def simulate(
    seeds: Annotated[int, typer.Option(min=1, help="How many mornings.")] = 200,
    first: Annotated[
        int | None, typer.Option(min=0, help="The first seed; by the clock, if it is not given.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="On how many processes.")] = 2,
    shrink: Annotated[
        bool, typer.Option(help="Whether to find the fewest troubles that make a morning fail.")
    ] = True,
) -> None:
    """Play mornings in simulated time, each with its own people, senders and troubles, and check
    that nobody is lost, nobody doubled, and that what was promised is kept.

    The same seed is the same morning. The last line of stdout is one JSON object.
    """
    from app.command_line import simulation

    raise typer.Exit(simulation.simulate(seeds=seeds, first=first, jobs=jobs, smallest=shrink))


@app.command(short_help="Every goal of speed, measured beside a floor or a bare loop.")
def bench(
    only: Annotated[
        list[str] | None, typer.Option(help="A piece of it; may be given several times.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer messages, rougher figures.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure each goal of speed and size, with the floor or a bare loop beside it in the same run,
    and print one table: what is ours, what is beside it, the ratio, the goal, the verdict.

    The pieces: time, cost, memory, webhooks, beside, drain, simulated, forecast, rehearsal, import,
    subscribers, reports, start, viewers. Nothing else should run on the machine; all of it takes
    about twenty minutes.
    """
    from engine.trials.bench.run import PIECES

    for piece in only or []:
        _one_of("--only", piece, *PIECES)
    from app.command_line import bench as measuring

    measuring.bench(only=only or [], quick=quick, as_json=as_json)


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


def _one_of(option: str, given: str, *allowed: str) -> None:
    if given not in allowed:
        raise typer.BadParameter(
            f"{given!r} is none of {', '.join(allowed)}.", param_hint=repr(option)
        )


if __name__ == "__main__":
    main()
