"""The attempt log, held against what was posted and what WhatsApp took of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from engine.domain.ids import AttemptId, DeliveryId, DeliveryKey
from engine.simulator.truth import AcceptedMessage
from engine.store.dialects import table
from engine.store.tables import Attempt, Delivery

_attempts, _deliveries = table(Attempt), table(Delivery)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the attempt log."""

    delivery: int
    outcome: str
    message_id: str | None
    error_code: int | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The attempt log by tracker."""

    entries: Mapping[str, Entry]

    def was_unknown(self, tracker: str) -> bool:
        """Whether nobody knew what came of this attempt when it ended."""
        entry = self.entries.get(tracker)
        return entry is not None and entry.outcome == "unknown"

    def ever_unknown(self) -> set[int]:
        """The deliveries with such an attempt."""
        return {entry.delivery for entry in self.entries.values() if entry.outcome == "unknown"}

    def misses(
        self, posted: Sequence[str], taken: Mapping[str, Sequence[AcceptedMessage]]
    ) -> list[str]:
        """Where it does not tell the truth. `posted`: the tracker of each POST."""
        silent = [
            f"attempt {tracker} was posted and is not in the log"
            for tracker in posted
            if tracker not in self.entries
        ]
        sent = set(posted)
        wrong = [
            f"attempt {tracker} is called {entry.outcome}: {why}"
            for tracker, entry in self.entries.items()
            if (why := _wrong(entry, tracker in sent, taken.get(tracker, ())))
        ]
        return silent + wrong


def read_ledger(session: Session) -> Ledger:
    """All of it."""
    rows = session.connection().execute(
        select(
            _attempts.c.delivery_id,
            _attempts.c.number,
            _deliveries.c.key,
            _attempts.c.outcome,
            _attempts.c.message_id,
            _attempts.c.error_code,
        ).join(_deliveries, _deliveries.c.id == _attempts.c.delivery_id)
    )
    return Ledger(
        {
            AttemptId(DeliveryId(row[0]), row[1]).tracker(DeliveryKey(row[2])): Entry(
                row[0], row[3], row[4], row[5]
            )
            for row in rows
        }
    )


def _wrong(entry: Entry, posted: bool, taken: Sequence[AcceptedMessage]) -> str:
    """Why the world says otherwise; empty when it agrees."""
    match entry.outcome:
        case "accepted":
            named = any(message.message_id == entry.message_id for message in taken)
            return "" if named else "WhatsApp took no such message"
        case "failed":
            # Without a code of WhatsApp's it may have failed before anything left.
            refused = entry.error_code is not None
            return (
                "WhatsApp took it"
                if taken
                else ("it was never posted" if refused and not posted else "")
            )
        case "released":
            return "it was posted" if posted else ""
        case _:
            return ""
