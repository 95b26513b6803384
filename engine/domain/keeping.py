"""Evidence packs and backups as work that waits its turn: where each stands."""

from enum import StrEnum


class ChoreState(StrEnum):
    """Where a pack or a backup stands. The sentence beside each is what pages say of it."""

    WAITING = "waiting"  # made as soon as no broadcast owns the hour
    MAKING = "making"  # a process of its own is at it, with little of the machine
    DONE = "done"  # made, checked, and here
    FAILED = "failed"  # not made, with a reason
    REMOVED = "removed"  # made once, and not here any more, with a reason
