"""Submitting, approving, rejecting: the checks, the four eyes, and what an approval binds to."""

import hashlib
import json
from dataclasses import replace

import pytest
from sqlmodel import Session, col, select

from engine.commands.approve_content import Approved, approve_content
from engine.commands.reject_content import Rejected, reject_content
from engine.commands.submit_content import Submitted, submit_content
from engine.commands.write_content import VariantDraft, Written, write_content
from engine.domain.audit import Intact
from engine.domain.content import ContentState, Language, content_hash
from engine.domain.ids import ContentId
from engine.domain.refusal import Refused
from engine.domain.roles import CLI, Actor, Forbidden, Role
from engine.store import audit, templates
from engine.store import content as contents
from engine.store.tables import AuditEntry, Content
from tests.commands.content_cast import DAY, NOW, Cast, add_subscriber, add_templates, cast

WORDS = {
    Language.EN: "Nifty holds 24,200. Read more: https://udaya.example/note",
    Language.HI: "निफ्टी 24,200 पर स्थिर। और पढ़ें: https://udaya.example/note",
    Language.MR: "निफ्टी 24,200 वर स्थिर. अधिक वाचा: https://udaya.example/note",
}


def draft(language: Language, words: str | None = None) -> VariantDraft:
    return VariantDraft(
        language=language,
        template_name="morning_view",
        template_language=language.lower(),
        parameters=("{name}", words if words is not None else WORDS[language]),
    )


@pytest.fixture
def firm(session: Session) -> Cast:
    who = cast(session)
    add_templates(session, who.tenant)
    add_subscriber(session, who.tenant, "Ira Nair", Language.EN, "+919812345601")
    add_subscriber(session, who.tenant, "जया शर्मा", Language.HI, "+919812345602")
    return who


def write(
    session: Session,
    by: Actor,
    *drafts: VariantDraft,
    content: ContentId | None = None,
    version: int | None = None,
) -> Written:
    answer = write_content(
        session,
        content=content,
        version=version,
        day=DAY,
        title="Nifty outlook",
        variants=drafts or tuple(draft(language) for language in Language),
        by=by,
        now=NOW,
    )
    assert isinstance(answer, Written), answer
    return answer


def submitted(session: Session, firm: Cast) -> ContentId:
    content = write(session, firm.asha).content
    answer = submit_content(session, content, version=1, by=firm.asha, now=NOW)
    assert isinstance(answer, Submitted), answer
    return content


def approved(session: Session, firm: Cast) -> Approved:
    answer = approve_content(session, submitted(session, firm), version=1, by=firm.bharat, now=NOW)
    assert isinstance(answer, Approved), answer
    return answer


def pack_of(session: Session, content: ContentId) -> Content:
    pack = contents.get(session, content)
    assert pack is not None
    session.refresh(pack)
    return pack


def actions(session: Session) -> list[str]:
    return list(session.exec(select(AuditEntry.action).order_by(col(AuditEntry.number))).all())


def test_the_whole_way_leaves_its_trail(session: Session, firm: Cast) -> None:
    answer = approved(session, firm)
    pack = pack_of(session, answer.content)
    assert (pack.state, pack.content_hash) == (ContentState.APPROVED, answer.content_hash)
    assert (pack.decided_by, pack.decided_at) == (firm.bharat.user, NOW)
    assert actions(session) == ["content.created", "content.submitted", "content.approved"]
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "content.approved")).one()
    assert entry.actor == firm.bharat.label
    assert json.loads(entry.after)["content_hash"] == answer.content_hash
    assert isinstance(audit.verify(session), Intact)


def test_an_approval_binds_to_everything_that_is_sent(session: Session, firm: Cast) -> None:
    answer = approved(session, firm)
    variants = [contents.as_new(v) for v in contents.variants(session, answer.content)]
    assert answer.content_hash == content_hash(variants)
    english = variants[0]
    for other in (
        replace(english, parameters=("{name}", "Nifty holds 24,201.")),
        replace(english, template_version=2),
        replace(english, template_name="evening_view"),
        replace(english, body=english.body + " "),
        replace(english, brand_line="Udaya Research"),
    ):
        assert content_hash([other, *variants[1:]]) != answer.content_hash


