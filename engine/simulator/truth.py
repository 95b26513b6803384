"""What really happened: who was accepted how often, and when each thing reaches the phone.

A test compares what the product believes with this, person by person.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from engine.simulator.numbers import NumberState


class AcceptedMessage(NamedTuple):
    """One message WhatsApp took. Instants are unix seconds and may lie ahead; None is never.

    `recipient` is the phone with its plus sign, or the BSUID it was sent to. `delivered_at` is set
    also when the person read at once and no `delivered` receipt comes (`delivered_skipped`).
    """

    message_id: str
    recipient: str
    by_bsuid: bool
    tracker: str | None
    phone_number_id: str
    category: str
    accepted_at: float
    sent_at: float | None
    delivered_at: float | None
    read_at: float | None
    failed_at: float | None
    failed_code: int | None
    delivered_skipped: bool
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTruth:
    """`arrivals_max_per_second`: the most POSTs in any half-open second, refused ones too."""

    accepted: int
    arrivals: int
    arrivals_max_per_second: int
    rate_errors: int
    refused: dict[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Counts over all numbers. `doubled` is how many people were accepted more than once.

    `unanswered` POSTs got no answer, accepted or not; `refused` is by error code, POSTs to unknown
    numbers or without a good token included. `webhooks_refused` counts answers other than 200;
    `webhooks_waiting` are POSTs not yet answered so, `receipts_waiting` those not yet in a POST.
    """

    arrivals: int
    accepted: int
    recipients: int
    doubled: int
    unanswered: int
    rate_errors: int
    refused: dict[int, int]
    webhooks_posted: int
    webhooks_refused: int
    webhooks_waiting: int
    receipts_waiting: int


@dataclass(frozen=True)
class Truth:
    """Everything a test may want to know, as of the moment it asked."""

    messages: tuple[AcceptedMessage, ...]
    numbers: dict[str, NumberTruth]
    totals: Totals

    @cached_property
    def recipients(self) -> dict[str, list[AcceptedMessage]]:
        """What was accepted for each person."""
        return _grouped((message.recipient, message) for message in self.messages)

    @cached_property
    def trackers(self) -> dict[str, list[AcceptedMessage]]:
        """What was accepted under each `biz_opaque_callback_data`."""
        return _grouped((m.tracker, m) for m in self.messages if m.tracker is not None)

    def delivered_by(self, instant: float) -> set[str]:
        """Whom a message had reached by an instant; Meta's clock shows whole seconds (spec §1)."""
        return {m.recipient for m in self.messages if _by(m.delivered_at, instant)}

    def sent_by(self, instant: float) -> set[str]:
        """Whom a message was on its way to by an instant."""
        return {m.recipient for m in self.messages if _by(m.sent_at, instant)}


def number_truth(state: NumberState) -> NumberTruth:
    """A number's counts, copied."""
    return NumberTruth(
        accepted=state.accepted,
        arrivals=state.arrivals,
        arrivals_max_per_second=state.arrivals_max_per_second,
        rate_errors=state.refused.get(130429, 0),
        refused=dict(state.refused),
    )


def truth_json(truth: Truth, *, messages: bool) -> dict[str, Any]:
    """The truth for `GET /_sim/truth`; without `messages`, the counts alone."""
    totals = {name: getattr(truth.totals, name) for name in Totals.__dataclass_fields__}
    answer: dict[str, Any] = {
        "totals": totals,
        "numbers": {
            phone_number_id: {
                name: getattr(number, name) for name in NumberTruth.__dataclass_fields__
            }
            for phone_number_id, number in truth.numbers.items()
        },
    }
    if messages:
        answer["messages"] = [message._asdict() for message in truth.messages]
    return answer


def _by(at: float | None, instant: float) -> bool:
    return at is not None and int(at) <= instant


def _grouped(
    pairs: Iterable[tuple[str, AcceptedMessage]],
) -> dict[str, list[AcceptedMessage]]:
    groups: defaultdict[str, list[AcceptedMessage]] = defaultdict(list)
    for key, message in pairs:
        groups[key].append(message)
    return dict(groups)
