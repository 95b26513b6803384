"""Compliance changes its rules: all of them at once, checked, with a new edition and its why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.domain.compliance_rules import Rules
from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.rules_form import changed, read_form
from engine.store import audit, compliance

NOTE_LIMIT = 500


@dataclass(frozen=True, slots=True)
class RulesChanged:
    """The edition that holds now; `fields` differ from the one before (none: nothing changed)."""

    number: int
    fields: tuple[str, ...]


def change_compliance_rules(
    session: Session,
    tenant: TenantId,
    typed: Mapping[str, str],
    *,
    number: int,
    note: str,
    by: Actor,
    now: datetime,
) -> RulesChanged | Refused:
    """Write the next edition over `number`, the one that was on the page (0: the defaults).

    Details of a refusal are `field: sentence`. Raises Forbidden.
    """
    require(by, Permission.COMPLIANCE_WRITE, tenant)
    if by.user is None:
        return Refused("The rules need somebody who answers for them.")
    rules = read_form(typed)
    if not isinstance(rules, Rules):
        return Refused(
            "Nothing was changed.",
            tuple(f"{problem.field}: {problem.words}" for problem in rules),
        )
    note = " ".join(note.split())
    if len(note) > NOTE_LIMIT:
        return Refused(f"The reason has more than {NOTE_LIMIT} characters.")
    row = compliance.latest(session, tenant)
    if (row.number if row is not None else 0) != number:
        return Refused("Somebody else has just changed the rules. Look at theirs first.")
    differences = changed(compliance.current(session, tenant), rules)
    if not differences:
        return RulesChanged(number, ())
    if not note:
        return Refused("Say why: whoever looks at the history will ask.")
    compliance.add(session, tenant, rules, number=number + 1, note=note, by=by.user, now=now)
    audit.append(
        session,
        by=by,
        action="compliance.rules_changed",
        subject=f"compliance_rules:{number + 1}",
        before={field: old for field, (old, _) in differences.items()},
        after={field: new for field, (_, new) in differences.items()} | {"note": note},
        now=now,
        tenant=tenant,
    )
    return RulesChanged(number + 1, tuple(differences))