def test_an_approval_is_for_the_version_the_approver_saw(session: Session, firm: Cast) -> None:
    content = submitted(session, firm)
    write(session, firm.asha, draft(Language.EN), draft(Language.HI), content=content, version=1)
    submit_content(session, content, version=2, by=firm.asha, now=NOW)
    answer = approve_content(session, content, version=1, by=firm.bharat, now=NOW)
    assert isinstance(answer, Refused)
    assert "version 2" in answer.why
    assert pack_of(session, content).state == ContentState.SUBMITTED
    assert isinstance(
        approve_content(session, content, version=2, by=firm.bharat, now=NOW), Approved
    )


def test_an_author_never_approves_their_own_content_whatever_their_role(
    session: Session, firm: Cast
) -> None:
    content = write(session, firm.esha).content  # an administrator may write, and may approve
    submit_content(session, content, version=1, by=firm.esha, now=NOW)
    answer = approve_content(session, content, version=1, by=firm.esha, now=NOW)
    assert isinstance(answer, Refused)
    promoted = replace(firm.asha, role=Role.APPROVER)
    content = submitted(session, firm)
    answer = approve_content(session, content, version=1, by=promoted, now=NOW)
    assert isinstance(answer, Refused)
    assert pack_of(session, content).state == ContentState.SUBMITTED
    assert "content.approved" not in actions(session)


def test_who_mended_a_word_does_not_approve_it_either(session: Session, firm: Cast) -> None:
    content = submitted(session, firm)
    write(session, firm.esha, draft(Language.EN), draft(Language.HI), content=content, version=1)
    write(session, firm.asha, content=content, version=2)  # and the author put it back
    submit_content(session, content, version=3, by=firm.asha, now=NOW)
    assert isinstance(approve_content(session, content, version=3, by=firm.esha, now=NOW), Refused)
    assert isinstance(
        approve_content(session, content, version=3, by=firm.bharat, now=NOW), Approved
    )


def test_only_approvers_and_administrators_decide(session: Session, firm: Cast) -> None:
    content = submitted(session, firm)
    for somebody in (firm.asha, firm.chitra, firm.dev):
        with pytest.raises(Forbidden):
            approve_content(session, content, version=1, by=somebody, now=NOW)
        with pytest.raises(Forbidden):
            reject_content(session, content, version=1, comment="no", by=somebody, now=NOW)
    assert isinstance(approve_content(session, content, version=1, by=CLI, now=NOW), Refused)


def test_only_authors_submit(session: Session, firm: Cast) -> None:
    content = write(session, firm.asha).content
    for somebody in (firm.bharat, firm.chitra, firm.dev):
        with pytest.raises(Forbidden):
            submit_content(session, content, version=1, by=somebody, now=NOW)


def test_another_firm_decides_nothing_here(session: Session, firm: Cast) -> None:
    content = submitted(session, firm)
    for answer in (
        approve_content(session, content, version=1, by=firm.stranger, now=NOW),
        reject_content(session, content, version=1, comment="no", by=firm.stranger, now=NOW),
        submit_content(session, content, version=1, by=firm.stranger, now=NOW),
    ):
        assert isinstance(answer, Refused)
    assert pack_of(session, content).state == ContentState.SUBMITTED


def test_what_compliance_forbids_is_refused_with_the_list_in_words(
    session: Session, firm: Cast
) -> None:
    content = write(session, firm.asha, draft(Language.EN, "Guaranteed 20 % by Friday!")).content
    answer = submit_content(session, content, version=1, by=firm.asha, now=NOW)
    assert isinstance(answer, Refused)
    said = " ".join(answer.details)
    assert "uaranteed" in said
    assert "Hindi" in said  # one subscriber reads Hindi, and there is nothing for them
    assert pack_of(session, content).state == ContentState.DRAFT
    assert "content.submitted" not in actions(session)


