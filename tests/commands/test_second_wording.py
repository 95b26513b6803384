"""A second wording is a content of its own beside the first, and no day takes it for its own."""

from dataclasses import replace

import pytest
from sqlmodel import Session

from engine.commands.approve_content import Approved, approve_content
from engine.commands.begin_second_wording import Begun, begin_second_wording
from engine.commands.submit_content import Submitted, submit_content
from engine.commands.write_content import Written, write_content
from engine.domain.content import ContentState, Language
from engine.domain.ids import ContentId
from engine.domain.refusal import Refused
from engine.domain.roles import Forbidden
from engine.read import approvals, content
from engine.store import content_lists, schedules, templates
from tests.commands.content_cast import DAY, NOW, Cast, add_subscriber, add_templates, cast
from tests.commands.test_content_write import ENGLISH, HINDI, pack_of, put_into, write, written


@pytest.fixture
def firm(session: Session) -> Cast:
    who = cast(session)
    add_templates(session, who.tenant)
    for language, phone in ((Language.EN, "+919820010001"), (Language.HI, "+919820010002")):
        add_subscriber(session, who.tenant, "Ira Nair", language, phone)
    return who


def first_of(session: Session, firm: Cast) -> ContentId:
    link = f"{ENGLISH.parameters[-1]} https://udaya.example"
    drafts = [replace(one, parameters=(one.parameters[0], link)) for one in (ENGLISH, HINDI)]
    return written(write(session, firm.asha, *drafts)).content


def begun(session: Session, firm: Cast, first: ContentId) -> ContentId:
    answer = begin_second_wording(session, first, by=firm.asha, now=NOW)
    assert isinstance(answer, Begun), answer
    return answer.content


def test_it_begins_as_a_draft_with_the_words_of_the_first(session: Session, firm: Cast) -> None:
    first = first_of(session, firm)
    second = begun(session, firm, first)
    row = pack_of(session, second)
    assert (row.b_of, row.b_percent, row.state, row.day) == (first, 50, "draft", DAY)
    a, b = (content.pack(session, firm.tenant, one) for one in (first, second))
    assert a is not None
    assert b is not None
    assert a.drafts == b.drafts
    assert (a.other, b.other) == (b.row, a.row)
    assert a.row.b_state is ContentState.DRAFT


def test_there_are_two_at_most(session: Session, firm: Cast) -> None:
    first = first_of(session, firm)
    second = begun(session, firm, first)
    for one in (first, second):
        assert isinstance(begin_second_wording(session, one, by=firm.asha, now=NOW), Refused)


@pytest.mark.parametrize("state", [ContentState.LOCKED, ContentState.SENT])
def test_none_begins_beside_what_is_frozen(
    session: Session, firm: Cast, state: ContentState
) -> None:
    first = first_of(session, firm)
    put_into(session, first, state, firm.bharat)
    assert isinstance(begin_second_wording(session, first, by=firm.asha, now=NOW), Refused)


def test_only_who_writes_begins_one(session: Session, firm: Cast) -> None:
    first = first_of(session, firm)
    for who in (firm.bharat, firm.chitra, firm.dev):
        with pytest.raises(Forbidden):
            begin_second_wording(session, first, by=who, now=NOW)
    assert isinstance(begin_second_wording(session, first, by=firm.stranger, now=NOW), Refused)


def test_no_day_and_no_fallback_takes_it_for_its_own(session: Session, firm: Cast) -> None:
    first = first_of(session, firm)
    second = begun(session, firm, first)
    put_into(session, second, ContentState.APPROVED, firm.bharat)
    assert schedules.approved_for(session, firm.tenant, DAY) is None
    assert [one.id for one in content_lists.listing(session, firm.tenant, limit=9)] == [first]
    assert content_lists.count(session, firm.tenant) == 1
    assert [one.id for one in content_lists.in_days(session, firm.tenant, DAY, DAY)] == [first]
    row = pack_of(session, second)
    row.evergreen = True
    session.flush()
    assert content_lists.fallback(session, firm.tenant) is None
    assert list(content_lists.evergreens(session, firm.tenant, limit=9)) == []


def rewrite(
    session: Session, firm: Cast, second: ContentId, *, percent: int | None = None
) -> Written | Refused:
    row = pack_of(session, second)
    return write_content(
        session,
        content=second,
        version=row.version,
        day=DAY.replace(day=25),
        title="Other words",
        variants=(HINDI,),
        b_percent=percent,
        by=firm.asha,
        now=NOW,
    )


