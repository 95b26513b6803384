"""What is said of senders on several pages: quality, ways of choosing, what is done about it."""

from app.styles import Tone
from engine.domain.failover import Measure
from engine.domain.quality import Quality
from engine.domain.recovery import Progress
from engine.domain.routing import Routing

QUALITIES: dict[Quality, tuple[str, Tone]] = {
    Quality.GREEN: ("Quality green", "good"),
    Quality.YELLOW: ("Quality yellow", "warn"),
    Quality.RED: ("Quality red", "bad"),
    Quality.UNKNOWN: ("Quality not known", "held"),
}

ROUTINGS: dict[str, str] = {
    Routing.STICKY: "Everybody keeps their sender",
    Routing.REGION: "By region: neighbours share a sender",
    Routing.ROUND_ROBIN: "In turn",
    Routing.MODULO: "By subscriber number",
}
ROUTING_NOTES: dict[str, str] = {
    Routing.STICKY: "The same number writes to the same person every day: one chat on their phone. "
    "When a sender goes, only its own people move.",
    Routing.REGION: "People of one state get their messages from one number, as long as it has "
    "room for all of them.",
    Routing.ROUND_ROBIN: "One after the other in the list. Who joins or leaves moves all behind "
    "them to another number.",
    Routing.MODULO: "By the remainder of the subscriber's number. When a sender is added or goes, "
    "almost everybody moves.",
}

MEASURES: dict[Measure, tuple[str, str]] = {
    Measure.SLOW_DOWN: (
        "Slow it down",
        "The engine lowers its pace to 50/s while the quality is yellow.",
    ),
    Measure.CONSERVATIVE_TEMPLATES: (
        "Write plainly",
        "Use a template that nobody blocks: utility, short, nothing promotional.",
    ),
    Measure.WARM_BACKUP: (
        "Have a backup ready",
        "One that may send stands by, in case it gets worse.",
    ),
    Measure.STOP: ("Stop it", "Nothing goes by it while its quality is red."),
    Measure.CALL_BACKUP: (
        "Let others do its work",
        "Its part goes by the other numbers; a backup joins when a lane stops.",
    ),
    Measure.TELL: ("Tell people", "The change stands in the log, on Live and below."),
}
PROGRESS: dict[Progress, tuple[str, Tone]] = {
    Progress.DONE: ("Done", "good"),
    Progress.OPEN: ("To do", "warn"),
    Progress.BY_HAND: ("For a person", "held"),
}
WELL = "Its quality is well: nothing is to be done."
NOT_KNOWN = "WhatsApp has not said how this number is doing yet: nothing is to be done."
PATIENCE = (
    "All that can be done is done. When WhatsApp says green again it comes back by itself, in a "
    "running broadcast in steps of 10, 25, 50 and 100 % of its pace."
)

CHANGED = {
    "quality": "Quality",
    "status": "Status",
    "throughput": "Throughput",
    "messaging_limit": "Account limit",
}
SOURCES = {"poll": "Asked", "webhook": "WhatsApp told us"}


def plain(word: str) -> str:
    """Meta's word as people read it: `TIER_10K` stays a code's name no longer."""
    known = {
        "TIER_NOT_SET": "not known",
        "TIER_UNLIMITED": "no limit",
        "TIER_50": "50 people",
        "TIER_250": "250 people",
        "TIER_2K": "2,000 people",
        "TIER_10K": "10,000 people",
        "TIER_100K": "1,00,000 people",
        "UNKNOWN": "not known",
        "": "not known",
    }
    return known.get(word, word.replace("_", " ").lower())
