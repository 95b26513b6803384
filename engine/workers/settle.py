"""Settles what is unknown: waits for receipts, sends again only with evidence, or holds for a
person.

Receipts settle most unknowns by themselves, in `receive`. This loop looks at the rest with the
evidence rule of spec E3: nothing is sent twice on a guess.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from engine.domain import evidence
from engine.domain.delivery import Event, State
from engine.domain.ids import TenantId
from engine.store import attempts, broadcasts, resends, unknowns
from engine.store.attempts import Verdict
from engine.store.unknowns import UnknownDelivery
from engine.workers.equipment import Equipment
from engine.workers.recover import cancel_stranded

BATCH = 200
A_DAY = timedelta(days=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Finding:
    """What the evidence says of one unknown delivery, and the sentence for the board."""

    one: UnknownDelivery
    verdict: Verdict
    words: str


async def settle(equipment: Equipment) -> None:
    """Look at the unknown deliveries again and again, for ever."""
    while True:
        await equipment.doze(equipment.tuning.settle_every.total_seconds())
        equipment.beat("settle")
        if not await equipment.database.peek(unknowns.any_unknown):
            continue
        findings = await equipment.database.read(judge_oldest, equipment.clock.now())
        if findings:
            await equipment.database.transact(conclude, findings, equipment.clock.now())
            _count_no_more(equipment, findings)


def _count_no_more(equipment: Equipment, findings: Sequence[Finding]) -> None:
    """Whom WhatsApp did not take a message for was not reached: there must be room to go again."""
    for finding in findings:
        one = finding.one
        if finding.verdict.event is Event.RESEND and one.subscriber is not None:
            equipment.quotas.give_back(one.tenant, one.sender, one.subscriber)


def judge_oldest(session: Session, now: datetime) -> list[Finding]:
    """What the evidence says of the longest unknown deliveries, without those that must wait."""
    # What still waits in the inbox may hold the very receipt: evidence is as old as our reading.
    read_until = unknowns.read_until(session, now)
    unknown = unknowns.oldest(session, BATCH)
    if not unknown:
        return []
    began = min(one.began for one in unknown)
    if read_until - began <= evidence.AGE_AT_LEAST:
        return []  # of nobody anything can be proven yet, whatever webhooks did
    intake = unknowns.intake(session, began, read_until) or unknowns.Intake(now, None)
    lags: dict[TenantId, timedelta] = {}
    findings: list[Finding] = []
    for one in unknown:
        facts = evidence.Facts(
            began=one.began,
            now=read_until,
            intake_unbroken_since=intake.unbroken_since,
            intake_broke=intake.unbroken_since > one.began,
            intake_silent_since=intake.silent_since,
            later_receipted=evidence.RECEIPTED_AT_LEAST,
            later_posts=evidence.POSTS_AT_LEAST,
            latest_unreceipted=0,
            largest_lag=timedelta(0),
        )
        if isinstance(evidence.judge(facts), evidence.Wait):
            continue  # at the best of counts: most are settled by then, and nothing was counted
        later = unknowns.later(session, one.sender, one.began, read_until)
        if one.tenant not in lags:
            lags[one.tenant] = unknowns.largest_lag(session, one.tenant, now - A_DAY)
        facts = replace(
            facts,
            later_receipted=later.receipted,
            later_posts=later.posts,
            latest_unreceipted=later.latest_unreceipted,
            largest_lag=lags[one.tenant],
        )
        finding = _finding(one, evidence.judge(facts), now)
        if finding is not None:
            findings.append(finding)
    return findings


def _finding(one: UnknownDelivery, judgement: evidence.Judgement, now: datetime) -> Finding | None:
    match judgement:
        case evidence.Wait():
            return None
        case evidence.NotAccepted(reason=reason):
            verdict = Verdict(
                attempt=one.attempt,
                event=Event.RESEND,
                after=State.RETRYING,
                reason=reason,
                due_at=now,
            )
            words = "shown not to have been accepted, going again"
        case evidence.HoldForPerson(reason=reason):
            verdict = Verdict(
                attempt=one.attempt, event=Event.HOLD, after=State.HELD, reason=reason
            )
            words = "still unknown, held for a person"
    return Finding(one, verdict, words)


def conclude(session: Session, findings: Sequence[Finding], now: datetime) -> int:
    """Act on the findings where the deliveries are still unknown; returns how many changed."""
    verdicts = [finding.verdict for finding in findings]
    changed = attempts.conclude(session, verdicts, now)
    proofs = {one.attempt: one.reason for one in verdicts if one.event is Event.RESEND}
    resends.note(session, proofs, now)
    cancel_stranded(session, now)  # free to go again, in a broadcast that was aborted meanwhile
    told = Counter((each.one.tenant, each.one.broadcast, each.words) for each in findings)
    for (tenant, broadcast, words), count in told.items():
        broadcasts.log(
            session,
            tenant=tenant,
            broadcast=broadcast,
            event="delivery.settled",
            words=f"{count} without an answer: {words}",
            now=now,
        )
    return changed
