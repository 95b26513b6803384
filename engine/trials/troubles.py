"""Draws a morning with its troubles from a seed; the same seed draws the same one."""

from random import Random

from engine.simulator.faults import (
    DropAnswers,
    ExpireToken,
    FailLater,
    Fault,
    PaceTemplate,
    RefuseAll,
    SetRate,
    SetStatus,
    SetTemplateStatus,
    SlowAnswers,
    WithholdWebhooks,
)
from engine.simulator.scenarios import SCENARIOS
from engine.trials.deeds import (
    Abort,
    Babble,
    Cap,
    Deafen,
    Deed,
    FillDisk,
    Freeze,
    Grade,
    Kill,
    LimitPortfolio,
    Lock,
    OptOut,
    Pause,
    Repace,
    Rest,
    Script,
    Second,
    SetClock,
    SpoilCommits,
    Strike,
)
from engine.trials.image import MOST_BACKUPS, MOST_SENDERS, MOST_SUBSCRIBERS
from engine.trials.plots import draw_plots
from engine.trials.tenant import FIRST_PHONE_NUMBER_ID
from engine.trials.texts import TEMPLATE

PASSING_CODES = (131000, 131016, 131057, 130429, 131056, 4, 1, 2)
LATER_CODES = (131000, 131026, 131049, 131048, 131050)
ACCOUNT_CODES = (368, 131031, 131042, 190)
BANS = (("BANNED", 131045), ("RESTRICTED", 131048), ("DISCONNECTED", None), ("BANNED", None))
LEAST_SUBSCRIBERS = 50
SLOWEST = 3
"""Messages a second of each sender."""
TWO_WORDINGS = 0.2
"""Of the mornings."""
WEIGHTS = {
    "strike": 6,
    "kill": 4,
    "disk": 3,
    "webhooks": 2,
    "pause": 2,
    "stop": 2,
    "freeze": 1,
    "second": 1,
    "clock": 1,
    "rest": 1,
    "grade": 1,
    "limit": 1,
}


def draw(seed: int, *, plots: bool = True) -> Script:
    """The morning of this seed. plots: with those among its troubles, too."""
    rng = Random(seed)
    senders = rng.randint(1, MOST_SENDERS)
    subscribers = round(LEAST_SUBSCRIBERS * (MOST_SUBSCRIBERS / LEAST_SUBSCRIBERS) ** rng.random())
    # Long enough for troubles to meet one another, short enough for thousands of mornings.
    rate = max(SLOWEST, round(subscribers / senders / rng.uniform(1.5, 12.0)))
    pacing = "jittered" if rng.random() < 0.12 else "fastest"
    lasts = 120.0 if pacing == "jittered" else subscribers / senders / rate
    deeds: list[tuple[float, Deed]] = []
    for _ in range(rng.randint(1, 8)):
        at = rng.uniform(-0.5, lasts + 1.0)
        deeds.append((at, _deed(rng, senders, rate)))
        if isinstance(deeds[-1][1], Strike) and rng.random() < 0.4:
            # What makes a lost answer hard: the receipt that would tell is late, too.
            deeds.append((at, _late_receipts(rng)))
    if rng.random() < 0.6:
        deeds.append((rng.uniform(0.0, lasts), _kill(rng)))
    if rng.random() < 0.1:
        deeds.append((rng.uniform(0.0, lasts), Abort()))
    if plots:
        deeds += draw_plots(Random(f"plots of {seed}"), lasts)
    return Script(
        seed=seed,
        subscribers=subscribers,
        senders=senders,
        backups=rng.randint(0, MOST_BACKUPS),
        rate=float(rate),
        scenario=rng.choice(sorted(set(SCENARIOS) - {"phone_failure", "all_read"})),
        pacing=pacing,
        late_policy=rng.choice(("skip", "ask", "send")),
        canary=rng.random() < 0.1,
        # Of luck of its own: a seed that was drawn before there were two is the same morning.
        two_wordings=Random(f"wordings of {seed}").random() < TWO_WORDINGS,
        deeds=tuple(sorted(deeds, key=lambda one: one[0])),
    )


def _late_receipts(rng: Random) -> Deed:
    if rng.random() < 0.5:
        return Strike(WithholdWebhooks(seconds=_seconds(rng, 40.0, 300.0)))
    return Deafen(_seconds(rng, 40.0, 300.0), rng.choice(("refuse", "lose")))


def _seconds(rng: Random, usual: float, most: float) -> float:
    """Mostly short, now and then long."""
    return rng.uniform(0.2, most if rng.random() < 0.15 else usual)


