"""What may befall a simulated morning, one value for each kind."""

from dataclasses import dataclass
from typing import Literal

from engine.simulator.faults import Fault


@dataclass(frozen=True, slots=True)
class Strike:
    """WhatsApp misbehaves."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Kill:
    """The nth process dies as it passes its `doors`-th door from now: before or after it commits,
    posts, notes or answers something. Another starts after `down` seconds. `machine`: all processes
    of the machine die with what they did not sync, and the next one runs after a reboot.
    """

    down: float
    doors: int = 1
    machine: bool = False
    nth: int = 0


@dataclass(frozen=True, slots=True)
class Second:
    """Another process starts beside the one that runs. `elsewhere`: on a machine that knows neither
    the journals of this one nor who of it is dead.
    """

    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Freeze:
    """The nth process does not take one step for `seconds`, and then goes on.

    amid: it freezes as it has asked for its next mark, or noted the next line in its journal, and
    thaws `seconds` after another one took its place. dies_after: then it is killed at this door.
    """

    seconds: float
    nth: int = 0
    amid: Literal["", "mark", "line"] = ""
    dies_after: int | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """The database takes nothing for `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class FillDisk:
    """Neither the database nor the journal takes anything for `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SpoilCommits:
    """For `seconds`, this share of the commits fails, or is done and reported as failed."""

    seconds: float
    fail: float
    lie: float


@dataclass(frozen=True, slots=True)
class Deafen:
    """For `seconds`, what stands in front of us answers webhooks with 503, or not at all."""

    seconds: float
    how: Literal["refuse", "lose"]


@dataclass(frozen=True, slots=True)
class Babble:
    """For `seconds`, statuses come again one by one in any order, or mixed with other apps', or in
    any order and all but `sent` without our word in them.
    """

    seconds: float
    how: Literal["echo", "strangers", "jumble"]


@dataclass(frozen=True, slots=True)
class SetClock:
    """Somebody sets the machine's wall clock."""

    minutes: float


@dataclass(frozen=True, slots=True)
class Pause:
    """A person pauses, and resumes after `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Abort:
    """A person ends it."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """The nth recipient wants no more: writes STOP, or is taken off the list on a page. under_way:
    the nth of those to whom a request is under way at that moment.
    """

    nth: int
    by_page: bool = False
    under_way: bool = False


@dataclass(frozen=True, slots=True)
class Rest:
    """A person rests the nth sender, and starts it again after `seconds`."""

    nth: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Grade:
    """WhatsApp grades the nth sender, and grades it GREEN again after `seconds`."""

    nth: int
    quality: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Repace:
    """A person lets the nth sender send only so many a second, and as many as before again after
    `seconds`.
    """

    nth: int
    rate: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Cap:
    """A person lets the nth sender reach at most so many people in 24 hours."""

    nth: int
    people: int


@dataclass(frozen=True, slots=True)
class LimitPortfolio:
    """WhatsApp says that all senders together may reach so many people in 24 hours."""

    word: str


ProcessDeed = Kill | Second | Freeze
DiskDeed = Lock | FillDisk | SpoilCommits
PostDeed = Deafen | Babble
LimitDeed = Repace | Cap | LimitPortfolio
PersonDeed = Pause | Abort | OptOut | Rest | Grade | LimitDeed
Deed = Strike | ProcessDeed | DiskDeed | PostDeed | SetClock | PersonDeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One morning to be. Deeds come with their second after the opening, and may overlap."""

    seed: int
    subscribers: int
    senders: int
    backups: int
    rate: float
    scenario: str
    pacing: str
    late_policy: str
    canary: bool = False
    two_wordings: bool = False
    deeds: tuple[tuple[float, Deed], ...]
