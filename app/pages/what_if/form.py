"""The form of a what-if: a line for each sender, the choices, what is wrong with a field."""

from collections.abc import Mapping
from dataclasses import dataclass

from app import formats
from app.pages.plan.shown import IDLE
from engine.domain.pool import idle_because
from engine.domain.what_if import Outcome
from engine.domain.what_if_form import NOBODY, ONE_MORE, Number, Standing, Supposed


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One sender's line."""

    id: int
    sender: str
    href: str
    role: str
    part: bool
    pace: str
    cap: str
    sends: str
    """What it may really send, or why it sends nothing."""
    people: str
    wrong_pace: str
    wrong_cap: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list of choices. sender: a number, where it is one; words: what else it is."""

    value: str
    sender: str
    words: str


def rows(
    standing: Standing, typed: Mapping[str, str], supposed: Supposed, then: Outcome | None
) -> list[Row]:
    """A line for each number of the pool."""
    wrong = {one.field: one.words for one in supposed.wrong}
    people = None if then is None else {lane.sender: lane.people for lane in then.lanes}
    return [
        Row(
            id=one.id,
            sender=formats.phone_tail(one.phone),
            href=f"/senders/{one.id}",
            role="backup" if one.role == "backup" else "primary",
            part=typed[f"part_{one.id}"] == "yes",
            pace=typed[f"pace_{one.id}"],
            cap=typed[f"cap_{one.id}"],
            sends=_sends(one, typed, supposed),
            people=formats.number(None if people is None else people.get(one.id, 0)),
            wrong_pace=wrong.get(f"pace_{one.id}", ""),
            wrong_cap=wrong.get(f"cap_{one.id}", ""),
        )
        for one in standing.senders
    ]


def _sends(one: Number, typed: Mapping[str, str], supposed: Supposed) -> str:
    rate = supposed.rates.get(one.id, 0.0)
    if rate:
        return f"{rate:g}/s"
    if typed[f"part_{one.id}"] != "yes":
        return "Takes no part."
    return IDLE[idle_because(_in_the_pool(one))]


def _in_the_pool(one: Number) -> Number:
    """As it would be if it took part: what is wrong then is not that it rests."""
    return Number(
        id=one.id,
        phone=one.phone,
        label=one.label,
        role="primary",
        state="active",
        quality=one.quality,
        status=one.status,
        throughput=one.throughput,
        rate_per_second=one.rate_per_second,
    )


def losses(standing: Standing, supposed: Supposed) -> list[Choice]:
    """Who may be lost: who sends."""
    named = {one.id: one for one in standing.senders}
    sending = [
        Choice(str(sender), formats.phone_tail(named[sender].phone), "")
        if sender in named
        else Choice(str(sender), "", f"New number {formats.number(-sender)}")
        for sender in supposed.rates
    ]
    return [Choice(NOBODY, "", "Nobody is lost"), *sending]


def backups(standing: Standing, supposed: Supposed) -> list[Choice]:
    """Who may be called in: who may send and does not."""
    others = [
        Choice(str(one.id), formats.phone_tail(one.phone), _role(one))
        for one in standing.senders
        if one.id not in supposed.rates and standing.lane(one) is not None
    ]
    return [
        Choice(NOBODY, "", "Nobody: the others take over"),
        *others,
        Choice(ONE_MORE, "", "A new number"),
    ]


def _role(one: Number) -> str:
    return "backup" if one.role == "backup" else "primary"


def shown_wrong(typed: Mapping[str, str], supposed: Supposed) -> dict[str, str]:
    """What is wrong by field; empty where nothing is."""
    return dict.fromkeys(typed, "") | {one.field: one.words for one in supposed.wrong}
