"""From a fate to a message: its instants, and when its receipts are posted."""

from engine.simulator.fates import STRAGGLER_GAP_MAX, Fate
from engine.simulator.faults import PaceTemplate
from engine.simulator.posted import Posted
from engine.simulator.receipts import Receipt
from engine.simulator.truth import AcceptedMessage

DROPPED_BY_PACING = 132015


def accept(
    message_id: str,
    posted: Posted,
    fate: Fate,
    *,
    phone_number_id: str,
    category: str,
    pacing: tuple[PaceTemplate, float] | None,
    later_failure: int | None,
    answered: bool,
    now: float,
) -> AcceptedMessage:
    """The message as it will have gone; held by pacing, counted from when the pacing ends."""
    base, code = now, fate.failed_code if later_failure is None else later_failure
    if pacing is not None:
        base = pacing[1]
        code = DROPPED_BY_PACING if pacing[0].outcome == "paused" else code
    sent_at = failed_at = delivered_at = read_at = None
    if code is not None:
        failed_at = base + fate.sent_lag
    else:
        sent_at = base + fate.sent_lag
        if fate.delivered_lag is not None:
            delivered_at = base + fate.delivered_lag
            if fate.read_lag is not None:
                read_at = delivered_at + fate.read_lag
    return AcceptedMessage(
        message_id,
        posted.recipient,
        posted.by_bsuid,
        posted.tracker,
        phone_number_id,
        category,
        now,
        sent_at,
        delivered_at,
        read_at,
        failed_at,
        code,
        read_at is not None and fate.read_at_once,
        answered,
    )


def receipts_of(message: AcceptedMessage, fate: Fate) -> list[tuple[Receipt, float]]:
    """The receipts of a message and when each is due; stragglers come after the next one."""
    if message.failed_at is not None:
        return [((message, "failed"), message.failed_at)]
    assert message.sent_at is not None
    receipts: list[tuple[Receipt, float]] = []
    read_at = message.read_at
    delivered_at = read_at if message.delivered_skipped else message.delivered_at
    sent_due = _due(message.sent_at, delivered_at, fate.sent_straggles, fate.straggler_lag)
    receipts.append(((message, "sent"), sent_due))
    if delivered_at is not None and not message.delivered_skipped:
        due = _due(delivered_at, read_at, fate.delivered_straggles, fate.straggler_lag)
        receipts.append(((message, "delivered"), due))
    if read_at is not None:
        receipts.append(((message, "read"), read_at))
    return receipts


def _due(at: float, next_at: float | None, straggles: bool, lag: float) -> float:
    if straggles and next_at is not None and next_at - at < STRAGGLER_GAP_MAX:
        return next_at + lag
    return at
