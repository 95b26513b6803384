"""Every rule by a real clock: from its cause in the tables to a receiver on this machine."""

import asyncio
import time
from datetime import timedelta

import pytest
from sqlmodel import Session

from engine.domain.alert_channels import ChannelDraft, ChannelKind
from engine.domain.alert_rules import Watched
from engine.domain.alerting import Severity
from engine.store import alert_channels
from engine.store.database import Database
from engine.workers.alerts import watch_alerts
from engine.workers.notify import Post, tell_channels
from tests.channels.receivers import Receiver, receiver
from tests.workers.alarm_cast import Lookout, lookout
from tests.workers.alarm_causes import CASES, Case
from tests.workers.cast import equipment
from tests.workers.moved_clock import MovedClock
from tests.workers.nobody import Nobody

pytestmark = [pytest.mark.anyio, pytest.mark.sweep]
IN_WINDOW_SECONDS, OUTSIDE_SECONDS = 5.0, 120.0
HOLD_FOR_MINUTES = {Watched.CALLERS_SLOW, Watched.CALLERS_ERRORS}
"""Their rules wait for ten and five minutes on purpose (spec A1); a test's clock shows that."""
BY_THE_HOUR = {Watched.NO_APPROVAL, Watched.CONTENT_REMINDER}
"""Their cause is the time of day, and no window is open then."""
SEEN_BY_THE_SECOND = [case for case in CASES if case.key not in HOLD_FOR_MINUTES | BY_THE_HOUR]
SEEN_OUTSIDE = [case for case in CASES if case.key in BY_THE_HOUR]


def named(case: Case) -> str:
    return case.key.value


@pytest.mark.parametrize("case", SEEN_BY_THE_SECOND, ids=named)
async def test_in_the_window_a_cause_is_told_within_five_seconds(
    database: Database, case: Case
) -> None:
    await is_told(database, case, within=IN_WINDOW_SECONDS)


@pytest.mark.parametrize("case", SEEN_OUTSIDE, ids=named)
async def test_outside_a_window_a_cause_is_told_within_two_minutes(
    database: Database, case: Case
) -> None:
    await is_told(database, case, within=OUTSIDE_SECONDS)


def test_no_rule_is_forgotten_here() -> None:
    seen = {case.key for case in (*SEEN_BY_THE_SECOND, *SEEN_OUTSIDE)}
    assert seen | HOLD_FOR_MINUTES == set(Watched)


async def is_told(database: Database, case: Case, *, within: float) -> None:
    """Both workers as the engine runs them. within: real seconds from the cause to the receiver."""
    house = lookout(database, people=case.people)
    clock = MovedClock()
    clock.ahead = house.now - clock.now()
    post = Post()
    async with receiver() as program:
        database.transact_now(_tell_here, house, program.url)
        made = equipment(database, Nobody(), clock=clock)
        case.near(house)
        # A cause that is a time of day comes as time goes by.
        clock.ahead += house.now - clock.now()
        async with asyncio.TaskGroup() as tasks:
            working = [
                tasks.create_task(watch_alerts(made, house.watch)),
                tasks.create_task(tell_channels(made, post)),
            ]
            await asyncio.sleep(1.3)
            assert not told(program, case)
            house.now = clock.now()
            case.cause(house)
            clock.ahead += max(timedelta(0), house.now - clock.now())
            began = time.monotonic()
            while not told(program, case):
                await asyncio.sleep(0.02)
                assert time.monotonic() - began <= within
            for one in working:
                one.cancel()
    assert told(program, case)[0]["severity"] == Severity(case.severity).word


def told(program: Receiver, case: Case) -> list[dict[str, str]]:
    return [one.json for one in program.came if one.json["rule"] == case.key.value]


def _tell_here(session: Session, house: Lookout, url: str) -> None:
    alert_channels.remove(session, house.channel, house.now)
    draft = ChannelDraft(
        kind=ChannelKind.WEBHOOK,
        name="Ops",
        least=Severity.INFO,
        options={"url": f"{url}/alerts"},
        secrets={"secret": "x" * 20},
    )
    alert_channels.add(session, house.tenant, draft, house.now)
