"""What the Compliance rules page shows: the rules that hold, and every edition before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from sqlmodel import Session

from engine.domain.compliance_rules import DEFAULT_RULES
from engine.domain.ids import TenantId, UserId
from engine.domain.rules_form import as_form, changed, doubts
from engine.store import compliance, users
from engine.store.tables import ComplianceRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One edition: who wrote it, why, and what differs from the one before, field by field."""

    number: int
    at: datetime
    who: str
    note: str
    changes: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesShown:
    """The rules as fields. number: the edition, 0 for the defaults. doubts: sentences."""

    number: int
    form: Mapping[str, str]
    usual: Mapping[str, str]
    doubts: tuple[str, ...]
    history: tuple[Edition, ...]


def rules(session: Session, tenant: TenantId) -> RulesShown:
    """As of now."""
    editions = compliance.history(session, tenant)
    current = compliance.current(session, tenant)
    return RulesShown(
        number=editions[0].number if editions else 0,
        form=as_form(current),
        usual=as_form(DEFAULT_RULES),
        doubts=doubts(current),
        history=tuple(
            _edition(session, row, before)
            for row, before in zip_longest(editions, editions[1:])
            if before is not None or row.number == 1
        ),
    )


def _edition(session: Session, row: ComplianceRules, before: ComplianceRules | None) -> Edition:
    was = DEFAULT_RULES if before is None else compliance.rules_of(before)
    writer = users.get(session, UserId(row.written_by))
    return Edition(
        number=row.number,
        at=row.created_at,
        who="" if writer is None else writer.name,
        note=row.note,
        changes=changed(was, compliance.rules_of(row)),
    )


def as_json(form: Mapping[str, str]) -> str:
    """The rules as a file to keep or to carry elsewhere."""
    return json.dumps(dict(form), ensure_ascii=False, indent=2, sort_keys=True)
