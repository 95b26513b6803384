"""A business phone number as WhatsApp keeps it: its status, and how fast it may send."""

from collections import deque
from dataclasses import dataclass
from math import floor
from typing import Any

from engine.simulator.api_errors import Refusal

OVERRUN = 1.05
"""Arrivals bunch a little on their way: a number refuses above its rate and 5 % (spec P2)."""
PAIR_SECONDS = 6.0
"""One message in 6 s to one person ..."""
PAIR_BURST = 45
"""... or up to 45 within 6 s, borrowed from the time after (Meta: About the platform)."""
_TICK = 1e-6
"""Unix seconds in a float are exact to less than this: one second apart must count as that."""

_REFUSALS: dict[str, int] = {
    "PENDING": 133010,
    "DISCONNECTED": 133010,
    "MIGRATED": 133010,
    "DELETED": 133010,
    "BANNED": 131031,
    "RESTRICTED": 368,
    "RATE_LIMITED": 131048,
}
"""What a status makes of a send; CONNECTED and FLAGGED numbers may."""


@dataclass(frozen=True, slots=True)
class SimulatedNumber:
    """A business number; `display_phone` as Meta prints it (`+91 98765 43210`), rate 0 is none."""

    phone_number_id: str
    display_phone: str
    waba_id: str
    rate_per_second: float = 80.0
    quality: str = "GREEN"
    status: str = "CONNECTED"


class NumberState:
    """One number's present: what it lets through, and the counts a test asks for afterwards."""

    def __init__(self, number: SimulatedNumber) -> None:
        self.number = number
        self.status = number.status
        self.quality = number.quality
        self.digits = "".join(c for c in number.display_phone if c.isdigit())
        self.accepted = 0
        self.arrivals = 0
        self.arrivals_max_per_second = 0
        self.refused: dict[int, int] = {}
        self._status_code: int | None = None
        self._rate = number.rate_per_second
        self._lowered_until: float | None = None
        self._arrived: deque[float] = deque()
        self._let_in: deque[float] = deque()
        self._pairs: dict[str, tuple[float, float]] = {}

    def arrive(self, now: float) -> None:
        """Count a request, whatever becomes of it, in its half-open second (now - 1 s, now]."""
        self.arrivals += 1
        arrived = self._arrived
        arrived.append(now)
        gone = now - 1.0 + _TICK
        while arrived[0] <= gone:
            arrived.popleft()
        self.arrivals_max_per_second = max(self.arrivals_max_per_second, len(arrived))

    def status_refusal(self) -> Refusal | None:
        """Why this number may not send at all, if it may not."""
        code = self._sending_code()
        return None if code is None else Refusal(code, f"The number's status is {self.status}.")

    def pace_refusal(self, recipient: str, now: float) -> Refusal | None:
        """Why it is too soon to write to this person, if it is; takes the place if it is not."""
        pair = self._pair_after(recipient, now)
        if pair is None:
            return Refusal(
                131056, "Too many messages from this number to one person in a short time."
            )
        if not self._has_room(now):
            return Refusal(130429, "Too many messages from this number in a short time.")
        self._let_in.append(now)
        self._pairs[recipient] = pair
        return None

    def set_status(self, status: str, code: int | None) -> None:
        """From now on; `code` overrides what sends are refused with."""
        self.status = status
        self._status_code = code

    def set_rate(self, rate_per_second: float, until: float | None) -> None:
        """The real limit from now on, or until an instant at which the number's own is back."""
        self._rate = rate_per_second
        self._lowered_until = until

    def node(self) -> dict[str, Any]:
        """The number as `GET /{phone number id}` shows it (facts E)."""
        code = self._sending_code()
        health: dict[str, Any] = {
            "entity_type": "PHONE_NUMBER",
            "id": self.number.phone_number_id,
            "can_send_message": "AVAILABLE" if code is None else "BLOCKED",
        }
        if code is not None:
            health["errors"] = [
                {
                    "error_code": code,
                    "error_description": f"The number's status is {self.status}.",
                    "possible_solution": "See the number's status in WhatsApp Manager.",
                }
            ]
        return {
            "id": self.number.phone_number_id,
            "display_phone_number": self.number.display_phone,
            "verified_name": "Dawncast Sandbox",
            "quality_rating": self.quality,
            "status": self.status,
            "name_status": "APPROVED",
            "code_verification_status": "VERIFIED",
            "platform_type": "CLOUD_API",
            "account_mode": "LIVE",
            "throughput": {"level": "HIGH" if self.number.rate_per_second > 80 else "STANDARD"},
            "whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED",
            "health_status": {"can_send_message": health["can_send_message"], "entities": [health]},
        }

    def _sending_code(self) -> int | None:
        if self._status_code is not None:
            return self._status_code
        return _REFUSALS.get(self.status)

    def _has_room(self, now: float) -> bool:
        if self._lowered_until is not None and now >= self._lowered_until:
            self.set_rate(self.number.rate_per_second, None)
        let_in = self._let_in
        gone = now - 1.0 + _TICK
        while let_in and let_in[0] <= gone:
            let_in.popleft()
        return self._rate <= 0 or len(let_in) < max(1, floor(self._rate * OVERRUN + _TICK))

    def _pair_after(self, recipient: str, now: float) -> tuple[float, float] | None:
        """(when the burst began, when its debt is paid) after one more message; None: refused."""
        began, free_at = self._pairs.get(recipient, (now, now))
        if now >= free_at - _TICK:
            return now, now + PAIR_SECONDS
        if now - began < PAIR_SECONDS and free_at - began < PAIR_BURST * PAIR_SECONDS - _TICK:
            return began, free_at + PAIR_SECONDS
        return None
