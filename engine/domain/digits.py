"""Whole numbers as they are read in India."""


def grouped(value: int) -> str:
    """12,34,567: thousands first, then by hundreds."""
    sign, digits = ("−" if value < 0 else ""), str(abs(value))
    head, tail = digits[:-3], digits[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return sign + ",".join([*groups, tail])
