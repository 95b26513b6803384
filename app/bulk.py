"""A command about very many deliveries, told slice by slice, so that no writer waits long (R3)."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from app import formats
from app.styles import Tone
from engine.commands.put_back import PutBack
from engine.domain.dead_letter import WORDS, Objection
from engine.domain.ids import DeliveryId
from engine.domain.refusal import Refused

SLICES = 100
"""Slices of one press, ten thousand deliveries: whoever has more presses again, and sees it."""


@dataclass(slots=True)
class Total:
    """What came of one press. `more`: there is more than one press may do."""

    count: int = 0
    stayed: Counter[Objection] = field(default_factory=Counter[Objection])
    more: bool = False

    @property
    def details(self) -> tuple[str, ...]:
        """Why some stayed, the most first: "3: They said stop since …"."""
        return tuple(
            f"{formats.number(count)}: {WORDS[why]}" for why, count in self.stayed.most_common()
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What a person is told at the end: the tone, a sentence, and why some stayed."""

    tone: Tone
    text: str
    details: tuple[str, ...] = ()


async def in_slices(
    tell_slice: Callable[[DeliveryId | None], Awaitable[PutBack | Refused]],
    so_far: Callable[[int], Awaitable[None]],
) -> Total | Refused:
    """Tell slice after slice until nothing is left, or SLICES are done.

    tell_slice: given where the last one ended. so_far: called after each with how many went. A
    refusal ends it; what was done before it stays done, and is returned instead.
    """
    total, before = Total(), None
    for _ in range(SLICES):
        done = await tell_slice(before)
        if isinstance(done, Refused):
            return total if total.count else done
        total.count += done.count
        total.stayed += Counter(done.stayed)
        await so_far(total.count)
        before = done.next
        if before is None:
            return total
    total.more = True
    return total
