"""The compliance rules of each organisation: every edition is kept, the latest one holds."""

import json
from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlmodel import Session, col, select

from engine.domain.compliance_rules import DEFAULT_RULES, Rules
from engine.domain.ids import TenantId, UserId
from engine.domain.rules_form import as_document, from_document
from engine.store.tables import ComplianceRules

HISTORY_LIMIT = 50

log = structlog.get_logger()


def latest(session: Session, tenant: TenantId) -> ComplianceRules | None:
    """The edition that holds; None: nobody changed anything, the defaults do."""
    statement = (
        select(ComplianceRules)
        .where(col(ComplianceRules.tenant_id) == tenant)
        .order_by(col(ComplianceRules.number).desc())
        .limit(1)
    )
    return session.exec(statement).first()


def current(session: Session, tenant: TenantId) -> Rules:
    """The rules that hold now."""
    row = latest(session, tenant)
    return DEFAULT_RULES if row is None else rules_of(row)


def rules_of(row: ComplianceRules) -> Rules:
    """The rules of one edition; the defaults for one that nobody can read any more."""
    try:
        return from_document(json.loads(row.document))
    except ValueError as error:
        # Stricter than nothing, and every page says that something is wrong with it.
        log.warning(
            "compliance.unreadable", tenant=row.tenant_id, number=row.number, why=str(error)
        )
        return DEFAULT_RULES


def history(session: Session, tenant: TenantId) -> Sequence[ComplianceRules]:
    """The editions, the latest first."""
    statement = (
        select(ComplianceRules)
        .where(col(ComplianceRules.tenant_id) == tenant)
        .order_by(col(ComplianceRules.number).desc())
        .limit(HISTORY_LIMIT)
    )
    return session.exec(statement).all()


def add(
    session: Session,
    tenant: TenantId,
    rules: Rules,
    *,
    number: int,
    note: str,
    by: UserId,
    now: datetime,
) -> None:
    """A new edition. Its number is the key: of two people who save the same one, one fails."""
    session.add(
        ComplianceRules(
            tenant_id=tenant,
            number=number,
            document=json.dumps(as_document(rules), ensure_ascii=False, sort_keys=True),
            note=note,
            written_by=by,
            created_at=now,
        )
    )
    session.flush()
