"""The audit trail in words: every action has its sentence, every field its name. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from app import formats
from app.pages.organisation.words import BY_KEY
from app.pages.organisation.words import value_words as setting_words
from engine.domain.audit import Erased
from engine.domain.consent import REFUSED, how

ERASED, NOTHING = "erased", "nothing"
LINES, LONGEST = 8, 140

ACTIONS: dict[str, str] = {
    "alert.acknowledged": "Said that they see to an alert",
    "alert_channel.added": "Added a channel for alerts",
    "alert_channel.changed": "Changed a channel for alerts",
    "alert_channel.removed": "Removed a channel for alerts",
    "alert_channel.switched": "Switched a channel for alerts on or off",
    "alert_channel.tested": "Sent a test to a channel for alerts",
    "alert_rule.changed": "Changed a rule of alerts",
    "alerts.silence_ended": "Ended a silence of alerts",
    "alerts.silenced": "Kept alerts quiet for a while",
    "api_key.created": "Made an API key",
    "api_key.revoked": "Revoked an API key",
    "audit.anchored": "Anchored the audit trail",
    "backup.asked": "Asked for a backup",
    "backup.failed": "A backup failed",
    "backup.made": "Took a backup",
    "broadcast.abort": "Aborted the broadcast",
    "broadcast.answer": "Answered what to do about a late start",
    "broadcast.failed_retried": "Sent again what had failed in the broadcast",
    "broadcast.held_resent": "Sent the held messages of the broadcast again, knowingly",
    "broadcast.pause": "Paused the broadcast",
    "broadcast.resume": "Resumed the broadcast",
    "broadcast.step_asked": "Asked for a step before the window once more",
    "carrier.removed": "Removed a carrier of mail or SMS",
    "carrier.set": "Set a carrier of mail or SMS",
    "compliance.rules_changed": "Changed the compliance rules",
    "content.approval_voided": "Edited approved content: the approval is void",
    "content.approved": "Approved the content",
    "content.created": "Began to write the content",
    "content.second_wording_begun": "Began a second wording of the content",
    "content.edited": "Edited the content",
    "content.rejected": "Rejected the content",
    "content.submitted": "Submitted the content",
    "content.template_changed": "Put a template in the place of one that WhatsApp stopped",
    "content.test_asked": "Asked for a test of the content on their own phone",
    "copy.released": "Released a restored copy: it may send",
    "delivery.discarded": "Closed a delivery",
    "delivery.requeued": "Sent a dead letter again",
    "delivery.resent_knowingly": "Sent a held message again, knowingly",
    "emergency.declared": "Declared an emergency: SMS and e-mail go out",
    "emergency.ended": "The emergency went through",
    "emergency.stopped": "Ended the emergency",
    "evidence.asked": "Asked for a day's evidence pack",
    "evidence.downloaded": "Downloaded an evidence pack",
    "evidence.key_used": "A new key signs evidence packs",
    "evidence.made": "Made a day's evidence pack",
    "forecast.backup": "Called in a backup, because the end was foretold late",
    "forecast.ceiling": "Raised a sender's pace, because the end was foretold late",
    "media.uploaded": "Uploaded a file to stand above messages",
    "rehearsal.asked": "Asked for a rehearsal of the morning ahead",
    "rehearsal.failed": "A rehearsal came to nothing",
    "rehearsal.made": "Rehearsed the morning ahead",
    "reply.answered": "Answered somebody who wrote",
    "reply.assigned": "Gave a conversation to somebody",
    "reply.done": "Finished a conversation",
    "reply.reopened": "Opened a conversation again",
    "report.exported": "Took a report out as a file",
    "report.mail_asked": "Asked for a report by e-mail",
    "report.mailed": "Mailed a day's report",
    "report.not_mailed": "A day's report could not be mailed",
    "report_mailing.changed": "Changed who gets the report by e-mail",
    "retention.pruned": "Let go what is kept no longer",
    "schedule.added": "Scheduled a broadcast",
    "schedule.changed": "Changed a schedule",
    "schedule.day_left_out": "Left out a day",
    "schedule.day_taken_in": "Took in again a day that was left out",
    "schedule.switched": "Switched a schedule on or off",
    "sender.added": "Added a sender",
    "sender.cap_changed": "Changed how many people a sender may reach in a day",
    "sender.pace_changed": "Changed a sender's pace",
    "sender.rested": "Rested a sender",
    "sender.resumed": "Resumed a sender",
    "sender.role_changed": "Changed a sender's role",
    "senders.routing_changed": "Changed how senders are chosen",
    "settings.changed": "Changed a setting",
    "subscriber.added": "Added a subscriber",
    "subscriber.channel_agreed": "Noted that a subscriber agreed to SMS or e-mail",
    "subscriber.channel_withdrawn": "Noted that a subscriber took back SMS or e-mail",
    "subscriber.edited": "Corrected a subscriber",
    "subscriber.erased": "Erased a subscriber",
    "subscriber.status_changed": "Changed a subscriber's status",
    "subscribers.import_cancelled": "Cancelled an import",
    "subscribers.import_ended": "A list of subscribers was taken over",
    "subscribers.import_forced": "Had an import taken over at once",
    "subscribers.import_staged": "Brought in a list, to be taken over after the morning",
    "subscribers.imported": "Imported a list of subscribers",
    "template.answered": "WhatsApp answered what was asked about a template",
    "template.deleted": "Had a template deleted",
    "template.edited": "Submitted other words for a template",
    "template.grouped": "Changed who stands in for a template",
    "template.submitted": "Submitted a template",
    "tenant.founded": "Founded the organisation",
    "user.added": "Added a user",
    "user.deactivated": "Deactivated a user",
    "user.invitation_withdrawn": "Withdrew an invitation",
    "user.invited": "Invited a user",
    "user.joined": "Accepted an invitation",
    "user.password_changed": "Changed their password",
    "user.passwords_renewed": "Renewed the demo's passwords",
    "user.phone_confirmed": "Confirmed a user's own phone",
    "user.phone_forgotten": "Took their own phone away",
    "user.phone_named": "Named their own phone",
    "user.reactivated": "Let a user in again",
    "user.recovery_codes_renewed": "Renewed their recovery codes",
    "user.renamed": "Changed their name",
    "user.language_chosen": "Chose the language of the interface",
    "user.role_changed": "Changed a user's role",
    "user.second_factor_added": "Added a second factor",
    "user.second_factor_dropped": "Removed their second factor",
    "user.second_factor_reset": "Reset a user's second factor",
    "user.session_ended": "Ended a session of theirs",
    "user.sessions_ended": "Ended their other sessions",
    "user.signed_in": "Signed in",
    "user.signed_out": "Signed out",
}
"""What was done, after the name of who did it."""

FIELDS: dict[str, str] = {
    "added": "added",
    "at": "time",
    "agent": "browser",
    "audit_values": "entries that named them",
    "b_percent": "percent who get wording B",
    "beside": "second wording of content",
    "cancelled": "messages cancelled",
    "consent_at": "consent given",
    "consent_source": "how they agreed",
    "content_hash": "hash",
    "email": "e-mail",
    "file": "file",
    "hash": "seal",
    "ip": "address",
    "leads_to": "leads to",
    "left_out": "left out",
    "number": "entry",
    "opens_at": "opens",
    "rate_per_second": "messages a second",
    "registration_no": "registration",
    "sessions_ended": "sessions ended",
    "until": "until",
    "value": "value",
}


KINDS = {"api_key": "API key"}


def action_words(action: str) -> str:
    """`content.approved` as people say it."""
    return ACTIONS.get(action) or _spelled_out(action.replace(".", ": "))


def object_words(subject: str) -> str:
    """`content:12` as people say it."""
    kind, _, number = subject.partition(":")
    if kind == "setting":
        told = BY_KEY.get(number)
        return told.label if told is not None else number
    return f"{KINDS.get(kind) or _spelled_out(kind)} {_which(number)}".strip()


def _which(number: str) -> str:
    return _text(number) if _HASH.fullmatch(number) or _DAY.fullmatch(number) else number


def change_lines(
    before: Mapping[str, Any], after: Mapping[str, Any], subject: str = ""
) -> list[str]:
    """What changed, a line for each field: `Status: active → paused`."""
    if subject.startswith("setting:"):
        key = subject.removeprefix("setting:")
        old_value, new_value = str(before.get("value", "")), str(after.get("value", ""))
        return [f"{setting_words(key, old_value)} → {setting_words(key, new_value)}"]
    lines: list[str] = []
    for field in dict.fromkeys([*before, *after]):
        old, new = before.get(field, ...), after.get(field, ...)
        if old == new and not isinstance(old, Erased):
            continue
        name = _spelled_out(FIELDS.get(field, field))
        if old is ... or old == new:
            lines.append(f"{name}: {value_words(new)}")
        elif new is ...:
            lines.append(f"{name}: was {value_words(old)}")
        else:
            lines.append(f"{name}: {value_words(old)} → {value_words(new)}")
    if len(lines) > LINES:
        rest = len(lines) - LINES
        return [*lines[:LINES], f"and {formats.count(rest, 'more field')}: see the export"]
    return lines


def value_words(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, Erased):
        return ERASED
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return formats.number(value)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        inner = (
            f"{_spelled_out(str(key))} {value_words(one)}"
            for key, one in value.items()
            if one not in _EMPTY
        )
        return _short("; ".join(inner)) or NOTHING
    if isinstance(value, list):
        return _short(", ".join(value_words(one) for one in value)) or NOTHING
    return _text(str(value))


def _text(text: str) -> str:
    if not text:
        return NOTHING
    if _INSTANT.fullmatch(text):
        return formats.moment(formats.instant(text))
    if _HASH.fullmatch(text):
        return formats.short_hash(text)
    if text.startswith(REFUSED):
        return how(text, "")
    if _DAY.fullmatch(text):
        return _day(text)
    # A state as the tables spell it; not a registration number, nor the code of a language.
    plain = text.lower() if _STATE.fullmatch(text) else text
    return _short(plain).replace("_", " ")


def _day(text: str) -> str:
    try:
        return formats.calendar_day(date.fromisoformat(text))
    except ValueError:
        return text


_EMPTY: tuple[Any, ...] = (None, "", [], {})
_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-([012]\d|3[01])")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)")
_STATE = re.compile(r"[A-Z_]{5,}")
_HASH = re.compile(r"[0-9a-f]{64}")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _spelled_out(word: str) -> str:
    plain = word.replace("_", " ")
    return plain[:1].upper() + plain[1:]
