"""A person changes a rule of alerts: checked, with a new edition; the trail keeps both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.domain.alert_form import changed, read_form
from engine.domain.alert_rules import KINDS, Watched
from engine.domain.alerting import Rule
from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import alert_rules, audit


@dataclass(frozen=True, slots=True)
class RuleChanged:
    """The edition that holds now; no fields: nothing was different."""

    number: int
    fields: tuple[str, ...]


def change_alert_rule(
    session: Session,
    tenant: TenantId,
    key: str,
    typed: Mapping[str, str],
    *,
    number: int,
    by: Actor,
    now: datetime,
) -> RuleChanged | Refused:
    """Write the next edition over `number`, the one that was on the page. Raises Forbidden."""
    require(by, Permission.ALERTS_WRITE, tenant)
    if by.user is None or key not in {one.value for one in Watched}:
        return Refused("There is no such rule, or nobody who answers for it.")
    watched = Watched(key)
    holds, rule = alert_rules.of_tenant(session, tenant)[watched]
    if holds != number:
        return Refused("Somebody else has just changed the rule. Look at theirs first.")
    read = read_form(rule, KINDS[watched], typed)
    if not isinstance(read, Rule):
        return Refused("Nothing was changed.", read)
    differences = changed(rule, read)
    if not differences:
        return RuleChanged(number, ())
    alert_rules.add(session, tenant, read, number=number + 1, by=by.user, now=now)
    audit.append(
        session,
        by=by,
        action="alert_rule.changed",
        subject=f"alert_rule:{key}",
        before={field: old for field, (old, _) in differences.items()},
        after={field: new for field, (_, new) in differences.items()} | {"edition": number + 1},
        now=now,
        tenant=tenant,
    )
    return RuleChanged(number + 1, tuple(differences))
