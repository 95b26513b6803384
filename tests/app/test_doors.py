"""Two doors lead to the engine: questions do not write, commands are told who and when."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app import doors
from engine.domain.roles import CLI, Actor

pytestmark = pytest.mark.anyio


class Store:
    async def read(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return "read", fn("session", *args, **kwargs)

    async def transact(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return "written", fn("session", *args, **kwargs)


class Watch:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _doors() -> Any:
    before = (doors._house.store, doors._house.watch)
    doors.open_doors(Store(), Watch())
    yield
    doors._house.store, doors._house.watch = before


async def test_a_question_is_read_with_its_arguments() -> None:
    def question(session: Any, tenant: int, *, search: str) -> tuple[Any, ...]:
        return session, tenant, search

    assert await doors.ask(question, 7, search="x") == ("read", ("session", 7, "x"))


async def test_a_command_is_told_who_and_when() -> None:
    def command(session: Any, what: str, *, by: Actor, now: datetime) -> tuple[Any, ...]:
        return session, what, by, now

    told = await doors.tell(command, "abort", by=CLI)
    assert told == ("written", ("session", "abort", CLI, Watch().now()))
