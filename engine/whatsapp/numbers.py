"""What Meta says of a business phone number (Meta: Graph API > WhatsApp Business Phone Number)."""

from dataclasses import dataclass

from engine.domain.ids import PhoneNumberId
from engine.domain.outcome import Failure
from engine.whatsapp.graph import Graph
from engine.whatsapp.lenient import Object, as_object, identifier, objects, text

FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,status,name_status,"
    "code_verification_status,throughput,whatsapp_business_manager_messaging_limit,health_status"
)
PAGE = 100
"""A portfolio has 20 numbers, or a few more by agreement with Meta."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why Meta will not, or hardly, send for something the number depends on."""

    entity: str  # PHONE_NUMBER, WABA, BUSINESS, APP
    can_send: str
    code: str
    description: str
    solution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberNode:
    """One number, in Meta's words: see their page for the values. "UNKNOWN" where Meta says
    nothing.
    """

    phone_number_id: PhoneNumberId
    display_phone: str
    verified_name: str
    quality: str  # GREEN, YELLOW, RED, UNKNOWN
    status: str  # CONNECTED, PENDING, FLAGGED, RESTRICTED, RATE_LIMITED, BANNED, DISCONNECTED …
    throughput: str  # STANDARD, HIGH …
    messaging_limit: str  # TIER_250 … TIER_UNLIMITED, of the whole portfolio
    can_send: str  # AVAILABLE, LIMITED, BLOCKED
    problems: tuple[Problem, ...]


async def read_number(graph: Graph, sender: PhoneNumberId) -> NumberNode | Failure:
    """One number as it stands now."""
    answer = await graph.get(sender, {"fields": FIELDS}, sender=sender)
    return answer if isinstance(answer, Failure) else _number(answer, sender)


async def list_numbers(graph: Graph, business: str) -> tuple[NumberNode, ...] | Failure:
    """All numbers of the WhatsApp business account `business`."""
    answer = await graph.get(f"{business}/phone_numbers", {"fields": FIELDS, "limit": PAGE})
    if isinstance(answer, Failure):
        return answer
    nodes = ((node, identifier(node.get("id"))) for node in objects(answer.get("data")))
    return tuple(_number(node, PhoneNumberId(found)) for node, found in nodes if found)


def _number(node: Object, sender: PhoneNumberId) -> NumberNode:
    health = as_object(node.get("health_status"))
    quality = text(node.get("quality_rating")).upper()
    return NumberNode(
        phone_number_id=sender,
        display_phone=text(node.get("display_phone_number")),
        verified_name=text(node.get("verified_name")),
        quality="UNKNOWN" if quality in {"", "NA"} else quality,
        status=_word(node.get("status")),
        throughput=_word(as_object(node.get("throughput")).get("level")),
        messaging_limit=_word(node.get("whatsapp_business_manager_messaging_limit")),
        can_send=_word(health.get("can_send_message")),
        problems=tuple(
            Problem(
                entity=_word(entity.get("entity_type")),
                can_send=_word(entity.get("can_send_message")),
                code=text(error.get("error_code")),
                description=text(error.get("error_description")),
                solution=text(error.get("possible_solution")),
            )
            for entity in objects(health.get("entities"))
            for error in objects(entity.get("errors"))
        ),
    )


def _word(value: object) -> str:
    return text(value, 100).upper() or "UNKNOWN"
