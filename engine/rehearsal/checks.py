"""The preflight: what was known and what was answered, as named checks with what to do (spec §1).

Pure: nothing is asked here. What WhatsApp answered is judged in `asked_checks`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.domain.content import Category
from engine.domain.cost import PER_MESSAGE_GOAL, rate
from engine.domain.digits import grouped
from engine.domain.rehearsal import Check, Verdict, listed
from engine.domain.schedule import service_day
from engine.rehearsal import asked_checks as asked
from engine.rehearsal.ask import Answers
from engine.rehearsal.facts import Facts

WAITING_SOME, WAITING_MANY = 1_000, 10_000
"""Webhooks that nobody has read yet."""
OK, WARN, FAIL = Verdict.OK, Verdict.WARN, Verdict.FAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What the plan came to. without: people for whom the limits have no room; last_at: its last
    instant; None when nobody is planned.
    """

    people: int
    without: int
    without_words: str
    last_at: datetime | None


def checks(
    facts: Facts,
    answers: Answers,
    size: Size | None,
    *,
    window_ends_at: datetime,
    closes_at: datetime,
    frozen_at: datetime | None,
    now: datetime,
) -> tuple[Check, ...]:
    """All of them, in the order in which a person would mend things. size: None without a plan."""
    return (
        _content(facts),
        _audience(facts, size),
        asked.token(answers),
        *asked.senders(facts, answers),
        *asked.templates(facts, answers),
        *asked.media(facts, answers, frozen_at, now),
        *(() if size is None else (_limits(size),)),
        _capacity(size, window_ends_at, closes_at),
        asked.webhooks(answers),
        _engine(facts),
        *_cost(facts, size, closes_at),
    )


def _content(facts: Facts) -> Check:
    name, pack = "Content", facts.pack
    if pack is None:
        do = "Write it under Content and have it approved."
        return Check(name=name, verdict=FAIL, words="Nothing is written for this day.", do=do)
    if not pack.approved:
        words = f"“{pack.title}” is {pack.state}, not approved."
        return Check(name=name, verdict=FAIL, words=words, do="Have it approved under Approvals.")
    if not pack.whole:
        words = f"“{pack.title}” is not what was approved: its words were changed past us."
        return Check(name=name, verdict=FAIL, words=words, do="Write it anew and approve it anew.")
    return Check(name=name, verdict=OK, words=f"“{pack.title}” is approved, word for word.")


def _audience(facts: Facts, size: Size | None) -> Check:
    name, people = "Audience", sum(facts.readers.values())
    if not people:
        do = "Add or import subscribers, with their consent."
        return Check(name=name, verdict=FAIL, words="There is nobody to send to.", do=do)
    pack = facts.pack
    silent = {one: n for one, n in facts.readers.items() if pack and one not in pack.texts}
    if silent:
        words = f"{grouped(sum(silent.values()))} people read {listed(sorted(silent))}, and "
        words += "there is no text in it."
        do = "Write the content in their language, too."
        return Check(name=name, verdict=WARN, words=words, do=do)
    planned = people if size is None else size.people
    languages = f"in {len(facts.readers)} languages" if len(facts.readers) > 1 else "in 1 language"
    return Check(name=name, verdict=OK, words=f"{grouped(planned)} people {languages}.")


def _limits(size: Size) -> Check:
    name = "Limits"
    if size.without:
        words = f"{grouped(size.without)} people find no room: {size.without_words}"
        do = "Raise the limit at Meta, raise the caps, or add a sender."
        return Check(name=name, verdict=FAIL, words=words, do=do)
    return Check(name=name, verdict=OK, words="The limits of the day have room for everybody.")


def _capacity(size: Size | None, window_ends_at: datetime, closes_at: datetime) -> Check:
    name, do = "Capacity", "Raise the pace, add a sender, or send faster: see Senders."
    if size is None:
        return Check(name=name, verdict=FAIL, words="No sender may send.", do=do)
    if size.last_at is None:
        return Check(name=name, verdict=FAIL, words="Nobody is planned.", do=do)
    if size.last_at > closes_at:
        seconds = (size.last_at - closes_at).total_seconds()
        words = f"The last message goes {grouped(round(seconds))} s after the close."
        return Check(name=name, verdict=FAIL, words=words, do=do)
    if size.last_at > window_ends_at + timedelta(seconds=1):
        seconds = (size.last_at - window_ends_at).total_seconds()
        words = f"The last message goes {grouped(round(seconds))} s after the window."
        return Check(name=name, verdict=WARN, words=words, do=do)
    return Check(name=name, verdict=OK, words="Everybody is sent to inside the window.")


def _engine(facts: Facts) -> Check:
    name, house = "Engine", facts.house
    if house.fenced:
        words = "This database is a copy out of a backup: it sends nothing until it is released."
        do = "Make sure that the original is off, then release it under Backups."
        return Check(name=name, verdict=FAIL, words=words, do=do)
    if not house.engine_runs:
        words = "No engine is running: nothing would be sent."
        return Check(name=name, verdict=FAIL, words=words, do="Start `dawncast serve`.")
    if house.webhooks_waiting > WAITING_SOME:
        verdict = FAIL if house.webhooks_waiting > WAITING_MANY else WARN
        words = f"{grouped(house.webhooks_waiting)} webhooks wait to be read."
        return Check(name=name, verdict=verdict, words=words, do="Wait, and rehearse again.")
    words = "It holds the lease, and reads webhooks as they come."
    return Check(name=name, verdict=OK, words=words)


def _cost(facts: Facts, size: Size | None, at: datetime) -> list[Check]:
    if facts.pack is None or size is None or not size.people:
        return []
    texts = facts.pack.texts
    each = [
        (rate(service_day(at), texts[one].category), count)
        for one, count in facts.readers.items()
        if one in texts
    ]
    if not each or any(one is None for one, _ in each):
        return []
    whole = sum((one or 0) * count for one, count in each)
    mean = whole / sum(count for _, count in each)
    words = f"About ₹{grouped(round(whole))} without tax, ₹{mean:.4f} a message."
    if mean < PER_MESSAGE_GOAL:
        return [Check(name="Cost", verdict=OK, words=words)]
    marketing = any(text.category == Category.MARKETING for text in texts.values())
    words += f" The goal is below ₹{PER_MESSAGE_GOAL}."
    do = "Marketing templates always cost more; a utility template would not." if marketing else ""
    return [Check(name="Cost", verdict=WARN, words=words, do=do)]
