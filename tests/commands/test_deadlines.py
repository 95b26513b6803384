"""A late approval needs a word of its own, one after the last call is none; both databases."""

import json
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from engine.commands.approve_content import Approved, approve_content
from engine.commands.change_compliance_rules import RulesChanged, change_compliance_rules
from engine.commands.submit_content import Submitted, submit_content
from engine.commands.write_content import Written, write_content
from engine.domain.audit import Intact
from engine.domain.compliance_rules import DEFAULT_RULES
from engine.domain.content import Language
from engine.domain.draft import VariantDraft
from engine.domain.ids import ContentId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Forbidden
from engine.domain.rules_form import as_form
from engine.read.compliance import rules
from engine.store import audit, deadlines
from engine.store.tables import AuditEntry, Schedule
from tests.commands.content_cast import DAY, NOW, Cast, add_templates, cast

LINK = "https://udaya.example/note"
FORM = as_form(DEFAULT_RULES)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def firm(session: Session) -> Cast:
    who = cast(session)
    add_templates(session, who.tenant)
    session.add(Schedule(tenant_id=who.tenant, name="Daily", kind="daily", created_at=NOW))
    session.flush()
    return who


def submitted(session: Session, firm: Cast, *, evergreen: bool = False) -> ContentId:
    written = write_content(
        session,
        content=None,
        version=None,
        day=DAY,
        title="Nifty",
        variants=[
            VariantDraft(
                language=Language.EN,
                template_name="morning_view",
                template_language="en",
                parameters=("{name}", f"Nifty holds. {LINK}"),
            )
        ],
        evergreen=evergreen,
        by=firm.asha,
        now=NOW,
    )
    assert isinstance(written, Written), written
    done = submit_content(session, written.content, version=1, by=firm.asha, now=NOW)
    assert isinstance(done, Submitted), done
    return written.content


def approve(
    session: Session, firm: Cast, content: ContentId, *, before_six: int, late: bool = False
) -> Approved | Refused:
    times = deadlines.of_day(session, TenantId(firm.tenant), DAY)
    assert times is not None
    at = times.opens_at - before_six * MINUTE
    return approve_content(session, content, version=1, late=late, by=firm.bharat, now=at)


def test_an_approval_before_the_cut_off_needs_nothing_more(session: Session, firm: Cast) -> None:
    answer = approve(session, firm, submitted(session, firm), before_six=31)
    assert isinstance(answer, Approved)


def test_a_late_approval_needs_an_explicit_word_and_is_recorded_as_late(
    session: Session, firm: Cast
) -> None:
    content = submitted(session, firm)
    refused = approve(session, firm, content, before_six=30)
    assert isinstance(refused, Refused)
    assert "cut-off" in refused.why
    assert isinstance(approve(session, firm, content, before_six=6, late=True), Approved)
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "content.approved")).one()
    assert json.loads(entry.after)["late"] is True


def test_after_the_last_call_no_word_helps_until_the_morning_is_over(
    session: Session, firm: Cast
) -> None:
    content = submitted(session, firm)
    refused = approve(session, firm, content, before_six=5, late=True)
    assert isinstance(refused, Refused)
    assert "last call" in refused.why
    assert isinstance(approve(session, firm, content, before_six=-1), Approved)


def test_an_evergreen_has_no_deadline(session: Session, firm: Cast) -> None:
    content = submitted(session, firm, evergreen=True)
    assert isinstance(approve(session, firm, content, before_six=3), Approved)


def test_rules_of_ones_own_decide_the_next_submission(session: Session, firm: Cast) -> None:
    own = FORM | {"assured_returns": "nifty holds"}
    changed = change_compliance_rules(
        session, firm.tenant, own, number=0, note="Counsel", by=firm.bharat, now=NOW
    )
    assert changed == RulesChanged(1, ("assured_returns",))
    written = write_content(
        session,
        content=None,
        version=None,
        day=DAY,
        title="Nifty",
        variants=[
            VariantDraft(
                language=Language.EN,
                template_name="morning_view",
                template_language="en",
                parameters=("{name}", f"Nifty holds. {LINK}"),
            )
        ],
        by=firm.asha,
        now=NOW,
    )
    assert isinstance(written, Written)
    answer = submit_content(session, written.content, version=1, by=firm.asha, now=NOW)
    assert isinstance(answer, Refused)
    assert any("nifty holds" in detail for detail in answer.details)


def test_an_edition_says_why_and_what_changed_and_the_trail_has_both(
    session: Session, firm: Cast
) -> None:
    def change(number: int, note: str, **typed: str) -> RulesChanged | Refused:
        return change_compliance_rules(
            session, firm.tenant, FORM | typed, number=number, note=note, by=firm.esha, now=NOW
        )

    untouched = rules(session, firm.tenant)
    assert (untouched.number, untouched.form, untouched.history) == (0, FORM, ())
    assert isinstance(change(0, " ", superlatives="best"), Refused)
    assert change(0, "Fewer", superlatives="best") == RulesChanged(1, ("superlatives",))
    assert change(1, "", superlatives="best") == RulesChanged(1, ())
    stale = change(0, "Again", superlatives="finest")
    assert isinstance(stale, Refused)
    assert "Somebody else" in stale.why
    wrong = change(1, "Bad", body_characters="9", superlatives="finest")
    assert isinstance(wrong, Refused)
    assert wrong.details == ("body_characters: A whole number from 100 to 1,024.",)
    shown = rules(session, firm.tenant)
    assert (shown.number, shown.form["superlatives"]) == (1, "best")
    assert [(one.number, one.who, one.note) for one in shown.history] == [
        (1, "Esha Menon", "Fewer")
    ]
    entry = session.exec(
        select(AuditEntry).where(col(AuditEntry.action) == "compliance.rules_changed")
    ).one()
    assert json.loads(entry.after)["superlatives"] == "best"
    assert isinstance(audit.verify(session), Intact)


def test_only_compliance_and_administrators_change_the_rules(session: Session, firm: Cast) -> None:
    for somebody in (firm.asha, firm.chitra, firm.dev, firm.stranger):
        with pytest.raises(Forbidden):
            change_compliance_rules(
                session, firm.tenant, FORM, number=0, note="x", by=somebody, now=NOW
            )
