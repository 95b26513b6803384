"""Who may be sent again, and why the others may not; and which causes may have passed."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from engine.domain.broadcast import BroadcastState
from engine.domain.content import Category
from engine.domain.dead_letter import WORDS, Letter, Objection, may_pass, objection
from engine.domain.delivery import Event, State, possible
from engine.domain.subscriber import Status

NOW = datetime.fromisoformat("2026-11-23T04:30:00+00:00")
"""10:00 in India."""
GOOD = Letter(
    state=State.FAILED,
    broadcast_state=BroadcastState.FINISHED,
    service_day=date(2026, 11, 23),
    zone="Asia/Kolkata",
    category=Category.MARKETING,
    status=Status.ACTIVE,
    consented=True,
    has_address=True,
    approved=True,
    template_in_order=True,
    sender_able=True,
    unanswered=False,
)


def at(clock: str, day: int = 23) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day}T{clock}+05:30")


def test_what_failed_and_is_in_order_may_go_again() -> None:
    assert objection(GOOD, knowingly=False, now=NOW) is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"state": State.SENT}, Objection.SETTLED),
        ({"broadcast_state": BroadcastState.ABORTED}, Objection.ENDED),
        ({"broadcast_state": BroadcastState.SKIPPED}, Objection.ENDED),
        ({"status": Status.OPTED_OUT}, Objection.OPTED_OUT),
        ({"consented": False}, Objection.OPTED_OUT),
        ({"status": Status.PAUSED}, Objection.NOT_ACTIVE),
        ({"status": Status.UNREACHABLE}, Objection.NOT_ACTIVE),
        ({"has_address": False}, Objection.ERASED),
        ({"approved": False}, Objection.VOID),
        ({"template_in_order": False}, Objection.TEMPLATE),
        ({"service_day": date(2026, 11, 22)}, Objection.ANOTHER_DAY),
        ({"sender_able": False}, Objection.NO_SENDER),
        ({"unanswered": True}, Objection.UNANSWERED),
    ],
)
def test_whatever_stands_in_the_way_is_said(changed: dict[str, object], why: Objection) -> None:
    assert objection(replace(GOOD, **changed), knowingly=False, now=NOW) is why  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("state", [*BroadcastState])
def test_only_an_ended_broadcast_keeps_its_dead_letters(state: BroadcastState) -> None:
    ended = {BroadcastState.ABORTED, BroadcastState.SKIPPED, BroadcastState.REFUSED}
    why = objection(replace(GOOD, broadcast_state=state), knowingly=False, now=NOW)
    assert (why is Objection.ENDED) == (state in ended)


@pytest.mark.parametrize(
    ("instant", "category", "why"),
    [
        (at("21:59:59"), Category.MARKETING, None),
        (at("22:00:00"), Category.MARKETING, Objection.QUIET_HOURS),
        (at("22:00:00"), Category.UTILITY, None),
        (at("23:59:59"), Category.UTILITY, None),
        (at("00:00:00", 24), Category.UTILITY, Objection.ANOTHER_DAY),
    ],
)
def test_a_morning_message_goes_on_its_own_day_and_not_in_the_quiet_hours(
    instant: datetime, category: Category, why: Objection | None
) -> None:
    assert objection(replace(GOOD, category=category), knowingly=False, now=instant) is why


def test_a_notification_has_no_day_of_its_own() -> None:
    single = replace(GOOD, broadcast_state=None, service_day=None, category=None, zone="")
    assert objection(single, knowingly=False, now=at("23:00:00", 29)) is None


def test_a_try_that_was_never_answered_goes_again_only_knowingly() -> None:
    doubtful = replace(GOOD, unanswered=True)
    assert objection(doubtful, knowingly=False, now=NOW) is Objection.UNANSWERED
    assert objection(doubtful, knowingly=True, now=NOW) is None


@pytest.mark.parametrize("event", [Event.REQUEUE, Event.RESEND])
@pytest.mark.parametrize("state", [*State])
def test_the_arrows_of_the_delivery_decide_who_can_be_put_back(state: State, event: Event) -> None:
    why = objection(replace(GOOD, state=state), event=event, knowingly=True, now=NOW)
    assert (why is None) == possible(state, event)


def test_every_objection_has_its_sentence() -> None:
    assert set(WORDS) == set(Objection)
    assert all(words.endswith(".") for words in WORDS.values())


@pytest.mark.parametrize("code", [None, 130429, 131056, 131016, 131048, 132015, 190, 131042])
def test_what_was_the_paces_the_senders_the_platforms_or_the_templates_doing_may_pass(
    code: int | None,
) -> None:
    assert may_pass(code)


@pytest.mark.parametrize("code", [131026, 131050, 130472, 131049, 100, 132000, 999999])
def test_what_was_the_recipients_or_our_own_doing_does_not_pass(code: int) -> None:
    assert not may_pass(code)
