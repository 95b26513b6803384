"""Waiting at most so long, with a timer only where there is something to wait for."""

import asyncio
from contextlib import suppress

import pytest

from app.api.patience import AtMost

pytestmark = pytest.mark.anyio


async def there(what: str) -> str:
    return what


async def test_what_is_there_at_once_is_had_without_waiting() -> None:
    waiting = AtMost(20.0, there("body")).__await__()

    with pytest.raises(StopIteration) as had:
        next(waiting)
    assert had.value.value == "body"


async def test_what_comes_in_several_steps_is_waited_for() -> None:
    async def slow() -> str:
        await asyncio.sleep(0.001)
        await asyncio.sleep(0)
        return await asyncio.wait_for(there("body"), 5.0)

    assert await AtMost(20.0, slow()) == "body"


async def test_what_takes_too_long_is_cancelled_and_told_so() -> None:
    cancelled: list[bool] = []

    async def never() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    with pytest.raises(TimeoutError):
        await AtMost(0.01, never())
    assert cancelled == [True]


async def test_what_it_raises_is_raised_at_once_and_later() -> None:
    async def breaks(steps: int) -> None:
        for _ in range(steps):
            await asyncio.sleep(0)
        raise LookupError(steps)

    for steps in (0, 2):
        with pytest.raises(LookupError, match=str(steps)):
            await AtMost(20.0, breaks(steps))


async def test_whoever_waits_can_be_cancelled() -> None:
    ended: list[str] = []

    async def long() -> None:
        try:
            await asyncio.sleep(20.0)
        finally:
            ended.append("long")

    async def waits() -> None:
        await AtMost(20.0, long())

    waiting = asyncio.create_task(waits())
    await asyncio.sleep(0.01)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    assert waiting.cancelled()
    assert ended == ["long"]
