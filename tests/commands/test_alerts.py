"""What people do about alerts: acknowledge, keep quiet, change rules, keep channels. Audited."""

import json
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from engine.commands.acknowledge_alert import acknowledge_alert
from engine.commands.alert_channels import (
    add_alert_channel,
    change_alert_channel,
    remove_alert_channel,
    switch_alert_channel,
    try_alert_channel,
)
from engine.commands.change_alert_rule import RuleChanged, change_alert_rule
from engine.commands.silence_alerts import end_silence, silence_alerts
from engine.domain.alert_channels import ChannelKind
from engine.domain.alert_form import as_form
from engine.domain.alert_rules import KINDS, Watched
from engine.domain.ids import TenantId, UserId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Forbidden, Role
from engine.read import alerts as read
from engine.store import alert_channels
from engine.store.database import Database
from engine.store.tables import AlertNotice, AuditEntry
from tests.workers.alarm_cast import Lookout, lookout, put

URL = "http://127.0.0.1:9/hook"
HOOK = {"name": "Program", "url": URL, "secret": "a long enough secret", "least": "warning"}


@pytest.fixture
def house(database: Database) -> Lookout:
    return lookout(database)


def actor(house: Lookout, role: Role = Role.ADMINISTRATOR) -> Actor:
    user = house.cast.seeded.users[role]
    return Actor(role.value, TenantId(house.tenant), role, UserId(user))


def fails(house: Lookout, count: int = 12) -> None:
    house.change(lambda s: put(s, house.cast, count, state="failed"))
    house.look(5)


def trail(house: Lookout) -> list[tuple[str, str, str]]:
    asked = select(AuditEntry.action, AuditEntry.before, AuditEntry.after).order_by(
        col(AuditEntry.number)
    )
    rows = house.database.read_now(
        lambda s: [(row[0], row[1], row[2]) for row in s.exec(asked).all()]
    )
    return [row for row in rows if row[0].startswith("alert")]


def told(session: Session) -> list[tuple[str, str]]:
    asked = select(AlertNotice.event, AlertNotice.key).order_by(col(AlertNotice.id))
    return [(row[0], row[1]) for row in session.exec(asked).all()]


def do(house: Lookout, command: object, *args: object, **given: object) -> object:
    given.setdefault("by", actor(house))
    return house.database.transact_now(command, *args, now=house.now, **given)  # pyright: ignore[reportArgumentType, reportCallIssue]


def test_who_acknowledges_is_named_and_channels_hear_it_once(house: Lookout):
    fails(house)
    first = house.database.read_now(read.standing, house.tenant)[0]
    assert do(house, acknowledge_alert, first.id) is None
    again = do(house, acknowledge_alert, first.id)
    assert again == Refused("Somebody sees to it already.")
    house.look(30)
    row = next(
        one for one in house.database.read_now(read.standing, house.tenant) if one.id == first.id
    )
    assert row.state.value == "acknowledged"
    assert row.acknowledged_by
    events = [
        moment.event for moment in house.database.read_now(read.history, house.tenant, first.id)
    ]
    assert events == ["acknowledged", "opened"]
    assert house.told(Watched(first.rule)) == ["opened", "acknowledged"]
    assert [action for action, _, _ in trail(house)] == ["alert.acknowledged"]


def test_nobody_acknowledges_for_another_house_or_what_is_over(house: Lookout):
    fails(house)
    (one, *_) = house.database.read_now(read.standing, house.tenant)
    stranger = Actor("stranger", TenantId(999), Role.ADMINISTRATOR, UserId(1))
    assert isinstance(do(house, acknowledge_alert, one.id, by=stranger), Refused)
    with pytest.raises(Forbidden):
        do(house, acknowledge_alert, one.id, by=actor(house, Role.VIEWER))
    house.change(lambda s: put(s, house.cast, 300, state="delivered"))
    house.look(9)
    assert do(house, acknowledge_alert, one.id) == Refused("It is over already.")


