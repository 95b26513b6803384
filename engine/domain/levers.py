"""What may be done about a late end, and whether it would help (spec P7, P3, N4).

A lever is pulled once, and only where the forecast itself says that the morning ends sooner by it:
against phones that are switched off no sender helps.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from engine.domain.forecast import Forecast, forecast, look
from engine.domain.signs import LaneSigns, Signs

WORTH = timedelta(seconds=5)
"""It must end sooner by so much."""
WORTH_CHANCE = 0.15
"""Or be in time with so much more of a chance."""


class Lever(StrEnum):
    """What the engine may do by itself."""

    BACKUP = "backup"  # give a backup sender its part of what is left
    CEILING = "ceiling"  # let a sender do all that WhatsApp lets it, not only its set pace


class LeverPolicy(StrEnum):
    """What an organisation lets it do."""

    TELL = "tell"  # tell people, do nothing
    BACKUP = "backup"
    BOTH = "both"

    @property
    def allowed(self) -> tuple[Lever, ...]:
        """In the order in which they are thought of."""
        match self:
            case LeverPolicy.TELL:
                return ()
            case LeverPolicy.BACKUP:
                return (Lever.BACKUP,)
            case LeverPolicy.BOTH:
                return (Lever.BACKUP, Lever.CEILING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What was done, for the row of the forecast. before, after: messages per second."""

    lever: str
    sender: int
    at: float
    words: str
    before: float = 0.0
    after: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)


def helpful(
    signs: Signs, told: Forecast, *, spares: Mapping[int, float], ceilings: Mapping[int, float]
) -> tuple[Lever, int] | None:
    """The lever worth pulling, and for which sender; None: none would help.

    spares: backups that could be called in, with their rates; ceilings: what senders at work could
    do more than they are set to. Both by sender; leave out what may not be done.
    """
    if not any(lane.due for lane in signs.lanes) or signs.paused:
        return None
    for sender, rate in sorted(spares.items(), key=lambda one: -one[1]):
        lane = LaneSigns(lane=-sender, sender=sender, name="", sends=True, rate=rate)
        if _better(replace(signs, lanes=_shared(signs.lanes, lane)), told):
            return Lever.BACKUP, sender
        break
    raised = {
        s: r for s, r in ceilings.items() if any(x.sender == s and x.due for x in signs.lanes)
    }
    for sender in sorted(raised, key=lambda one: -raised[one]):
        lanes = tuple(
            replace(lane, rate=raised[sender]) if lane.sender == sender else lane
            for lane in signs.lanes
        )
        if _better(replace(signs, lanes=lanes), told):
            return Lever.CEILING, sender
    return None


def _better(signs: Signs, told: Forecast) -> bool:
    model = look(signs)
    if model is None:
        return False
    then = forecast(model)
    if told.late - then.late >= WORTH_CHANCE:
        return True
    if told.at is None or then.at is None:
        return told.at is None and then.at is not None
    return told.at - then.at >= WORTH


def _shared(lanes: tuple[LaneSigns, ...], spare: LaneSigns) -> tuple[LaneSigns, ...]:
    """The spare one takes its part, by rate, of what the others have to send."""
    able = sum(lane.rate for lane in lanes if lane.sends) + spare.rate
    part = spare.rate / able if able > 0 else 0.0
    taken: dict[int, float] = {}
    left: list[LaneSigns] = []
    for lane in lanes:
        for second, count in lane.due.items():
            taken[second] = taken.get(second, 0.0) + count * part
        left.append(replace(lane, due={s: c * (1.0 - part) for s, c in lane.due.items()}))
    return (*left, replace(spare, due=taken))
