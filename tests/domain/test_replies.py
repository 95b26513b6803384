"""How long one may answer, and what a message is called that is no text."""

from datetime import UTC, datetime, timedelta

from engine.domain import replies

HEARD = datetime(2026, 11, 23, 0, 31, tzinfo=UTC)


def test_the_window_is_open_for_a_day_from_their_last_message_and_not_a_moment_longer() -> None:
    assert replies.time_left(HEARD, HEARD + timedelta(hours=23)) == timedelta(hours=1)
    assert replies.time_left(HEARD, HEARD + timedelta(hours=24)) == timedelta(0)
    assert replies.time_left(HEARD, HEARD + timedelta(days=3)) == timedelta(0)


def test_a_list_shows_what_came_in_a_line() -> None:
    assert replies.snippet("text", "Thanks,\nsee you") == "Thanks, see you"
    assert replies.snippet("image", "my holding") == "Photo: my holding"
    assert replies.snippet("audio", "") == "Voice message"
    assert replies.snippet("reaction", "👍") == "Reacted 👍"
    assert replies.snippet("reaction", "") == "Took a reaction back"
    assert replies.snippet("a new kind", "") == "A message of another kind"
    assert len(replies.snippet("text", "x" * 900)) == replies.SNIPPET


def test_an_answer_has_words_and_fits_into_a_message() -> None:
    assert replies.why_not_text("yes") == ""
    assert "Write an answer" in replies.why_not_text("  \n")
    assert "at most 4096" in replies.why_not_text("x" * 4097)
