"""What a dress rehearsal says of a morning, and how GO and NO-GO follow from it (spec §1).

All of it can be written down as JSON and read again: the row of a rehearsal is this.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from engine.domain.digits import grouped

SHARE = 0.99
"""Of those who were frozen."""


class Verdict(StrEnum):
    """What one check comes to."""

    OK = "ok"
    WARN = "warn"  # it will go out; a person should look all the same
    FAIL = "fail"  # it will not go out as it should


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line: its name, what was found, and what to do about it; empty where nothing is."""

    name: str
    verdict: Verdict
    words: str
    do: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneForeseen:
    """One sender's part. Seconds after the opening: its last send, and when 99 % of its own people
    have it; None: never, or nobody.
    """

    sender: int
    phone: str
    people: int
    rate: float
    last_send: float | None
    delivered: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What the rehearsal played. Seconds after the opening; None is never.

    delivered: 99 % have it, `low` and `high` around it in four of five mornings. handed_over: 99 %
    of them are with WhatsApp, by its own word. never: the chance that 99 % never have it.
    """

    people: int
    delivered: float | None
    low: float | None
    high: float | None
    never: float
    handed_over: float | None
    attempts: int = 0
    lanes: tuple[LaneForeseen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """People who cannot get it, for one reason. `some`: the subscribers' numbers, the first few."""

    why: str
    count: int
    do: str = ""
    some: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Everything a rehearsal found. broadcast: None where it is not opened yet. closes: seconds
    after the opening. basis: what the behaviour of WhatsApp and the phones was taken from.
    """

    broadcast: int | None
    title: str
    opens_at: str
    closes: float
    frozen: bool
    checks: tuple[Check, ...] = ()
    foreseen: Foreseen | None = None
    without: tuple[Without, ...] = ()
    basis: tuple[str, ...] = ()
    took: Mapping[str, float] = field(default_factory=lambda: dict[str, float]())
    """Seconds of computing time, by part."""

    @property
    def failing(self) -> tuple[Check, ...]:
        """What speaks against it."""
        return tuple(check for check in self.checks if check.verdict is Verdict.FAIL)

    @property
    def go(self) -> bool:
        """GO: it was checked, and nothing speaks against it."""
        return bool(self.checks) and not self.failing

    def as_plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"go": self.go}


def from_plain(plain: Mapping[str, Any]) -> Rehearsal:
    """What `as_plain` made."""
    seen = plain["foreseen"]
    return Rehearsal(
        broadcast=plain["broadcast"],
        title=plain["title"],
        opens_at=plain["opens_at"],
        closes=plain["closes"],
        frozen=plain["frozen"],
        checks=tuple(
            Check(**(one | {"verdict": Verdict(one["verdict"])})) for one in plain["checks"]
        ),
        foreseen=None if seen is None else _foreseen(seen),
        without=tuple(Without(**(one | {"some": tuple(one["some"])})) for one in plain["without"]),
        basis=tuple(plain["basis"]),
        took=dict(plain["took"]),
    )


def _foreseen(plain: Mapping[str, Any]) -> Foreseen:
    given: dict[str, Any] = dict(plain)
    given["lanes"] = tuple(LaneForeseen(**one) for one in plain["lanes"])
    return Foreseen(**given)


def on_time(foreseen: Foreseen, closes: float) -> Check:
    """Whether 99 % are foreseen to have it before the close, as a check like the others."""
    name = "99 % in time"
    if foreseen.delivered is None:
        return Check(
            name=name,
            verdict=Verdict.FAIL,
            words=f"99 % of {grouped(foreseen.people)} people will not have it on this day.",
            do="See who cannot get it, and the checks below.",
        )
    words = f"99 % have it {foreseen.delivered:.0f} s after the opening"
    if foreseen.delivered > closes:
        return Check(
            name=name,
            verdict=Verdict.FAIL,
            words=f"{words}, {foreseen.delivered - closes:.0f} s after the close.",
            do="Add a sender, raise the pace, or send faster: see Senders and Schedule.",
        )
    if foreseen.high is None or foreseen.high > closes:
        return Check(
            name=name,
            verdict=Verdict.WARN,
            words=f"{words}; one morning in ten would be later than the close.",
            do="Add a sender, raise the pace, or send faster: see Senders and Schedule.",
        )
    spare = closes - foreseen.delivered
    return Check(name=name, verdict=Verdict.OK, words=f"{words}, {spare:.0f} s before the close.")


def listed(names: Iterable[str], most: int = 4) -> str:
    """`a, b and 3 more`."""
    found: Sequence[str] = list(names)
    shown = ", ".join(found[:most])
    return shown if len(found) <= most else f"{shown} and {len(found) - most} more"
