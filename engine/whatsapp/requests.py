"""The JSON of a message as the Cloud API wants it (Meta: Cloud API > Messages > Send messages)."""

from typing import assert_never

from engine.domain.ids import Tracker
from engine.domain.message import ImageMessage, Message, Recipient, TemplateMessage, TextMessage

TRACKER_MAX = 512
"""The longest `biz_opaque_callback_data` (Meta's older reference; the current pages name no
limit).
"""


class UnsendableError(ValueError):
    """The message cannot be put into a request: nothing of it may leave this machine."""


def message_body(to: Recipient, message: Message, tracker: Tracker) -> dict[str, object]:
    """The body of `POST /{phone number id}/messages`, ready for `json.dumps`.

    `tracker` comes back in every receipt (`biz_opaque_callback_data`): Meta knows no idempotency
    key, so it is all we have to recognise a message whose response was lost (spec E3).

    Raises UnsendableError for a recipient without a phone or a BSUID, or a phone without its plus
    sign.
    """
    if len(tracker) > TRACKER_MAX:
        raise UnsendableError(f"a tracker of {len(tracker)} characters; at most {TRACKER_MAX} fit")
    body: dict[str, object] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_address(to),
        "biz_opaque_callback_data": tracker,
    }
    match message:
        case TemplateMessage():
            body["type"] = "template"
            body["template"] = _template(message)
        case TextMessage():
            body["type"] = "text"
            body["text"] = {"body": message.body, "preview_url": False}
        case ImageMessage():
            body["type"] = "image"
            image = {"id": message.media_id}
            body["image"] = image | {"caption": message.caption} if message.caption else image
        case _:
            assert_never(message)
    return body


def _address(to: Recipient) -> dict[str, object]:
    """The phone where there is one (Meta lets it win over a BSUID), else the BSUID."""
    if to.phone:
        # Without the plus, Meta may put the business number's own country code in front: a
        # stranger's.
        if not to.phone.startswith("+"):
            raise UnsendableError("a phone number without its plus sign and country code")
        return {"to": to.phone}
    if to.bsuid:
        return {"recipient": to.bsuid}
    raise UnsendableError("a recipient with neither a phone number nor a WhatsApp user id")


def _template(message: TemplateMessage) -> dict[str, object]:
    components: list[dict[str, object]] = []
    if message.header_image_id is not None:
        image = {"type": "image", "image": {"id": message.header_image_id}}
        components.append({"type": "header", "parameters": [image]})
    if message.header_document_id is not None:
        paper = {"id": message.header_document_id, "filename": message.header_document_name}
        document = {"type": "document", "document": paper}
        components.append({"type": "header", "parameters": [document]})
    if message.parameters:
        texts = [{"type": "text", "text": text} for text in message.parameters]
        components.append({"type": "body", "parameters": texts})
    template: dict[str, object] = {
        "name": message.template,
        "language": {"code": message.language},
    }
    if components:
        template["components"] = components
    return template
