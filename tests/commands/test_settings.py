"""What an organisation sets is checked, kept, told, and obeyed. On both databases."""

from datetime import time, timedelta

import pytest
from sqlmodel import Session, col, select

from engine.commands.change_settings import change_settings
from engine.commands.sign_in import sign_in
from engine.commands.start_morning import start_morning
from engine.domain import tenant_settings as rules
from engine.domain.ids import ContentId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Forbidden, Role
from engine.domain.schedule import Open
from engine.read.sign_in import signed_in
from engine.store import tenant_settings, tenants
from engine.store.tables import AuditEntry, Content, Schedule
from engine.workers.calendar import wanted
from tests.commands.content_cast import DAY, NOW, Cast, cast


@pytest.fixture
def people(session: Session) -> Cast:
    return cast(session)


def put(session: Session, people: Cast, **typed: str) -> int | Refused:
    keys = {key.partition(".")[2]: key for key in rules.BY_KEY}
    return change_settings(
        session,
        people.tenant,
        {keys[name]: value for name, value in typed.items()},
        by=people.esha,
        now=NOW,
    )


def test_every_setting_takes_its_default_and_its_bounds_and_nothing_beyond() -> None:
    for setting in rules.SETTINGS:
        assert setting.read(setting.default) == setting.default
        if setting.kind is rules.Kind.NUMBER:
            assert setting.read(str(setting.low)) == str(setting.low)
            assert setting.read(str(setting.high)) == str(setting.high)
            for wrong in (str(setting.low - 1), str(setting.high + 1), "", "1.5", "-3", "many"):
                assert setting.read(wrong) is None, (setting.key, wrong)
        elif setting.kind is rules.Kind.CHOICE:
            assert setting.read("whatever") is None


def test_what_changes_is_told_with_what_was_before(session: Session, people: Cast) -> None:
    assert put(session, people, freeze_minutes="45", name=" Udaya  Wealth ") == 2
    assert put(session, people, freeze_minutes="45") == 0
    rows = session.exec(
        select(AuditEntry)
        .where(AuditEntry.action == "settings.changed")
        .order_by(col(AuditEntry.number))
    ).all()
    told = {row.subject: (row.before, row.after, row.actor) for row in rows}
    esha = f"user:{people.esha.user}"
    assert told == {
        "setting:morning.freeze_minutes": ('{"value":"30"}', '{"value":"45"}', esha),
        "setting:organisation.name": (
            '{"value":"Udaya Research"}',
            '{"value":"Udaya Wealth"}',
            esha,
        ),
    }
    assert tenants.name_of(session, people.tenant) == "Udaya Wealth"


def test_one_wrong_value_changes_nothing(session: Session, people: Cast) -> None:
    refused = put(session, people, freeze_minutes="60", closes_minutes="1", pacing="slow")
    assert isinstance(refused, Refused)
    assert len(refused.details) == 2
    assert "from 3 to 60" in refused.details[0]
    assert tenant_settings.values(session, people.tenant).keys() == {rules.NAME}
    unknown = change_settings(session, people.tenant, {"x.y": "1"}, by=people.esha, now=NOW)
    assert isinstance(unknown, Refused)
    outlives = put(session, people, idle_minutes="600", absolute_hours="2")
    assert isinstance(outlives, Refused)


def test_only_an_administrator_of_the_house_changes_them(session: Session, people: Cast) -> None:
    for by in (people.asha, people.bharat, people.chitra, people.dev, people.stranger):
        with pytest.raises(Forbidden):
            change_settings(session, people.tenant, {rules.NAME: "Mine"}, by=by, now=NOW)


def test_the_calendar_keeps_to_each_organisations_day(session: Session, people: Cast) -> None:
    other = Actor("Farid", people.stranger.tenant, Role.ADMINISTRATOR)
    assert put(session, people, freeze_minutes="60", closes_minutes="9") == 2
    for tenant in (people.tenant, other.tenant):
        session.add(
            Schedule(
                tenant_id=tenant or 0,
                name="Daily",
                kind="daily",
                at="06:00",
                created_at=NOW - timedelta(days=2),
            )
        )
    session.flush()
    six = NOW.replace(hour=0, minute=30) + timedelta(days=1)
    assert (six + timedelta(hours=5, minutes=30)).date() == DAY

    def opened(minutes_before: int) -> list[Open]:
        due = wanted(session, six - timedelta(minutes=minutes_before))
        return [one for one in due if isinstance(one, Open) and one.day == DAY]

    assert [len(opened(61)), len(opened(59)), len(opened(29))] == [0, 1, 2]
    ours, theirs = sorted(opened(29), key=lambda one: one.schedule)
    assert ours.window.closes_at - six == timedelta(minutes=9)
    assert theirs.window.closes_at - six == timedelta(minutes=5)
    assert rules.shape_of({}).quiet_until == time(6)


def test_a_morning_by_hand_goes_as_the_organisation_set(session: Session, people: Cast) -> None:
    put(session, people, pacing="fastest", late_policy="skip", late_minutes="3")
    content = Content(
        tenant_id=people.tenant,
        day=DAY,
        title="x",
        state="approved",
        author_id=people.asha.user or 0,
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(content)
    session.flush()
    made = start_morning(
        session,
        ContentId(content.id or 0),
        tenant=people.tenant,
        opens_at=NOW,
        by=people.chitra,
        now=NOW,
    )
    assert not isinstance(made, Refused)
    row = session.exec(select(Schedule)).one()
    assert (row.pacing, row.late_policy, row.late_after_seconds) == ("fastest", "skip", 180)


def test_sessions_end_when_the_organisation_wants_them_to(session: Session, people: Cast) -> None:
    put(session, people, idle_minutes="15", absolute_hours="2")
    assert sign_in(session, "t", by=people.dev, now=NOW) == NOW + timedelta(hours=2)

    def is_in(minutes: int) -> bool:
        return signed_in(session, "t", ip="", now=NOW + timedelta(minutes=minutes)) is not None

    assert [is_in(14), is_in(15)] == [True, False]
    theirs = TenantId(people.stranger.tenant or 0)
    assert rules.IDLE_MINUTES not in tenant_settings.values(session, theirs)
