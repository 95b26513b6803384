"""The day's timeline in words: a line for each step of the morning. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app import formats, navigation
from engine.domain.day_steps import Step
from engine.read.board_rows import Mark, StepRow


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShown:
    """A line of the checklist. `step` is what a retry names; `href` where one sees more."""

    step: str
    time: str
    title: str
    words: str
    tone: str
    word: str
    done: str
    retry: str
    href: str


TITLES = {
    Step.REMINDER: "Reminder",
    Step.CUT_OFF: "Cut-off for approvals",
    Step.FREEZE: "Audience frozen",
    Step.MEDIA: "Media at every sender",
    Step.TEMPLATES: "Templates looked at again",
    Step.CONNECTIONS: "Connections open",
    Step.PLAN: "Plan final",
    Step.OPENING: "Window opens",
    Step.CLOSE: "Window closes",
    Step.VERDICT: "Verdict final",
    Step.REPORT: "Report",
    Step.EVIDENCE: "Evidence pack",
}
MARKS = {
    Mark.WAITS: ("Waits", "quiet"),
    Mark.RUNS: ("Runs", "busy"),
    Mark.DONE: ("Done", "good"),
    Mark.FAILED: ("Failed", "bad"),
    Mark.LEFT_OUT: ("Left out", "quiet"),
}
RETRIES = {
    Step.MEDIA: "Upload again",
    Step.TEMPLATES: "Look again",
    Step.CONNECTIONS: "Open again",
}
SEEN_AT = {
    Step.CUT_OFF: "/approvals",
    Step.TEMPLATES: "/templates",
    Step.REPORT: "/reports",
    Step.EVIDENCE: "/evidence",
}


def shown(rows: Sequence[StepRow]) -> list[StepShown]:
    """The lines in the day's order."""
    return [_line(row) for row in rows]


def _line(row: StepRow) -> StepShown:
    word, tone = MARKS[row.mark]
    if row.step is Step.VERDICT and row.mark is Mark.FAILED:
        word = "Missed"
    page = SEEN_AT.get(row.step, "")
    return StepShown(
        step=row.step.value,
        time=formats.time(row.at),
        title=TITLES[row.step],
        words=row.words,
        tone=tone,
        word=word,
        done="" if row.done_at is None else f"at {formats.time(row.done_at)}",
        retry=RETRIES[row.step] if row.may_retry else "",
        href=page if navigation.has(page) else "",
    )
