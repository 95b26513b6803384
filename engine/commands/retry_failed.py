"""A person retries what failed in a broadcast, and only what may have passed (spec P5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from engine.commands.put_back import Intent, PutBack, put_back
from engine.domain.dead_letter import WantedLetters, may_pass
from engine.domain.ids import BroadcastId, DeliveryId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import broadcasts, dead_letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """One transaction's worth. `for_good`: how many failed for a cause that does not pass, by code.

    It is counted in the first one only, and stays for a person: the Dead letters page has them.
    """

    put_back: PutBack
    for_good: Mapping[int | None, int] = field(default_factory=dict[int | None, int])


def retry_failed(
    session: Session,
    broadcast: BroadcastId,
    *,
    before: DeliveryId | None = None,
    by: Actor,
    now: datetime,
) -> Retried | Refused:
    """Make the next of them due at once; call again with `next` until it is None.

    Raises Forbidden.
    """
    require(by, Permission.BROADCAST_CONTROL)
    row = broadcasts.find(session, broadcast, by.tenant)
    if row is None:
        return Refused("There is no such broadcast.")
    wanted = WantedLetters(tenant=TenantId(row.tenant_id), broadcast=broadcast)
    codes = dead_letters.codes_of(session, wanted)
    passing = tuple(code for code, _ in codes if may_pass(code))
    for_good = {code: count for code, count in codes if not may_pass(code)}
    if before is None and not codes:
        return Refused("Nothing of this broadcast has failed.")
    if not passing:
        return Retried(put_back=PutBack(), for_good=for_good if before is None else {})
    intent = Intent(
        action="broadcast.failed_retried", reason=f"Retried by {by.name}", by=by, now=now
    )
    some = WantedLetters(tenant=wanted.tenant, broadcast=broadcast, codes=passing)
    done = put_back(session, some, intent, before=before)
    if done.count:
        broadcasts.log(
            session,
            tenant=wanted.tenant,
            broadcast=broadcast,
            event="broadcast.failed_retried",
            words=f"{done.count} that had failed go again, put back by {by.name}",
            now=now,
        )
    return Retried(put_back=done, for_good=for_good if before is None else {})
