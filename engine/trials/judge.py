"""Holds a simulated morning against what WhatsApp really took: person by person, POST by POST."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from sqlalchemy import select
from sqlmodel import Session

from engine.domain.audit import Broken
from engine.domain.broadcast import BroadcastState
from engine.domain.canary import CanaryRule
from engine.domain.canary import size as canary_size
from engine.domain.delivery import ACCEPTED_OR_BETTER, HANDED_OVER, ON_THE_PHONE, OPEN, State
from engine.simulator.truth import AcceptedMessage, Truth
from engine.store import audit
from engine.store.dialects import spelled, table
from engine.store.tables import Broadcast, Delivery
from engine.store.unknowns import SILENCE
from engine.trials.deeds import Deafen, Script
from engine.trials.keys import repeated
from engine.trials.ledger import Ledger, read_ledger
from engine.trials.witness import Post, Witness

SETTLED_AFTER = timedelta(seconds=40)
"""Receipts of messages younger than this may be still to come."""
LIMIT_FELT_SECONDS = 5.0
"""A new limit is felt with the next look of an engine, which may have to start first."""
SOON = timedelta(seconds=120)
"""Longer than it takes from the last look to the end: nothing may come due in between."""

_deliveries, _broadcasts = table(Delivery), table(Broadcast)
_S = BroadcastState


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """When it was over. full: whether it was waited for the end of the late ladder."""

    ended_at: datetime
    """By the machine's clock."""
    carried_until: datetime
    """The true instant after which no more calls of WhatsApp's reached us."""
    full: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was wrong, in words; nothing when all went as it must."""

    misses: tuple[str, ...]
    words: str
    posts: tuple[Post, ...]
    targeted: int = 0
    unknown: int = 0
    """Deliveries of which at some time nobody knew the outcome."""
    held: int = 0
    held_though_taken: int = 0
    """Of these, whom WhatsApp had the message of: a receipt should have told."""
    doubled: int = 0
    """On evidence, in mornings in which webhooks were lost without our knowing."""

    @property
    def digest(self) -> str:
        """Equal digests mean equal mornings, POST for POST."""
        return hashlib.sha256(repr(self.posts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Fate:
    """One delivery as the database has it, and the messages of it that WhatsApp took."""

    delivery: int
    state: State
    due_at: datetime | None
    message_id: str | None
    messages: tuple[AcceptedMessage, ...]

    @property
    def alive(self) -> tuple[AcceptedMessage, ...]:
        return tuple(message for message in self.messages if message.failed_at is None)


def judge(session: Session, truth: Truth, log: Log, witness: Witness, script: Script) -> Judged:
    """Everything that must hold after a morning, whatever befell it."""
    fates = _fates(session, truth)
    row = session.connection().execute(select(_broadcasts.c.state)).first()
    state = None if row is None else BroadcastState(row.state)
    ledger = read_ledger(session)
    doubled = _doubled(fates)
    # Longer ones show as a silence, and then nothing is proven before all has come again.
    lost_calls = any(
        isinstance(deed, Deafen) and deed.seconds < SILENCE.total_seconds()
        for _, deed in script.deeds
    )
    excused = [fate for fate in doubled if lost_calls and _had_evidence(fate, ledger)]
    held = [fate for fate in fates if fate.state is State.HELD]
    misses = [
        *witness.misses,
        *_over_limits(witness, truth),
        *_canary(witness, script),
        *_lost(fates, log, state, waiting=bool(truth.totals.webhooks_waiting)),
        *_twice(fate for fate in doubled if fate not in excused),
        *_lies(fates, truth, log.carried_until),
        *_imagined(fates),
        *repeated(session),
        *ledger.misses([post.tracker for post in witness.posts], truth.trackers),
        *_audit(session),
    ]
    return Judged(
        misses=tuple(misses),
        words=_words(fates, state, len(witness.posts)),
        posts=tuple(witness.posts),
        targeted=len(fates),
        unknown=len(ledger.ever_unknown()),
        held=len(held),
        held_though_taken=sum(bool(fate.messages) for fate in held),
        doubled=len(excused),
    )


def _over_limits(witness: Witness, truth: Truth) -> list[str]:
    """Where WhatsApp took messages for more people than a limit of the day lets in."""
    found: list[str] = []
    posted = {post.tracker: post.at.timestamp() for post in witness.posts}
    for place, (sender, most, since) in enumerate(witness.limits):
        later = witness.limits[place + 1 :]
        # Until another one took its place.
        until = min((at for other, _, at in later if other == sender), default=inf)
        first: dict[str, float] = {}
        for one in truth.messages:
            # What was under way when the limit came may be taken long after.
            at = posted.get(one.tracker or "", one.accepted_at)
            if sender in (None, one.phone_number_id) and at < until:
                first[one.recipient] = min(first.get(one.recipient, at), at)
        before = sum(at <= since + LIMIT_FELT_SECONDS for at in first.values())
        if len(first) > max(most, before):
            found.append(f"{len(first)} people were reached by {sender or 'all'}, not {most}")
    return found


def _canary(witness: Witness, script: Script) -> list[str]:
    """Nobody but the first ones is written to within the wait after the first request, unless a
    person lets the rest go before.
    """
    if not script.canary or not witness.posts:
        return []
    until = witness.posts[0].at + CanaryRule().wait
    if witness.let_go_at is not None:
        until = min(until, witness.let_go_at)
    early = {one.tracker.split(".")[1] for one in witness.posts if one.at < until}
    # Whose instants are the last one's, one in each lane, go with them.
    most = canary_size(script.subscribers) + script.senders - 1
    return [f"{len(early)} went before the canary was judged"] if len(early) > most else []


def still_working(session: Session, now: datetime, *, full: bool) -> bool:
    """Whether the engine has something open, but for retries that are due much later."""
    rows = session.connection().execute(_OPEN)
    return any(
        full or row.state != State.RETRYING or row.due_at is None or row.due_at < now + SOON
        for row in rows
    )


_OPEN = select(_deliveries.c.state, _deliveries.c.due_at).where(
    _deliveries.c.state.in_([spelled(state) for state in sorted(OPEN)])
)


def _fates(session: Session, truth: Truth) -> list[_Fate]:
    columns = ("id", "state", "due_at", "message_id", "phone")
    rows = session.connection().execute(
        select(*(_deliveries.c[name] for name in columns)).order_by(_deliveries.c.id)
    )
    return [
        _Fate(
            row.id,
            State(row.state),
            row.due_at,
            row.message_id,
            tuple(truth.recipients.get(row.phone, ())),
        )
        for row in rows
    ]


def _words(fates: list[_Fate], state: BroadcastState | None, posts: int) -> str:
    counts = Counter(fate.state.value for fate in fates)
    return f"{state}, {posts} posts, " + ", ".join(
        f"{count} {name}" for name, count in sorted(counts.items())
    )


def _lost(
    fates: list[_Fate], log: Log, state: BroadcastState | None, *, waiting: bool
) -> list[str]:
    """Nobody is forgotten: at the end each is with WhatsApp, told of, or provably still to come."""
    if not fates:
        return [] if state is _S.SKIPPED else [f"nobody was targeted; the broadcast is {state}"]
    over = state in {_S.FINISHED, _S.SKIPPED, _S.REFUSED}
    misses: list[str] = []
    for fate in fates:
        waits = fate.state is State.RETRYING and fate.due_at is not None and not log.full
        if fate.state in OPEN and (over or not waits):
            misses.append(f"delivery {fate.delivery} is lost: still {fate.state.value}")
        # What WhatsApp took back it may not have told us yet.
        untold = bool(fate.messages) and waiting
        if fate.state in ACCEPTED_OR_BETTER and not fate.alive and not untold:
            misses.append(f"delivery {fate.delivery} is lost: {fate.state.value}, never taken")
    return misses


def _doubled(fates: list[_Fate]) -> list[_Fate]:
    return [fate for fate in fates if len(fate.alive) > 1]


def _had_evidence(fate: _Fate, ledger: Ledger) -> bool:
    """Whether each message but the last was unknown to us when the next one went."""
    return all(
        message.tracker is not None and ledger.was_unknown(message.tracker)
        for message in sorted(fate.alive, key=lambda one: one.accepted_at)[:-1]
    )


def _twice(fates: Iterable[_Fate]) -> list[str]:
    return [
        f"delivery {fate.delivery} is doubled: {[message.tracker for message in fate.alive]}"
        for fate in fates
    ]


def _lies(fates: list[_Fate], truth: Truth, carried_until: datetime) -> list[str]:
    """Once every receipt is in, we believe of each what is true."""
    if truth.totals.webhooks_waiting:
        return []
    settled = (carried_until - SETTLED_AFTER).timestamp()
    return [
        f"delivery {fate.delivery} is called {fate.state.value}, but arrived"
        for fate in fates
        for one in fate.alive
        if _told(one, settled)
        and fate.state not in (HANDED_OVER if one.delivered_at is None else ON_THE_PHONE)
    ]


def _imagined(fates: list[_Fate]) -> list[str]:
    """Nothing is believed of a message that WhatsApp did not make for this person."""
    return [
        f"delivery {fate.delivery} stands on {fate.message_id}, which is not its message"
        for fate in fates
        if fate.message_id is not None
        and all(fate.message_id != message.message_id for message in fate.messages)
    ]


def _told(message: AcceptedMessage, settled: float) -> bool:
    """Whether all receipts of a message came before: some wait for the one after them."""
    instants = (message.sent_at, message.delivered_at, message.read_at)
    return message.sent_at is not None and all(at is None or at < settled for at in instants)


def _audit(session: Session) -> list[str]:
    verdict = audit.verify(session)
    return [f"the audit trail is broken: {verdict}"] if isinstance(verdict, Broken) else []
