"""Sees every POST as it leaves, and says at once what about it must not be."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.domain.ids import ContentHash, PhoneNumberId, Tracker, parse_tracker
from engine.domain.message import Message, Recipient, TemplateMessage
from engine.domain.pacing import usable_rate
from engine.trials.disk import Disk
from engine.trials.image import image
from engine.trials.machine import Machine
from engine.trials.mortal import Life

FELT_WITHIN_SECONDS = 1.0
"""How long a pause or an abort may take to reach the lanes (spec P5: 0.4 s measured)."""
STOP_FELT_WITHIN_SECONDS = 3.0
"""What is marked by then still goes: a second and a half at most, once the STOP has been read."""
PACE_FELT_SECONDS = 4.0
"""A new pace may take as long as a look of an engine that was killed, and the second before it."""
ROUNDING_SECONDS = 1e-4
"""The engine stamps a send a few steps of the loop before it leaves."""
LATEST = timedelta(minutes=125)
"""After the close: the late ladder ends at 111 minutes and some jitter."""
FEWEST_WORDS = 8
"""Of each kind of miss: a broken rule is broken a hundred times."""


@dataclass(frozen=True, slots=True)
class Post:
    """One POST as it left, by the true time."""

    at: datetime
    sender: str
    tracker: str
    template: str


@dataclass(slots=True)
class Witness:
    """Satisfies `Watcher`. rate: what each sender may send in a second."""

    rate: float
    disk: Disk
    machine: Machine
    hurry: Callable[[], None] = field(default=lambda: None)
    """Called after each POST: WhatsApp may have something to say."""
    posts: list[Post] = field(default_factory=lambda: list[Post]())
    misses: list[str] = field(default_factory=lambda: list[str]())
    still_since: float | None = None
    """From a pause until the resume, from an abort on, a thaw later than these."""
    stopped: dict[str, float] = field(default_factory=lambda: dict[str, float]())
    """Since when whose wish to get nothing more stands in the database."""
    clock_was_set: bool = False
    limits: list[tuple[str | None, int, float]] = field(
        default_factory=lambda: list[tuple[str | None, int, float]]()
    )
    """(sender or all, people, since when by the true time, unix seconds)."""
    let_go_at: datetime | None = None
    """When a person first let the rest go though its canary had failed, by the true time."""
    thawed_at: float = -1.0
    """When a process went on that had been frozen: what it felt before is old."""
    _paces: dict[str, list[tuple[float, float]]] = field(
        default_factory=lambda: dict[str, list[tuple[float, float]]]()
    )
    _wordings: dict[str, str] = field(default_factory=lambda: dict[str, str]())
    """The hash of what each person was sent first."""
    _seen: set[str] = field(default_factory=lambda: set[str]())
    _recent: dict[str, deque[float]] = field(default_factory=lambda: dict[str, deque[float]]())

    def leaves(
        self, life: Life, sender: PhoneNumberId, to: Recipient, message: Message, tracker: Tracker
    ) -> None:
        """A request is on its way."""
        now = self.machine.loop_time()
        template = message.template if isinstance(message, TemplateMessage) else ""
        self.posts.append(Post(self.machine.true_now(), sender, tracker, template))
        phone = to.phone or ""
        if tracker in self._seen:
            self.miss("an attempt was posted twice", tracker)
        self._seen.add(tracker)
        self._pace(sender, now)
        if self.still_since is not None and now > self.still_since + FELT_WITHIN_SECONDS:
            self.miss("it was sent while it was paused or aborted", tracker)
        stopped_at = self.stopped.get(phone)
        if stopped_at is not None and now > stopped_at + STOP_FELT_WITHIN_SECONDS:
            self.miss("it was sent to somebody who had opted out", tracker)
        self._ask_database(life, tracker, phone, message)
        self.hurry()

    def miss(self, rule: str, what: str) -> None:
        """A rule was broken; told in words, with what and when."""
        if sum(said.startswith(rule) for said in self.misses) < FEWEST_WORDS:
            self.misses.append(f"{rule}: {what} at {self.machine.true_now():%H:%M:%S.%f}")

    def set_pace(self, sender: str, rate: float) -> None:
        """A sender may send so many a second from now on; felt a moment later."""
        self._paces.setdefault(sender, []).append((self.machine.loop_time(), rate))

    def set_limit(self, sender: str | None, people: int) -> None:
        """So many people in the day through a sender, or through all of them (None)."""
        self.limits.append((sender, people, self.machine.true_now().timestamp()))

    def _allowed(self, sender: str, now: float) -> float:
        """The highest rate that may still be in force for a send that leaves now."""
        allowed = self.rate
        for since, rate in self._paces.get(sender, ()):
            # Within this the old pace may be in the second that is looked at, or not felt yet.
            felt = max(since, self.thawed_at) + PACE_FELT_SECONDS
            allowed = rate if now > felt else max(allowed, rate)
        return allowed

    def _pace(self, sender: str, now: float) -> None:
        recent = self._recent.setdefault(sender, deque())
        recent.append(now)
        while recent[0] <= now - 1.0 + ROUNDING_SECONDS:
            recent.popleft()
        if len(recent) > usable_rate(self._allowed(sender, now)):
            self.miss("a sender was too fast", f"{len(recent)} in a second by {sender}")

    def _ask_database(self, life: Life, tracker: str, phone: str, message: Message) -> None:
        if self.disk.lease_owner() != life.name:
            self.miss("it was sent by an engine whose lease another one held", tracker)
        named = parse_tracker(tracker)
        assert named is not None
        standing = self.disk.standing(named[0].delivery)
        if standing.state != "sending" or standing.attempts != named[0].number:
            self.miss("it was sent without a mark", f"{tracker}, {standing.state}")
        worded = image().messages.get(ContentHash(standing.content_hash))
        if worded is None:
            self.miss("it was sent without an approved hash", tracker)
        elif worded.get(phone) != message:
            self.miss("what was sent is not what was approved", tracker)
        if self._wordings.setdefault(phone, standing.content_hash) != standing.content_hash:
            self.miss("somebody was sent one wording and then the other", tracker)
        now = self.machine.now()
        if not self.clock_was_set and now < standing.opens_at:
            self.miss("it was sent before the window opened", tracker)
        if not self.clock_was_set and now > standing.closes_at + LATEST:
            self.miss("it was sent after the last late try", tracker)
