"""What we say to Meta, byte for byte."""

import pytest

from engine.domain.ids import AttemptId, DeliveryId, DeliveryKey, Phone, Tracker
from engine.domain.message import ImageMessage, Message, Recipient, TemplateMessage, TextMessage
from engine.whatsapp.requests import TRACKER_MAX, UnsendableError, message_body

ASHA = Recipient(phone=Phone("+919812345610"))
TRACKER = AttemptId(DeliveryId(7), 1).tracker(DeliveryKey("ab" * 32))


def test_a_template_carries_its_words_its_picture_and_our_attempt() -> None:
    message = TemplateMessage(
        template="daily_note",
        language="hi",
        parameters=("आशा", "Nifty: 24,100"),
        header_image_id="551234",
    )

    assert message_body(ASHA, message, TRACKER) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+919812345610",
        "biz_opaque_callback_data": "dc.7.1.abababababababab",
        "type": "template",
        "template": {
            "name": "daily_note",
            "language": {"code": "hi"},
            "components": [
                {"type": "header", "parameters": [{"type": "image", "image": {"id": "551234"}}]},
                {
                    "type": "body",
                    "parameters": [
                        {"type": "text", "text": "आशा"},
                        {"type": "text", "text": "Nifty: 24,100"},
                    ],
                },
            ],
        },
    }


def test_a_template_without_values_has_no_components() -> None:
    body = message_body(ASHA, TemplateMessage(template="hello", language="en"), TRACKER)

    assert body["template"] == {"name": "hello", "language": {"code": "en"}}


def test_text_never_unfolds_links() -> None:
    body = message_body(ASHA, TextMessage("https://example.com"), TRACKER)

    assert (body["type"], body["text"]) == (
        "text",
        {"body": "https://example.com", "preview_url": False},
    )


@pytest.mark.parametrize(
    ("message", "image"),
    [
        (ImageMessage("9", "a chart"), {"id": "9", "caption": "a chart"}),
        (ImageMessage("9"), {"id": "9"}),
    ],
)
def test_an_image_has_a_caption_only_when_there_is_one(
    message: Message, image: dict[str, str]
) -> None:
    body = message_body(ASHA, message, TRACKER)

    assert (body["type"], body["image"]) == ("image", image)


def test_somebody_known_only_by_user_id_is_addressed_by_it() -> None:
    body = message_body(Recipient(bsuid="IN.2081978709342942"), TextMessage("hello"), TRACKER)

    assert body["recipient"] == "IN.2081978709342942"
    assert "to" not in body


def test_the_phone_wins_over_the_user_id() -> None:
    both = Recipient(phone=Phone("+919812345610"), bsuid="IN.2081978709342942")

    body = message_body(both, TextMessage("hello"), TRACKER)

    assert body["to"] == "+919812345610"
    assert "recipient" not in body


@pytest.mark.parametrize("nobody", [Recipient(), Recipient(phone=Phone(""), bsuid="")])
def test_nobody_is_never_sent_to(nobody: Recipient) -> None:
    with pytest.raises(UnsendableError, match="neither"):
        message_body(nobody, TextMessage("hello"), TRACKER)


def test_a_number_without_its_country_is_never_sent_to_and_not_repeated() -> None:
    with pytest.raises(UnsendableError, match="plus sign") as refused:
        message_body(Recipient(phone=Phone("9812345610")), TextMessage("hello"), TRACKER)

    assert "9812345610" not in str(refused.value)


def test_a_tracker_meta_would_cut_is_refused() -> None:
    with pytest.raises(UnsendableError, match="512"):
        message_body(ASHA, TextMessage("hello"), Tracker("x" * (TRACKER_MAX + 1)))
