"""Waits at most so long for what is nearly always there at once.

A timer costs as much as all the rest of taking in a webhook: only what has to be waited for gets
one.
"""

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class AtMost(Generic[T]):
    """Awaited, what `coming` returns. Raises what it raises, and TimeoutError where it takes longer
    than `seconds`.
    """

    def __init__(self, seconds: float, coming: Coroutine[Any, Any, T]) -> None:
        self._seconds = seconds
        self._coming = coming

    def __await__(self) -> Generator[Any, Any, T]:
        """As any awaitable; the first step is taken without a timer."""
        try:
            waits_for = self._coming.send(None)
        except StopIteration as there:
            return there.value
        return (yield from self._wait(waits_for).__await__())

    async def _wait(self, waits_for: Any) -> T:
        async with asyncio.timeout(self._seconds):
            return await _Rest(self._coming, waits_for)


class _Rest(Generic[T]):
    """A coroutine that has taken its first step, and waits for something."""

    def __init__(self, coming: Coroutine[Any, Any, T], waits_for: Any) -> None:
        self._coming = coming
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, T]:
        waits_for = self._waits_for
        while True:
            try:
                yield waits_for
            except BaseException as error:  # noqa: BLE001 - cancelled, for one: it is told, too
                told: BaseException | None = error
            else:
                told = None
            try:
                waits_for = self._coming.send(None) if told is None else self._coming.throw(told)
            except StopIteration as there:
                return there.value
