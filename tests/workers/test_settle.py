"""What becomes of a delivery whose answer was lost (spec E3). On both databases."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, delete, select, update

from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import Event, State
from engine.store import attempts, inbox, intake_gaps, leases, outbox
from engine.store.attempts import AttemptRecord, Verdict
from engine.store.intake_gaps import Gap
from engine.store.outbox import Marked
from engine.store.tables import Attempt, Broadcast, Delivery, LogEntry, Receipt
from engine.workers import settle
from engine.workers.settle import Finding
from tests.workers.cast import EPOCH, NOW, Cast, delivery, stage
from tests.workers.said import hear, receipts, status

LATER_MESSAGES = 30
LONG_AGO = NOW - timedelta(hours=2)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def cast(session: Session) -> Cast:
    return stage(session, people=LATER_MESSAGES + 1)


def engine_runs_since(session: Session, started_at: datetime) -> None:
    leases.begin_run(session, token=EPOCH, owner="test", boot_id="boot", journal="", now=started_at)
    session.flush()


def one_lost_and_others_sent(
    session: Session, cast: Cast, *, posts: int, heard: int, silent: bool = False
) -> Marked:
    """The first attempt's answer is lost; of those after it the last `heard` have
    receipts, in `posts`,
    which all come in second 32. silent: and nothing else comes before them.
    """
    lost, *others = outbox.mark_due(
        session,
        cast.lanes[0],
        epoch=EPOCH,
        horizon=at(3_600),
        limit=LATER_MESSAGES + 1,
        now=NOW,
    )
    record(session, lost, "unknown", at(0))
    verdict = Verdict(attempt=lost.attempt, event=Event.LOSE_TRACK, after=State.UNKNOWN)
    attempts.conclude(session, [verdict], NOW)
    for place, one in enumerate(others, 1):
        record(session, one, "accepted", at(place), f"wamid.{one.attempt.delivery}")
        message = (one.attempt, f"wamid.{one.attempt.delivery}")
        attempts.accept(session, [message], event=Event.ACCEPT, now=at(place))
    if not silent:
        for second in range(5, 32, 5):  # of other people's messages, in the same account
            hear(session, receipts(status(f"wamid.elsewhere{second}", "sent")), now=at(second))
    said = [
        status(f"wamid.{one.attempt.delivery}", "sent", tracker=one.tracker, at=at(20))
        for one in others[-heard:]
    ]
    hear(session, *(receipts(*said[nth::posts]) for nth in range(posts)), now=at(32))
    return lost


def record(
    session: Session, taken: Marked, outcome: str, started_at: datetime, message: str | None = None
) -> None:
    written = AttemptRecord(
        attempt=taken.attempt,
        sender=taken.sender,
        epoch=EPOCH,
        started_at=started_at,
        ended_at=started_at,
        outcome=outcome,
        message_id=message,
    )
    attempts.record_attempts(session, [written])


def judge(session: Session, seconds: float) -> list[Finding]:
    return settle.judge_oldest(session, at(seconds))


def test_others_heard_of_and_this_one_not_proves_that_it_was_not_taken(
    session: Session, cast: Cast
) -> None:
    engine_runs_since(session, LONG_AGO)
    lost = one_lost_and_others_sent(session, cast, posts=3, heard=20)

    assert judge(session, 60) == []  # the slowest of them was heard of after 21 s
    (finding,) = judge(session, 66)
    assert settle.conclude(session, [finding], at(66)) == 1

    row = delivery(session, lost.attempt.delivery)
    assert (row.state, row.due_at) == (State.RETRYING, at(66))
    assert "20 later messages" in row.reason


@pytest.mark.parametrize(("posts", "heard"), [(2, 30), (3, 19), (1, 30)])
def test_too_few_receipts_prove_nothing(
    session: Session, cast: Cast, posts: int, heard: int
) -> None:
    engine_runs_since(session, LONG_AGO)
    one_lost_and_others_sent(session, cast, posts=posts, heard=heard)

    assert judge(session, 1_000) == []


def test_receipts_that_stopped_coming_prove_nothing(session: Session, cast: Cast) -> None:
    """Nobody is sent to any more, so nothing new is owed; but of the last ones nothing is heard."""
    engine_runs_since(session, LONG_AGO)
    one_lost_and_others_sent(session, cast, posts=3, heard=30)
    session.exec(delete(Receipt).where(col(Receipt.message_id) == f"wamid.{LATER_MESSAGES + 1}"))

    assert judge(session, 97) == []
    (finding,) = judge(session, 1_801)
    assert "latest messages" in finding.verdict.reason


def test_after_a_break_of_ours_nothing_is_proven_for_twenty_minutes(
    session: Session, cast: Cast
) -> None:
    """WhatsApp calls again with what we refused: the very receipt may be among it."""
    engine_runs_since(session, at(40))
    one_lost_and_others_sent(session, cast, posts=3, heard=30)

    assert judge(session, 40 + 1_199) == []
    assert len(judge(session, 40 + 1_201)) == 1


def test_what_we_turned_away_ourselves_is_a_break_though_others_came_all_the_time(
    session: Session, cast: Cast
) -> None:
    """There was no room for it, or no disk, for a moment: it comes again when WhatsApp pleases."""
    engine_runs_since(session, LONG_AGO)
    one_lost_and_others_sent(session, cast, posts=3, heard=30)
    intake_gaps.note(session, Gap(at(20), at(21), 3))
    intake_gaps.note(session, Gap(at(30), at(30), 1))

    assert judge(session, 30 + 1_199) == []
    assert len(judge(session, 30 + 1_201)) == 1


def test_a_silence_while_receipts_were_owed_is_a_break_that_we_did_not_see(
    session: Session, cast: Cast
) -> None:
    """Somebody in front of us lost the calls: the lost one's receipt may be among them, and comes
    again when WhatsApp tries again, long after the later ones."""
    engine_runs_since(session, LONG_AGO)
    one_lost_and_others_sent(session, cast, posts=3, heard=30, silent=True)

    assert judge(session, 32 + 1_199) == []
    assert len(judge(session, 32 + 1_201)) == 1


def test_a_silence_that_begins_before_the_last_were_told_of_is_a_break(
    session: Session, cast: Cast
) -> None:
    """A person paused just before it, so nothing went in it; but of the last ones word was owed."""
    engine_runs_since(session, LONG_AGO)
    one_lost_and_others_sent(session, cast, posts=3, heard=30, silent=True)
    hear(session, receipts(status("wamid.elsewhere", "sent")), now=at(2))
    session.exec(
        update(Attempt)
        .where(col(Attempt.outcome) == "accepted", col(Attempt.started_at) > at(1))
        .values(started_at=at(31))  # they went when it was resumed
    )

    assert judge(session, 200) == []
    assert len(judge(session, 32 + 1_201)) == 1


def test_a_line_cut_both_ways_is_a_silence_too(session: Session, cast: Cast) -> None:
    """Nothing sent meanwhile has an answer, so nothing is known to be owed. It may be owed."""
    engine_runs_since(session, LONG_AGO)
    one_lost_and_others_sent(session, cast, posts=3, heard=30, silent=True)
    session.exec(
        update(Attempt)
        .where(col(Attempt.started_at) < at(25), col(Attempt.outcome) == "accepted")
        .values(started_at=at(25))  # the others went when the line was back
    )

    assert judge(session, 200) == []
    assert len(judge(session, 32 + 1_201)) == 1


def test_who_was_under_way_at_a_death_and_is_found_after_a_silence_was_owed_in_it(
    session: Session, cast: Cast
) -> None:
    """The database was locked: nobody could write down when it left, nor take in what came of it.
    The conductor went down with it, and finds it when all is over."""
    engine_runs_since(session, LONG_AGO)
    one_lost_and_others_sent(session, cast, posts=3, heard=30, silent=True)
    session.exec(
        update(Attempt).where(col(Attempt.outcome) == "accepted").values(started_at=at(33))
    )
    found = update(Attempt).where(col(Attempt.outcome) == "unknown")
    session.exec(found.values(started_at=None, ended_at=at(40)))
    hear(session, receipts(status("wamid.elsewhere", "read")), now=at(41))

    assert judge(session, 200) == []
    assert len(judge(session, 32 + 1_201)) == 1


def test_who_was_marked_after_a_quiet_spell_was_not_owed_in_it(
    session: Session, cast: Cast
) -> None:
    engine_runs_since(session, LONG_AGO)
    one_lost_and_others_sent(session, cast, posts=3, heard=30)
    hear(session, receipts(status("wamid.elsewhere", "read")), now=at(90))
    last = select(Attempt).where(col(Attempt.outcome) == "accepted").order_by(col(Attempt.id))
    died = session.exec(last).first()
    assert died is not None
    died.started_at, died.message_id, died.outcome, died.ended_at = None, None, "unknown", at(96)
    marked = update(Delivery).where(col(Delivery.id) == died.delivery_id)
    session.exec(marked.values(marked_at=at(95)))

    assert len(judge(session, 97)) == 1


def test_many_quiet_spells_hide_no_silence(session: Session, cast: Cast) -> None:
    engine_runs_since(session, LONG_AGO)
    one_lost_and_others_sent(session, cast, posts=3, heard=30, silent=True)
    for place in range(70):
        body = receipts(status(f"wamid.elsewhere{place}", "read"))
        hear(session, body, now=at(45 + 12 * place))

    assert judge(session, 45 + 12 * 70) == []
    assert len(judge(session, 32 + 1_201)) == 1


def test_who_never_hears_again_holds_what_is_unknown(session: Session, cast: Cast) -> None:
    engine_runs_since(session, LONG_AGO)
    lost, *_ = outbox.mark_due(
        session, cast.lanes[0], epoch=EPOCH, horizon=at(3_600), limit=1, now=NOW
    )
    record(session, lost, "unknown", at(0))
    verdict = Verdict(attempt=lost.attempt, event=Event.LOSE_TRACK, after=State.UNKNOWN)
    attempts.conclude(session, [verdict], NOW)

    assert judge(session, 1_799) == []
    (finding,) = judge(session, 1_801)
    assert finding.verdict.after is State.HELD
    assert "no webhook at all" in finding.verdict.reason


def test_a_silence_in_which_nothing_was_sent_is_only_quiet(session: Session, cast: Cast) -> None:
    engine_runs_since(session, LONG_AGO)
    one_lost_and_others_sent(session, cast, posts=3, heard=30)
    hear(session, receipts(status("wamid.elsewhere", "read")), now=at(90))

    assert len(judge(session, 97)) == 1


def test_a_silence_that_still_lasts_proves_nothing(session: Session, cast: Cast) -> None:
    engine_runs_since(session, LONG_AGO)
    one_lost_and_others_sent(session, cast, posts=3, heard=30)
    session.exec(
        update(Attempt)
        .where(col(Attempt.message_id) == f"wamid.{LATER_MESSAGES}")
        .values(started_at=at(40))
    )

    assert judge(session, 97) == []


def test_a_webhook_that_waits_in_the_inbox_may_hold_the_receipt(
    session: Session, cast: Cast
) -> None:
    engine_runs_since(session, LONG_AGO)
    lost = one_lost_and_others_sent(session, cast, posts=3, heard=30)
    body = receipts(status("wamid.lost", "sent", tracker=lost.tracker, at=at(1)))
    inbox.store_webhook(session, body, "hash", at(35))

    assert judge(session, 200) == []
    assert judge(session, 4_000) == []
    hear(session, now=at(4_001))
    assert delivery(session, lost.attempt.delivery).state == State.SENT


def test_unproven_for_half_an_hour_it_is_held_for_a_person(session: Session, cast: Cast) -> None:
    engine_runs_since(session, LONG_AGO)
    lost = one_lost_and_others_sent(session, cast, posts=1, heard=30)

    assert judge(session, 1_799) == []
    findings = judge(session, 1_801)
    assert settle.conclude(session, findings, at(1_801)) == 1
    assert delivery(session, lost.attempt.delivery).state == State.HELD
    assert "held for a person" in session.exec(select(LogEntry.words)).all()[-1]


def test_a_receipt_that_came_between_judging_and_acting_wins(session: Session, cast: Cast) -> None:
    engine_runs_since(session, LONG_AGO)
    lost = one_lost_and_others_sent(session, cast, posts=3, heard=30)
    findings = judge(session, 100)
    hear(session, receipts(status("wamid.lost", "sent", tracker=lost.tracker, at=at(1))))

    assert len(findings) == 1
    assert settle.conclude(session, findings, at(100)) == 0
    assert delivery(session, lost.attempt.delivery).state == State.SENT


def test_receipts_of_another_sender_prove_nothing(session: Session, cast: Cast) -> None:
    engine_runs_since(session, LONG_AGO)
    lost = one_lost_and_others_sent(session, cast, posts=3, heard=30)
    session.exec(
        update(Delivery)
        .where(col(Delivery.id) == lost.attempt.delivery)
        .values(sender_id=cast.seeded.backups[0])
    )

    assert judge(session, 200) == []


def test_a_day_of_slow_receipts_needs_more_patience(session: Session, cast: Cast) -> None:
    engine_runs_since(session, LONG_AGO)
    one_lost_and_others_sent(session, cast, posts=3, heard=30)
    session.exec(
        update(Receipt)
        .where(col(Receipt.id) == session.exec(select(Receipt.id).limit(1)).one())
        .values(received_at=at(400))
    )

    assert judge(session, 1_000) == []
    assert len(judge(session, 1_250)) == 1


def test_shown_not_taken_in_a_broadcast_that_was_aborted_it_does_not_go(
    session: Session, cast: Cast
) -> None:
    engine_runs_since(session, LONG_AGO)
    lost = one_lost_and_others_sent(session, cast, posts=3, heard=30)
    session.exec(update(Broadcast).values(state=BroadcastState.ABORTED.value))
    settle.conclude(session, judge(session, 200), at(200))

    assert delivery(session, lost.attempt.delivery).state == State.CANCELLED


def test_without_an_engine_run_on_record_nothing_is_proven(session: Session, cast: Cast) -> None:
    one_lost_and_others_sent(session, cast, posts=3, heard=30)

    assert judge(session, 4_000) == []
