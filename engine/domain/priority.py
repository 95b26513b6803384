"""Which deliveries pass which in a lane (spec P4)."""

from enum import IntEnum


class Priority(IntEnum):
    """The lower number goes first. A broadcast is NORMAL: bulk."""

    HIGH = 0  # replies, and what an API caller called high: passes bulk, and uses the reserve
    NORMAL = 1
    LOW = 2  # goes when nothing else of its lane is due
