"""How many may wait for the database at a time: a queue without an end only hides that it fails."""

import threading

WAITING_LIMIT = 10_000
"""Transactions and questions that may wait. A healthy engine has some dozens; beyond this the
database does not keep up, and who asks now is told so instead of being kept.
"""


class OverloadedError(OSError):
    """More waits for the database than it may keep waiting: nothing was done, ask again later."""


class Line:
    """`with line:` one more waits while this lasts. Several loops ask: the engine's, the server's.

    Raises OverloadedError at its start when too many wait already.
    """

    def __init__(self) -> None:
        self.waiting = 0
        self._counting = threading.Lock()

    def __enter__(self) -> None:
        with self._counting:
            if self.waiting >= WAITING_LIMIT:
                raise OverloadedError(f"{self.waiting} wait for the database already")
            self.waiting += 1

    def __exit__(self, *_: object) -> None:
        with self._counting:
            self.waiting -= 1
