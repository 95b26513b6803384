"""`dawncast doctor`: what is wrong with this installation, and how to mend it."""

from app.command_line.examination import Finding, Health, examine
from app.command_line.terminal import TROUBLE, out
from engine.settings import SettingsError, load

MARKS = {Health.WELL: "  ok  ", Health.NOTE: " note ", Health.MEND: " MEND "}
STYLES = {Health.WELL: "green", Health.NOTE: "yellow", Health.MEND: "bold red"}


def run() -> int:
    """Look, tell, and return the exit code: 1 when something must be mended."""
    try:
        settings = load()
    except SettingsError as wrong:
        for problem in wrong.problems:
            _tell(Finding("settings", Health.MEND, problem))
        out.print("Mend the settings first; the rest depends on them.")
        return TROUBLE
    to_mend = 0
    for finding in examine(settings):
        _tell(finding)
        to_mend += finding.health is Health.MEND
    if to_mend:
        out.print(f"{to_mend} thing(s) to mend.")
        return TROUBLE
    out.print("Nothing to mend.")
    return 0


def _tell(finding: Finding) -> None:
    out.print(MARKS[finding.health], style=STYLES[finding.health], end="")
    out.print(f"{finding.thing:<11} {finding.words}", markup=False)
