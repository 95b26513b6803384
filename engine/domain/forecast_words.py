"""What holds a broadcast up, in a sentence: said where a forecast is late, or never. Pure."""

from engine.domain.digits import grouped
from engine.domain.forecast_model import Model
from engine.domain.sends_ahead import Trouble, sends_ahead

LOST_SHARE = 0.01
SILENT_SECONDS = 20.0


def because(model: Model) -> str:
    """The weightiest reason why 99 % are not reached sooner."""
    signs = model.signs
    unsent = sum(sum(lane.due.values()) for lane in signs.lanes)
    lost = signs.given_up + sum(signs.failed.values())
    if signs.paused:
        return "It is paused: nothing new is sent."
    if unsent and not any(lane.sends or lane.back_in is not None for lane in signs.lanes):
        return f"No sender sends, and {grouped(round(unsent))} are left."
    if model.behind > SILENT_SECONDS:
        return f"WhatsApp has told nothing for {model.behind:.0f} s: its webhooks do not come."
    if lost > LOST_SHARE * signs.targeted:
        return f"{grouped(round(lost))} failed for good or wait for a person."
    closes = (signs.closes_at - signs.now).total_seconds()
    later = sum(n for at, n in sends_ahead(signs.lanes, Trouble(20.0)) if at > closes)
    if later > LOST_SHARE * signs.targeted / 2:
        return f"The senders do not get through: {grouped(round(later))} are sent after the close."
    if signs.kept_back:
        held = sum(signs.kept_back.values())
        return f"WhatsApp holds {grouped(round(held))} back while it assesses the template."
    never = 100.0 * model.curve.never
    return f"Phones answer late or not at all: about {never:.1f} % of them never do this morning."
