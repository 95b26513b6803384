"""An alert opens once, is told once, ends once, and never on a guess."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.alert_rules import KINDS, Watched
from engine.domain.alert_words import sentence, subject
from engine.domain.alerting import (
    LIVE,
    TRANSITIONS,
    Alert,
    AlertEvent,
    AlertState,
    Level,
    News,
    Past,
    Reading,
    Rule,
    Severity,
    Step,
    acknowledge,
    advance,
    step,
)
from engine.domain.delivery import ImpossibleTransitionError

NOW = datetime(2026, 11, 23, 0, 31, tzinfo=UTC)
SECOND = timedelta(seconds=1)
RULE = Rule(
    key="failing",
    above=True,
    levels=(Level(5.0, Severity.WARNING), Level(20.0, Severity.CRITICAL)),
    least=10,
    hold=3 * SECOND,
    calm=2 * SECOND,
    cool_down=60 * SECOND,
)


def see(value: float | None, *members: str, of: int = 100) -> Reading | None:
    return None if value is None else Reading(value=value, of=of, members=members)


class Story:
    """One look a second; what was told when."""

    def __init__(self, rule: Rule = RULE) -> None:
        self.rule = rule
        self.now = NOW
        self.alert: Alert | None = None
        self.last: Past | None = None
        self.told: list[tuple[int, News]] = []
        self.episodes: list[list[News]] = [[]]
        self.opened: list[datetime] = []

    def look(self, reading: Reading | None, *, silenced: bool = False) -> Step:
        made = step(self.alert, reading, self.rule, self.now, silenced=silenced, last=self.last)
        if made.happened is News.OPENED:
            self.opened.append(self.now)
        if made.tell is not None:
            self.told.append((int((self.now - NOW).total_seconds()), made.tell))
            self.episodes[-1].append(made.tell)
        after = made.alert
        if after is not None and after.state not in LIVE:
            if after.told is not None and after.resolved_at is not None:
                self.last = Past(after.resolved_at, after.told)
            self.episodes.append([])
            after = None
        self.alert = after
        self.now += SECOND
        return made

    def play(self, values: Sequence[float | None]) -> None:
        for value in values:
            self.look(see(value))


VALUES = st.lists(st.sampled_from([None, 0.0, 5.0, 5.1, 30.0]), max_size=200)


def test_it_opens_when_the_cause_has_lasted_and_ends_when_it_has_been_gone():
    story = Story()
    story.play([9] * 6 + [1] * 3)
    assert story.told == [(3, News.OPENED), (8, News.RESOLVED)]


def test_a_cause_that_passes_sooner_is_told_to_nobody():
    story = Story()
    story.play([9, 9, 9, 1] * 5)
    assert story.told == []


def test_the_threshold_itself_is_not_beyond_it():
    story = Story()
    story.play([5.0] * 20)
    assert story.told == []


def test_too_few_are_not_judged():
    assert RULE.judge(Reading(value=100.0, of=9)) is None
    assert RULE.judge(Reading(value=100.0, of=10)) is Severity.CRITICAL


def test_worse_is_told_once_and_only_when_it_lasts():
    story = Story()
    story.play([9] * 5 + [30, 30, 9, 30, 30, 30, 30] + [9, 9, 9] + [30] * 9)
    assert story.told == [(3, News.OPENED), (11, News.UPDATED)]


def test_one_that_flaps_is_told_once_within_its_cool_down():
    story = Story()
    story.play(([9] * 5 + [1] * 4) * 5)
    assert story.told == [(3, News.OPENED), (7, News.RESOLVED)]


def test_one_that_stays_beyond_its_cool_down_is_told_then():
    story = Story()
    story.play([9] * 5 + [1] * 4 + [9] * 70)
    assert story.told == [(3, News.OPENED), (7, News.RESOLVED), (67, News.OPENED)]


def test_a_worse_one_does_not_wait_for_the_cool_down():
    story = Story()
    story.play([9] * 5 + [1] * 4 + [30] * 9)
    assert story.told[-1] == (12, News.OPENED)


def test_who_joins_is_news_once_the_cool_down_has_rested():
    story = Story(replace(RULE, hold=0 * SECOND, least=0))
    for second in range(140):
        story.look(see(9, "A", "B") if second >= 20 else see(9, "A"))
    assert story.told == [(0, News.OPENED), (60, News.UPDATED)]
    for _ in range(100):
        story.look(see(9, "B"))
        story.look(see(9, "A", "B"))
    assert len(story.told) == 2, "A was told of already"


def test_a_silence_keeps_it_quiet_and_its_end_tells_what_still_stands():
    story = Story()
    for second in range(30):
        story.look(see(9), silenced=second < 20)
    assert story.opened == [NOW + 3 * SECOND]
    assert story.told == [(20, News.OPENED)]


def test_what_ends_within_a_silence_was_never_told():
    story = Story()
    for second in range(30):
        story.look(see(9 if second < 10 else 0), silenced=True)
    assert story.told == []


def test_ignorance_opens_and_ends_nothing():
    story = Story()
    story.play([9] * 5 + [None] * 500)
    assert story.alert is not None
    assert story.alert.state is AlertState.OPEN
    story.play([None] * 5)
    assert story.told == [(3, News.OPENED)]
    assert step(None, None, RULE, NOW) == Step(None)


def test_one_that_is_seen_to_is_quiet_until_it_gets_worse():
    story = Story()
    story.play([9] * 5)
    assert story.alert is not None
    seen_to = acknowledge(story.alert)
    assert (seen_to.happened, seen_to.tell) == (News.ACKNOWLEDGED, News.ACKNOWLEDGED)
    story.alert = seen_to.alert
    assert story.alert is not None
    assert acknowledge(story.alert).happened is None
    story.play([9] * 100)
    assert len(story.told) == 1
    story.play([30] * 4)
    assert story.alert is not None
    assert story.alert.state is AlertState.OPEN
    assert story.told[-1][1] is News.UPDATED


def test_a_rule_that_is_switched_off_ends_its_alert_at_once():
    story = Story()
    story.play([9] * 5)
    story.rule = replace(RULE, active=False)
    story.play([9])
    assert story.told[-1] == (5, News.RESOLVED)


@given(VALUES)
def test_each_told_alert_is_opened_first_and_ended_last(values: list[float | None]):
    story = Story()
    story.play(values)
    for told in story.episodes:
        if told:
            assert told[0] is News.OPENED
            assert told.count(News.OPENED) == 1
            assert News.RESOLVED not in told[:-1]
            assert len(told) <= 3, "opened, worse, resolved: there are two levels and no members"
    for told in story.episodes[:-1]:
        assert not told or told[-1] is News.RESOLVED


@given(VALUES)
def test_it_opens_only_after_its_hold_without_a_look_that_was_well(values: list[float | None]):
    story = Story()
    story.play(values)
    for at in story.opened:
        end = int((at - NOW).total_seconds())
        held = [values[second] for second in range(end - 3, end + 1)]
        assert all(value is None or value > 5 for value in held)


@given(VALUES)
def test_nothing_of_a_severity_is_opened_twice_within_a_cool_down(values: list[float | None]):
    story = Story(replace(RULE, levels=(Level(5.0, Severity.WARNING),)))
    story.play(values)
    opened = [at for at, news in story.told if news is News.OPENED]
    ended = [at for at, news in story.told if news is News.RESOLVED]
    for end in ended:
        assert not [at for at in opened if end < at < end + 60]


@given(VALUES)
def test_a_silence_tells_nothing_but_ends(values: list[float | None]):
    story = Story()
    for value in values:
        story.look(see(value), silenced=True)
    assert story.told == []


@pytest.mark.parametrize("state", list(AlertState))
@pytest.mark.parametrize("event", list(AlertEvent))
def test_a_state_has_an_arrow_or_says_no(state: AlertState, event: AlertEvent):
    try:
        after = advance(state, event)
    except ImpossibleTransitionError:
        assert event not in TRANSITIONS[state]
    else:
        assert after is TRANSITIONS[state].get(event, state)


def test_every_rule_has_its_words_and_its_levels_grow_worse():
    for key in Watched:
        usual = KINDS[key].usual
        assert usual.key == key.value
        severities = [level.severity for level in usual.levels]
        assert severities == sorted(severities)
        thresholds = [level.threshold for level in usual.levels]
        assert thresholds == sorted(thresholds, reverse=not usual.above)
        alert = Alert(
            state=AlertState.OPEN,
            severity=Severity.CRITICAL,
            since=NOW,
            value=3.0,
            of=20,
            members=("A", "B"),
        )
        assert sentence(key.value, alert).endswith(": A, B")
        assert subject(News.OPENED, key.value, alert).startswith("Critical: ")
