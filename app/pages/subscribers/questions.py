"""What is asked before a status changes: what will happen, and what cannot be undone."""

from dataclasses import dataclass

from app.components.actions import Kind
from engine.domain.subscriber import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One dialog. `{name}` in `done` is the subscriber's; `fields`: reason, consent, reference or
    nothing. `status`: what they become; None erases them.
    """

    status: Status | None
    title: str
    words: str
    verb: str
    done: str
    kind: Kind = "primary"
    fields: str = ""


QUESTIONS: dict[str, Question] = {
    "pause": Question(
        status=Status.PAUSED,
        title="Pause",
        words="They get no messages until somebody resumes them. It holds at once, also for a "
        "message that is planned but not sent.",
        verb="Pause",
        done="{name} is paused.",
        fields="reason",
    ),
    "resume": Question(
        status=Status.ACTIVE,
        title="Resume",
        words="They are part of the next morning's audience again.",
        verb="Resume",
        done="{name} gets messages again.",
    ),
    "stop": Question(
        status=Status.OPTED_OUT,
        title="Opt out",
        words="They asked not to be written to any more. It holds at once, and it goes into their "
        "consent history. Only a new consent of theirs brings them back.",
        verb="Opt them out",
        done="{name} gets no more messages.",
        kind="danger",
        fields="reason",
    ),
    "restart": Question(
        status=Status.ACTIVE,
        title="Record a new consent for",
        words="They had said stop. With a new consent they get messages again.",
        verb="Record the consent",
        done="{name} gets messages again.",
        fields="consent",
    ),
    "erase": Question(
        status=None,
        title="Erase",
        words="Their name, number, registration, consent evidence and the messages rendered for "
        "them go from everywhere, also from the audit trail and from what WhatsApp told us. What "
        "was counted stays counted. This cannot be undone, and nobody can look it up afterwards.",
        verb="Erase for good",
        done="Erased. What was counted stays counted.",
        kind="danger",
        fields="reference",
    ),
}
