"""Imports what lives as long as the process, and spares the search for garbage in it."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def loading() -> Generator[None]:
    """Everything made in the block is taken to live until the process ends.

    Hundreds of thousands of modules, classes and functions are made while Reflex loads, and nearly
    none of it is ever garbage: looking for some takes a seventh of the start, and later pauses the
    engine in the middle of its sends.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
