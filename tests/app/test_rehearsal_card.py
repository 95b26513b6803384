"""GO or NO-GO on the Live page: in words, in both languages, and with its button."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from app.pages.live.rehearsal import AS_WRITTEN, Rehearsals, show
from app.words.speech import HINDI, retold
from engine.domain.roles import Role
from engine.read.rehearsal import Rehearsed
from engine.store.tables import Rehearsal
from tests.app.browserless import Tab, sign_in
from tests.app.house import House
from tests.rehearsal.shown import a_rehearsal

OPENS = datetime(2026, 11, 23, 0, 29, 30, tzinfo=UTC)
CARD = Rehearsals.get_full_name()


def known(*, go: bool = True, under_way: bool = False) -> Rehearsed:
    return Rehearsed(
        under_way=under_way,
        made=a_rehearsal(OPENS, go=go, some=(4, 9)),
        made_at=OPENS - timedelta(minutes=29),
        failed="",
        names={4: "Asha Rao", 9: "Bina Shah"},
    )


def test_go_says_when_and_between_which_instants() -> None:
    shown = show(known())
    assert (shown.go, shown.tone) == ("GO", "good")
    assert shown.delivered == "06:02:22"
    assert shown.band == "between 06:02:10 and 06:02:44"
    assert shown.handed_over == "06:01:58"
    assert "with the frozen audience" in shown.note
    assert [check.do for check in shown.checks if check.tone == "good"] == [""] * 9
    assert shown.lanes[0].words.startswith("1,230 subscribers · the last at 06:01:59")


def test_no_go_says_what_speaks_against_it_and_what_to_do() -> None:
    shown = show(known(go=False))
    assert (shown.go, shown.tone) == ("NO-GO", "bad")
    (bad,) = [check for check in shown.checks if check.tone == "bad"]
    assert (bad.title, bad.word) == ("Template HI", "No")
    assert bad.do.startswith("Choose another template")


def test_who_cannot_get_it_is_named_counted_and_told_why() -> None:
    first, second = show(known()).without
    assert (first.count, first.names) == ("3", "Asha Rao, Bina Shah +1")
    assert first.why == "No consent on record."
    assert (second.count, second.names) == ("12", "")


def test_without_a_rehearsal_there_is_none_and_a_failed_one_says_why() -> None:
    nothing = Rehearsed(under_way=True, made=None, made_at=None, failed="It broke.", names={})
    shown = show(nothing)
    assert (shown.made, shown.busy, shown.failed) == (False, True, "It broke.")


@pytest.mark.parametrize("go", [True, False])
def test_every_word_of_it_is_there_in_hindi(go: bool) -> None:
    english = show(known(go=go))
    hindi = retold(english, HINDI, but=AS_WRITTEN)
    for before, after in zip(english.checks, hindi.checks, strict=True):
        assert (before.title, before.words) != (after.title, after.words)
        assert before.words != after.words, before.words
        assert not before.do or before.do != after.do, before.do
    assert [one.words for one in hindi.lanes] != [one.words for one in english.lanes]
    assert all(a != b for a, b in zip(english.basis, hindi.basis, strict=True))
    assert (english.go, english.band, english.note) != (hindi.go, hindi.band, hindi.note)


@pytest.mark.anyio
async def test_the_button_has_one_made_and_says_so(house: House) -> None:
    def rows(session: Session) -> list[str]:
        return list(session.exec(select(Rehearsal.state)))

    async with Tab(house, await sign_in(house, Role.OPERATOR)) as tab:
        await tab.call(f"{CARD}.rehearse")
        notices = await tab.hear("app___tab____tab", "notices")
        assert "is rehearsed now" in notices[-1]["text"]
        assert (await tab.hear(CARD, "shown"))["busy"]
        await tab.call(f"{CARD}.rehearse")
        assert house.database.read_now(rows) == ["waiting"]