def _kill(rng: Random) -> Kill:
    doors = rng.randint(1, 40)
    if rng.random() < 0.15:
        return Kill(rng.uniform(5.0, 30.0), doors, machine=True)
    down = rng.choice((0.0, rng.uniform(0.0, 3.0), _seconds(rng, 30.0, 900.0)))
    return Kill(down, doors, nth=rng.randrange(2))


def _deed(rng: Random, senders: int, rate: float) -> Deed:
    kind = rng.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))[0]
    match kind:
        case "strike":
            return Strike(_fault(rng, senders))
        case "kill":
            return _kill(rng)
        case "disk":
            return _disk(rng)
        case "webhooks":
            return _webhooks(rng)
        case "freeze":
            return Freeze(_seconds(rng, 20.0, 60.0), rng.randrange(2))
        case "second":
            return Second(elsewhere=rng.random() < 0.5)
        case "clock":
            return SetClock(rng.choice((-10.0, 10.0, rng.uniform(-10.0, 10.0))))
        case _:
            return _people(rng, senders, rate, kind)


def _people(rng: Random, senders: int, rate: float, kind: str) -> Deed:
    match kind:
        case "pause":
            return Pause(_seconds(rng, 8.0, 120.0))
        case "stop":
            return OptOut(rng.randrange(60), by_page=rng.random() < 0.5)
        case "limit":
            return _limit(rng, senders, rate)
        case "rest":
            return Rest(rng.randrange(senders), rng.uniform(0.5, 10.0))
        case _:
            return Grade(
                rng.randrange(senders), rng.choice(("RED", "YELLOW")), rng.uniform(1.0, 10.0)
            )


def _limit(rng: Random, senders: int, rate: float) -> Deed:
    match rng.randrange(4):
        case 0:
            return Cap(rng.randrange(senders), rng.randint(5, 120))
        case 1:
            return LimitPortfolio(rng.choice(("TIER_50", "TIER_250")))
        case _:
            slower = max(1.0, float(round(rate * rng.uniform(0.2, 0.9))))
            return Repace(rng.randrange(senders), slower, rng.uniform(2.0, 10.0))


def _disk(rng: Random) -> Deed:
    match rng.randrange(3):
        case 0:
            return Lock(_seconds(rng, 12.0, 180.0))
        case 1:
            return FillDisk(_seconds(rng, 12.0, 180.0))
        case _:
            lies = rng.random() < 0.5
            share = rng.choice((0.1, 0.5))
            return SpoilCommits(
                _seconds(rng, 12.0, 60.0), 0.0 if lies else share, share if lies else 0.0
            )


def _webhooks(rng: Random) -> Deed:
    seconds = _seconds(rng, 60.0, 300.0)
    if rng.random() < 0.5:
        return Deafen(seconds, rng.choice(("refuse", "lose")))
    return Babble(seconds, rng.choice(("echo", "strangers")))


def _fault(rng: Random, senders: int) -> Fault:
    seconds = rng.uniform(0.5, 15.0)
    share = rng.choice((0.05, 0.3, 1.0))
    match rng.randrange(10):
        case 0 | 1:
            code = rng.choice(PASSING_CODES)
            return RefuseAll(code=code, probability=share, seconds=seconds)
        case 2 | 3 | 4:
            return DropAnswers(
                accepted=rng.random() < 0.6, how="either", probability=share, seconds=seconds
            )
        case 5:
            high = rng.choice((5.0, 40.0))
            return SlowAnswers(low=1.0, high=high, drip=rng.random() < 0.5, seconds=seconds)
        case 6:
            code = rng.choice(LATER_CODES)
            return FailLater(code=code, probability=share / 2, seconds=seconds)
        case 7:
            return WithholdWebhooks(seconds=_seconds(rng, 15.0, 300.0))
        case 8:
            return SetRate(share_of_busiest=rng.choice((0.2, 0.5)), seconds=seconds)
        case _:
            return _ban(rng, senders, seconds)


def _ban(rng: Random, senders: int, seconds: float) -> Fault:
    number = str(FIRST_PHONE_NUMBER_ID + rng.randrange(senders))
    status, code = rng.choice(BANS)
    return rng.choice(
        (
            ExpireToken(),
            RefuseAll(code=rng.choice(ACCOUNT_CODES), seconds=seconds),
            SetStatus(number=number, status=status, code=code),
            SetTemplateStatus(template=TEMPLATE, status=rng.choice(("PAUSED", "DISABLED"))),
            PaceTemplate(template=TEMPLATE, outcome="released", probability=0.5, seconds=seconds),
            PaceTemplate(template=TEMPLATE, outcome="paused", probability=0.5, seconds=seconds),
        )
    )
