"""Finds the fewest deeds with which a morning still fails."""

from collections.abc import Callable
from dataclasses import replace

from engine.trials.deeds import Script

TRIES = 60
"""Mornings played at most: a person waits for the answer."""


def shrink(script: Script, fails: Callable[[Script], bool], *, tries: int = TRIES) -> Script:
    """The same morning with as few deeds as `fails` allows; `fails(script)` is known to be true.

    First halves are left out, then quarters, and single deeds at last (delta debugging), until none
    can go or `tries` mornings were played.
    """
    part = max(1, len(script.deeds) // 2)
    while tries > 0 and script.deeds:
        smaller = None
        for start in range(0, len(script.deeds), part):
            left = script.deeds[:start] + script.deeds[start + part :]
            candidate = replace(script, deeds=left)
            tries -= 1
            if fails(candidate):
                smaller = candidate
                break
            if tries <= 0:
                return script
        if smaller is not None:
            script = smaller
            part = min(part, max(1, len(script.deeds)))
        elif part == 1:
            return script
        else:
            part = max(1, part // 2)
    return script
