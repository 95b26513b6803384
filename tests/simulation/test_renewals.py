"""The renewals of a lease that are left out of a simulated morning are those that nobody sees."""

import asyncio

from engine.simulator.loop import JumpingLoop
from engine.trials.renewals import Nap

EVERY = 2.0


def naps_until(at: float, *, is_known: bool) -> list[float]:
    """When a keeper woke before somebody else did at `at`."""
    woke: list[float] = []

    async def keep() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, JumpingLoop)
        while True:
            nap = Nap(loop, EVERY, lambda: is_known)
            loop.on_jump.append(nap.lengthen)
            await nap.over
            loop.on_jump.remove(nap.lengthen)
            woke.append(loop.time())

    async def play() -> None:
        keeping = asyncio.ensure_future(keep())
        await asyncio.sleep(at)
        keeping.cancel()

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(play())
    return woke


def test_the_lease_is_as_fresh_as_ever_when_somebody_wakes() -> None:
    for at in (4.5, 7.0, 59.0, 60.1, 1000.5):
        woke = naps_until(at, is_known=True)
        assert len(woke) <= 4
        assert 0 <= at - woke[-1] < EVERY
        assert len(woke) < 2 or abs(woke[-1] - woke[-2] - EVERY) < 0.001


def test_while_a_renewal_might_fail_none_is_left_out() -> None:
    assert len(naps_until(60.1, is_known=False)) == 30
