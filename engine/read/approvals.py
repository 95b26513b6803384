"""What the Approvals page shows: what waits for an approver, and what was decided lately."""

from dataclasses import dataclass

from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.read.content import PackRow, pack_rows
from engine.store import content as contents

WAITING_LIMIT = 50
DECIDED_LIMIT = 20


@dataclass(frozen=True, slots=True)
class Approvals:
    """Both lists; the most urgent day and the latest decision come first."""

    waiting: tuple[PackRow, ...]
    decided: tuple[PackRow, ...]


def approvals(session: Session, tenant: TenantId) -> Approvals:
    """As of now."""
    return Approvals(
        waiting=pack_rows(session, contents.waiting(session, tenant, limit=WAITING_LIMIT)),
        decided=pack_rows(session, contents.decided(session, tenant, limit=DECIDED_LIMIT)),
    )
