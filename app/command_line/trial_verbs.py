"""How `dawncast simulator`, `morning`, `drill`, `simulate` and `bench` are called: all that runs
against a stand-in for WhatsApp, and never against WhatsApp itself.
"""

from dataclasses import replace
from typing import Annotated

import typer

from app.loading import loading

AsJson = Annotated[bool, typer.Option("--json", help="End with one line of JSON on stdout.")]
Scenario = Annotated[
    str, typer.Option(help="How WhatsApp and the phones behave: normal_load, phone_failure …")
]
Seed = Annotated[int, typer.Option(help="The same seed gives the same people and the same luck.")]


def add_to(app: typer.Typer) -> None:
    """Give the commands to `app`."""
    app.command(short_help="A stand-in for WhatsApp's Cloud API, as a process of its own.")(
        simulator
    )
    app.command(short_help="One broadcast without a browser, in real or simulated time.")(morning)
    app.command(short_help="Kill the process in the middle of mornings, and count who was lost.")(
        drill
    )
    app.command(short_help="Many mornings in simulated time, with troubles from a seed.")(simulate)
    app.command(short_help="Every goal of speed, measured beside a floor or a bare loop.")(bench)


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


def _one_of(option: str, given: str, *allowed: str) -> None:
    if given not in allowed:
        raise typer.BadParameter(
            f"{given!r} is none of {', '.join(allowed)}.", param_hint=repr(option)
        )
