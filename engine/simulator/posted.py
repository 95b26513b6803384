"""What a client asks to be sent: the body of `POST /{phone number id}/messages`, and its faults.

Meta: Cloud API > Messages > Send messages. Only what the stand-in acts on is kept.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple, cast

from engine.simulator.api_errors import Refusal

TRACKER_MAX = 512
TEXT_MAX = 4096
CAPTION_MAX = 1024
_PHONE = re.compile(r"\+?[0-9 ()\-]{6,24}")
_BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_TEMPLATE = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
_UNFIT = re.compile(r"[\n\r\t]| {5}")
_HEADER_KINDS = frozenset({"text", "image", "video", "document", "location"})
_OTHER_TYPES = frozenset(
    {"audio", "contacts", "document", "interactive", "location", "reaction", "sticker", "video"}
)
"""Types that exist at Meta: their contents are not looked at."""


class Posted(NamedTuple):
    """One message to one person: `recipient` is `+` and digits, or a BSUID; `given` as written."""

    recipient: str
    given: str
    by_bsuid: bool
    kind: str
    tracker: str | None
    template: str = ""
    language: str = ""
    body_parameters: int = 0
    header: str | None = None
    media_ids: tuple[str, ...] = ()


def read_posted(body: object) -> Posted | Refusal:
    """The message a body asks for, or why it is refused. Takes anything that JSON can hold."""
    if not isinstance(body, dict):
        return Refusal(100, "The body must be a JSON object.")
    body = cast("dict[str, Any]", body)
    if body.get("messaging_product") != "whatsapp":
        return Refusal(100, "The parameter messaging_product is required and must be 'whatsapp'.")
    if body.get("recipient_type", "individual") != "individual":
        return Refusal(100, "Param recipient_type must be 'individual'.")
    tracker = body.get("biz_opaque_callback_data")
    if tracker is not None and not (isinstance(tracker, str) and len(tracker) <= TRACKER_MAX):
        return Refusal(100, f"Param biz_opaque_callback_data: at most {TRACKER_MAX} characters.")
    address = _address(body)
    return address if isinstance(address, Refusal) else _content(body, address, tracker)


def _content(
    body: dict[str, Any], address: tuple[str, str, bool], tracker: str | None
) -> Posted | Refusal:
    kind = body.get("type", "text")
    if not isinstance(kind, str):
        return Refusal(100, "Param type must be a string.")
    reader = _READERS.get(kind)
    if reader is None and kind not in _OTHER_TYPES:
        return Refusal(131051, f"Message type '{kind}' is not supported.")
    content = body.get(kind)
    if content is None or (reader is not None and not isinstance(content, dict)):
        return Refusal(131008, f"The parameter {kind} is required for messages of this type.")
    message = Posted(*address, kind=kind, tracker=tracker)
    return message if reader is None else reader(message, cast("dict[str, Any]", content))


def _address(body: dict[str, Any]) -> tuple[str, str, bool] | Refusal:
    to = body.get("to")
    if to:  # a phone wins over a BSUID (facts A.6)
        if not isinstance(to, str) or not _PHONE.fullmatch(to):
            return Refusal(131009, "Param to must be a phone number with its country code.")
        digits = to.lstrip("+")
        if not digits.isdigit():
            digits = "".join(c for c in to if c.isdigit())
        if not 7 <= len(digits) <= 15 or digits[0] == "0":
            return Refusal(131009, "Param to must be a phone number with its country code.")
        return "+" + digits, to, False
    bsuid = body.get("recipient")
    if not bsuid:
        return Refusal(100, "The parameter to is required.")
    if not isinstance(bsuid, str) or not _BSUID.fullmatch(bsuid):
        return Refusal(131009, "Param recipient must be a business-scoped user ID.")
    return bsuid, bsuid, True


def _text(message: Posted, content: dict[str, Any]) -> Posted | Refusal:
    body = content.get("body")
    if body is None:
        return Refusal(131008, "The parameter text['body'] is required.")
    if not isinstance(body, str) or not 0 < len(body) <= TEXT_MAX:
        return Refusal(131009, f"Param text['body'] must have 1 to {TEXT_MAX} characters.")
    return message


def _image(message: Posted, content: dict[str, Any]) -> Posted | Refusal:
    caption = content.get("caption", "")
    if not isinstance(caption, str) or len(caption) > CAPTION_MAX:
        return Refusal(
            131009, f"Param image['caption'] must have at most {CAPTION_MAX} characters."
        )
    media = _media(content, "image")
    return media if isinstance(media, Refusal) else message._replace(media_ids=media)


def _media(content: dict[str, Any], where: str) -> tuple[str, ...] | Refusal:
    """The media id in `content`; none when it is a link."""
    link, media_id = content.get("link"), content.get("id")
    if media_id is not None:
        if isinstance(media_id, str) and media_id.isascii() and media_id.isdigit():
            return (media_id,)
        return Refusal(131009, f"Param {where}['id'] must be a media id.")
    if link is None:
        return Refusal(131008, f"The parameter {where}['id'] or {where}['link'] is required.")
    if not isinstance(link, str) or not link.startswith(("https://", "http://")):
        return Refusal(131009, f"Param {where}['link'] must be a URL.")
    return ()


def _template(message: Posted, content: dict[str, Any]) -> Posted | Refusal:
    name = content.get("name")
    if name is None:
        return Refusal(131008, "The parameter template['name'] is required.")
    language = content.get("language")
    code = cast("dict[str, Any]", language).get("code") if isinstance(language, dict) else None
    if code is None:
        return Refusal(131008, "The parameter template['language']['code'] is required.")
    if not isinstance(name, str) or not _TEMPLATE.fullmatch(name):
        return Refusal(131009, "Param template['name'] must be lower case letters, digits and _.")
    if not isinstance(code, str) or not _LANGUAGE.fullmatch(code):
        return Refusal(131009, "Param template['language']['code'] must be like en or en_US.")
    message = message._replace(template=name, language=code)
    components = content.get("components", [])
    if not isinstance(components, list):
        return Refusal(131009, "Param template['components'] must be an array.")
    for component in cast("list[object]", components):
        read = _component(message, component)
        if isinstance(read, Refusal):
            return read
        message = read
    return message


def _component(message: Posted, component: object) -> Posted | Refusal:
    # Clients write types in either case (pywa: BODY): so does Meta take them.
    fields = cast("dict[str, Any]", component) if isinstance(component, dict) else {}
    kind = str(fields.get("type", "")).lower()
    parameters = fields.get("parameters", [])
    if kind not in {"header", "body", "button", "carousel", "limited_time_offer"}:
        return Refusal(131009, "Param template['components'][...]['type'] is not one of Meta's.")
    if not isinstance(parameters, list) or not all(
        isinstance(parameter, dict) for parameter in cast("list[object]", parameters)
    ):
        return Refusal(131009, "Param template['components'][...]['parameters'] must be objects.")
    given = cast("list[dict[str, Any]]", parameters)
    if kind == "body":
        return _body(message, given)
    return _header(message, given) if kind == "header" else message


def _body(message: Posted, parameters: list[dict[str, Any]]) -> Posted | Refusal:
    for parameter in parameters:
        if str(parameter.get("type", "")).lower() != "text":
            continue  # currency and date_time: taken as they are
        text = parameter.get("text")
        if text is None:
            return Refusal(131008, "The parameter text is required for a body parameter.")
        if not isinstance(text, str) or not text or _UNFIT.search(text):
            return Refusal(
                132012,
                "Param text must not be empty, nor hold new-line or tab characters or 5 spaces.",
            )
    return message._replace(body_parameters=message.body_parameters + len(parameters))


def _header(message: Posted, parameters: list[dict[str, Any]]) -> Posted | Refusal:
    for parameter in parameters:
        kind = str(parameter.get("type", "")).lower()
        if kind not in _HEADER_KINDS:
            return Refusal(131009, "Param type of a header parameter is not one of Meta's.")
        message = message._replace(header=kind.upper())
        if kind in {"image", "video", "document"}:
            content = parameter.get(kind)
            if not isinstance(content, dict):
                return Refusal(131008, f"The parameter {kind} is required for a {kind} header.")
            media = _media(cast("dict[str, Any]", content), kind)
            if isinstance(media, Refusal):
                return media
            message = message._replace(media_ids=message.media_ids + media)
    return message


_READERS: dict[str, Callable[[Posted, dict[str, Any]], Posted | Refusal]] = {
    "text": _text,
    "image": _image,
    "template": _template,
}
