"""What the Content and Approvals pages are told about the packs."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from engine.commands.approve_content import Approved, approve_content
from engine.commands.reject_content import reject_content
from engine.commands.submit_content import Submitted, submit_content
from engine.commands.write_content import Written, write_content
from engine.domain.content import ContentState, Language
from engine.domain.draft import VariantDraft
from engine.domain.ids import ContentId, TenantId
from engine.read import content as read
from engine.read.approvals import approvals, review
from engine.read.content_look import look
from engine.store import content as contents
from engine.store import content_lists, templates
from engine.store.content import NewVariant
from tests.commands.content_cast import DAY, NOW, Cast, add_subscriber, add_templates, cast

LINK = "https://udaya.example/note"


@pytest.fixture
def firm(session: Session) -> Cast:
    who = cast(session)
    add_templates(session, who.tenant)
    add_subscriber(session, who.tenant, "Ira Nair", Language.EN, "+919812345601")
    add_subscriber(session, who.tenant, "Kavya Rao", Language.EN, "+919812345603")
    add_subscriber(session, who.tenant, "जया शर्मा", Language.HI, "+919812345602")
    return who


def draft(language: Language, words: str = f"Nifty holds. {LINK}") -> VariantDraft:
    return VariantDraft(
        language=language,
        template_name="morning_view",
        template_language=language.lower(),
        parameters=("{name}", words),
    )


def write(session: Session, firm: Cast, *, title: str = "Nifty", days: int = 0) -> ContentId:
    answer = write_content(
        session,
        content=None,
        version=None,
        day=DAY + timedelta(days=days),
        title=title,
        variants=[draft(Language.EN), draft(Language.HI)],
        by=firm.asha,
        now=NOW,
    )
    assert isinstance(answer, Written), answer
    return answer.content


def submit(session: Session, firm: Cast, content: ContentId) -> None:
    answer = submit_content(session, content, version=1, by=firm.asha, now=NOW)
    assert isinstance(answer, Submitted), answer


def approve(session: Session, firm: Cast, content: ContentId) -> Approved:
    answer = approve_content(session, content, version=1, comment="Fine", by=firm.bharat, now=NOW)
    assert isinstance(answer, Approved), answer
    return answer


def pack_of(session: Session, tenant: TenantId, content: ContentId) -> read.Pack:
    pack = read.pack(session, tenant, content)
    assert pack is not None
    return pack


def test_the_newest_day_comes_first_and_pages_follow(session: Session, firm: Cast) -> None:
    for days in (1, 0, 2):
        write(session, firm, title=f"Day {days}", days=days)
    first = read.packs(session, firm.tenant, limit=2)
    assert ([row.title for row in first.rows], first.total) == (["Day 2", "Day 1"], 3)
    second = read.packs(session, firm.tenant, limit=2, offset=2)
    assert [row.title for row in second.rows] == ["Day 0"]
    assert first.rows[0].languages == ("EN", "HI")
    assert (first.rows[0].author, first.rows[0].decided_by) == ("Asha Kulkarni", None)


def test_each_firm_sees_its_own_packs(session: Session, firm: Cast) -> None:
    content = write(session, firm)
    assert firm.stranger.tenant is not None
    assert read.packs(session, firm.stranger.tenant, limit=9) == read.Packs((), 0)
    assert read.pack(session, firm.stranger.tenant, content) is None


def test_a_pack_is_shown_as_a_real_recipient_gets_it(session: Session, firm: Cast) -> None:
    english, hindi = pack_of(session, firm.tenant, write(session, firm)).look.shown
    assert english.text.startswith(f"Namaste Ira Nair, Nifty holds. {LINK}")
    assert (english.recipient, english.audience) == ("Ira Nair", 2)
    assert hindi.text.startswith("Namaste जया शर्मा,")
    assert "प्रतिभूति" in hindi.text


def test_a_language_without_readers_keeps_its_fields_visible(session: Session, firm: Cast) -> None:
    (marathi,) = look(session, firm.tenant, [draft(Language.MR)]).shown
    assert marathi.text.startswith("Namaste {name},")
    assert (marathi.recipient, marathi.audience) == (None, 0)


def test_checks_follow_what_is_typed_before_anything_is_stored(
    session: Session, firm: Cast
) -> None:
    seen = look(session, firm.tenant, [draft(Language.EN, "Guaranteed gains.")])
    failed = {check.name: check for check in seen.checks if not check.passed}
    assert {"languages", "assured_returns", "link"} <= failed.keys()
    assert failed["assured_returns"].blocks
    assert content_lists.count(session, firm.tenant) == 0
    fine = look(session, firm.tenant, [draft(Language.EN), draft(Language.HI)])
    assert [check.name for check in fine.checks if not check.passed and check.blocks] == []


def test_an_unknown_template_is_left_out_and_missed(session: Session, firm: Cast) -> None:
    lost = VariantDraft(
        language=Language.EN, template_name="gone", template_language="en", parameters=()
    )
    seen = look(session, firm.tenant, [lost])
    assert seen.shown == ()
    assert not next(check for check in seen.checks if check.name == "languages").passed


def test_a_paused_template_shows_until_the_pack_is_part_of_a_broadcast(
    session: Session, firm: Cast
) -> None:
    content = write(session, firm)
    templates.set_status(
        session, firm.tenant, name="morning_view", language="hi", status="PAUSED", now=NOW
    )
    checks = {check.name: check for check in pack_of(session, firm.tenant, content).look.checks}
    assert not checks["template"].passed
    assert "Hindi" in checks["template"].words
    stored = contents.get(session, content)
    assert stored is not None
    contents.move(session, stored, state=ContentState.SENT, now=NOW)
    checks = {check.name: check for check in pack_of(session, firm.tenant, content).look.checks}
    assert "template" not in checks


def test_what_was_approved_is_what_is_there(session: Session, firm: Cast) -> None:
    content = write(session, firm)
    submit(session, firm, content)
    assert pack_of(session, firm.tenant, content).row.content_hash is None
    approved = approve(session, firm, content)
    pack = pack_of(session, firm.tenant, content)
    assert pack.intact
    assert pack.row.content_hash == approved.content_hash == pack.look.content_hash
    assert (pack.row.decided_by, pack.row.decided_at, pack.row.comment) == (
        "Bharat Iyer",
        NOW,
        "Fine",
    )


def test_tampering_with_what_was_approved_shows(session: Session, firm: Cast) -> None:
    content = write(session, firm)
    submit(session, firm, content)
    approve(session, firm, content)
    variants = [contents.as_new(variant) for variant in contents.variants(session, content)]
    forged = NewVariant(
        language=Language.EN,
        template_name="morning_view",
        template_language="en",
        template_version=1,
        category="UTILITY",
        body=variants[0].body,
        parameters=("{name}", "Buy everything."),
    )
    contents.replace_variants(session, content, [forged, variants[1]])
    assert not pack_of(session, firm.tenant, content).intact


def test_the_most_urgent_day_waits_on_top(session: Session, firm: Cast) -> None:
    later, sooner, draft_only = (
        write(session, firm, days=3),
        write(session, firm, days=1),
        write(session, firm, days=0),
    )
    for content in (later, sooner):
        submit(session, firm, content)
    answer = approvals(session, firm.tenant)
    assert [row.id for row in answer.waiting] == [sooner, later]
    assert draft_only not in {row.id for row in answer.waiting}
    assert answer.decided == ()
    approve(session, firm, later)
    answer = approvals(session, firm.tenant)
    assert [row.id for row in answer.waiting] == [sooner]
    assert [row.id for row in answer.decided] == [later]


def test_an_approver_sees_what_changed_since_the_last_decision(
    session: Session, firm: Cast
) -> None:
    content = write(session, firm)
    submit(session, firm, content)
    seen = review(session, firm.tenant, content)
    assert seen is not None
    assert (seen.since, seen.changes) == (None, ())
    reject_content(session, content, version=1, comment="Mend it.", by=firm.bharat, now=NOW)
    english = draft(Language.EN, f"Nifty slips. {LINK}")
    for version, drafts in ((1, [english, draft(Language.MR)]), (2, [english])):
        write_content(
            session,
            content=content,
            version=version,
            day=DAY,
            title="Nifty",
            variants=drafts,
            by=firm.asha,
            now=NOW,
        )
    seen = review(session, firm.tenant, content)
    assert seen is not None
    assert seen.since == 1
    template = "morning_view, version 1"
    assert [(c.language, c.what, c.before, c.after) for c in seen.changes] == [
        ("EN", "parameter 2", f"Nifty holds. {LINK}", f"Nifty slips. {LINK}"),
        ("HI", "template", template, ""),
        ("HI", "parameter 1", "{name}", ""),
        ("HI", "parameter 2", f"Nifty holds. {LINK}", ""),
    ]
    assert firm.stranger.tenant is not None
    assert review(session, firm.stranger.tenant, content) is None


def test_choices_are_the_templates_of_our_languages(session: Session, firm: Cast) -> None:
    templates.put(
        session, firm.tenant, name="a_note", language="en_US", category="UTILITY",
        status="PAUSED", body="Hello {{1}}, {{2}} and {{1}}", now=NOW,
    )  # fmt: skip
    templates.put(
        session, firm.tenant, name="a_note", language="ta", category="UTILITY",
        status="APPROVED", body="Hello", now=NOW,
    )  # fmt: skip
    choices = read.template_choices(session, firm.tenant)
    assert [(c.name, c.template_language, c.sendable) for c in choices] == [
        ("morning_view", "en", True),
        ("morning_view", "hi", True),
        ("morning_view", "mr", True),
        ("a_note", "en_US", False),
    ]
    assert (choices[-1].language, choices[-1].places) == (Language.EN, 2)
