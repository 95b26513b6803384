"""Adding, correcting and stopping subscribers, and settling what is held, on both databases."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from engine.commands.add_subscriber import add_subscriber
from engine.commands.discard_delivery import discard_delivery
from engine.commands.edit_subscriber import edit_subscriber
from engine.commands.resend_held import resend_held
from engine.commands.set_subscriber_status import set_subscriber_status
from engine.domain.delivery import State
from engine.domain.enrolment import SubscriberForm
from engine.domain.ids import DeliveryId, SubscriberId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Forbidden, Role
from engine.domain.subscriber import Status
from engine.store.tables import AuditEntry, Consent, Delivery, Subscriber, Tenant

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
HOME = TenantId(1)
FORM = SubscriberForm(
    name="Asha Kulkarni",
    phone="98123 45610",
    language="Marathi",
    tier="pro",
    region="Maharashtra",
    registration_no="arn-12345",
    consent_date="2026-11-01",
    consent_source="web form",
    consent_evidence="ticked the box",
)


@pytest.fixture
def operator(session: Session) -> Actor:
    for number in (1, 2):
        session.add(Tenant(id=number, name=f"tenant {number}", created_at=NOW))
    session.flush()
    return Actor("Neha", HOME, Role.OPERATOR)


def _add(session: Session, by: Actor, **changed: str) -> SubscriberId:
    form = SubscriberForm(**{**_fields(FORM), **changed})
    added = add_subscriber(session, by.tenant or HOME, form, by=by, now=NOW)
    assert not isinstance(added, Refused), added
    return added


def _fields(form: SubscriberForm) -> dict[str, str]:
    return {name: getattr(form, name) for name in SubscriberForm.__dataclass_fields__}


def _row(session: Session, subscriber: SubscriberId) -> Subscriber:
    session.expire_all()
    return session.exec(select(Subscriber).where(Subscriber.id == subscriber)).one()


def _consents(session: Session, subscriber: SubscriberId) -> list[tuple[bool, str, str]]:
    rows = session.exec(
        select(Consent).where(Consent.subscriber_id == subscriber).order_by(col(Consent.id))
    )
    return [(row.given, row.source, row.evidence) for row in rows]


def _audit(session: Session) -> list[AuditEntry]:
    return list(session.exec(select(AuditEntry).order_by(col(AuditEntry.number))))


def test_a_new_subscriber_is_active_in_one_spelling_with_the_consent_on_record(
    session: Session, operator: Actor
) -> None:
    added = _add(session, operator)
    row = _row(session, added)
    assert (row.name, row.phone, row.language, row.tier) == (
        *("Asha Kulkarni", "+919812345610", "MR", "PRO"),
    )
    assert (row.registration_no, row.status, row.consented) == ("ARN-12345", "ACTIVE", True)
    assert _consents(session, added) == [(True, "web form", "ticked the box")]


def test_everything_wrong_with_a_form_is_said_at_once(session: Session, operator: Actor) -> None:
    form = SubscriberForm(name="", phone="98123", language="Tamil", tier="gold")
    refused = add_subscriber(session, HOME, form, by=operator, now=NOW)
    assert isinstance(refused, Refused)
    said = " ".join(refused.details)
    for part in ("name is missing", "has 5 digits", "“Tamil”", "“gold”", "how they agreed", "when"):
        assert part in said, part
    assert session.exec(select(Subscriber)).all() == []


def test_a_number_belongs_to_one_subscriber_of_a_tenant_and_says_so(
    session: Session, operator: Actor
) -> None:
    _add(session, operator)
    again = add_subscriber(
        session,
        HOME,
        SubscriberForm(**{**_fields(FORM), "phone": "+91-98123-45610"}),
        by=operator,
        now=NOW,
    )
    assert isinstance(again, Refused)
    assert "exists already" in again.why
    neighbour = Actor("Ravi", TenantId(2), Role.OPERATOR)
    assert _add(session, neighbour) > 0


def test_nobody_is_added_without_the_permission_or_to_another_tenant(
    session: Session, operator: Actor
) -> None:
    with pytest.raises(Forbidden):
        add_subscriber(session, HOME, FORM, by=Actor("Vik", HOME, Role.VIEWER), now=NOW)
    with pytest.raises(Forbidden):
        add_subscriber(session, TenantId(2), FORM, by=operator, now=NOW)


def test_the_audit_trail_holds_no_name_and_no_whole_number(
    session: Session, operator: Actor
) -> None:
    added = _add(session, operator)
    changed = SubscriberForm(**{**_fields(FORM), "name": "Asha Joshi", "phone": "98123 45699"})
    assert edit_subscriber(session, added, changed, by=operator, now=NOW) is None
    for entry in _audit(session):
        assert "12345" not in entry.before + entry.after
        assert "Asha" not in entry.before + entry.after
    after = json.loads(_audit(session)[-1].after)
    assert {field: set(value) for field, value in after.items()} == {
        "name": {"hmac"},
        "phone": {"hmac"},
    }


def test_an_edit_that_changes_nothing_leaves_no_trace(session: Session, operator: Actor) -> None:
    added = _add(session, operator)
    before = len(_audit(session))
    assert edit_subscriber(session, added, FORM, by=operator, now=NOW) is None
    assert len(_audit(session)) == before


def test_an_edit_cannot_take_another_subscribers_number(session: Session, operator: Actor) -> None:
    _add(session, operator)
    other = _add(session, operator, phone="98123 45611")
    refused = edit_subscriber(session, other, FORM, by=operator, now=NOW)
    assert isinstance(refused, Refused)
    assert _row(session, other).phone == "+919812345611"


def test_another_tenants_subscriber_is_not_there(session: Session, operator: Actor) -> None:
    added = _add(session, operator)
    stranger = Actor("Ravi", TenantId(2), Role.OPERATOR)
    assert isinstance(edit_subscriber(session, added, FORM, by=stranger, now=NOW), Refused)
    moved = set_subscriber_status(session, added, Status.PAUSED, by=stranger, now=NOW)
    assert isinstance(moved, Refused)
    assert _row(session, added).status == "ACTIVE"


def test_pausing_and_resuming_is_audited_and_leaves_consent_alone(
    session: Session, operator: Actor
) -> None:
    added = _add(session, operator)
    for status in (Status.PAUSED, Status.ACTIVE):
        assert set_subscriber_status(session, added, status, by=operator, now=NOW) is None
        assert _row(session, added).status == status
    assert [entry.action for entry in _audit(session)][1:] == ["subscriber.status_changed"] * 2
    assert len(_consents(session, added)) == 1


def test_opting_out_goes_into_the_consent_history_and_only_a_new_consent_brings_back(
    session: Session, operator: Actor
) -> None:
    added = _add(session, operator)
    out = set_subscriber_status(
        session, added, Status.OPTED_OUT, reason="rang us", by=operator, now=NOW
    )
    assert out is None
    assert (_row(session, added).status, _row(session, added).consented) == ("OPTED_OUT", False)
    assert _consents(session, added)[-1] == (False, "told Neha", "rang us")

    back = set_subscriber_status(session, added, Status.ACTIVE, by=operator, now=NOW)
    assert isinstance(back, Refused)
    assert "new consent" in back.why
    old = SubscriberForm(consent_date="2026-11-21", consent_source="signed form")
    back = set_subscriber_status(session, added, Status.ACTIVE, consent=old, by=operator, now=NOW)
    assert isinstance(back, Refused)
    assert "22 Nov 2026" in back.why
    new = SubscriberForm(consent_date="2026-11-22", consent_source="signed form")
    assert (
        set_subscriber_status(session, added, Status.ACTIVE, consent=new, by=operator, now=NOW)
        is None
    )
    assert (_row(session, added).status, _row(session, added).consented) == ("ACTIVE", True)
    assert _consents(session, added)[-1][:2] == (True, "signed form")


def test_nobody_is_made_unreachable_by_hand(session: Session, operator: Actor) -> None:
    added = _add(session, operator)
    refused = set_subscriber_status(session, added, Status.UNREACHABLE, by=operator, now=NOW)
    assert isinstance(refused, Refused)
    assert _row(session, added).status == "ACTIVE"


def _delivery(session: Session, subscriber: SubscriberId, state: State) -> DeliveryId:
    row = Delivery(
        tenant_id=HOME,
        subscriber_id=subscriber,
        key=f"{subscriber}-{state}",
        content_hash="h",
        phone="+919812345610",
        language="MR",
        state=state,
        attempts=1,
        due_at=NOW - timedelta(hours=1),
        updated_at=NOW,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return DeliveryId(row.id)


def _state(session: Session, delivery: DeliveryId) -> tuple[str, str, datetime | None]:
    session.expire_all()
    row = session.exec(select(Delivery).where(Delivery.id == delivery)).one()
    return row.state, row.reason, row.due_at


def test_a_held_delivery_sent_again_knowingly_is_due_at_once(
    session: Session, operator: Actor
) -> None:
    held = _delivery(session, _add(session, operator), State.HELD)
    assert resend_held(session, held, by=operator, now=NOW) is None
    assert _state(session, held) == ("retrying", "Sent again knowingly by Neha", NOW)
    assert _audit(session)[-1].action == "delivery.resent_knowingly"
    again = resend_held(session, held, by=operator, now=NOW)
    assert isinstance(again, Refused)


def test_a_held_delivery_of_somebody_who_said_stop_is_not_sent_again(
    session: Session, operator: Actor
) -> None:
    subscriber = _add(session, operator)
    held = _delivery(session, subscriber, State.HELD)
    set_subscriber_status(session, subscriber, Status.OPTED_OUT, by=operator, now=NOW)
    assert isinstance(resend_held(session, held, by=operator, now=NOW), Refused)
    assert _state(session, held)[0] == "held"


@pytest.mark.parametrize("state", [State.HELD, State.FAILED])
def test_closing_a_delivery_needs_a_reason_and_keeps_it(
    session: Session, operator: Actor, state: State
) -> None:
    delivery = _delivery(session, _add(session, operator), state)
    assert isinstance(discard_delivery(session, delivery, "  ", by=operator, now=NOW), Refused)
    assert discard_delivery(session, delivery, "left the firm", by=operator, now=NOW) is None
    assert _state(session, delivery)[:2] == ("discarded", "Closed by Neha: left the firm")


@pytest.mark.parametrize("state", sorted(set(State) - {State.HELD, State.FAILED}))
def test_only_what_waits_for_a_person_can_be_closed_or_sent_again(
    session: Session, operator: Actor, state: State
) -> None:
    delivery = _delivery(session, _add(session, operator), state)
    assert isinstance(discard_delivery(session, delivery, "x", by=operator, now=NOW), Refused)
    assert isinstance(resend_held(session, delivery, by=operator, now=NOW), Refused)
    assert _state(session, delivery)[0] == state


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUTHOR, Role.APPROVER])
def test_only_who_runs_the_morning_settles_deliveries(
    session: Session, operator: Actor, role: Role
) -> None:
    held = _delivery(session, _add(session, operator), State.HELD)
    somebody = Actor("Somebody", HOME, role)
    with pytest.raises(Forbidden):
        resend_held(session, held, by=somebody, now=NOW)
    with pytest.raises(Forbidden):
        discard_delivery(session, held, "x", by=somebody, now=NOW)