def test_what_is_only_a_warning_goes_to_the_approver(session: Session, firm: Cast) -> None:
    drafts = [
        draft(Language.EN, "The best view of Nifty: https://udaya.example"),
        draft(Language.HI),
    ]
    content = write(session, firm.asha, *drafts).content
    answer = submit_content(session, content, version=1, by=firm.asha, now=NOW)
    assert isinstance(answer, Submitted), answer


@pytest.mark.parametrize("status", ["PAUSED", "REJECTED", "DISABLED"])
def test_a_template_whatsapp_would_not_send_is_neither_submitted_nor_approved(
    session: Session, firm: Cast, status: str
) -> None:
    waiting = submitted(session, firm)
    late = write(session, firm.asha).content
    assert templates.set_status(
        session, firm.tenant, name="morning_view", language="hi", status=status, now=NOW
    )
    for answer in (
        submit_content(session, late, version=1, by=firm.asha, now=NOW),
        approve_content(session, waiting, version=1, by=firm.bharat, now=NOW),
    ):
        assert isinstance(answer, Refused)
        (problem,) = answer.details
        assert problem.startswith("Hindi: Template morning_view")


def test_words_whatsapp_changed_meanwhile_are_not_approved_unseen(
    session: Session, firm: Cast
) -> None:
    content = submitted(session, firm)
    templates.put(
        session,
        firm.tenant,
        name="morning_view",
        language="en",
        category="UTILITY",
        status="APPROVED",
        body="Dear {{1}}: {{2}}",
        now=NOW,
    )
    answer = approve_content(session, content, version=1, by=firm.bharat, now=NOW)
    assert isinstance(answer, Refused)
    assert "other words" in " ".join(answer.details)


def test_a_rejection_needs_a_comment_and_goes_back_to_the_author(
    session: Session, firm: Cast
) -> None:
    content = submitted(session, firm)
    answer = reject_content(session, content, version=1, comment="  ", by=firm.bharat, now=NOW)
    assert isinstance(answer, Refused)
    answer = reject_content(
        session, content, version=1, comment="Name the source.", by=firm.bharat, now=NOW
    )
    assert answer == Rejected(content, took_back=False)
    pack = pack_of(session, content)
    assert (pack.state, pack.comment, pack.content_hash) == ("rejected", "Name the source.", None)
    again = submit_content(session, content, version=1, by=firm.asha, now=NOW)
    assert isinstance(again, Submitted)
    assert pack_of(session, content).comment == ""


def test_an_approval_can_be_taken_back_until_a_broadcast_holds_it(
    session: Session, firm: Cast
) -> None:
    answer = approved(session, firm)
    taken = reject_content(
        session, answer.content, version=1, comment="A typo.", by=firm.bharat, now=NOW
    )
    assert taken == Rejected(answer.content, took_back=True)
    assert pack_of(session, answer.content).content_hash is None
    second = approved(session, firm)
    contents.move(session, pack_of(session, second.content), state=ContentState.LOCKED, now=NOW)
    taken = reject_content(
        session, second.content, version=1, comment="A typo.", by=firm.bharat, now=NOW
    )
    assert isinstance(taken, Refused)
    assert pack_of(session, second.content).content_hash == second.content_hash


@pytest.mark.parametrize("state", list(ContentState))
def test_only_what_was_submitted_can_be_approved(
    session: Session, firm: Cast, state: ContentState
) -> None:
    content = submitted(session, firm)
    contents.move(session, pack_of(session, content), state=state, now=NOW)
    answer = approve_content(session, content, version=1, by=firm.bharat, now=NOW)
    assert isinstance(answer, Approved) == (state is ContentState.SUBMITTED)


def test_the_hash_is_a_sha256(session: Session, firm: Cast) -> None:
    assert len(bytes.fromhex(approved(session, firm).content_hash)) == hashlib.sha256().digest_size
