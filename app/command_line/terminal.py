"""What a person at a terminal sees: sentences for trouble, and exit codes that scripts can use."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console

from engine.settings import Settings, SettingsError, load

TROUBLE = 1
"""Something has to be mended; the sentence on stderr says what."""
USAGE = 2
"""The command was called in a way it does not know, as the shell's own commands say it."""

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def give_up(*sentences: str, code: int = TROUBLE) -> NoReturn:
    """End the command with sentences on stderr."""
    for sentence in sentences:
        err.print(sentence, markup=False)
    raise typer.Exit(code)


@contextmanager
def settings_trouble() -> Generator[None]:
    """Turns a wrong setting into its sentences, and ends the command."""
    try:
        yield
    except SettingsError as wrong:
        give_up("These settings do not allow a start:", str(wrong))


def settings() -> Settings:
    """The settings from the environment; ends the command when they are wrong."""
    with settings_trouble():
        return load()
