"""`dawncast rehearse`: the next morning rehearsed, as a terminal shows it."""

import json
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta

from rich.markup import escape

from app import formats
from app.api.webhooks import PATH
from app.command_line import database
from app.command_line.terminal import give_up, out
from engine import telemetry
from engine.chores.rehearsal import rehearse
from engine.chores.rehearsal_stage import Asked
from engine.clock import MachineClock
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.rehearsal import LaneForeseen, Rehearsal, Verdict, Without
from engine.rehearsal.access import access_of
from engine.settings import Settings
from engine.store import tenants
from engine.store.database import Database

GO, NO_GO = 0, 1
MARKS = {
    Verdict.OK: "[green]✓[/]",
    Verdict.WARN: "[yellow]![/]",
    Verdict.FAIL: "[red]✗[/]",
}


def run(settings: Settings, *, broadcast: int | None, tenant: int | None, as_json: bool) -> int:
    """Rehearse, and say what came of it; the exit code: 0 is GO, 1 is NO-GO."""
    telemetry.configure(level="error")
    with database.opened(settings) as opened:
        asked = Asked(
            tenant=_house(opened, tenant),
            broadcast=None if broadcast is None else BroadcastId(broadcast),
            reserve=settings.reserve,
            at_once=settings.app_concurrency,
            now=MachineClock().now(),
        )
        try:
            found = rehearse(opened, access_of(settings, PATH), asked)
        except ValueError as error:
            give_up(str(error))
    if as_json:
        sys.stdout.write(json.dumps(found.as_plain(), ensure_ascii=False) + "\n")
    else:
        for line in lines(found):
            out.print(line)
    return GO if found.go else NO_GO


def lines(found: Rehearsal) -> Iterable[str]:
    """Everything as lines of rich's markup."""
    opens_at = datetime.fromisoformat(found.opens_at)
    verdict = "[bold green]GO[/]" if found.go else "[bold red]NO-GO[/]"
    whom = "its frozen audience" if found.frozen else "whoever is on the list now"
    yield f"{verdict}  {escape(found.title)}, opens {formats.moment(opens_at)}, with {whom}"
    seen = found.foreseen
    if seen is not None:
        yield ""
        yield f"  99 % delivered  {_at(opens_at, seen.delivered)}{_band(opens_at, found)}"
        yield f"  handed over     {_at(opens_at, seen.handed_over)}"
        yield ""
        yield from (_lane(opens_at, lane) for lane in seen.lanes)
    yield ""
    for check in found.checks:
        yield f"{MARKS[check.verdict]} [bold]{escape(check.name)}[/]  {escape(check.words)}"
        if check.do and check.verdict is not Verdict.OK:
            yield f"    → {escape(check.do)}"
    if found.without:
        yield ""
        yield "People who cannot get it:"
        yield from (_left_out(one) for one in found.without)
    if found.basis:
        yield ""
        yield from (f"[dim]{escape(one)}[/]" for one in found.basis)


def _lane(opens_at: datetime, lane: LaneForeseen) -> str:
    people = formats.count(lane.people, "person", "people")
    return (
        f"  {escape(lane.phone)}  {people} at {lane.rate:g}/s, last send "
        f"{_at(opens_at, lane.last_send)}, 99 % of its own {_at(opens_at, lane.delivered)}"
    )


def _left_out(one: Without) -> str:
    do = f" → {escape(one.do)}" if one.do else ""
    return f"  {formats.number(one.count):>9}  {escape(one.why)}{do}"


def _band(opens_at: datetime, found: Rehearsal) -> str:
    seen = found.foreseen
    if seen is None or seen.low is None:
        return ""
    if seen.high is None:
        return f"  ({_at(opens_at, seen.low)} at the earliest, or not on this day)"
    return f"  ({_at(opens_at, seen.low)} to {_at(opens_at, seen.high)} in four of five mornings)"


def _at(opens_at: datetime, after: float | None) -> str:
    return "not on this day" if after is None else formats.time(opens_at + timedelta(seconds=after))


def _house(opened: Database, tenant: int | None) -> TenantId:
    found = opened.read_now(tenants.first) if tenant is None else TenantId(tenant)
    if found is None or not opened.read_now(tenants.exists, found):
        give_up("There is no such organisation in this database.")
    return found
