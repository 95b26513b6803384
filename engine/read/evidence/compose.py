"""Puts a day's evidence pack together, in one look at the database and in flat memory (spec L3)."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO

from sqlmodel import Session

from engine.documents.evidence import index
from engine.documents.evidence.keys import PrivateKey
from engine.documents.evidence.writer import PackWriter, Sealed
from engine.domain import sla
from engine.domain.anchor import AnchorFile
from engine.domain.evidence_pack import Manifest, People
from engine.domain.ids import TenantId
from engine.domain.schedule import zone_named
from engine.domain.sla import Miss, Tally
from engine.domain.subscriber import WORDS as LEFT_OUT
from engine.domain.subscriber import Exclusion
from engine.read.evidence import people as rows
from engine.read.evidence import records
from engine.read.evidence.cells import (
    ATTEMPTS,
    EXCEPTIONS,
    LEFT_OUTS,
    RECIPIENTS,
    RESENDS,
    as_json,
    cell,
    csv_bytes,
    instant,
)
from engine.read.evidence.contents import Contents
from engine.read.stages import WORDS as STATE_WORDS
from engine.store import audit, tables
from engine.telemetry import mask_phones


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which day of whom, how people are named, and with what it is signed."""

    tenant: TenantId
    day: date
    people: People
    key: PrivateKey
    now: datetime
    version: str
    asked_by: str


def write_pack(session: Session, file: BinaryIO, asked: Asked) -> Sealed:
    """Write the whole pack into `file`. The session sees one state of the database throughout."""
    composer = _Composer(session, asked, PackWriter(file))
    return composer.write()


@dataclass(slots=True)
class _Counts:
    """What one pass over the people of a broadcast gave."""

    audience: Any = field(default_factory=hashlib.sha256)
    states: Counter[str] = field(default_factory=Counter[str])
    exceptions: Counter[str] = field(default_factory=Counter[str])
    total: int = 0
    targeted: int = 0
    handed_over: int = 0
    delivered: int = 0
    missed: Counter[Miss] = field(default_factory=Counter[Miss])
    other_content: int = 0

    def take(self, one: rows.Person, approved: Collection[str]) -> None:
        self.total += 1
        self.audience.update(f"{one.facts.key}\n".encode())
        self.states[one.facts.state] += 1
        self.targeted += one.targeted
        self.handed_over += one.handed_over
        self.delivered += one.delivered
        self.other_content += one.facts.content_hash not in approved
        if one.missed is not None:
            self.missed[one.missed] += 1
        if said := rows.exception(one):
            self.exceptions[said] += 1


