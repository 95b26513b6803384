"""Somebody pulls the plug in the middle of a morning, and plugs it in again (spec R1, E3)."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.trials.drill import run_drill
from engine.trials.drill_databases import GivenDatabase
from engine.trials.killed_morning import DrillError
from engine.trials.kills import DrillOptions, DrillResult

COMMAND = [sys.executable, "-m", "app.command_line.served"]
OPTIONS = DrillOptions(kills=3, subscribers=400, senders=4, rate=20.0, seed=3)
WITH_STANDBY = DrillOptions(kills=2, subscribers=400, senders=4, rate=10.0, seed=5, standby=True)
TAKEOVER_AT_MOST_SECONDS = 15.0


@dataclass(frozen=True)
class Migrated:
    """Satisfies Databases: the test's own, for one morning."""

    url: str
    kind: str

    def fresh(self, home: Path, morning: int) -> str:
        assert morning == 1
        return self.url

    def clear(self) -> None:
        return None


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_nobody_is_lost_or_doubled_when_the_process_is_killed(sqlite_url: str) -> None:
    result = run_drill(OPTIONS, Migrated(sqlite_url, "sqlite"), COMMAND, print)

    assert_nobody_is_lost(result, OPTIONS)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_second_process_takes_over_within_seconds(postgresql_url: str) -> None:
    result = run_drill(WITH_STANDBY, Migrated(postgresql_url, "postgres"), COMMAND, print)

    assert_nobody_is_lost(result, WITH_STANDBY)
    resumes = [kill.resume_s for kill in result.kills if kill.resume_s is not None]
    assert resumes
    assert max(resumes) <= TAKEOVER_AT_MOST_SECONDS


def test_a_drill_empties_no_database_that_is_not_empty(database_url: str) -> None:
    with pytest.raises(DrillError, match="not empty"):
        GivenDatabase(database_url)


def assert_nobody_is_lost(result: DrillResult, options: DrillOptions) -> None:
    assert result.targeted == options.subscribers
    assert (result.lost, result.doubled) == (0, 0)
    assert result.max_per_second <= options.rate
    assert result.evidence is None
    assert len(result.kills) == options.kills
    assert sum(kill.unknown for kill in result.kills) > 0
    for kill in result.kills:
        assert kill.marked == kill.released + kill.unknown
        assert kill.started == kill.unknown, "the journal tells exactly what is unknown"
        assert kill.unknown == kill.by_receipt + kill.by_evidence + kill.held
    assert result.held <= options.subscribers // 100
