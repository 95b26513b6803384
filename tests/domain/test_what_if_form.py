"""A what-if as it is typed: it begins as the morning stands, and each slip is answered in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.domain.planning import Pacing
from engine.domain.what_if import USUAL_PHONES, Scenario, work_out
from engine.domain.what_if_form import NEW, ONE_MORE, Number, Standing, read_form

OPENS_AT = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


def number(nth: int, **values: object) -> Number:
    return replace(
        Number(
            id=nth,
            phone=f"+91 80 4000 410{nth}",
            label=f"Line {nth}",
            role="primary",
            state="active",
            quality="GREEN",
            status="CONNECTED",
            throughput="STANDARD",
            rate_per_second=80.0,
        ),
        **values,
    )


STANDING = Standing(
    title="Daily 06:00",
    opens_at=OPENS_AT,
    primary_ends_at=OPENS_AT + timedelta(seconds=150),
    closes_at=OPENS_AT + timedelta(seconds=300),
    pacing=Pacing.FASTEST,
    people=2_000,
    senders=(
        *(number(1), number(2), number(3, state="resting")),
        *(number(4, role="backup"), number(5, role="backup", quality="RED")),
    ),
    reserve=0.1,
    phones=USUAL_PHONES,
    limit=10_000,
    counted=500,
    each=Decimal("0.1150"),
)


def supposed(standing: Standing = STANDING, **typed: str) -> Scenario:
    found = read_form(standing.plain() | typed, standing)
    assert found.scenario is not None, found.wrong
    return found.scenario


def wrong(**typed: str) -> dict[str, str]:
    found = read_form(STANDING.plain() | typed, STANDING)
    assert found.scenario is None
    return {one.field: one.words for one in found.wrong}


def test_untouched_it_is_the_morning_as_it_stands() -> None:
    assert supposed() == STANDING.scenario
    assert [lane.sender for lane in supposed().lanes] == [1, 2]
    assert {lane.rate for lane in supposed().lanes} == {72.0}
    assert supposed().portfolio == 9_500, "who counts already and is not in the audience"


def test_without_a_primary_it_begins_with_the_backups_as_the_planner_does() -> None:
    resting = replace(
        STANDING, senders=tuple(replace(one, state="resting") for one in STANDING.senders[:3])
        + STANDING.senders[3:]
    )  # fmt: skip
    assert [lane.sender for lane in supposed(resting).lanes] == [4]
    assert supposed(resting) == resting.scenario


def test_each_number_is_taken_as_it_is_typed() -> None:
    found = supposed(
        people="1,50,000", limit="", pacing="even", part_3="yes", pace_1="40", cap_1="10,000"
    )
    assert (found.people, found.portfolio, found.pacing) == (150_000, None, Pacing.EVEN)
    assert [(lane.sender, lane.rate, lane.most) for lane in found.lanes] == [
        *((1, 36.0, 10_000), (2, 72.0, None), (3, 72.0, None)),
    ]


def test_a_cap_has_room_only_for_who_does_not_count_already() -> None:
    standing = replace(STANDING, senders=(number(1, daily_cap=1_000, counted=300),))
    assert [lane.most for lane in supposed(standing).lanes] == [700]
    assert [lane.most for lane in supposed(standing, cap_1="200").lanes] == [0]


def test_senders_one_does_not_have_yet_take_part() -> None:
    found = supposed(part_1="", part_2="", more="2", more_pace="200")
    assert [(lane.sender, lane.rate) for lane in found.lanes] == [(NEW, 180.0), (NEW - 1, 180.0)]


def test_quality_and_status_hold_whatever_is_supposed() -> None:
    assert [lane.sender for lane in supposed(part_5="yes", part_2="").lanes] == [1]
    crawling = supposed(part_1="", part_2="", part_5="yes")
    assert [(lane.sender, lane.rate) for lane in crawling.lanes] == [(5, 18.0)]


def test_a_sender_is_lost_with_a_backup_with_a_new_one_or_with_none() -> None:
    assert STANDING.plain()["backup"] == "4", "the engine calls in the first that stands by"
    loss = supposed(lost="1", lost_at="3").loss
    assert loss is not None
    assert (loss.sender, loss.at_seconds, loss.backup and loss.backup.sender) == (1, 3, 4)
    alone = supposed(lost="1", lost_at="3", backup="")
    assert alone.loss is not None
    assert alone.loss.backup is None
    fresh = supposed(lost="1", lost_at="3", backup=ONE_MORE, more_pace="20").loss
    assert fresh is not None
    assert fresh.backup is not None
    assert fresh.backup.rate == 18.0
    one, other = work_out(supposed(lost="1", lost_at="3")), work_out(alone)
    assert (one.last_seconds or 0) < (other.last_seconds or 0)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("people", "many", "A whole number of people, 1 to 1,00,00,000."),
        ("people", "0", "A whole number of people"),
        ("people", "", "A whole number of people"),
        ("limit", "-5", "0 to 1,00,00,000, or nothing for no limit."),
        ("pacing", "at once", "Choose one of the ways."),
        ("pace_1", "0", "Messages a second, 1 to 1,000."),
        ("pace_1", "nan", "Messages a second"),
        ("cap_2", "1.5", "or nothing for no limit"),
        ("more", "51", "A whole number of senders, 0 to 50."),
        ("lost", "3", "choose a sender that takes part"),
        ("lost", "99", "choose a sender that takes part"),
    ],
)
def test_a_slip_is_answered_in_words_at_its_field(field: str, text: str, words: str) -> None:
    found = wrong(**{field: text})
    assert list(found) == [field]
    assert words in found[field]


def test_what_is_wrong_with_a_loss_is_said_where_it_stands() -> None:
    assert set(wrong(lost="1", lost_at="700")) == {"lost_at"}
    assert set(wrong(lost="1", backup="2")) == {"backup"}
    assert "may not send" in wrong(lost="1", backup="5")["backup"]
    assert "more_pace" in wrong(lost="1", backup=ONE_MORE, more_pace="fast")


def test_what_takes_no_part_is_not_looked_at() -> None:
    assert supposed(pace_3="nonsense", cap_3="nonsense", lost_at="nonsense").people == 2_000