def test_a_silence_holds_for_its_time_and_its_end_tells_what_stands(house: Lookout):
    asked = {"rule": "failing", "minutes": "10", "reason": "A drill"}
    silence = do(house, silence_alerts, house.tenant, **asked)
    assert isinstance(silence, int)
    fails(house)
    assert house.of(Watched.FAILING) == [("open", 2)]
    assert house.told(Watched.FAILING) == []
    assert house.told(Watched.PERMANENT_FAILURES) == ["opened"], "only that rule is quiet"
    assert do(house, end_silence, silence) is None
    assert isinstance(do(house, end_silence, silence), Refused)
    house.look(2)
    assert house.told(Watched.FAILING) == ["opened"]


@pytest.mark.parametrize(
    "wrong", [{"minutes": "0"}, {"minutes": "x"}, {"reason": " "}, {"rule": "?"}]
)
def test_a_silence_says_for_how_long_and_why(house: Lookout, wrong: dict[str, str]):
    asked = {"rule": "", "minutes": "10", "reason": "A drill"} | wrong
    assert isinstance(do(house, silence_alerts, house.tenant, **asked), Refused)


def test_a_changed_rule_holds_from_the_next_look_and_is_kept_as_an_edition(house: Lookout):
    usual = KINDS[Watched.FAILING].usual
    typed = as_form(usual) | {"threshold.0": "2"}
    house.change(lambda s: put(s, house.cast, 7, state="failed"))
    house.look(6)
    assert house.of(Watched.FAILING) == []
    made = do(house, change_alert_rule, house.tenant, "failing", typed, number=1)
    assert made == RuleChanged(2, ("threshold.0",))
    late = do(house, change_alert_rule, house.tenant, "failing", typed, number=1)
    assert isinstance(late, Refused)
    house.look(4)
    assert house.of(Watched.FAILING) == [("open", 2)]
    ((action, before, after),) = trail(house)
    assert action == "alert_rule.changed"
    assert (json.loads(before), json.loads(after)) == (
        {"threshold.0": "5"},
        {"threshold.0": "2", "edition": 2},
    )
    with pytest.raises(Forbidden):
        do(
            house,
            change_alert_rule,
            house.tenant,
            "failing",
            typed,
            number=2,
            by=actor(house, Role.AUTHOR),
        )


def test_a_channels_secret_goes_in_and_never_comes_out(house: Lookout):
    number = do(house, add_alert_channel, house.tenant, ChannelKind.WEBHOOK, HOOK)
    assert isinstance(number, int)
    shown = house.database.read_now(read.channels, house.tenant)
    assert HOOK["secret"] not in repr(shown)
    assert HOOK["secret"] not in repr(trail(house))
    changed = HOOK | {"name": "Other", "secret": ""}
    assert do(house, change_alert_channel, number, changed, version=1) is None
    assert isinstance(do(house, change_alert_channel, number, changed, version=1), Refused)
    there = house.database.read_now(alert_channels.connection, number)
    assert there is not None
    assert there.secrets == {"secret": HOOK["secret"]}
    assert do(house, switch_alert_channel, number, active=False) is None
    assert isinstance(do(house, switch_alert_channel, number, active=False), Refused)
    assert do(house, remove_alert_channel, number) is None
    assert house.database.read_now(alert_channels.connection, number) is None
    assert [action for action, _, _ in trail(house)] == [
        "alert_channel.added",
        "alert_channel.changed",
        "alert_channel.switched",
        "alert_channel.removed",
    ]


def test_two_presses_within_a_second_are_one_test(house: Lookout):
    assert isinstance(do(house, try_alert_channel, house.channel), int)
    assert isinstance(do(house, try_alert_channel, house.channel), Refused)
    house.now += timedelta(seconds=1)
    assert isinstance(do(house, try_alert_channel, house.channel), int)
    assert [event for event, _ in house.database.read_now(told)] == ["test", "test"]


def test_only_an_administrator_keeps_channels_and_a_sandbox_leads_nowhere_else(house: Lookout):
    with pytest.raises(Forbidden):
        do(
            house,
            add_alert_channel,
            house.tenant,
            ChannelKind.WEBHOOK,
            HOOK,
            by=actor(house, Role.OPERATOR),
        )
    far = HOOK | {"url": "https://example.com/x"}
    refused = do(house, add_alert_channel, house.tenant, ChannelKind.WEBHOOK, far)
    assert refused == Refused("Nothing was added.", ("A sandbox reaches this machine only.",))
