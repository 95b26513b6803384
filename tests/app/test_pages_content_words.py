"""The Content and Approvals pages in words, without a browser or a server."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages.approvals.shown import bound_shown, change_shown, head_shown
from app.pages.content.checks_shown import checks_shown, checks_summary
from app.pages.content.desk import (
    Typed,
    around,
    blank_desk,
    key_of,
    one_paragraph,
    open_desk,
)
from app.pages.content.shown import (
    STATES,
    fields_shown,
    options_shown,
    preview_shown,
    row_shown,
    standing,
    tabs_shown,
)
from engine.domain.compliance import CheckName
from engine.domain.content import ContentState, Language, fits_one_line
from engine.domain.draft import VariantDraft
from engine.domain.ids import ContentHash, ContentId, UserId
from engine.read.approvals import Change, Review
from engine.read.content import Pack, PackRow, TemplateChoice
from engine.read.content_look import CheckRow, Look, Shown

TODAY = date(2026, 11, 22)
AT = datetime(2026, 11, 21, 23, 22, 5, tzinfo=UTC)
HASH = ContentHash("9f3c" + "0" * 58 + "a1")

CHOICE = TemplateChoice(
    name="morning_note",
    template_language="en",
    language=Language.EN,
    body="Good morning {{1}} ({{2}}),\n\nyour daily note is ready: {{3}}\nSEBI INH000001234.",
    footer="Reply STOP",
    places=3,
    sendable=True,
    category="UTILITY",
    header_format="",
)
SHORT = replace(CHOICE, name="short_note", body="{{1}}", places=1)
HINDI = replace(CHOICE, template_language="hi", language=Language.HI)

ROW = PackRow(
    id=ContentId(7),
    day=TODAY,
    title="Nifty outlook",
    state=ContentState.APPROVED,
    version=2,
    languages=("EN", "HI"),
    author="Asha Kulkarni",
    decided_by="Vikram Menon",
    decided_at=AT,
    submitted_at=AT,
    comment="",
    content_hash=HASH,
    evergreen=False,
)
SHOWN = Shown(
    language=Language.EN,
    template_name="morning_note",
    template_language="en",
    template_version=3,
    category="UTILITY",
    parameters=("{name}", "{registration_no}", "Nifty holds."),
    text="Good morning Ira Nair",
    footer="Reply STOP",
    recipient="Ira Nair",
    audience=1_234,
    buttons=(),
    header=None,
    brand_line="",
    image="",
    document="",
)
LOOK = Look(
    shown=(SHOWN,),
    checks=(),
    audience={Language.EN: 1_234, Language.HI: 2},
    content_hash=HASH,
)
PACK = Pack(
    row=ROW,
    drafts=(
        VariantDraft(
            language=Language.EN,
            template_name="morning_note",
            template_language="en",
            parameters=("{name}", "{registration_no}", "Nifty holds."),
        ),
    ),
    writers=frozenset({UserId(1)}),
    look=LOOK,
    intact=True,
)


def in_state(state: ContentState, **changes: object) -> Pack:
    decided = state not in (ContentState.DRAFT, ContentState.SUBMITTED)
    hashed = decided and state is not ContentState.REJECTED
    row = replace(
        ROW,
        state=state,
        decided_by="Vikram Menon" if decided else None,
        decided_at=AT if decided else None,
        content_hash=HASH if hashed else None,
    )
    return replace(PACK, row=row, **changes)


# --- the desk ---


def test_a_pack_comes_back_from_the_desk_as_it_went_onto_it() -> None:
    assert open_desk(PACK).drafts() == PACK.drafts


def test_a_new_pack_has_the_last_ones_templates_and_personal_fields_but_no_words() -> None:
    desk = blank_desk(TODAY, [CHOICE, SHORT, HINDI], PACK)
    assert desk.in_language(Language.EN) == Typed(
        "morning_note/en", ("{name}", "{registration_no}", "")
    )
    assert desk.in_language(Language.HI) == Typed("morning_note/hi", ("", "", ""))
    assert desk.in_language(Language.MR) == Typed()
    assert [draft.language for draft in desk.drafts()] == ["EN", "HI"]


def test_a_template_that_cannot_be_sent_is_not_taken_over() -> None:
    paused = replace(CHOICE, sendable=False)
    assert blank_desk(TODAY, [paused, SHORT], PACK).in_language(Language.EN).template == (
        "short_note/en"
    )


def test_another_template_keeps_what_fits_into_its_places() -> None:
    desk = open_desk(PACK)
    shorter = desk.with_template(Language.EN, key_of(SHORT), [CHOICE, SHORT])
    assert shorter.in_language(Language.EN) == Typed("short_note/en", ("{name}",))
    longer = shorter.with_template(Language.EN, key_of(CHOICE), [CHOICE, SHORT])
    assert longer.in_language(Language.EN).values == ("{name}", "", "")
    assert desk.with_template(Language.EN, "", [CHOICE]).drafts() == ()


@pytest.mark.parametrize("place", [-1, 0, 4, 99])
def test_a_place_that_is_not_there_changes_nothing(place: int) -> None:
    desk = open_desk(PACK)
    assert desk.with_value(Language.EN, place, "x") == desk
    assert desk.with_value(Language.MR, 1, "x") == desk


def test_no_date_changes_nothing() -> None:
    desk = open_desk(PACK)
    assert desk.for_day("2026-11-30").day == date(2026, 11, 30)
    for nonsense in ("", "30.11.2026", "2026-13-01", "x" * 999):
        assert desk.for_day(nonsense) == desk


@given(st.text(alphabet=st.sampled_from("ab \n\r\t\u2028\v\f"), max_size=40))
def test_what_is_pasted_never_brings_a_line_break(text: str) -> None:
    kept = one_paragraph(text)
    assert not set(kept) & set("\n\r\t\v\f\u2028\u2029")
    assert fits_one_line(kept) or "     " in text
    assert kept.split() == text.split()


def test_a_field_shows_the_words_around_its_place() -> None:
    assert around(CHOICE.body, 1) == "Good morning ____ (…),"
    assert around(CHOICE.body, 2) == "Good morning … (____),"
    assert around(CHOICE.body, 3) == "your daily note is ready: ____"
    assert around(CHOICE.body, 4) == ""


def test_a_fields_key_changes_with_what_belongs_into_it() -> None:
    desk = open_desk(PACK)
    other = desk.with_template(Language.EN, key_of(SHORT), [SHORT])
    hindi = desk.with_template(Language.HI, key_of(HINDI), [HINDI])
    keys = {
        fields_shown(desk, Language.EN, [CHOICE])[0].key,
        fields_shown(other, Language.EN, [SHORT])[0].key,
        fields_shown(hindi, Language.HI, [HINDI])[0].key,
        fields_shown(replace(desk, version=3), Language.EN, [CHOICE])[0].key,
    }
    assert len(keys) == 4
    typed = desk.with_value(Language.EN, 3, "Nifty slips.")
    assert fields_shown(typed, Language.EN, [CHOICE])[2].key == (
        fields_shown(desk, Language.EN, [CHOICE])[2].key
    )


# --- what is shown of it ---


def test_every_state_has_its_words() -> None:
    assert set(STATES) == set(ContentState)
    for state in ContentState:
        head = standing(in_state(state))
        assert head.editable == (state not in (ContentState.LOCKED, ContentState.SENT))
        assert head.submittable == (state in (ContentState.DRAFT, ContentState.REJECTED))
        assert (head.banner == "") == (state is ContentState.DRAFT)
        assert "None" not in head.banner


def test_decisions_are_told_in_ist_with_their_zone() -> None:
    row = row_shown(ROW, TODAY)
    assert (row.day, row.day_note) == ("Sun 22 Nov", "today")
    assert row.decision == "Vikram Menon, Sun 22 Nov 04:52:05 IST"
    assert row.languages == "English, Hindi"
    assert row_shown(in_state(ContentState.DRAFT).row, TODAY).decision == "–"


@pytest.mark.parametrize(
    ("days", "note"), [(0, "today"), (1, "tomorrow"), (-1, "yesterday"), (3, ""), (60, "2027")]
)
def test_a_day_says_how_far_it_is(days: int, note: str) -> None:
    row = replace(ROW, day=TODAY + timedelta(days=days))
    assert row_shown(row, TODAY).day_note == note


def test_what_is_not_what_was_approved_says_so_loudly() -> None:
    head = standing(in_state(ContentState.APPROVED, intact=False))
    assert head.banner_tone == "bad"
    assert "not what was approved" in head.banner


def test_languages_are_tabs_with_their_readers() -> None:
    tabs = tabs_shown(open_desk(PACK), LOOK)
    assert [(tab.name, tab.readers, tab.written) for tab in tabs] == [
        ("English", "1,234", True),
        ("Hindi", "2", False),
        ("Marathi", "0", False),
    ]
    assert preview_shown(LOOK, Language.EN).caption == "As Ira Nair gets it"
    assert preview_shown(LOOK, Language.MR).text == ""


def test_a_chosen_template_stays_in_the_list_when_it_has_vanished() -> None:
    labels = [option.label for option in options_shown([CHOICE], Language.EN, "old_note/en")]
    assert labels == ["No message in English", "morning_note", "old_note (not there any more)"]


def test_what_failed_stands_on_top_and_every_check_has_a_title() -> None:
    rows = [
        CheckRow("link", passed=True, blocks=True, words="There."),
        CheckRow("superlatives", passed=False, blocks=False, words="It praises itself."),
        CheckRow("languages", passed=False, blocks=True, words="Hindi is missing."),
    ]
    assert [check.verdict for check in checks_shown(rows)] == ["Mend", "Warning", "In order"]
    assert checks_summary(rows) == ("1 to mend", "bad")
    assert checks_summary(rows[:2]) == ("1 warning", "warn")
    assert checks_summary(rows[:1]) == ("All in order", "good")
    every = [CheckRow(name, passed=True, blocks=True, words="") for name in CheckName]
    assert all("_" not in check.title for check in checks_shown(every))


def test_an_author_is_told_why_they_cannot_approve() -> None:
    waiting = Review(in_state(ContentState.SUBMITTED), None, ())
    wrote, other = head_shown(waiting, UserId(1), AT), head_shown(waiting, UserId(2), AT)
    assert (wrote.approvable, other.approvable) == (False, True)
    assert "Somebody else" in wrote.why_not
    assert other.why_not == ""


def test_after_an_approval_the_hash_is_shown_and_nothing_is_left_to_approve() -> None:
    head = head_shown(Review(PACK, None, ()), UserId(2), AT)
    assert not head.approvable
    assert head.rejectable  # until a broadcast holds it
    assert HASH in head.bound_hash
    assert head.banner == "Approved by Vikram Menon, Sun 22 Nov 04:52:05 IST."
    sent = head_shown(Review(in_state(ContentState.SENT), None, ()), UserId(2), AT)
    assert (sent.approvable, sent.rejectable) == (False, False)


def test_what_the_hash_covers_is_named() -> None:
    bound = bound_shown(SHOWN)
    assert bound.template == "morning_note (en), version 3, utility"
    assert bound.texts == ["{name}", "{registration_no}", "Nifty holds."]
    change = Change(language=Language.HI, what="parameter 2", before="old word", after="new word")
    shown = change_shown(change)
    assert shown.what == "Hindi, parameter 2"
    told = [(piece.kind, piece.text) for piece in shown.pieces]
    assert told == [("gone", "old"), ("new", "new"), ("same", " word")]
