"""Retry failed only, as the page does it: how many go, why others stay, and how fast they left."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from app import formats
from app.bulk import Told, Total, in_slices
from app.doors import ask, tell
from engine.commands.put_back import PutBack
from engine.commands.retry_failed import retry_failed
from engine.domain.failure import cause_of
from engine.domain.ids import BroadcastId, DeliveryId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor
from engine.read.going import going

WATCHED_SECONDS = 10.0
LOOK_EVERY_SECONDS = 0.1


async def retry(
    broadcast: BroadcastId, by: Actor, so_far: Callable[[int], Awaitable[None]]
) -> Told:
    """Put back what may have passed, and watch until the last of it has left."""
    assert by.tenant is not None
    loop = asyncio.get_running_loop()
    began = loop.time()
    for_good: Counter[int | None] = Counter()

    async def some(before: DeliveryId | None) -> PutBack | Refused:
        done = await tell(retry_failed, broadcast, before=before, by=by)
        if isinstance(done, Refused):
            return done
        for_good.update(done.for_good)
        return done.put_back

    total = await in_slices(some, so_far)
    if isinstance(total, Refused):
        return Told("bad", total.why, total.details)
    left = await ask(going, by.tenant, broadcast) if total.count else 0
    while left and loop.time() - began < WATCHED_SECONDS:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        left = await ask(going, by.tenant, broadcast)
    return told(total, for_good, loop.time() - began, left)


def told(total: Total, for_good: Counter[int | None], seconds: float, left: int) -> Told:
    """The sentence and the reasons. `left`: how many have not been answered yet."""
    stayed = sum(total.stayed.values()) + sum(for_good.values())
    details = (
        *total.details,
        *(
            f"{formats.number(count)}: {cause_of(code).title} ({code}). This does not pass."
            for code, count in for_good.most_common()
        ),
    )
    if not total.count:
        return Told("warn", f"Nothing goes again: {formats.number(stayed)} stay failed.", details)
    said = f"{formats.number(total.count)} {'goes' if total.count == 1 else 'go'} again"
    if left:
        said += f"; {formats.number(left)} wait for their turn or an answer."
    else:
        said += f"; all had an answer within {formats.seconds(seconds)}."
    if stayed:
        said += f" {formats.number(stayed)} {'stays' if stayed == 1 else 'stay'} failed."
    if total.more:
        said += " There are more: press again."
    return Told("good", said, details)
