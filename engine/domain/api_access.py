"""What a program that calls us may do, and how often (spec I1, P3)."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from engine.domain.ids import TenantId


class Scope(StrEnum):
    """What an API key lets its holder do."""

    SEND = "notifications:send"
    READ = "notifications:read"
    DELETE = "notifications:delete"


WORDS = {
    Scope.SEND: "Send notifications",
    Scope.READ: "Read what became of them",
    Scope.DELETE: "Cancel what is not sent yet",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key a request carried."""

    key: int
    tenant: TenantId
    name: str
    scopes: frozenset[Scope]

    @property
    def label(self) -> str:
        """How the audit trail names them."""
        return f"api_key:{self.key}"


KEY_START = "dck_"
"""How each key begins, so that one that leaked is found by those who look for such."""
SHOWN_LETTERS = 12
IDEMPOTENCY_KEPT = timedelta(hours=24)
"""How long the same key means the same request (spec E5)."""

TENANT_LIMITS = (
    (timedelta(minutes=1), 100),
    (timedelta(hours=1), 5_000),
    (timedelta(days=1), 50_000),
)
RECIPIENT_LIMITS = ((timedelta(hours=1), 10), (timedelta(days=1), 50))


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after a request, of which limit; with a `wait` above zero it was refused."""

    limit: int
    left: int
    wait: timedelta = timedelta(0)


@dataclass(slots=True)
class Tally:
    """The instants of what was let in, against limits of so many in so long.

    Unlike a bucket that refills, it never lets in more than a limit says in any such span.
    """

    limits: tuple[tuple[timedelta, int], ...] = TENANT_LIMITS
    _let_in: list[datetime] = field(default_factory=lambda: list[datetime]())

    def take(self, now: datetime, count: int = 1) -> Allowance:
        """Let `count` in, all or none; what stands nearest to its limit is told."""
        longest = max(span for span, _ in self.limits)
        del self._let_in[: bisect_right(self._let_in, now - longest)]
        tight = Allowance(0, 0)
        for span, most in self.limits:
            begins = bisect_right(self._let_in, now - span)
            left = most - (len(self._let_in) - begins) - count
            if left < 0:
                # So many must have left the span as are too many now.
                frees = self._let_in[min(begins - left - 1, len(self._let_in) - 1)]
                return Allowance(most, left + count, max(frees + span - now, _LEAST))
            if tight.limit == 0 or left < tight.left:
                tight = Allowance(most, left)
        self._let_in.extend([now] * count)
        return tight


_LEAST = timedelta(seconds=1)
