"""Lets go what the rules of retention no longer keep: a few rows at a time, never in a window."""

from collections import Counter
from datetime import datetime

import structlog
from sqlmodel import Session

from engine.domain.precedence import waits_until
from engine.domain.retention import Rule, Terms, goes_before
from engine.domain.roles import ENGINE
from engine.domain.tenant_settings import RAW_DAYS, RETENTION_YEARS, number_of
from engine.store import audit, broadcasts, pruning, tenant_settings
from engine.workers.equipment import Equipment

LOOK_EVERY_SECONDS = 3_600.0
BEAT_EVERY_SECONDS = 5.0
AT_ONCE = 200
"""Rows in one transaction: a few milliseconds of the one writer."""

log = structlog.get_logger()


async def prune(equipment: Equipment) -> None:
    """Look every hour, for ever."""
    while True:
        for _ in range(int(LOOK_EVERY_SECONDS // BEAT_EVERY_SECONDS)):
            equipment.beat("prune")
            await equipment.doze(BEAT_EVERY_SECONDS)
        await prune_now(equipment)


async def prune_now(equipment: Equipment) -> Counter[Rule]:
    """Let go all that may go now; how many rows by each rule. Stops where a broadcast begins."""
    database = equipment.database
    gone: Counter[Rule] = Counter()
    terms = await database.read(terms_of)
    for rule in Rule:
        before = goes_before(rule, terms, equipment.clock.now())
        while not await database.read(_owned, equipment.clock.now()):
            equipment.beat("prune")
            took = await database.transact(pruning.take, rule, before, AT_ONCE)
            gone[rule] += took
            if took < AT_ONCE:
                break
            await equipment.doze(0.05)
    gone = +gone
    if gone:
        await database.transact(_note, gone, equipment.clock.now())
        log.info("retention.pruned", **{rule.value: count for rule, count in gone.items()})
    return gone


def terms_of(session: Session) -> Terms:
    """The longest that any organisation here wants."""
    found = list(tenant_settings.of_all(session, [RETENTION_YEARS, RAW_DAYS]).values()) or [{}]
    everybody = [*found, {}]  # who set nothing keeps the usual
    return Terms(
        years=max(number_of(one, RETENTION_YEARS) for one in everybody),
        raw_days=max(number_of(one, RAW_DAYS) for one in everybody),
    )


def would_go(session: Session, now: datetime) -> dict[Rule, int]:
    """How many rows would go now, by rule."""
    terms = terms_of(session)
    return {rule: pruning.count(session, rule, goes_before(rule, terms, now)) for rule in Rule}


def _owned(session: Session, now: datetime) -> bool:
    windows = [(one.opens_at, one.closes_at) for one in broadcasts.not_over(session)]
    return waits_until(now, windows) is not None


def _note(session: Session, gone: Counter[Rule], now: datetime) -> None:
    audit.append(
        session,
        by=ENGINE,
        action="retention.pruned",
        subject="retention",
        after={rule.value: count for rule, count in gone.items()},
        now=now,
    )
