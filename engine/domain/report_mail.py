"""The day's report by e-mail: to whom, when, with which files; once a day to a list of people."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from engine.domain.alert_channels import addressees, wrong_addressees
from engine.domain.sla import Standing, standing

MOST_PEOPLE, LIST_LIMIT = 20, 1_000
NOT_AFTER = timedelta(days=1)
"""A report that was not written so long after its day is written by nobody: it is on the page."""


class MailState(StrEnum):
    """Where a mail stands. The sentence beside each is what pages say of it."""

    WAITING = "waiting"  # due, or due again
    SENDING = "sending"  # the engine makes its files, or hands it to the server
    SENT = "sent"  # the mail server took it
    FAILED = "failed"  # given up, with a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """Who gets the report of each day. at: not before this time, in the organisation's zone."""

    to: tuple[str, ...]
    at: time
    pdf: bool
    csv: bool
    active: bool

    @property
    def list_hash(self) -> str:
        """The same for the same people, in whatever order and spelling they were typed."""
        people = sorted({one.lower() for one in self.to})
        return hashlib.sha256("\n".join(people).encode()).hexdigest()


def read_mailing(typed: Mapping[str, str]) -> Mailing | tuple[str, ...]:
    """What was typed in, or a sentence for each thing that is wrong."""
    problems: list[str] = []
    text = typed.get("to", "").strip()
    to = tuple(dict.fromkeys(addressees(text)))
    active = typed.get("active", "") == "on"
    pdf, csv = typed.get("pdf", "") == "on", typed.get("csv", "") == "on"
    if len(text) > LIST_LIMIT or len(to) > MOST_PEOPLE:
        problems.append(f"At most {MOST_PEOPLE} addresses.")
    else:
        problems += wrong_addressees(text)
    if active and not to:
        problems.append("Say to whom it goes.")
    if active and not (pdf or csv):
        problems.append("Choose the PDF, the CSV, or both.")
    try:
        at = time.fromisoformat(typed.get("at", "").strip() or "07:00")
    except ValueError:
        at = time(7)
        problems.append("The time is written like 07:30.")
    if problems:
        return tuple(problems)
    return Mailing(to=to, at=at.replace(tzinfo=None), pdf=pdf, csv=csv, active=active)


def is_due(
    day: date,
    *,
    mailing: Mailing,
    since: datetime,
    closes_at: datetime,
    made_at: datetime,
    now: datetime,
    zone: ZoneInfo,
) -> bool:
    """Whether a day's report is to go out now: its verdict is final, its figures were counted
    since, and its time has come. since: from when on days are mailed at all.
    """
    if not mailing.active or closes_at < since:
        return False
    if standing(closes_at, now) is not Standing.FINAL:
        return False
    if standing(closes_at, made_at) is not Standing.FINAL:
        return False
    earliest = datetime.combine(day, mailing.at, zone)
    return earliest <= now <= max(earliest, closes_at) + NOT_AFTER
