"""Holds a simulated morning against what WhatsApp really took: person by person, POST by POST."""

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session

from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import ACCEPTED_OR_BETTER, HANDED_OVER, ON_THE_PHONE, OPEN, State
from engine.domain.ids import parse_tracker
from engine.domain.pacing import usable_rate
from engine.simulator.truth import AcceptedMessage, Truth
from engine.store.dialects import table
from engine.store.tables import Broadcast, Delivery
from engine.trials.findings import MICROSECONDS, max_per_half_open_second
from engine.trials.mortal import Post

FELT_WITHIN = timedelta(seconds=1)
"""How long a pause, an abort or a STOP may take to reach the lanes (spec P5: 0.4 s measured)."""
STOP_FELT_WITHIN = timedelta(seconds=3)
"""What is marked by then still goes: a second and a half at most, once the STOP has been read."""
SETTLED_AFTER = timedelta(seconds=40)
"""Receipts of messages younger than this may be still to come."""

_deliveries, _broadcasts = table(Delivery), table(Broadcast)


@dataclass(slots=True, kw_only=True)
class Log:
    """What was seen from outside, and when."""

    rate: float
    """Messages per second that each sender may send."""
    posts: list[Post] = field(default_factory=lambda: list[Post]())
    still: list[tuple[datetime, datetime]] = field(
        default_factory=lambda: list[tuple[datetime, datetime]]()
    )
    """From a pause until the resume; from the abort on."""
    stopped: dict[str, datetime] = field(default_factory=lambda: dict[str, datetime]())
    """Whose STOP came in when, by their number."""
    ended_at: datetime | None = None
    full: bool = False
    """Whether it was waited for the very end, when nothing may be open."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was wrong, in words; nothing when all went as it must."""

    misses: tuple[str, ...]
    words: str
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class _Fate:
    """One delivery as the database has it, and the messages of it that WhatsApp took."""

    delivery: int
    state: State
    due_at: datetime | None
    address: str
    messages: tuple[AcceptedMessage, ...]

    @property
    def alive(self) -> tuple[AcceptedMessage, ...]:
        return tuple(message for message in self.messages if message.failed_at is None)


def judge(session: Session, truth: Truth, log: Log) -> Judged:
    """Everything that must hold after a morning, whatever befell it."""
    fates = _fates(session, truth)
    state = session.connection().execute(select(_broadcasts.c.state)).scalar_one_or_none()
    finished = state == BroadcastState.FINISHED
    assert log.ended_at is not None
    misses = [
        *_lost(fates, log, log.ended_at, finished),
        *_doubled(fates),
        *_lies(fates, truth, log.ended_at),
        *_too_fast(log),
        *_said_twice(log),
        *_while_still(log),
        *_after_a_stop(fates, log),
    ]
    counts = Counter(fate.state.value for fate in fates)
    words = f"{state}, {len(log.posts)} posts, " + ", ".join(
        f"{count} {name}" for name, count in sorted(counts.items())
    )
    return Judged(tuple(misses), words, tuple(log.posts))


def _fates(session: Session, truth: Truth) -> list[_Fate]:
    rows = session.connection().execute(
        select(
            _deliveries.c.id,
            _deliveries.c.state,
            _deliveries.c.due_at,
            _deliveries.c.phone,
            _deliveries.c.bsuid,
        ).order_by(_deliveries.c.id)
    )
    return [
        _Fate(row[0], State(row[1]), row[2], address, tuple(truth.recipients.get(address, ())))
        for row in rows
        for address in [row[3] or row[4] or ""]
    ]


def _lost(fates: list[_Fate], log: Log, ended_at: datetime, finished: bool) -> list[str]:
    """Nobody is forgotten: at the end each is with WhatsApp, told of, or provably still to come."""
    misses: list[str] = []
    if not fates:
        misses.append("nobody was targeted")
    for fate in fates:
        waits = fate.state is State.UNKNOWN or (
            fate.state is State.RETRYING and fate.due_at is not None and fate.due_at > ended_at
        )
        if fate.state in OPEN and (finished or log.full or not waits):
            misses.append(f"delivery {fate.delivery} is lost: still {fate.state.value}")
        if fate.state in ACCEPTED_OR_BETTER and not fate.alive:
            misses.append(f"delivery {fate.delivery} is lost: {fate.state.value}, never taken")
    return misses


def _doubled(fates: list[_Fate]) -> list[str]:
    return [
        f"delivery {fate.delivery} is doubled: {[message.tracker for message in fate.alive]}"
        for fate in fates
        if len(fate.alive) > 1
    ]


def _lies(fates: list[_Fate], truth: Truth, ended_at: datetime) -> list[str]:
    """Once every receipt is in, we believe of each what is true."""
    if truth.totals.webhooks_waiting:
        return []
    settled = (ended_at - SETTLED_AFTER).timestamp()
    return [
        f"delivery {fate.delivery} is called {fate.state.value}, but arrived"
        for fate in fates
        for one in fate.alive
        if _told(one, settled)
        and fate.state not in (HANDED_OVER if one.delivered_at is None else ON_THE_PHONE)
    ]


def _told(message: AcceptedMessage, settled: float) -> bool:
    """Whether all receipts of a message came before: some wait for the one after them."""
    instants = (message.sent_at, message.delivered_at, message.read_at)
    return message.sent_at is not None and all(at is None or at < settled for at in instants)


def _too_fast(log: Log) -> list[str]:
    by_sender: defaultdict[str, list[int]] = defaultdict(list)
    for post in log.posts:
        by_sender[post.sender].append(round(post.at.timestamp() * MICROSECONDS))
    most = usable_rate(log.rate)
    return [
        f"sender {sender} sent {found} in one second, at most {most:g} are allowed"
        for sender, stamps in sorted(by_sender.items())
        if (found := max_per_half_open_second(stamps)) > most
    ]


def _said_twice(log: Log) -> list[str]:
    """An attempt is one POST: its tracker must name one message."""
    times = Counter(post.tracker for post in log.posts)
    return [f"attempt {tracker} was sent {n} times" for tracker, n in times.items() if n > 1]


def _after_a_stop(fates: list[_Fate], log: Log) -> list[str]:
    """Who wrote STOP gets nothing more."""
    address_of = {fate.delivery: fate.address for fate in fates}
    misses: list[str] = []
    for post in log.posts:
        named = parse_tracker(post.tracker)
        assert named is not None
        delivery = named[0].delivery
        stopped_at = log.stopped.get(address_of[delivery])
        if stopped_at is not None and post.at > stopped_at + STOP_FELT_WITHIN:
            misses.append(f"delivery {delivery} was sent after its STOP")
    return misses


def _while_still(log: Log) -> list[str]:
    stamps = [post.at for post in log.posts]
    return [
        f"{count} were sent between the stop at {since:%H:%M:%S.%f} and the start after it"
        for since, until in log.still
        if (count := bisect_left(stamps, until) - bisect_left(stamps, since + FELT_WITHIN)) > 0
    ]
