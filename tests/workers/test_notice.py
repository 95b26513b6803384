"""What people, numbers and templates have to say besides receipts. On both databases."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from engine.domain.delivery import State
from engine.domain.ids import SubscriberId
from engine.store import audit, inbox, outbox
from engine.store.tables import (
    AuditEntry,
    Consent,
    Delivery,
    LogEntry,
    Sender,
    SenderChange,
    Subscriber,
    Template,
    Tenant,
    Webhook,
)
from tests.workers.cast import EPOCH, NOW, Cast, stage
from tests.workers.said import change, hear, text

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def cast(session: Session) -> Cast:
    return stage(session, people=3)


def somebody(session: Session) -> Subscriber:
    return session.exec(
        select(Subscriber).order_by(col(Subscriber.id)).execution_options(populate_existing=True)
    ).all()[0]


def says(session: Session, words: str, *, at: datetime = LATER, **given: Any) -> None:
    phone = somebody(session).phone
    assert phone is not None
    hear(session, text(words, sender=phone.lstrip("+"), at=at, **given), now=LATER)


def states_of(session: Session, subscriber: int | None) -> set[str]:
    query = select(Delivery.state).where(col(Delivery.subscriber_id) == subscriber)
    return set(session.exec(query).all())


def history(session: Session) -> list[tuple[bool, str]]:
    rows = session.exec(
        select(Consent)
        .where(col(Consent.subscriber_id) == somebody(session).id)
        .order_by(col(Consent.id))
    ).all()
    return [(row.given, row.source) for row in rows][1:]


def board(session: Session) -> list[str]:
    return list(session.exec(select(LogEntry.words).order_by(col(LogEntry.id))).all())


@pytest.mark.parametrize("words", ["STOP", " stop!! ", "Unsubscribe", "बंद करो", "थांबवा 🙏"])
def test_who_says_stop_gets_nothing_more_from_this_moment(
    session: Session, cast: Cast, words: str
) -> None:
    says(session, words)

    person = somebody(session)
    assert (person.status, person.consented) == ("OPTED_OUT", False)
    assert states_of(session, person.id) == {State.CANCELLED}
    assert states_of(session, (person.id or 0) + 1) == {State.PLANNED}
    assert history(session) == [(False, "message")]
    entry = session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc())).first()
    assert entry is not None
    assert (entry.actor, entry.subject) == ("engine", f"subscriber:{person.id}")
    assert '"OPTED_OUT"' in entry.after
    assert (person.phone or "") not in entry.before + entry.after
    assert isinstance(audit.verify(session), audit.Intact)


def test_what_is_on_its_way_is_not_called_back(session: Session, cast: Cast) -> None:
    (taken,) = outbox.mark_due(session, cast.lanes[0], epoch=EPOCH, horizon=NOW, limit=1, now=NOW)
    assert taken.subscriber == somebody(session).id
    says(session, "stop")

    assert states_of(session, taken.subscriber) == {State.SENDING}


@pytest.mark.parametrize("words", ["stop loss at 24,180?", "Thank you!", "", "don't stop"])
def test_other_words_change_nothing(session: Session, cast: Cast, words: str) -> None:
    says(session, words)

    assert somebody(session).status == "ACTIVE"
    assert session.exec(select(Webhook.state)).one() == inbox.DONE


def test_start_brings_back_and_stop_again_stops(session: Session, cast: Cast) -> None:
    for minutes, words in enumerate(["Stop", "START", "Stop"]):
        says(session, words, at=LATER + timedelta(minutes=minutes))

    assert somebody(session).status == "OPTED_OUT"
    assert history(session) == [(False, "message"), (True, "message"), (False, "message")]


def test_the_later_word_counts_whatever_order_the_webhooks_come_in(
    session: Session, cast: Cast
) -> None:
    says(session, "stop", at=LATER + timedelta(seconds=60))
    says(session, "start", at=LATER + timedelta(seconds=30))

    assert (somebody(session).status, somebody(session).consented) == ("OPTED_OUT", False)
    assert history(session) == [(False, "message"), (True, "message")]


def test_saying_it_twice_is_one_event(session: Session, cast: Cast) -> None:
    for seconds in (0, 1, 2):
        says(session, "stop", at=LATER + timedelta(seconds=seconds))

    assert history(session) == [(False, "message")]


def test_a_stop_in_the_second_of_the_consent_still_stops(session: Session) -> None:
    now = NOW.replace(microsecond=700_000)
    stage(session, people=1, now=now)
    session.exec(select(Consent)).one().at = now
    session.flush()
    says(session, "stop", at=now)

    assert somebody(session).status == "OPTED_OUT"


def test_strangers_and_numbers_that_are_not_ours_are_only_counted(
    session: Session, cast: Cast
) -> None:
    hear(session, text("stop", sender="919999999999"))
    says(session, "stop", number="4711")

    assert {row.status for row in session.exec(select(Subscriber)).all()} == {"ACTIVE"}


def test_a_stop_counts_for_the_tenant_it_was_written_to(session: Session, cast: Cast) -> None:
    other = another_tenant_with(session, somebody(session).phone or "")
    says(session, "stop")

    assert session.get_one(Subscriber, other, populate_existing=True).status == "ACTIVE"


def another_tenant_with(session: Session, phone: str) -> SubscriberId:
    tenant = Tenant(name="Other", created_at=NOW)
    session.add(tenant)
    session.flush()
    person = Subscriber(
        tenant_id=tenant.id or 0,
        phone=phone,
        name="X",
        consented=True,
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(person)
    session.flush()
    return SubscriberId(person.id or 0)


@pytest.mark.parametrize(
    ("value", "status"), [("stop", "OPTED_OUT"), ("signup", "ACTIVE"), ("resume", "ACTIVE")]
)
def test_what_people_tell_whatsapp_itself_counts_too(
    session: Session, cast: Cast, value: str, status: str
) -> None:
    phone = somebody(session).phone or ""
    wish = {
        "wa_id": phone.lstrip("+"),
        "detail": "User requested to stop marketing messages",
        "category": "marketing_messages",
        "value": value,
        "timestamp": int(LATER.timestamp()),
    }
    metadata = {"phone_number_id": "1000000000001"}
    hear(session, change("user_preferences", {"metadata": metadata, "user_preferences": [wish]}))

    assert somebody(session).status == status
    assert [source for _, source in history(session)] == ["user_preferences"] * (value == "stop")


def test_who_stopped_and_resumes_in_whatsapp_is_back(session: Session, cast: Cast) -> None:
    says(session, "stop")
    wish = {"wa_id": (somebody(session).phone or "").lstrip("+"), "value": "resume"}
    metadata = {"phone_number_id": "1000000000001"}
    body = change("user_preferences", {"metadata": metadata, "user_preferences": [wish]})
    hear(session, body, now=LATER + timedelta(minutes=1))

    assert (somebody(session).status, somebody(session).consented) == ("ACTIVE", True)


def test_a_number_that_is_flagged_says_so_on_its_card_and_on_the_board(
    session: Session, cast: Cast
) -> None:
    number = session.exec(select(Sender.display_phone)).first() or ""
    digits = "".join(filter(str.isdigit, number))
    news = {"display_phone_number": digits, "event": "FLAGGED", "current_limit": "TIER_10K"}
    for _ in range(2):
        hear(session, change("phone_number_quality_update", news))

    sender = session.exec(select(Sender).where(col(Sender.display_phone) == number)).one()
    assert (sender.status, sender.messaging_limit) == ("FLAGGED", "TIER_10K")
    assert [words for words in board(session) if "flagged" in words] == board(session)[-1:]
    kept = session.exec(select(SenderChange).order_by(col(SenderChange.id))).all()
    assert [(row.what, row.after, row.source) for row in kept] == [
        ("status", "FLAGGED", "webhook"),
        ("messaging_limit", "TIER_10K", "webhook"),
    ]


def test_a_number_may_send_more(session: Session, cast: Cast) -> None:
    number = session.exec(select(Sender.display_phone)).first() or ""
    news = {"display_phone_number": number, "event": "THROUGHPUT_UPGRADE"}
    hear(session, change("phone_number_quality_update", news))

    sender = session.exec(select(Sender).where(col(Sender.display_phone) == number)).one()
    assert (sender.throughput, sender.status) == ("HIGH", "CONNECTED")


def template_news(field: str, **values: Any) -> bytes:
    named = {
        "message_template_id": 4711,
        "message_template_name": "morning_note",
        "message_template_language": "en",
    }
    return change(field, named | values)


@pytest.fixture
def template(session: Session, cast: Cast) -> Template:
    row = session.exec(select(Template).where(col(Template.language) == "en")).one()
    row.name, row.whatsapp_id = "morning_note", "4711"
    session.flush()
    return row


@pytest.mark.parametrize(
    ("event", "status"),
    [("PAUSED", "PAUSED"), ("FLAGGED", "APPROVED"), ("DISABLED", "DISABLED")],
)
def test_a_templates_status_is_kept_and_told(
    session: Session, template: Template, event: str, status: str
) -> None:
    hear(session, template_news("message_template_status_update", event=event, reason="LOW"))

    session.refresh(template)
    assert (template.status, template.version) == (status, 1)
    assert "morning_note (en)" in board(session)[-1]


def test_a_template_that_is_reinstated_may_be_sent_again(
    session: Session, template: Template
) -> None:
    for event in ("DISABLED", "REINSTATED"):
        hear(session, template_news("message_template_status_update", event=event))

    session.refresh(template)
    assert template.status == "APPROVED"


def test_a_templates_quality_is_kept(session: Session, template: Template) -> None:
    hear(session, template_news("message_template_quality_update", new_quality_score="YELLOW"))

    session.refresh(template)
    assert template.quality == "YELLOW"


def test_another_category_voids_what_binds_to_the_template_and_a_warning_does_not(
    session: Session, template: Template
) -> None:
    warning = template_news(
        "template_category_update",
        new_category="UTILITY",
        correct_category="MARKETING",
        category_update_timestamp=1_795_393_800,
    )
    hear(session, warning)
    session.refresh(template)
    assert (template.category, template.version) == ("UTILITY", 1)
    assert "will become marketing" in board(session)[-1]

    done = template_news(
        "template_category_update", previous_category="UTILITY", new_category="MARKETING"
    )
    for _ in range(2):
        hear(session, done)
    session.refresh(template)
    assert (template.category, template.version) == ("MARKETING", 2)


def test_a_template_we_have_no_id_of_is_found_by_name_and_language(
    session: Session, template: Template
) -> None:
    template.whatsapp_id = ""
    session.flush()
    hear(session, template_news("message_template_status_update", event="PAUSED"))

    session.refresh(template)
    assert template.status == "PAUSED"


def test_nobody_is_named_by_number_in_the_consent_history(session: Session, cast: Cast) -> None:
    says(session, "stop")

    row = session.exec(select(Consent).order_by(col(Consent.id).desc())).first()
    assert row is not None
    assert row.evidence.startswith("Wrote “stop”")
