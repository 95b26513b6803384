"""What is said to one person, as values; `whatsapp/requests.py` turns them into Meta's JSON."""

from dataclasses import dataclass

from engine.domain.ids import Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who to send to: a phone number, a business-scoped user id (BSUID), or both; the phone wins
    (facts A.6).
    """

    phone: Phone | None = None
    bsuid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateMessage:
    """An approved template with its positional body parameters, and the uploaded file above the
    text, if it has one: a picture, or a paper with the name its reader sees.
    """

    template: str
    language: str
    parameters: tuple[str, ...] = ()
    header_image_id: str | None = None
    header_document_id: str | None = None
    header_document_name: str = ""


@dataclass(frozen=True, slots=True)
class TextMessage:
    """Free text: allowed only inside the customer service window."""

    body: str


@dataclass(frozen=True, slots=True)
class ImageMessage:
    """An uploaded image with an optional caption, inside the customer service window."""

    media_id: str
    caption: str = ""


Message = TemplateMessage | TextMessage | ImageMessage
