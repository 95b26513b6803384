"""The quickest event loop this machine has, and a garbage collector that does not stop it."""

import asyncio
import ctypes
import gc
import sys
from contextlib import suppress

SWITCH_SECONDS = 0.0001
SELDOM = (10_000, 20, 1_000)
"""Objects made, young and middle collections between two full ones."""


def calm_collector() -> None:
    """What is loaded by now lives as long as the process; look through the rest seldom.

    A full collection walks everything that is alive, with every thread stopped: with the memory of
    some ten thousand messages that is a tenth of a second, in which sends bunch.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


def hand_over_soon() -> None:
    """Let no thread keep Python's lock for more than a tenth of a millisecond while another wants
    it.

    A send asks for the lock several times, and three milliseconds later the next one is due: while
    twenty viewers are told of a new board, Python's own five would bunch them.
    """
    sys.setswitchinterval(SWITCH_SECONDS)


def one_heap() -> None:
    """Let the threads that are started from now on share one heap, where C's library is glibc.

    It gives each of them its own, for threads that allocate side by side. Ours take turns, by
    Python's lock, and half a dozen heaps keep some megabytes that nobody uses.
    """
    with suppress(OSError, AttributeError):  # another C library, or none to be had
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


_M_ARENA_MAX = -8
"""Its name in malloc.h."""


def fast_loop() -> asyncio.AbstractEventLoop:
    """uvloop where it is installed, else asyncio's own."""
    try:
        import uvloop
    except ImportError:  # not on every platform
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