class _Composer:
    def __init__(self, session: Session, asked: Asked, pack: PackWriter) -> None:
        self._session, self._asked, self._pack = session, asked, pack
        tenant = session.get(tables.Tenant, asked.tenant)
        assert tenant is not None
        self._tenant = tenant
        self._zone = zone_named(tenant.zone)

    def write(self) -> Sealed:
        asked, pack = self._asked, self._pack
        found = records.broadcasts_of(self._session, asked.tenant, asked.day)
        told = [self._broadcast(one) for one in found]
        packs = {pack for one in found for pack in (one.content_id, one.b_content_id)}
        contents = sorted(packs - {None})
        content = Contents(self._session, asked.tenant, self._zone, pack)
        approvals = [one for pack_id in contents if (one := content.add(pack_id)) is not None]
        entries = self._trail()
        end = audit.end(self._session)
        anchor = AnchorFile(anchor=end, taken_at=asked.now)
        pack.add("audit-anchor.json", [anchor.text().encode()])
        day = {
            "organisation": self._tenant.name,
            "day": asked.day.isoformat(),
            "zone": self._tenant.zone,
            "made_at": instant(asked.now, self._zone),
            "made_by": asked.asked_by,
            "made_with": f"Dawncast {asked.version}",
            "people": asked.people.value,
            "key": asked.key.public.id,
            "public_key": asked.key.public.text,
            "audit": {"entries": entries, "end": end.number, "end_hash": end.hash},
            "broadcasts": told,
            "contents": approvals,
        }
        pack.add("day.json", [as_json(day)])
        pack.add("README.txt", [index.README.encode()])
        pack.add("index.html", [index.page(day).encode()])
        manifest = Manifest(
            organisation=self._tenant.name,
            day=asked.day,
            made_at=asked.now,
            people=asked.people,
            key=asked.key.public.id,
            files=(),
        )
        return pack.seal(manifest, asked.key)

    def _broadcast(self, row: Any) -> dict[str, Any]:
        session, folder = self._session, f"broadcast-{row.id}"
        counts = _Counts()
        self._csv(f"{folder}/recipients.csv", RECIPIENTS, self._recipients(row, counts))
        self._csv(f"{folder}/exceptions.csv", EXCEPTIONS, self._exceptions(row))
        tries: Counter[str] = Counter()
        self._csv(f"{folder}/attempts.csv", ATTEMPTS, self._attempts(row, tries))
        self._csv(f"{folder}/resends.csv", RESENDS, self._resends(row))
        left_out: Counter[str] = Counter()
        self._csv(f"{folder}/left-out.csv", LEFT_OUTS, self._left_out(row, left_out))
        senders = list(records.senders(session, row))
        names = list(senders[0]) if senders else ["lane"]
        self._csv(f"{folder}/senders.csv", names, ([*one.values()] for one in senders))
        self._csv(f"{folder}/pace.csv", records.PACE, map(self._cells, records.pace(session, row)))
        log = map(self._cells, records.log_lines(session, row))
        self._csv(f"{folder}/log.csv", ("at", "event", "words"), log)
        return self._told(row, folder, counts) | {
            "attempts": dict(sorted(tries.items())),
            "left_out": {LEFT_OUT[Exclusion(why)]: many for why, many in left_out.most_common()},
            "senders": senders,
        }

    def _told(self, row: Any, folder: str, counts: _Counts) -> dict[str, Any]:
        tally = Tally(
            targeted=counts.targeted, handed_over=counts.handed_over, delivered=counts.delivered
        )
        verdicts = sla.verdicts(tally, closes_at=row.closes_at, now=self._asked.now)
        times = (
            *("opens_at", "window_ends_at", "closes_at", "frozen_at"),
            *("planned_at", "started_at", "finished_at"),
        )
        return {
            "id": row.id,
            "folder": folder,
            "title": row.title,
            "state": row.state,
            "why": mask_phones(row.state_reason),
            "category": row.category,
            "pacing": row.pacing,
            "routing": row.routing,
            "canary": row.canary,
            "seed_of_the_plan": row.seed,
            "content": row.content_id,
            "content_hash": row.content_hash,
            **_second_wording(row),
            "under_another_content": counts.other_content,
            "audience": counts.total,
            "audience_hash": counts.audience.hexdigest(),
            "targeted": counts.targeted,
            "states": {STATE_WORDS[state]: many for state, many in _states(counts.states)},
            "exceptions": dict(counts.exceptions.most_common()),
            "missed_by_our_side": counts.missed[Miss.OURS],
            "missed_by_the_phones": counts.missed[Miss.PHONES],
            "verdicts": {
                "handed_over": _verdict(verdicts.handed_over),
                "delivered": _verdict(verdicts.delivered),
            },
            **{name: instant(getattr(row, name), self._zone) for name in times},
        }

    def _recipients(self, row: Any, counts: _Counts) -> Iterator[list[str]]:
        approved = {row.content_hash, row.b_content_hash}
        for one in rows.people(self._session, row):
            counts.take(one, approved)
            it = one.facts
            yield self._cells(
                [
                    *(it.id, *self._who(it.subscriber_id, rows.phone_of(one))),
                    *(it.language, it.tier, it.lane_id, it.key, it.content_hash),
                    it.wording,
                    *(STATE_WORDS[it.state], rows.why(one), it.error_code, it.attempts),
                    *(it.planned_at, it.accepted_at, it.sent_at, it.delivered_at, it.read_at),
                    *(one.targeted, one.handed_over, one.delivered),
                    "" if one.missed is None else one.missed.value,
                ]
            )

    def _exceptions(self, row: Any) -> Iterator[list[str]]:
        for one in rows.people(self._session, row):
            if said := rows.exception(one):
                it = one.facts
                who = self._who(it.subscriber_id, rows.phone_of(one))
                yield self._cells([it.id, *who, said, rows.why(one), it.error_code])

    def _attempts(self, row: Any, tries: Counter[str]) -> Iterator[list[str]]:
        for it in rows.attempts(self._session, row):
            tries[it.outcome] += 1
            yield self._cells(
                [
                    *(it.delivery_id, it.number, it.sender_id, it.started_at, it.ended_at),
                    *(it.outcome, it.error_code, it.blame or ""),
                    *(it.content_hash, mask_phones(it.detail)),
                ]
            )

    def _resends(self, row: Any) -> Iterator[list[str]]:
        for it in rows.resends(self._session, row):
            proof = it.reason or (
                "A person sent it again, knowing that it may arrive twice: see "
                f"delivery:{it.delivery_id} or broadcast:{row.id} in audit.jsonl."
            )
            yield self._cells(
                [
                    *(it.delivery_id, it.number, it.started_at, mask_phones(it.detail)),
                    *(it.proven_at, proof, it.next_number, it.next_started_at),
                ]
            )

    def _left_out(self, row: Any, counted: Counter[str]) -> Iterator[list[str]]:
        for it in rows.left_out(self._session, row):
            counted[it.reason] += 1
            phone = rows.masked(it.phone)
            words = LEFT_OUT[Exclusion(it.reason)]
            yield self._cells([*self._who(it.subscriber_id, phone), it.reason, words])

    def _trail(self) -> int:
        count = 0

        def lines() -> Iterator[bytes]:
            nonlocal count
            asked = self._asked
            for entry in records.trail(
                self._session, asked.tenant, asked.day, self._tenant.zone, asked.now
            ):
                count += 1
                yield json.dumps(entry, ensure_ascii=False).encode() + b"\n"

        self._pack.add("audit.jsonl", lines())
        return count

    def _who(self, subscriber: int | None, phone: str) -> tuple[str, str]:
        if self._asked.people is People.PSEUDONYMOUS:
            return self._asked.key.pseudonym(f"subscriber:{subscriber}"), ""
        return str(subscriber or ""), phone

    def _cells(self, values: Iterable[Any]) -> list[str]:
        return [cell(value, self._zone) for value in values]

    def _csv(self, path: str, names: Iterable[str], lines: Iterable[Iterable[Any]]) -> None:
        self._pack.add(path, csv_bytes(names, lines))


def _second_wording(row: Any) -> dict[str, Any]:
    """What a day tells of a broadcast that was sent in two wordings."""
    if row.b_content_id is None:
        return {}
    return {
        "wording_b": row.b_content_id,
        "wording_b_hash": row.b_content_hash,
        "wording_b_percent": row.b_percent,
    }


def _states(counted: Mapping[str, int]) -> Iterator[tuple[Any, int]]:
    return ((state, counted[state]) for state in STATE_WORDS if counted.get(state))


def _verdict(it: sla.Verdict) -> dict[str, Any]:
    met = {True: "met", False: "missed", None: "nobody was targeted"}[it.met]
    return {
        "count": it.count,
        "of": it.of,
        "goal": f"more than {float(it.goal):.2%}",
        "verdict": met,
        "standing": it.standing.value,
    }
