"""A rehearsal's WhatsApp is that of the senders' own last mornings; without any it says so."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlmodel import Session

from engine.domain.histogram import pack
from engine.domain.ids import SenderId, TenantId
from engine.domain.schedule import service_day
from engine.rehearsal.behaviour import USUAL
from engine.rehearsal.calibrate import calibrate
from engine.simulator.curves import long_tail
from engine.store.tables import Attempt, ReportError, ReportFigure
from tests.workers.cast import Cast, first, stage

NOW = datetime(2026, 11, 23, 0, 1, tzinfo=UTC)


def lags(median: float, p99: float, count: int) -> "Counter[int]":
    curve, rng = long_tail(median=median, p99=p99), Random(1)
    return Counter(round(curve.at(rng.random())) for _ in range(count))


def a_day(
    session: Session, tenant: TenantId, sender: SenderId, ago: int, seen: "Counter[int]", sent: int
) -> None:
    session.add(
        ReportFigure(
            tenant_id=tenant,
            day=service_day(NOW) - timedelta(days=ago),
            dimension="sender",
            key=str(sender),
            sent=sent,
            delivered=sum(seen.values()),
            lags=pack(seen),
        )
    )


def requests(
    session: Session, cast: Cast, outcomes: Sequence[tuple[str, int | None, float]]
) -> None:
    delivery, sender = first(cast, session), cast.seeded.senders[0]
    for number, (outcome, code, seconds) in enumerate(outcomes):
        started = NOW - timedelta(minutes=10) + timedelta(seconds=number)
        session.add(
            Attempt(
                delivery_id=delivery,
                number=number + 1,
                sender_id=sender,
                epoch=1,
                started_at=started,
                ended_at=started + timedelta(seconds=seconds),
                outcome=outcome,
                error_code=code,
            )
        )
    session.flush()


def test_without_a_measured_morning_the_usual_holds_and_is_named(session: Session) -> None:
    cast = stage(session, lanes=2)
    found = calibrate(session, cast.seeded.tenant, cast.seeded.senders, NOW)
    one = found.of_sender[cast.seeded.senders[0]]
    assert one.scenario.delivered_lag == USUAL.scenario.delivered_lag
    assert not one.answered
    assert found.words[0] == USUAL.words


def test_a_sender_with_many_messages_has_phones_of_its_own_another_the_house_s(
    session: Session,
) -> None:
    cast = stage(session, lanes=2)
    slow, new = cast.seeded.senders
    tenant = cast.seeded.tenant
    for ago in (1, 2, 3):
        a_day(session, tenant, slow, ago, lags(8.0, 120.0, 1_000), 1_010)
        a_day(session, tenant, cast.seeded.backups[0], ago, lags(1.0, 10.0, 3_000), 3_000)
    session.flush()
    found = calibrate(session, tenant, [slow, new], NOW)
    own, house = found.of_sender[slow], found.of_sender[new]
    assert own.answered
    assert own.scenario.delivered_lag.at(0.5) == pytest.approx(8.0, rel=0.1)
    assert house.scenario.delivered_lag.at(0.5) < 2.5
    assert own.scenario.never_delivered == pytest.approx(10 / 1_010, rel=0.02)
    assert "last 3 mornings (12,000 messages)" in found.words[0]


def test_what_is_older_than_two_weeks_plays_no_part(session: Session) -> None:
    cast = stage(session)
    a_day(session, cast.seeded.tenant, cast.seeded.senders[0], 15, lags(8.0, 90.0, 5_000), 5_000)
    session.flush()
    found = calibrate(session, cast.seeded.tenant, cast.seeded.senders, NOW)
    assert found.words[0] == USUAL.words


def test_answers_refusals_and_silence_are_as_of_late_and_an_incident_is_no_weather(
    session: Session,
) -> None:
    cast = stage(session)
    sender = cast.seeded.senders[0]
    calm: list[tuple[str, int | None, float]] = [("accepted", None, 0.5)] * 90
    requests(session, cast, [*calm, *[("failed", 131016, 0.2)] * 6, *[("unknown", None, 30.0)] * 4])
    one = calibrate(session, cast.seeded.tenant, [sender], NOW).of_sender[sender]
    assert one.scenario.api_latency.at(0.5) == pytest.approx(0.5, abs=0.03)
    assert one.refused == ((131016, pytest.approx(0.06)),)
    assert one.unknown == pytest.approx(0.04)


def test_what_was_somebody_s_doing_is_not_rehearsed_as_weather(session: Session) -> None:
    cast = stage(session)
    sender = cast.seeded.senders[0]
    requests(session, cast, [("accepted", None, 0.2)] * 60 + [("failed", 190, 0.1)] * 40)
    one = calibrate(session, cast.seeded.tenant, [sender], NOW).of_sender[sender]
    assert one.refused == ()


def test_people_whom_whatsapp_could_not_reach_are_expected_again(session: Session) -> None:
    cast = stage(session)
    sender, tenant = cast.seeded.senders[0], cast.seeded.tenant
    a_day(session, tenant, sender, 1, lags(2.0, 60.0, 4_900), 4_950)
    day = service_day(NOW) - timedelta(days=1)
    session.add(ReportError(tenant_id=tenant, day=day, code=131026, failed=50))
    session.add(ReportError(tenant_id=tenant, day=day, code=190, failed=500))
    session.flush()
    one = calibrate(session, tenant, [sender], NOW).of_sender[sender]
    assert one.scenario.failures == ((131026, pytest.approx(0.01)),)
    assert one.reaches == pytest.approx(4_900 / 5_000, abs=0.002)
