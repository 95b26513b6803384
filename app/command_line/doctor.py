"""`dawncast doctor`: what is wrong with this installation, and how to mend it."""

from app.command_line.terminal import TROUBLE, out
from engine.settings import SettingsError, load

MARKS = {"well": ("  ok  ", "green"), "note": (" note ", "yellow"), "mend": (" MEND ", "bold red")}


def run() -> int:
    """Look, tell, and return the exit code: 1 when something must be mended."""
    try:
        settings = load()
    except SettingsError as wrong:
        for problem in wrong.problems:
            _tell("mend", "settings", problem)
        out.print("Mend the settings first; the rest depends on them.")
        return TROUBLE
    # Imported here: wrong settings are said before anything slow.
    from app.command_line.examination import Health, examine

    to_mend = 0
    for finding in examine(settings):
        _tell(finding.health.value, finding.thing, finding.words)
        to_mend += finding.health is Health.MEND
    if to_mend:
        out.print(f"{to_mend} thing(s) to mend.")
        return TROUBLE
    out.print("Nothing to mend.")
    return 0


def _tell(health: str, thing: str, words: str) -> None:
    mark, style = MARKS[health]
    out.print(mark, style=style, end="")
    out.print(f"{thing:<11} {words}", markup=False)