def test_its_day_is_the_first_ones_and_its_share_its_own(session: Session, firm: Cast) -> None:
    first = first_of(session, firm)
    second = begun(session, firm, first)
    assert written(rewrite(session, firm, second, percent=30)).changed
    row = pack_of(session, second)
    assert (row.day, row.b_percent, row.title) == (DAY, 30, "Other words")
    a = pack_of(session, first)
    answer = write_content(
        session,
        content=first,
        version=a.version,
        day=DAY.replace(day=26),
        title=a.title,
        variants=(ENGLISH,),
        by=firm.asha,
        now=NOW,
    )
    assert written(answer).changed
    assert pack_of(session, second).day == DAY.replace(day=26)


@pytest.mark.parametrize("percent", [0, 9, 91, 100])
def test_a_share_that_proves_nothing_is_refused(session: Session, firm: Cast, percent: int) -> None:
    second = begun(session, firm, first_of(session, firm))
    assert isinstance(rewrite(session, firm, second, percent=percent), Refused)


def test_another_share_ends_its_approval_and_that_of_nobody_else(
    session: Session, firm: Cast
) -> None:
    first = first_of(session, firm)
    second = begun(session, firm, first)
    for one in (first, second):
        put_into(session, one, ContentState.APPROVED, firm.bharat)
    assert written(rewrite(session, firm, second, percent=20)).voided
    assert pack_of(session, second).content_hash is None
    assert pack_of(session, first).state == ContentState.APPROVED


def approved(session: Session, firm: Cast, which: ContentId) -> Approved | Refused:
    version = pack_of(session, which).version
    done = submit_content(session, which, version=version, by=firm.asha, now=NOW)
    if isinstance(done, Refused):
        return done
    return approve_content(session, which, version=version, by=firm.bharat, now=NOW)


def test_it_need_not_be_written_in_every_language_but_in_none_the_first_has_not(
    session: Session, firm: Cast
) -> None:
    first = first_of(session, firm)
    second = begun(session, firm, first)
    row = pack_of(session, second)
    english = content.pack(session, firm.tenant, second)
    assert english is not None
    answer = write_content(
        session,
        content=second,
        version=row.version,
        day=DAY,
        title="English alone",
        variants=english.drafts[:1],
        by=firm.asha,
        now=NOW,
    )
    assert written(answer).changed
    seen = content.pack(session, firm.tenant, second)
    assert seen is not None
    assert all(check.passed for check in seen.look.checks if check.name == "languages")
    assert isinstance(approved(session, firm, second), Approved)

    a = pack_of(session, first)
    write_content(
        session,
        content=first,
        version=a.version,
        day=DAY,
        title="Hindi alone",
        variants=english.drafts[1:],
        by=firm.asha,
        now=NOW,
    )
    assert written(rewrite_english(session, firm, second)).voided
    refused = approved(session, firm, second)
    assert isinstance(refused, Refused)
    assert any("wording A is not" in line for line in refused.details)


def rewrite_english(session: Session, firm: Cast, second: ContentId) -> Written | Refused:
    seen = content.pack(session, firm.tenant, second)
    assert seen is not None
    return write_content(
        session,
        content=second,
        version=seen.row.version,
        day=DAY,
        title="English once more",
        variants=seen.drafts,
        by=firm.asha,
        now=NOW,
    )


def test_it_is_approved_by_somebody_else_and_by_itself(session: Session, firm: Cast) -> None:
    first = first_of(session, firm)
    second = begun(session, firm, first)
    done = approved(session, firm, second)
    assert isinstance(done, Approved), done
    assert pack_of(session, first).state == ContentState.DRAFT
    assert pack_of(session, second).content_hash == done.content_hash


def test_an_approver_sees_both(session: Session, firm: Cast) -> None:
    first = first_of(session, firm)
    second = begun(session, firm, first)
    for which, other in ((first, second), (second, first)):
        seen = approvals.review(session, firm.tenant, which)
        assert seen is not None
        assert seen.other is not None
        assert seen.other.row.id == other
        assert [one.text for one in seen.other.look.shown]


def test_templates_of_another_category_do_not_go_beside_it(session: Session, firm: Cast) -> None:
    second = begun(session, firm, first_of(session, firm))
    for language in ("en", "hi"):
        body = "Namaste {{1}}, {{2}}"
        templates.put(
            session, firm.tenant, name="sale", language=language, category="MARKETING",
            status="APPROVED", body=body, now=NOW,
        )  # fmt: skip
    seen = content.pack(session, firm.tenant, second)
    assert seen is not None
    drafts = [replace(one, template_name="sale") for one in seen.drafts]
    answer = write_content(
        session, content=second, version=1, day=DAY, title="Sale", variants=drafts,
        by=firm.asha, now=NOW,
    )  # fmt: skip
    written(answer)
    refused = submit_content(session, second, version=2, by=firm.asha, now=NOW)
    assert not isinstance(refused, Submitted)
    assert any("another category" in line for line in refused.details)
