"""Counts failed sign-ins, per account and per address, so that nobody guesses for long (spec X2).

In memory: a restart forgives, and an attacker cannot restart us.
"""

from collections import deque
from datetime import datetime, timedelta

from engine.domain.sign_in import (
    GUESSES_PER_ACCOUNT,
    GUESSES_PER_ACCOUNT_AND_ADDRESS,
    GUESSES_PER_ADDRESS,
    wait_before_guess,
)

REMEMBERED_KEYS = 10_000


class Guesses:
    """The failed guesses of the last minutes."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, str], deque[datetime]] = {}

    def wait(self, account: str, ip: str, now: datetime) -> timedelta:
        """How long this address must wait before it may try this account; zero mostly."""
        return max(
            wait_before_guess(tuple(self._failures.get(key, ())), limit, now)
            for key, limit in _keys(account, ip)
        )

    def failed(self, account: str, ip: str, now: datetime) -> None:
        """Note a wrong password, or an account that is not there: they count alike."""
        for key, limit in _keys(account, ip):
            # Dicts keep their order: the oldest key makes room.
            while len(self._failures) >= REMEMBERED_KEYS and key not in self._failures:
                self._failures.pop(next(iter(self._failures)))
            self._failures.setdefault(key, deque(maxlen=limit)).append(now)

    def succeeded(self, account: str, ip: str) -> None:
        """The person knows the password: forgive their slips, and this try to everybody else."""
        for key, _ in _keys(account, ip):
            if self._failures.get(key):
                self._failures[key].pop()
        self._failures.pop((account, ip), None)


def _keys(account: str, ip: str) -> tuple[tuple[tuple[str, str], int], ...]:
    return (
        ((account, ip), GUESSES_PER_ACCOUNT_AND_ADDRESS),
        ((account, ""), GUESSES_PER_ACCOUNT),
        (("", ip), GUESSES_PER_ADDRESS),
    )
