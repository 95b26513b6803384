"""What people do to senders: rest, resume, pace, role; always audited, never on another firm's."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from engine.commands.change_sender_pace import change_sender_pace
from engine.commands.rest_sender import rest_sender
from engine.commands.resume_sender import resume_sender
from engine.commands.set_sender_role import set_sender_role
from engine.domain.ids import SenderId
from engine.domain.refusal import Refused
from engine.domain.roles import Forbidden
from engine.store import senders
from engine.store.tables import AuditEntry, Sender
from tests.commands.content_cast import NOW, Cast, add_sender, cast

LATER = NOW + timedelta(minutes=5)


def row_of(session: Session, sender: SenderId) -> Sender:
    row = senders.get(session, sender)
    assert row is not None
    return row


def last_audit(session: Session) -> AuditEntry:
    statement = select(AuditEntry).order_by(col(AuditEntry.number).desc()).limit(1)
    return session.exec(statement).one()


@pytest.fixture
def firm(session: Session) -> Cast:
    return cast(session)


def test_a_rested_sender_says_who_rested_it_and_why(session: Session, firm: Cast) -> None:
    sender = add_sender(session, firm.tenant, 4101)
    assert rest_sender(session, sender, reason="too many blocks", by=firm.chitra, now=LATER) is None
    row = row_of(session, sender)
    assert (row.state, row.state_reason) == ("resting", "Rested by Chitra Rao: too many blocks")
    entry = last_audit(session)
    assert (entry.action, entry.subject) == ("sender.rested", f"sender:{sender}")
    assert entry.actor == firm.chitra.label
    assert json.loads(entry.before)["state"] == "active"
    assert json.loads(entry.after)["state"] == "resting"


def test_a_sender_is_rested_once(session: Session, firm: Cast) -> None:
    sender = add_sender(session, firm.tenant, 4101)
    assert rest_sender(session, sender, by=firm.chitra, now=LATER) is None
    before = last_audit(session).number
    assert isinstance(rest_sender(session, sender, by=firm.chitra, now=LATER), Refused)
    assert last_audit(session).number == before


def test_a_resting_or_stopped_sender_comes_back(session: Session, firm: Cast) -> None:
    sender = add_sender(session, firm.tenant, 4101)
    for state in ("resting", "stopped"):
        assert senders.set_state(
            session, sender, was="active", state=state, reason="quality RED", now=NOW
        )
        assert resume_sender(session, sender, by=firm.chitra, now=LATER) is None
        row = row_of(session, sender)
        assert (row.state, row.state_reason) == ("active", "")
        assert last_audit(session).action == "sender.resumed"
    assert isinstance(resume_sender(session, sender, by=firm.chitra, now=LATER), Refused)


@pytest.mark.parametrize("status", ["BANNED", "RESTRICTED", "DISCONNECTED"])
def test_a_number_whatsapp_has_shut_cannot_be_resumed(
    session: Session, firm: Cast, status: str
) -> None:
    sender = add_sender(session, firm.tenant, 4101)
    rest_sender(session, sender, by=firm.chitra, now=NOW)
    senders.record_poll(
        session,
        sender,
        quality="RED",
        status=status,
        throughput="STANDARD",
        messaging_limit="TIER_10K",
        now=NOW,
    )
    answer = resume_sender(session, sender, by=firm.chitra, now=LATER)
    assert isinstance(answer, Refused)
    assert status.lower() in answer.why
    assert row_of(session, sender).state == "resting"


def test_a_pace_stays_below_what_the_number_may(session: Session, firm: Cast) -> None:
    sender = add_sender(session, firm.tenant, 4101)
    for rate in (0.0, 0.5, -3.0, 80.5, 1000.0, float("nan"), float("inf")):
        answer = change_sender_pace(session, sender, rate, by=firm.chitra, now=LATER)
        assert isinstance(answer, Refused), rate
    assert row_of(session, sender).rate_per_second == 80.0
    assert change_sender_pace(session, sender, 50.0, by=firm.chitra, now=LATER) is None
    assert row_of(session, sender).rate_per_second == 50.0
    entry = last_audit(session)
    assert (json.loads(entry.before), json.loads(entry.after)) == (
        {"rate_per_second": 80.0},
        {"rate_per_second": 50.0},
    )


def test_a_number_of_high_throughput_may_be_paced_higher(session: Session, firm: Cast) -> None:
    sender = add_sender(session, firm.tenant, 4101)
    senders.record_poll(
        session,
        sender,
        quality="GREEN",
        status="CONNECTED",
        throughput="HIGH",
        messaging_limit="TIER_UNLIMITED",
        now=NOW,
    )
    assert change_sender_pace(session, sender, 400.0, by=firm.chitra, now=LATER) is None


def test_the_last_primary_stays_a_primary(session: Session, firm: Cast) -> None:
    first = add_sender(session, firm.tenant, 4101)
    second = add_sender(session, firm.tenant, 4102)
    add_sender(session, firm.tenant, 4190, role="backup")
    assert set_sender_role(session, first, "backup", by=firm.chitra, now=LATER) is None
    assert last_audit(session).action == "sender.role_changed"
    assert isinstance(
        set_sender_role(session, second, "backup", by=firm.chitra, now=LATER), Refused
    )
    assert set_sender_role(session, first, "primary", by=firm.chitra, now=LATER) is None
    assert set_sender_role(session, second, "backup", by=firm.chitra, now=LATER) is None


def test_there_are_no_other_roles(session: Session, firm: Cast) -> None:
    sender = add_sender(session, firm.tenant, 4101)
    invented: Any = "chief"  # what somebody could send over the websocket
    assert isinstance(
        set_sender_role(session, sender, invented, by=firm.chitra, now=LATER), Refused
    )
    assert row_of(session, sender).role == "primary"


def test_a_resting_primary_does_not_count_as_one_that_is_left(session: Session, firm: Cast) -> None:
    first = add_sender(session, firm.tenant, 4101)
    second = add_sender(session, firm.tenant, 4102)
    rest_sender(session, second, by=firm.chitra, now=NOW)
    assert isinstance(set_sender_role(session, first, "backup", by=firm.chitra, now=NOW), Refused)


def test_only_operators_and_administrators_touch_senders(session: Session, firm: Cast) -> None:
    sender = add_sender(session, firm.tenant, 4101)
    for somebody in (firm.asha, firm.bharat, firm.dev):
        with pytest.raises(Forbidden):
            rest_sender(session, sender, by=somebody, now=NOW)
        with pytest.raises(Forbidden):
            resume_sender(session, sender, by=somebody, now=NOW)
        with pytest.raises(Forbidden):
            change_sender_pace(session, sender, 20.0, by=somebody, now=NOW)
        with pytest.raises(Forbidden):
            set_sender_role(session, sender, "backup", by=somebody, now=NOW)
    assert rest_sender(session, sender, by=firm.esha, now=NOW) is None


def test_another_firm_does_not_even_see_our_senders(session: Session, firm: Cast) -> None:
    sender = add_sender(session, firm.tenant, 4101)
    for answer in (
        rest_sender(session, sender, by=firm.stranger, now=NOW),
        resume_sender(session, sender, by=firm.stranger, now=NOW),
        change_sender_pace(session, sender, 20.0, by=firm.stranger, now=NOW),
        set_sender_role(session, sender, "backup", by=firm.stranger, now=NOW),
    ):
        assert isinstance(answer, Refused)
    row = row_of(session, sender)
    assert (row.state, row.role, row.rate_per_second) == ("active", "primary", 80.0)
