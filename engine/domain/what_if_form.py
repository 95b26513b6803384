"""A what-if as a person types it: what is allowed, and the sentence for what is not.

It begins as the morning stands. Everything comes as text, as a form sends it, and a field that is
empty where a number may be left out is no limit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from engine.domain.digits import grouped
from engine.domain.ids import SenderId
from engine.domain.planning import Pacing
from engine.domain.pool import able_lanes, rate_of
from engine.domain.quality import CEILING_PER_SECOND, HIGH_THROUGHPUT_FACTOR, Quality
from engine.domain.routing import PlanLane
from engine.domain.schedule_draft import Wrong
from engine.domain.what_if import Loss, Phones, Scenario
from engine.domain.what_if_lanes import LATEST_LOSS_SECONDS

MOST_PEOPLE = 10_000_000
MOST_SENDERS = 50
MOST_PER_SECOND = int(CEILING_PER_SECOND[Quality.GREEN] * HIGH_THROUGHPUT_FACTOR)
LEAST_PER_SECOND = 1
USUAL_PACE = CEILING_PER_SECOND[Quality.GREEN]
NEW = -1
"""The first of the numbers that one does not have yet; the next ones count down."""
NOBODY, ONE_MORE = "", "new"
"""Who is called in for the lost one: nobody, or a number one does not have yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A sender of the pool, as `pool.Numbered` sees one. counted: who counts against its cap of the
    day already and is not in the audience.
    """

    id: int
    phone: str
    label: str
    role: str
    state: str
    quality: str
    status: str
    throughput: str
    rate_per_second: float
    daily_cap: int | None = None
    counted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The next morning as it stands: what a what-if begins with.

    limit: people in 24 hours by the portfolio; counted: who counts against it already and is not in
    the audience. each: rupees for a delivered message, None: no rate is known; priced: the share of
    people whose country's rates are known. basis: what the phones were taken from, as sentences.
    """

    title: str
    opens_at: datetime
    primary_ends_at: datetime
    closes_at: datetime
    pacing: Pacing
    people: int
    senders: tuple[Number, ...]
    reserve: float
    phones: Phones
    first_wait: float = 0.0
    limit: int | None = None
    counted: int = 0
    each: Decimal | None = None
    priced: float = 1.0
    categories: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()

    @property
    def scenario(self) -> Scenario:
        """The morning as it stands, to be worked out."""
        return self.of(self.senders, people=self.people, pacing=self.pacing, limit=self.limit)

    def lanes(self, pool: Sequence[Number]) -> tuple[PlanLane, ...]:
        """Who of such a pool would send, with what its caps leave."""
        cap_of = {one.id: one for one in pool}
        _, lanes = able_lanes(pool, self.reserve)
        return tuple(replace(lane, most=_left(cap_of[lane.sender])) for lane in lanes)

    def of(
        self,
        pool: Sequence[Number],
        *,
        people: int,
        pacing: Pacing,
        limit: int | None,
        loss: Loss | None = None,
    ) -> Scenario:
        """The same morning with another pool, audience, pacing, limit, and loss."""
        return Scenario(
            people=people,
            lanes=self.lanes(pool),
            pacing=pacing,
            portfolio=None if limit is None else max(0, limit - self.counted),
            loss=loss,
            closes=(self.closes_at - self.opens_at).total_seconds(),
            window=(self.primary_ends_at - self.opens_at).total_seconds(),
            first_wait=self.first_wait,
        )

    def plain(self) -> dict[str, str]:
        """The form as the morning stands."""
        taking_part = {lane.sender for lane in self.lanes(self.senders)}
        spare = self.spares(taking_part)
        form = {
            "people": grouped(self.people),
            "pacing": self.pacing.value,
            "limit": "" if self.limit is None else grouped(self.limit),
            "more": "0",
            "more_pace": f"{USUAL_PACE:g}",
            "lost": NOBODY,
            "lost_at": "60",
            "backup": str(spare[0]) if spare else NOBODY,
        }
        for one in self.senders:
            form[f"part_{one.id}"] = "yes" if one.id in taking_part else ""
            form[f"pace_{one.id}"] = f"{one.rate_per_second:g}"
            form[f"cap_{one.id}"] = "" if one.daily_cap is None else grouped(one.daily_cap)
        return form

    def spares(self, taking_part: set[SenderId]) -> list[int]:
        """Backups that stand by while these send: the engine calls in the first one."""
        others = [one for one in self.senders if one.id not in taking_part]
        waiting = [one for one in others if one.role == "backup" and one.state == "active"]
        return [one.id for one in waiting if self.lane(one) is not None]

    def lane(self, one: Number) -> PlanLane | None:
        """What a sender could do that is called in; None when it may not send."""
        rate = rate_of(_taking_part(one), self.reserve)
        return PlanLane(SenderId(one.id), rate, _left(one)) if rate > 0 else None


@dataclass(slots=True)
class Supposed:
    """What was typed, as far as it makes sense, and what is wrong with the rest of it.

    rates: what each sender that takes part may send a second, 0 where it may not.
    """

    scenario: Scenario | None = None
    wrong: list[Wrong] = field(default_factory=list[Wrong])
    rates: dict[int, float] = field(default_factory=dict[int, float])


