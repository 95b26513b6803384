"""What a receipt is worth: which event, if any, it is for the delivery it belongs to (spec W2).

The receipts of one message are merged first, and that merge has an order of its own, so that it
does not matter in which order they come: sent, failed, delivered, read. Only what raises a
message's standing is news to its delivery. Without this a late `sent` would undo a `failed` that
overtook it, and the retry would be dropped for good.

Any message of a delivery that arrives is the message. A message that fails says nothing about
another one of the same delivery that is alive or on its way.
"""

from collections.abc import Collection, Iterable
from enum import StrEnum

from engine.domain.delivery import Event, State


class ReceiptStatus(StrEnum):
    """WhatsApp's word in a receipt (`statuses[].status`)."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"  # a voice message was heard
    FAILED = "failed"


_STANDING = {
    ReceiptStatus.SENT: 1,
    # WhatsApp may take back a `sent`, never a message that is on the phone.
    ReceiptStatus.FAILED: 2,
    ReceiptStatus.DELIVERED: 3,
    ReceiptStatus.READ: 4,
    ReceiptStatus.PLAYED: 4,
}
_ARRIVALS = {
    ReceiptStatus.SENT: Event.RECEIPT_SENT,
    ReceiptStatus.DELIVERED: Event.RECEIPT_DELIVERED,
    ReceiptStatus.READ: Event.RECEIPT_READ,
    ReceiptStatus.PLAYED: Event.RECEIPT_READ,
}
_NOT_YET_WITH_WHATSAPP = frozenset(
    {State.PLANNED, State.SENDING, State.UNKNOWN, State.RETRYING, State.HELD}
)


def is_news(status: ReceiptStatus, earlier: Collection[ReceiptStatus]) -> bool:
    """Whether `status` says more than the receipts already stored for the same message.

    One that does not is still stored, and still stamps its time.
    """
    standing = _STANDING[status]
    for other in earlier:  # noqa: SIM110 - asked of each receipt, and a generator costs five times
        if _STANDING[other] >= standing:
            return False
    return True


def is_alive(receipts: Collection[ReceiptStatus]) -> bool:
    """Whether an accepted message with these receipts may still reach the phone, or did."""
    return ReceiptStatus.FAILED not in receipts or any(
        _STANDING[other] > _STANDING[ReceiptStatus.FAILED] for other in receipts
    )


def receipt_event(
    status: ReceiptStatus, *, earlier: Collection[ReceiptStatus] = ()
) -> Event | None:
    """The event a receipt other than `failed` is for its delivery, or None when it is no news."""
    assert status is not ReceiptStatus.FAILED, "a failure needs failure_event"
    return _ARRIVALS[status] if is_news(status, earlier) else None


def failure_event(
    *,
    state: State,
    attempt: int | None,
    latest_attempt: int,
    latest_settled: bool,
    earlier: Collection[ReceiptStatus] = (),
    others: Iterable[Collection[ReceiptStatus]] = (),
    retry: bool,
) -> Event | None:
    """The event a `failed` receipt is for its delivery, or None when it changes nothing.

    `attempt` made the failed message (None when it is not known); the delivery's latest attempt is
    `latest_attempt`, and `latest_settled` says whether its outcome is on record and is not unknown.
    `earlier` are the other receipts of this message, `others` the receipts of each other message of
    the delivery (an accepted one without any receipt counts as an empty collection). `retry`: the
    failure may be tried again. A delivery with one attempt needs neither `others` nor a look-up.
    """
    if not is_news(ReceiptStatus.FAILED, earlier) or any(is_alive(other) for other in others):
        return None
    if attempt == latest_attempt or latest_settled:
        return Event.RECEIPT_RETRY if retry else Event.RECEIPT_FAILED
    if state in _NOT_YET_WITH_WHATSAPP:
        return None  # a newer attempt is on its way, or in doubt: its own outcome will speak
    # The message it stood on failed while another attempt has no outcome yet. Sending again now
    # might double it, so it becomes a dead letter until that outcome lifts it.
    return Event.RECEIPT_FAILED


def answer_event(
    event: Event,
    *,
    attempt: int,
    latest_attempt: int,
    earlier: Collection[ReceiptStatus] = (),
) -> Event | None:
    """The event an answer to `attempt` is for its delivery, or None when it is no news.

    `event` is what the answer says: ACCEPT, PACE, RETRY, GIVE_UP or LOSE_TRACK; `earlier` are the
    receipts already stored for the message it names. Those know more: a `failed` that overtook the
    answer must not be undone by it. That an old attempt was accepted is always news; that it was
    not says nothing about the latest.
    """
    if event in {Event.ACCEPT, Event.PACE}:
        return None if earlier else event
    return event if attempt == latest_attempt else None
