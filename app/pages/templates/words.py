"""WhatsApp's words about templates, and how far an order is, as people say it."""

from engine.domain.templates import OrderKind, OrderState

STATUSES: dict[str, tuple[str, str]] = {
    "APPROVED": ("Approved", "good"),
    "PENDING": ("In review", "busy"),
    "REJECTED": ("Rejected", "bad"),
    "PAUSED": ("Paused", "bad"),
    "DISABLED": ("Disabled", "bad"),
    "FLAGGED": ("Flagged", "warn"),
    "IN_APPEAL": ("In appeal", "busy"),
    "LIMIT_EXCEEDED": ("Too many", "bad"),
    "ARCHIVED": ("Archived", "quiet"),
}
QUALITIES: dict[str, tuple[str, str]] = {
    "GREEN": ("High quality", "good"),
    "YELLOW": ("Medium quality", "warn"),
    "RED": ("Low quality", "bad"),
}
REASONS = {
    "ABUSIVE_CONTENT": "the reviewer found it abusive",
    "CATEGORY_NOT_AVAILABLE": "its category is not open to this account",
    "INVALID_FORMAT": "its variables or its format are not right",
    "PROMOTIONAL": "it advertises, and was not submitted as marketing",
    "SCAM": "it promises what reads like a scam, such as assured returns",
    "TAG_CONTENT_MISMATCH": "its words do not fit its category or language",
    "FIRST_PAUSE": "its first pause, of 3 hours",
    "SECOND_PAUSE": "its second pause, of 6 hours; the next one disables it",
    "RATE_LIMITING_PAUSE": "people's feedback was poor while WhatsApp tried it out",
}
KINDS = {
    OrderKind.SYNC: "Sync",
    OrderKind.CREATE: "Submit",
    OrderKind.EDIT: "Change",
    OrderKind.DELETE: "Delete",
}
ORDER_STATES: dict[OrderState, tuple[str, str]] = {
    OrderState.WAITING: ("Waiting", "busy"),
    OrderState.ASKING: ("Asking WhatsApp", "busy"),
    OrderState.DONE: ("Done", "good"),
    OrderState.REFUSED: ("Refused", "bad"),
    OrderState.UNSURE: ("No answer", "held"),
}
