"""Who of a pool sends a broadcast, how fast, and why the others do not (spec N2, N4)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, TypeVar

from engine.domain.ids import SenderId
from engine.domain.quality import CANNOT_SEND, FLAGGED, Quality, effective_rate, read_quality
from engine.domain.routing import PlanLane


class Numbered(Protocol):
    """A sender as this rule sees one."""

    @property
    def id(self) -> int | None: ...
    @property
    def role(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def quality(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def throughput(self) -> str: ...
    @property
    def rate_per_second(self) -> float: ...


Sender = TypeVar("Sender", bound=Numbered)


class Idle(StrEnum):
    """Why a sender takes nobody."""

    RESTS = "rests"  # a person put it to rest
    STOPPED = "stopped"  # the engine stopped it
    REFUSED = "refused"  # WhatsApp does not let it send
    RED = "red"  # its quality is red, or WhatsApp flagged it
    BACKUP = "backup"  # the primaries suffice
    NO_PART = "no_part"  # it could, but nobody was given to it


def able_lanes(pool: Sequence[Sender], reserve: float) -> tuple[Sequence[Sender], list[PlanLane]]:
    """Who sends, and how fast: the primaries that may; without any, the backups; without those, a
    RED number crawls (spec N2). The primaries that may not keep their lanes, for later.
    """
    primaries = [sender for sender in pool if sender.role == "primary"]
    backups = [sender for sender in pool if sender.role == "backup"]
    for senders, last_resort in ((primaries, False), (backups, False), (primaries, True)):
        lanes = [
            PlanLane(SenderId(sender.id or 0), rate)
            for sender in senders
            if (rate := rate_of(sender, reserve, last_resort=last_resort)) > 0
        ]
        if lanes:
            return senders, lanes
    return primaries, []


def rate_of(sender: Numbered, reserve: float, *, last_resort: bool = False) -> float:
    """Messages per second a broadcast may send by it; 0 while it may not."""
    if sender.state != "active":
        return 0.0
    return effective_rate(
        sender.rate_per_second,
        sender.quality,
        reserve,
        throughput=sender.throughput,
        status=sender.status,
        last_resort=last_resort,
    )


def idle_because(sender: Numbered) -> Idle:
    """Why one that has no part in a plan has none."""
    if sender.state == "resting":
        return Idle.RESTS
    if sender.state != "active":
        return Idle.STOPPED
    if sender.status in CANNOT_SEND:
        return Idle.REFUSED
    if sender.status == FLAGGED or read_quality(sender.quality) is Quality.RED:
        return Idle.RED
    return Idle.BACKUP if sender.role == "backup" else Idle.NO_PART
