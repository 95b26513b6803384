"""The types of the ids that travel through the engine, so that no two of them can be mixed up."""

from dataclasses import dataclass
from typing import NewType

TenantId = NewType("TenantId", int)
UserId = NewType("UserId", int)
InvitationId = NewType("InvitationId", int)
ConversationId = NewType("ConversationId", int)
NotificationId = NewType("NotificationId", int)
SubscriberId = NewType("SubscriberId", int)
ContentId = NewType("ContentId", int)
ScheduleId = NewType("ScheduleId", int)
BroadcastId = NewType("BroadcastId", int)
LaneId = NewType("LaneId", int)
SenderId = NewType("SenderId", int)
DeliveryId = NewType("DeliveryId", int)
WebhookId = NewType("WebhookId", int)
ImportId = NewType("ImportId", int)

PhoneNumberId = NewType("PhoneNumberId", str)
"""Meta's id of a business phone number: the path element we POST to."""
MessageId = NewType("MessageId", str)
"""WhatsApp's id of an accepted message (`wamid.…`)."""
Phone = NewType("Phone", str)
"""A person's number in E.164 with its plus sign, e.g. `+919812345610`."""
ContentHash = NewType("ContentHash", str)
"""SHA-256 (hex) over everything an approver approved (spec D2)."""
DeliveryKey = NewType("DeliveryKey", str)
"""SHA-256 (hex) that makes a delivery unique (spec E5)."""
Tracker = NewType("Tracker", str)
"""The attempt id as it travels in `biz_opaque_callback_data` and comes back in every receipt."""

TRACKER_KEY_LENGTH = 16


@dataclass(frozen=True, slots=True)
class AttemptId:
    """Which attempt of which delivery: (delivery, 1) is the first try."""

    delivery: DeliveryId
    number: int

    def tracker(self, key: DeliveryKey) -> Tracker:
        """The text WhatsApp echoes in receipts.

        It carries the start of the delivery's key because other applications, and other databases
        of ours, may share the WhatsApp account: a delivery number alone could be somebody else's.
        """
        return Tracker(f"dc.{self.delivery}.{self.number}.{key[:TRACKER_KEY_LENGTH]}")


def parse_tracker(text: str | None) -> tuple[AttemptId, str] | None:
    """The attempt and the key prefix a tracker names, or None when it is not one of ours."""
    parts = (text or "").split(".")
    if len(parts) != 4 or parts[0] != "dc" or len(parts[3]) != TRACKER_KEY_LENGTH:
        return None
    if not (
        parts[1].isascii() and parts[1].isdigit() and parts[2].isascii() and parts[2].isdigit()
    ):
        return None
    if len(parts[1]) > 18 or len(parts[2]) > 9:
        return None
    return AttemptId(DeliveryId(int(parts[1])), int(parts[2])), parts[3]
