"""Whether the process lives, and whether it is ready."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import Session

from app.api.health import Vitals, health_routes
from engine.store.database import Database
from tests.app.serving import serving

NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)


def ask(database: Database, path: str, age: float | None) -> tuple[int, dict[str, Any]]:
    vitals = Vitals(store=database, now=lambda: NOW, heartbeat_age=lambda: age, version="1.2.3")

    async def run() -> httpx.Response:
        async with (
            serving(health_routes(vitals)) as url,
            httpx.AsyncClient(base_url=url, trust_env=False) as client,
        ):
            return await client.get(path)

    answer = asyncio.run(run())
    return answer.status_code, answer.json()


def test_ready_when_everything_is(database: Database) -> None:
    code, body = ask(database, "/ready", 2.04)

    assert (code, body["status"], body["version"]) == (200, "healthy", "1.2.3")
    assert body["timestamp"] == "2026-11-21T00:30:00+00:00"
    assert body["checks"]["engine"] == {"status": "healthy", "heartbeat_age_s": 2.0}
    assert body["checks"]["database"]["status"] == "healthy"
    assert body["checks"]["database"]["latency_ms"] >= 0


@pytest.mark.parametrize(
    ("age", "code"),
    [(30, 200), (30.1, 503), (None, 503)],
)
def test_an_engine_without_a_heartbeat_is_not_ready(
    database: Database, age: float | None, code: int
) -> None:
    assert ask(database, "/ready", age)[0] == code


def test_a_database_of_another_shape_is_not_ready(database: Database) -> None:
    def age(session: Session) -> None:
        session.connection().execute(sa.text("UPDATE alembic_version SET version_num = 'old'"))

    database.transact_now(age)

    code, body = ask(database, "/ready", 1)

    assert code == 503
    assert "dawncast migrate" in body["checks"]["database"]["why"]


def test_a_database_without_tables_is_not_ready(tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path}/empty.db")

    code, body = ask(empty, "/ready", 1)

    empty.close()
    assert (code, body["checks"]["database"]["status"]) == (503, "unhealthy")


def test_the_process_lives_whatever_else_is_broken(tmp_path: Path) -> None:
    gone = Database(f"sqlite:///{tmp_path}/no/such/folder.db")

    assert ask(gone, "/health", None)[0] == 200
    assert ask(gone, "/ready", 1)[0] == 503
    gone.close()
