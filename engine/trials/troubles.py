"""What may befall a simulated morning, drawn from a seed: faults, people's doings, deaths."""

from dataclasses import dataclass
from random import Random

from engine.simulator.faults import (
    DropAnswers,
    ExpireToken,
    FailLater,
    Fault,
    RefuseAll,
    SetRate,
    SetStatus,
    SlowAnswers,
    WithholdWebhooks,
)
from engine.simulator.scenarios import SCENARIOS
from engine.trials.tenant import FIRST_PHONE_NUMBER_ID

PASSING_CODES = (131000, 131016, 131057, 130429, 131056, 4)
LATER_CODES = (131000, 131026, 131049, 131048)


@dataclass(frozen=True, slots=True)
class Strike:
    """WhatsApp misbehaves."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Kill:
    """The process dies and is started again after `down` seconds. `machine`: with all that it did
    not sync, and the next one runs after a reboot.
    """

    down: float
    machine: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """A person pauses, and resumes after `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Abort:
    """A person ends it."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The database takes nothing for `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class OptOut:
    """The nth recipient writes STOP."""

    nth: int


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


Deed = Strike | Kill | Pause | Abort | Refuse | OptOut | Rest | Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One morning to be. Deeds come with their second after the opening."""

    seed: int
    subscribers: int
    senders: int
    backups: int
    rate: float
    scenario: str
    pacing: str
    deeds: tuple[tuple[float, Deed], ...]


def draw(seed: int) -> Script:
    """The morning of this seed; the same seed gives the same one."""
    rng = Random(seed)
    senders = rng.randint(1, 4)
    rate = float(rng.choice((5, 10, 20, 40)))
    pacing = rng.choice(("fastest", "fastest", "fastest", "jittered"))
    # Long enough for troubles to meet one another, short enough for thousands of mornings.
    subscribers = max(30, min(200, round(rng.uniform(3.0, 12.0) * senders * rate)))
    lasts = 120.0 if pacing == "jittered" else subscribers / senders / rate
    deeds: list[tuple[float, Deed]] = []
    for _ in range(rng.randint(1, 7)):
        at = rng.uniform(-0.5, lasts + 1.0)
        deeds.append((at, _deed(rng, senders)))
        if isinstance(deeds[-1][1], Strike) and rng.random() < 0.4:
            # What makes a lost answer hard: the receipt that would tell is late, too.
            deeds.append((at, Strike(WithholdWebhooks(seconds=rng.uniform(2.0, 40.0)))))
    if rng.random() < 0.6:
        deeds.append((rng.uniform(0.0, lasts), _kill(rng)))
    if rng.random() < 0.1:
        deeds.append((rng.uniform(0.0, lasts), Abort()))
    return Script(
        seed=seed,
        subscribers=subscribers,
        senders=senders,
        backups=rng.randint(0, 2),
        rate=rate,
        scenario=rng.choice(sorted(set(SCENARIOS) - {"phone_failure"})),
        pacing=pacing,
        deeds=tuple(sorted(deeds, key=lambda one: one[0])),
    )


def _kill(rng: Random) -> Kill:
    if rng.random() < 0.15:
        return Kill(rng.uniform(5.0, 30.0), machine=True)
    return Kill(rng.choice((0.0, rng.uniform(0.0, 3.0), rng.uniform(0.0, 30.0))))


def _deed(rng: Random, senders: int) -> Deed:
    kinds = ("strike", "kill", "pause", "refuse", "stop", "rest", "grade")
    match rng.choices(kinds, weights=(5, 4, 2, 2, 2, 1, 1))[0]:
        case "strike":
            return Strike(_fault(rng, senders))
        case "kill":
            return _kill(rng)
        case "pause":
            return Pause(rng.uniform(0.2, 8.0))
        case "refuse":
            return Refuse(rng.uniform(0.2, 12.0))
        case "stop":
            return OptOut(rng.randrange(40))
        case "rest":
            return Rest(rng.randrange(senders), rng.uniform(0.5, 10.0))
        case _:
            return Grade(
                rng.randrange(senders), rng.choice(("RED", "YELLOW")), rng.uniform(1.0, 10.0)
            )


def _fault(rng: Random, senders: int) -> Fault:
    seconds = rng.uniform(0.5, 15.0)
    share = rng.choice((0.05, 0.3, 1.0))
    match rng.randrange(8):
        case 0:
            return RefuseAll(code=rng.choice(PASSING_CODES), probability=share, seconds=seconds)
        case 1 | 2:
            return DropAnswers(
                accepted=rng.random() < 0.6, how="either", probability=share, seconds=seconds
            )
        case 3:
            return SlowAnswers(low=1.0, high=rng.choice((5.0, 40.0)), seconds=seconds)
        case 4:
            return FailLater(code=rng.choice(LATER_CODES), probability=share / 2, seconds=seconds)
        case 5:
            return WithholdWebhooks(seconds=seconds)
        case 6:
            return SetRate(share_of_busiest=0.5, seconds=seconds)
        case _:
            number = str(FIRST_PHONE_NUMBER_ID + rng.randrange(senders))
            banned = SetStatus(number=number, status="BANNED", code=131045)
            return rng.choice((ExpireToken(), banned))
