"""Rehearses one morning: the checks, the plan, the play, and who cannot get it (spec §1).

In a process of its own for the engine, in the command's own for `dawncast rehearse`. It reads, and
writes nothing: what came of it is its answer.
"""

import asyncio
import secrets
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import Session

from engine.chores.rehearsal_stage import Asked, Stage, stage_of
from engine.domain.ids import BroadcastId, SenderId, TenantId
from engine.domain.rehearsal import Foreseen, Rehearsal, on_time
from engine.rehearsal.access import Access
from engine.rehearsal.ask import Answers, ask
from engine.rehearsal.calibrate import Calibration, calibrate
from engine.rehearsal.checks import Size, checks
from engine.rehearsal.facts import Facts
from engine.rehearsal.foresee import Staged, foresee
from engine.rehearsal.play import LaneWorld
from engine.store.database import Database
from engine.whatsapp.graph import Graph
from engine.whatsapp.handshake import shake_hands
from engine.whatsapp.transport import Timeouts


def rehearsal(told: Mapping[str, Any]) -> dict[str, Any]:
    """What the process does with its order. Raises ValueError in words."""
    asked = Asked(
        tenant=TenantId(told["tenant"]),
        broadcast=None if told["broadcast"] is None else BroadcastId(told["broadcast"]),
        reserve=told["reserve"],
        at_once=told["at_once"],
        now=datetime.fromisoformat(told["now"]),
    )
    database = Database(told["url"], inline=True)
    try:
        return rehearse(database, Access(**told["access"]), asked).as_plain()
    finally:
        database.close()


def rehearse(database: Database, access: Access, asked: Asked) -> Rehearsal:
    """Rehearse it. Raises ValueError in words when there is no such morning ahead."""
    watch = _Watch()
    stage = database.read_now(stage_of, asked)
    calibration = database.read_now(_calibrated, stage, asked)
    watch.lap("reading")
    answers = asyncio.run(_ask(access, stage.facts))
    watch.lap("asking")
    foreseen = _foreseen(stage, calibration, asked)
    watch.lap("playing")
    closes = (stage.closes_at - stage.opens_at).total_seconds()
    found = checks(
        stage.facts,
        answers,
        _size(stage),
        window_ends_at=stage.window_ends_at,
        closes_at=stage.closes_at,
        frozen_at=stage.frozen_at,
        now=asked.now,
    )
    first = () if foreseen is None else (on_time(foreseen, closes),)
    return Rehearsal(
        broadcast=stage.broadcast,
        title=stage.title,
        opens_at=stage.opens_at.isoformat(),
        closes=closes,
        frozen=stage.frozen_at is not None,
        checks=(*first, *found),
        foreseen=foreseen,
        without=tuple(stage.people),
        basis=calibration.words,
        took=watch.laps,
    )


class _Watch:
    """Seconds of computing time, part by part."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.process_time()

    def lap(self, name: str) -> None:
        now = time.process_time()
        self.laps[name], self._last = round(now - self._last, 3), now


def _calibrated(session: Session, stage: Stage, asked: Asked) -> Calibration:
    used = () if stage.plan is None else stage.plan.senders
    return calibrate(session, asked.tenant, used, asked.now)


async def _ask(access: Access, facts: Facts) -> Answers:
    timeouts = Timeouts()
    graph = Graph(
        api_url=access.api_url,
        token=access.token,
        sandbox=access.sandbox,
        version=access.graph_version,
        timeouts=timeouts,
    )
    shake = partial(
        shake_hands,
        access.webhook,
        access.verify_token,
        secrets.token_hex(8),
        sandbox=access.sandbox,
        timeouts=timeouts,
    )
    try:
        return await ask(graph, facts.questions(access.business), shake if access.webhook else None)
    finally:
        await graph.aclose()


def _foreseen(stage: Stage, calibration: Calibration, asked: Asked) -> Foreseen | None:
    plan = stage.plan
    if plan is None or not len(plan.audience):
        return None
    phones = {SenderId(one.id or 0): one.display_phone for one in stage.facts.senders}
    return foresee(
        Staged(
            plan=plan,
            worlds={
                sender: LaneWorld(rate=stage.rates[sender], behaviour=calibration.of_sender[sender])
                for sender in plan.senders
            },
            closes_at=stage.closes_at,
            without=len(stage.without),
            slots=stage.slots,
            at_once=asked.at_once,
            phones=phones,
        )
    )


def _size(stage: Stage) -> Size | None:
    plan = stage.plan
    if plan is None:
        return None
    last_at = plan.last_at
    if stage.slots:
        last_at = plan.opens_at + timedelta(microseconds=max(stage.slots))
    return Size(
        people=len(plan.audience),
        without=len(stage.without),
        without_words=stage.without_words,
        last_at=last_at,
    )
