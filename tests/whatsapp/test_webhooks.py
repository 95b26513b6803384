"""Every shape a webhook may have, and every shape it may not."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.ids import MessageId, Phone, PhoneNumberId
from engine.domain.receipts import ReceiptStatus
from engine.whatsapp.updates import InboundMessage, Other, Pricing, StatusUpdate, UserPreference
from engine.whatsapp.webhooks import UnreadableWebhookError, parse
from tests.whatsapp.said import ASHA, METADATA, inbound, messages, said, status

AT = datetime.fromtimestamp(1795000000, UTC)


def one(body: bytes) -> Any:
    [update] = parse(body)
    return update


# --- receipts ---------------------------------------------------------------------------------


def test_a_receipt_with_everything() -> None:
    pricing = {
        "billable": True,
        "pricing_model": "PMP",
        "type": "regular",
        "category": "utility",
    }
    body = messages(
        statuses=[
            status(
                "delivered",
                recipient_id="919812345610",
                biz_opaque_callback_data="dc.7.1.abababababababab",
                pricing=pricing,
            )
        ]
    )

    assert one(body) == StatusUpdate(
        message_id=MessageId("wamid.A"),
        status=ReceiptStatus.DELIVERED,
        at=AT,
        sender=PhoneNumberId("1000"),
        tracker="dc.7.1.abababababababab",
        recipient_id="919812345610",
        recipient_user_id=None,
        error_code=None,
        error_title="",
        error_detail="",
        pricing=Pricing("utility", "regular", "PMP", True),
    )


@pytest.mark.parametrize("word", ReceiptStatus)
def test_a_receipt_needs_no_more_than_a_message_a_status_and_a_time(word: ReceiptStatus) -> None:
    update = one(messages(statuses=[status(word.value)]))

    assert (update.status, update.recipient_id, update.tracker, update.pricing) == (
        word,
        None,
        None,
        None,
    )


def test_a_failure_says_why() -> None:
    errors = [
        {
            "code": 131049,
            "title": "Not delivered",
            "message": "Not delivered",
            "error_data": {"details": "healthy ecosystem"},
            "href": "https://developers.facebook.com",
        }
    ]

    update = one(messages(statuses=[status("failed", errors=errors)]))

    assert (update.error_code, update.error_title, update.error_detail) == (
        131049,
        "Not delivered",
        "healthy ecosystem",
    )


def test_a_receipt_of_somebody_known_by_user_id_only() -> None:
    update = one(messages(statuses=[status("read", recipient_user_id="IN.2081978709342942")]))

    assert (update.recipient_id, update.recipient_user_id) == (None, "IN.2081978709342942")


def test_the_second_of_a_receipt_is_read_however_it_is_written() -> None:
    for written in ("1795000000", 1795000000, "1795000000000", 1795000000.0):
        assert one(messages(statuses=[status(timestamp=written)])).at == AT


@pytest.mark.parametrize(
    "item",
    [
        status("deleted"),
        status("warning"),
        status(id=None),
        status(id=""),
        status(id="x" * 600),
        status(id="wamid.\0"),
        status(id="wamid.\ud800"),
        status(timestamp="tomorrow"),
        status(timestamp=None),
        status(timestamp="9" * 30),
        status(timestamp=[]),
        {"status": ["sent"]},
        {},
        [],
        None,
        "sent",
        7,
    ],
)
def test_a_receipt_we_cannot_use_is_kept_and_spoils_nothing_beside_it(item: object) -> None:
    before, other, after = parse(messages(statuses=[status("sent"), item, status("read")]))

    assert isinstance(before, StatusUpdate)
    assert isinstance(after, StatusUpdate)
    assert isinstance(other, Other)
    assert other.kind.startswith("status:")
    assert json.loads(other.raw) == item


@pytest.mark.parametrize("tracker", [7, "", "ключ", "x" * 600, {"a": 1}])
def test_a_tracker_that_is_not_ours_does_no_harm(tracker: object) -> None:
    update = one(messages(statuses=[status(biz_opaque_callback_data=tracker)]))

    assert update.tracker in {None, "7"}


def test_a_code_that_no_column_takes_is_no_code() -> None:
    update = one(messages(statuses=[status("failed", errors=[{"code": 2**40}])]))

    assert update.error_code is None


def test_more_than_a_thousand_receipts_in_one_post_are_read() -> None:
    updates = parse(messages(statuses=[status(id=f"wamid.{n}") for n in range(1_500)]))

    assert (
        len({update.message_id for update in updates if isinstance(update, StatusUpdate)}) == 1500
    )


# --- people -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "content", "text", "payload"),
    [
        ("text", {"text": {"body": "STOP"}}, "STOP", ""),
        ("button", {"button": {"text": "Stop", "payload": "stop-1"}}, "Stop", "stop-1"),
        (
            "interactive",
            {"interactive": {"type": "button_reply", "button_reply": {"id": "b1", "title": "Yes"}}},
            "Yes",
            "b1",
        ),
        (
            "interactive",
            {"interactive": {"type": "list_reply", "list_reply": {"id": "l1", "title": "Second"}}},
            "Second",
            "l1",
        ),
        ("interactive", {"interactive": {"type": "nfm_reply"}}, "", ""),
        ("image", {"image": {"id": "5", "caption": "बंद"}}, "बंद", ""),
        ("reaction", {"reaction": {"emoji": "👍"}}, "👍", ""),
        ("system", {"system": {"body": "changed number"}}, "changed number", ""),
        ("audio", {"audio": {"id": "6", "voice": True}}, "", ""),
        ("unsupported", {"errors": [{"code": 131051}]}, "", ""),
        ("a kind from next year", {}, "", ""),
    ],
)
def test_what_a_person_says(kind: str, content: dict[str, object], text: str, payload: str) -> None:
    assert one(inbound(kind, **content)) == InboundMessage(
        message_id=MessageId("wamid.IN"),
        at=AT,
        sender=PhoneNumberId("1000"),
        phone=Phone("+919812345610"),
        user_id="IN.2081978709342942",
        name="Asha",
        type=kind,
        text=text,
        payload=payload,
        reply_to=None,
    )


def test_somebody_who_hides_their_number_is_known_by_user_id() -> None:
    message = {
        "from_user_id": "IN.1",
        "id": "wamid.IN",
        "timestamp": "1795000000",
        "type": "text",
        "text": {"body": "hello"},
        "context": {"id": "wamid.OURS"},
    }
    person = {"profile": {"name": "R", "username": "ravi"}, "user_id": "IN.1"}

    update = one(messages(contacts=[ASHA, person], messages=[message]))

    assert (update.phone, update.user_id, update.name, update.reply_to) == (
        None,
        "IN.1",
        "R",
        "wamid.OURS",
    )


def test_a_message_is_never_given_to_the_wrong_person() -> None:
    message = {"from": "919800000002", "id": "wamid.IN", "timestamp": "1795000000", "type": "text"}

    update = one(messages(contacts=[ASHA], messages=[message]))

    assert (update.phone, update.user_id, update.name) == ("+919800000002", None, "")


def test_a_message_without_an_id_is_kept_raw() -> None:
    assert one(messages(messages=[{"type": "text"}])) == Other(
        field="messages", kind="text", raw='{"type": "text"}'
    )


def test_errors_of_the_account_are_kept_raw() -> None:
    assert one(messages(errors=[{"code": 131000}])).kind == "errors"


@pytest.mark.parametrize("wish", ["stop", "resume", "signup"])
def test_a_wish_about_marketing_is_read(wish: str) -> None:
    preference = {
        "wa_id": "919812345610",
        "user_id": "IN.1",
        "detail": "User requested to stop marketing messages",
        "category": "marketing_messages",
        "value": wish,
        "timestamp": 1795000000,
    }
    body = said("user_preferences", {"metadata": METADATA, "user_preferences": [preference, {}]})

    update, other = parse(body)

    assert update == UserPreference(
        at=AT,
        sender=PhoneNumberId("1000"),
        phone=Phone("+919812345610"),
        user_id="IN.1",
        category="marketing_messages",
        value=wish,
        detail="User requested to stop marketing messages",
    )
    assert isinstance(other, Other)


# --- what is not a webhook, and what cannot hurt --------------------------------------------------


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON"),
        (b"<xml/>", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b'{"entry":[', "not JSON"),
        (b'{"entry":' + b"1" * 5_000 + b"}", "not JSON"),
        (b"[" * 200_000, "too deeply"),
        (b'{"entry":' + b'[{"a":' * 100_000, "too deeply"),
        (b"[]", "no list of entries"),
        (b"null", "no list of entries"),
        (b"{}", "no list of entries"),
        (b'{"entry":{}}', "no list of entries"),
    ],
)
def test_what_is_no_webhook_is_refused_in_words(body: bytes, why: str) -> None:
    with pytest.raises(UnreadableWebhookError, match=why):
        parse(body)


def test_nesting_that_json_just_bears_is_borne() -> None:
    deep = b'{"a":' * 900 + b"1" + b"}" * 900

    [update] = parse(b'{"entry":[{"changes":[{"field":"new","value":' + deep + b"}]}]}")

    assert isinstance(update, Other)


def test_an_unknown_field_is_kept_raw_and_named() -> None:
    assert one(said("smb_message_echoes", {"event": "ECHO", "a": [1]})) == Other(
        field="smb_message_echoes", kind="ECHO", raw='{"event": "ECHO", "a": [1]}'
    )


KEYS = [
    "id",
    "status",
    "timestamp",
    "errors",
    "code",
    "pricing",
    "text",
    "body",
    "from",
    "type",
    "contacts",
    "wa_id",
    "profile",
    "name",
    "event",
    "metadata",
    "statuses",
    "messages",
    "user_preferences",
    "message_template_id",
    "biz_opaque_callback_data",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)
FIELDS = [
    "messages",
    "user_preferences",
    "account_update",
    "account_alerts",
    "security",
    "new",
    "message_template_status_update",
    "business_capability_update",
]


def texts(value: object) -> list[str]:
    """Every text in an update, however deep."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for item in value for text in texts(item)]
    slots = getattr(type(value), "__slots__", ())
    if type(value).__module__.startswith("engine"):
        return [text for slot in slots for text in texts(getattr(value, slot))]
    return []


@given(field=st.sampled_from(FIELDS), value=JSON)
def test_nothing_signed_can_break_the_reader_or_the_database(field: str, value: object) -> None:
    for update in parse(said(field, value)):
        for text in texts(update):
            text.encode()  # no half surrogate pairs
            assert "\0" not in text
            assert len(text) <= 20_000


@given(item=JSON, word=st.sampled_from(ReceiptStatus))
def test_no_receipt_can_break_the_reader_or_the_database(item: object, word: ReceiptStatus) -> None:
    body = messages(statuses=[item, status(word.value, errors=item, pricing=item)])

    *_, last = parse(body)

    assert isinstance(last, StatusUpdate)
    for text in texts(last):
        text.encode()
        assert "\0" not in text