def read_form(typed: Mapping[str, str], standing: Standing) -> Supposed:
    """What was typed, as a scenario; without one while a field is wrong."""
    form = _Form(typed)
    people = form.whole("people", 1, MOST_PEOPLE, "people")
    limit = form.whole("limit", 0, MOST_PEOPLE, "people", optional=True)
    pacing = typed.get("pacing", "")
    if pacing not in set(Pacing):
        form.complain("pacing", "Choose one of the ways.")
    pool = [_read_number(form, one) for one in standing.senders]
    more = form.whole("more", 0, MOST_SENDERS, "senders") or 0
    more_pace = form.pace("more_pace") if more or typed.get("backup") == ONE_MORE else USUAL_PACE
    pool.extend(_new(NEW - nth, more_pace) for nth in range(more))
    lanes = standing.lanes(pool)
    loss = _loss(form, standing, lanes, more_pace)
    found = Supposed(wrong=form.wrong, rates={lane.sender: lane.rate for lane in lanes})
    if not form.wrong:
        assert people is not None
        found.scenario = standing.of(
            pool, people=people, pacing=Pacing(pacing), limit=limit, loss=loss
        )
    return found


class _Form:
    """The texts, and what was found wrong with them so far."""

    def __init__(self, typed: Mapping[str, str]) -> None:
        self._typed = typed
        self.wrong: list[Wrong] = []

    def text(self, field_: str) -> str:
        return self._typed.get(field_, "").strip()

    def complain(self, field_: str, words: str) -> None:
        self.wrong.append(Wrong(field_, words))

    def whole(
        self, field_: str, least: int, most: int, unit: str, *, optional: bool = False
    ) -> int | None:
        """A whole number; None when it is left out, or wrong."""
        plain = self.text(field_).replace(",", "").replace(" ", "")
        if optional and not plain:
            return None
        number = int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 12 else None
        if number is None or not least <= number <= most:
            empty = ", or nothing for no limit" if optional else ""
            self.complain(
                field_, f"A whole number of {unit}, {grouped(least)} to {grouped(most)}{empty}."
            )
            return None
        return number

    def pace(self, field_: str) -> float:
        """Messages a second; the usual pace when it is wrong."""
        try:
            number = float(self.text(field_).replace(",", ""))
        except ValueError:
            number = 0.0
        if LEAST_PER_SECOND <= number <= MOST_PER_SECOND:
            return number
        least, most = grouped(LEAST_PER_SECOND), grouped(MOST_PER_SECOND)
        self.complain(field_, f"Messages a second, {least} to {most}.")
        return USUAL_PACE


def _read_number(form: _Form, one: Number) -> Number:
    """A sender of the pool as it is supposed; what does not take part is not looked at."""
    if form.text(f"part_{one.id}") != "yes":
        return replace(one, state="resting")
    pace = form.pace(f"pace_{one.id}")
    cap = form.whole(f"cap_{one.id}", 0, MOST_PEOPLE, "people", optional=True)
    return replace(_taking_part(one), rate_per_second=pace, daily_cap=cap)


def _taking_part(one: Number) -> Number:
    return replace(one, role="primary", state="active")


def _new(number: int, pace: float) -> Number:
    """A number one does not have yet: well, and as fast as it is asked to be."""
    return Number(
        id=number,
        phone="",
        label="",
        role="primary",
        state="active",
        quality=Quality.GREEN.value,
        status="CONNECTED",
        throughput="STANDARD" if pace <= USUAL_PACE else "HIGH",
        rate_per_second=pace,
    )


def _left(one: Number) -> int | None:
    return None if one.daily_cap is None else max(0, one.daily_cap - one.counted)


def _loss(
    form: _Form, standing: Standing, lanes: Sequence[PlanLane], more_pace: float
) -> Loss | None:
    lost, backup = form.text("lost"), form.text("backup")
    if lost == NOBODY:
        return None
    sending = {str(lane.sender): lane.sender for lane in lanes}
    if lost not in sending:
        form.complain("lost", "This one sends nothing: choose a sender that takes part.")
    at = form.whole("lost_at", 0, LATEST_LOSS_SECONDS, "seconds")
    instead: PlanLane | None = None
    if backup == ONE_MORE:
        instead = standing.lane(_new(NEW - MOST_SENDERS, more_pace))
    elif backup != NOBODY:
        instead = _backup(form, standing, backup, set(sending))
    if lost not in sending or at is None:
        return None
    return Loss(sender=sending[lost], at_seconds=at, backup=instead)


def _backup(form: _Form, standing: Standing, asked: str, sending: set[str]) -> PlanLane | None:
    if asked in sending:
        form.complain("backup", "This one sends already: choose another, or nobody.")
        return None
    one = next((one for one in standing.senders if str(one.id) == asked), None)
    lane = None if one is None else standing.lane(one)
    if lane is None:
        form.complain("backup", "This one may not send: choose another, or nobody.")
    return lane
