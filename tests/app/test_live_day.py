"""The day's timeline in words: every step has its line, in both languages."""

from datetime import UTC, datetime

import pytest

from app.pages.live.day import MARKS, RETRIES, TITLES, shown
from app.words.speech import HINDI, told
from engine.domain.day_steps import RETRIED, Step
from engine.read.board_rows import Mark, StepRow

AT = datetime(2026, 11, 23, 0, 15, tzinfo=UTC)


@pytest.mark.parametrize("step", Step)
def test_every_step_is_called_something_in_both_languages(step: Step) -> None:
    assert told(TITLES[step], HINDI) != TITLES[step]


def test_only_what_can_be_done_again_has_a_button_and_only_where_it_may() -> None:
    assert set(RETRIES) == set(RETRIED)
    row = StepRow(step=Step.MEDIA, at=AT, mark=Mark.DONE, done_at=AT, may_retry=True)
    (line,) = shown([row])
    assert (line.time, line.done, line.retry) == ("05:45:00", "at 05:45:00", "Upload again")
    (line,) = shown([StepRow(step=Step.MEDIA, at=AT, mark=Mark.DONE)])
    assert (line.done, line.retry) == ("", "")


def test_every_mark_is_a_word_and_a_colour() -> None:
    assert set(MARKS) == set(Mark)
    assert all(told(word, HINDI) != word for word, _ in MARKS.values())
