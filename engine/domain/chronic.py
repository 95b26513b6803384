"""Who is a chronic non-receiver: meant to get it morning after morning, and does not (spec S4)."""

MISSED_AT_LEAST = 3
"""A phone may be off for a day, or over a weekend."""
DAYS_OFFERED = (7, 14, 30)


def is_chronic(*, missed: int, meant: int) -> bool:
    """Whether somebody who missed so many of the mornings meant for them is one."""
    return missed >= MISSED_AT_LEAST and 2 * missed > meant
