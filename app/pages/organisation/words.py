"""The settings of an organisation in words: what each is, and what it does."""

from dataclasses import dataclass

from app import formats
from engine.domain import tenant_settings as rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One setting for people. `unit` stands behind the field; `choices` by value."""

    key: str
    label: str
    help: str
    unit: str = ""
    choices: dict[str, str] | None = None


PACINGS = {
    "jittered": "Spread over the window",
    "fastest": "As fast as the senders may",
    "even": "Evenly, as slowly as the window lets it",
}
FALLBACKS = {
    "evergreen": "Send the evergreen approved last",
    "skip": "Send nothing that day",
}
LEVERS = {
    "tell": "Tell people, do nothing",
    "backup": "Call in a backup sender",
    "both": "Call in a backup, and raise senders to all WhatsApp lets them",
}
POLICIES = {
    "ask": "Ask a person",
    "skip": "Skip the day",
    "send": "Send all the same",
}

BRAND_HELP = (
    "Offered whenever an author uploads a picture, such as your name and registration number. What "
    "is approved keeps the line it was approved with."
)

GROUPS: tuple[tuple[str, tuple[Told, ...]], ...] = (
    (
        "Organisation",
        (Told(key=rules.NAME, label="Name", help="As it stands in invitations and reports."),),
    ),
    (
        "The morning",
        (
            Told(
                key=rules.FREEZE_MINUTES,
                label="Cut-off before the opening",
                help="Then the audience and the content are frozen. Holds from the next morning "
                "that is not frozen yet.",
                unit="minutes",
            ),
            Told(
                key=rules.REMIND_MINUTES,
                label="Reminder before the cut-off",
                help="From then on a day without an approval is said aloud.",
                unit="minutes",
            ),
            Told(
                key=rules.LAST_CALL_MINUTES,
                label="Last call before the morning",
                help="From the cut-off to the last call an approval needs an explicit word.",
                unit="minutes",
            ),
            Told(
                key=rules.VALIDATE_MINUTES,
                label="Templates looked at again, before the morning",
                help="One that WhatsApp stopped gives its place to one approved to stand in.",
                unit="minutes",
            ),
            Told(
                key=rules.CONNECT_MINUTES,
                label="Connections opened, before the morning",
                help="So that a way to WhatsApp that is closed is known while there is time.",
                unit="minutes",
            ),
            Told(
                key=rules.FALLBACK,
                label="When nothing is approved by the last call",
                help="An evergreen is written and approved in advance, for any day.",
                choices=FALLBACKS,
            ),
            Told(
                key=rules.CLOSES_MINUTES,
                label="On time until, after the opening",
                help="What arrives later counts as late in the day's verdict.",
                unit="minutes",
            ),
            Told(
                key=rules.LEVERS,
                label="When the end is foretold late",
                help="Done once in a broadcast, and only where it helps by the forecast.",
                choices=LEVERS,
            ),
        ),
    ),
    (
        "Brand line on header pictures",
        (
            Told(key=rules.BRAND_LINE_EN, label="English", help=BRAND_HELP),
            Told(key=rules.BRAND_LINE_HI, label="Hindi", help="Empty: none."),
            Told(key=rules.BRAND_LINE_MR, label="Marathi", help="Empty: none."),
        ),
    ),
    (
        "Mornings started by hand",
        (
            Told(
                key=rules.PACING,
                label="Pace",
                help="How the messages lie in the window.",
                choices=PACINGS,
            ),
            Told(
                key=rules.LATE_POLICY,
                label="When the engine comes too late",
                help="What becomes of a morning whose opening was missed.",
                choices=POLICIES,
            ),
            Told(
                key=rules.LATE_MINUTES,
                label="Too late is, after the opening",
                help="Until then it is simply sent.",
                unit="minutes",
            ),
        ),
    ),
    (
        "Cost",
        (
            Told(
                key=rules.BUDGET_RUPEES,
                label="Budget for a month",
                help="By WhatsApp's rate card, without tax. 0: no budget. Reports compare with it.",
                unit="rupees",
            ),
        ),
    ),
    (
        "Keeping",
        (
            Told(
                key=rules.RETENTION_YEARS,
                label="Requests, receipts and logs are kept for",
                help="Five years is what SEBI asks of advisers. The audit trail is not touched.",
                unit="years",
            ),
            Told(
                key=rules.RAW_DAYS,
                label="Raw webhooks and answers are kept for",
                help="What they said is kept as facts. Their hashes stay two months longer, so "
                "that one that comes again is known.",
                unit="days",
            ),
        ),
    ),
    (
        "Signing in",
        (
            Told(
                key=rules.IDLE_MINUTES,
                label="Signed out after doing nothing for",
                help="An open page that merely looks does not count as doing something. Holds "
                "at once.",
                unit="minutes",
            ),
            Told(
                key=rules.ABSOLUTE_HOURS,
                label="Signed in at most for",
                help="Holds from the next sign-in.",
                unit="hours",
            ),
        ),
    ),
)
BY_KEY = {told.key: told for _, group in GROUPS for told in group}


def value_words(key: str, value: str) -> str:
    """A value as people read it: `30 minutes`, `Ask a person`."""
    told = BY_KEY.get(key)
    if told is None:
        return value
    if told.choices is not None:
        return told.choices.get(value, value)
    return f"{value} {told.unit}".strip()


def bounds_words(key: str) -> str:
    """What may be typed: `5 to 240, usually 30`."""
    setting = rules.BY_KEY[key]
    if setting.kind is not rules.Kind.NUMBER:
        return ""
    return f"{setting.low} to {formats.number(setting.high)}, usually {setting.default}"


def complaint(detail: str) -> str:
    """A command's detail with the setting's name as people know it, not its key."""
    key, _, rest = detail.partition(": ")
    told = BY_KEY.get(key)
    return f"{told.label}: {rest}" if told is not None else detail
